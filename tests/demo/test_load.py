"""The demo loads whole, once, and fast enough not to be noticed."""

import asyncio
from pathlib import Path

from ascolto.channels import store as channel_store
from ascolto.channels.webchat.state import scene_of
from ascolto.conversations import model as conversations_model
from ascolto.conversations import store_config
from ascolto.demo.load import PASSWORD, SLUGS, accounts_text, load
from ascolto.demo.organisation import read_organisation
from ascolto.identity.actions.sign_in import Attempt, sign_in
from ascolto.insight.terms import SERVICE_LEVEL
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.secretbox import server_box
from ascolto.people import store as people_store
from ascolto.routing import list_queues
from ascolto.tenancy import store as tenancy_store
from ascolto.tenancy.actions import setting

TABLES = [
    "identity.account",
    "people.operator",
    "routing.queue",
    "channels.channel",
    "tenancy.client",
    "kit.event",
]


async def tenant_of(database: Database, slug: str) -> str:
    async with database.connection() as connection:
        found = await tenancy_store.tenant_by_slug(connection, slug)
    assert found is not None
    return found.id


async def counts(database: Database, tenant_id: str) -> list[int]:
    async with database.transaction(tenant_id, actor=SYSTEM) as tx:
        sql = "SELECT count(*) FROM {}"
        return [await tx.fetchval(sql.format(table)) for table in TABLES]


async def test_two_nodes_that_start_together_load_it_once(database: Database) -> None:
    loaded = await asyncio.gather(*(load(database) for _ in range(2)))
    assert sorted(loaded) == [[], list(SLUGS)]


async def test_loading_twice_is_loading_once(database: Database) -> None:
    assert await load(database) == list(SLUGS)
    tenants = [await tenant_of(database, slug) for slug in SLUGS]
    before = [await counts(database, tenant_id) for tenant_id in tenants]
    assert await load(database) == []
    assert [await counts(database, tenant_id) for tenant_id in tenants] == before


async def test_aurelia_comes_with_its_people_queues_and_contract(database: Database) -> None:
    await load(database)
    async with database.transaction(await tenant_of(database, "aurelia"), actor=SYSTEM) as tx:
        operators = await people_store.list_operators(tx)
        assert len(operators) == 62
        assert {queue.name for queue in await list_queues(tx)} >= {"Guasti acqua", "Reclami"}
        (client,) = await tenancy_store.list_clients(tx)
        terms = await setting(tx, SERVICE_LEVEL, client_id=client.id)
        assert (terms.formula_id, terms.threshold_s, terms.target) == (
            "sl_strict",
            60,
            0.8,
        )


async def test_one_door_is_closed_at_any_hour_and_what_waits_at_another_goes_on(
    database: Database,
) -> None:
    await load(database)
    shown = accounts_text("http://localhost")
    async with database.transaction(await tenant_of(database, "aurelia"), actor=SYSTEM) as tx:
        queues = {queue.name: queue for queue in await list_queues(tx)}
        channels = {one.public_key: one for one in await channel_store.list_channels(tx)}
        closed = await scene_of(tx, channels["aurelia-sede"], language="it")
        answer = closed.own_answer()
    assert answer is not None
    assert "Ora siamo chiusi" in answer[0]
    assert closed.hours is not None
    assert closed.hours.next_opening(closed.now) is None
    overflows = queues["Verifiche del contatore"]
    assert channels["aurelia-contatori"].queue_id == overflows.id
    assert overflows.overflow_queue_id == queues["Sportello online"].id
    assert overflows.overflow_after_s == 20
    assert all(
        f"http://localhost/demo/{key}" in shown for key in ("aurelia-sede", "aurelia-contatori")
    )


async def test_each_printed_account_can_sign_in(database: Database, tmp_path: Path) -> None:
    await load(database)
    text = accounts_text("http://localhost")
    assert PASSWORD in text
    emails = [word for word in text.split() if "@" in word]
    assert len(emails) > 10
    for email in (emails[0], emails[-1]):
        slug = email.partition("@")[2].removesuffix(".example")
        opened = await sign_in(
            database,
            Attempt(
                tenant=slug,
                email=email,
                password=PASSWORD,
                code=None,
                ip="127.0.0.1",
                user_agent="test",
                place=None,
                country=None,
            ),
            box=server_box(tmp_path),
        )
        assert opened.cookie


async def test_every_chat_of_the_demo_speaks_two_languages(database: Database) -> None:
    await load(database)
    for slug in SLUGS:
        async with database.transaction(await tenant_of(database, slug), actor=SYSTEM) as tx:
            channels = await channel_store.list_channels(tx)
            assert slug in {channel.public_key for channel in channels}
            for channel in (one for one in channels if one.kind == "webchat"):
                for language in ("it", "en"):
                    scene = await scene_of(tx, channel, language=language)
                    assert scene.words.say("greeting")
                    assert scene.words.brand


async def words_of(
    database: Database, slug: str
) -> dict[str, tuple[list[conversations_model.Reason], list[conversations_model.Canned]]]:
    """Return the own reasons and ready replies of each client, by its name."""
    async with database.transaction(await tenant_of(database, slug), actor=SYSTEM) as tx:
        return {
            client.name: (
                [
                    reason
                    for reason in await store_config.list_reasons(tx, client_id=client.id)
                    if reason.client_id == client.id
                ],
                [
                    canned
                    for canned in await store_config.list_canned(tx, client_id=client.id)
                    if canned.client_id == client.id
                ],
            )
            for client in await tenancy_store.list_clients(tx)
        }


async def test_every_client_has_reasons_of_two_levels_and_ready_replies_in_two_languages(
    database: Database,
) -> None:
    await load(database)
    for slug in SLUGS:
        found = await words_of(database, slug)
        assert len(found) == len(read_organisation(slug).clients)
        for reasons, canned in found.values():
            parents = {reason.id for reason in reasons if reason.parent_id is None}
            assert len(parents) >= 2
            assert {r.parent_id for r in reasons if r.parent_id is not None} == parents
            by_language = {c.language: set[str]() for c in canned}
            for one in canned:
                by_language[one.language].add(one.key)
            assert set(by_language) == {"it", "en"}
            assert by_language["it"] == by_language["en"]
            assert {"saluto", "attesa", "chiusura"} < by_language["it"]
    found = await words_of(database, "ponente")
    telephone, bank = found["TelcoEsempio"], found["BancaEsempio"]
    assert "riavvio" in {canned.key for canned in telephone[1]}
    assert "riavvio" not in {canned.key for canned in bank[1]}


async def test_a_folder_from_before_gets_the_words_and_one_that_gave_them_up_does_not(
    database: Database,
) -> None:
    await load(database)
    tenant = await tenant_of(database, "aurelia")
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await tx.execute("UPDATE conversations.reason SET archived_at = now()")
        await tx.execute("UPDATE conversations.canned SET archived_at = now()")
    await load(database)
    assert await words_of(database, "aurelia") == {"Aurelia Luce e Acqua": ([], [])}
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await tx.execute("DELETE FROM conversations.canned")
        await tx.execute("DELETE FROM conversations.reason")
    await load(database)
    (reasons, canned) = (await words_of(database, "aurelia"))["Aurelia Luce e Acqua"]
    assert reasons
    assert canned
