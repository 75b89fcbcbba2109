"""What programs may and where webhooks lead is in the ledger; what opens a door never is."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from ascolto.kit.db import SYSTEM
from ascolto.kit.migrate import all_migrations
from ascolto.kit.postgres import PostgresUrls
from ascolto.tenancy.actions import create_client
from support.office import Office, ok, refused

BOSS = "capo@prova.example"
OURS = "0054_programs_in_the_ledger"
THEIRS = "0057_words_by_hand_and_tokens_of_a_client"
OF_ONE, OF_OTHER = "luce@prova.example", "gas@prova.example"


async def changes(browser: httpx.AsyncClient, kind: str) -> list[dict[str, Any]]:
    """Return what the ledger has of a kind, newest first."""
    asked = {"kind": kind}
    items = ok(await browser.get("/configuration/versions", params=asked))["items"]
    return [change for version in items for change in version["changes"] if change["kind"] == kind]


async def signed_by(browser: httpx.AsyncClient, kind: str) -> list[str]:
    """Return who made the versions with a kind, newest first."""
    items = ok(await browser.get("/configuration/versions", params={"kind": kind}))["items"]
    return [version["by_name"] for version in items]


async def new_token(office: Office, browser: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    end = (office.desk.clock.now() + timedelta(days=30)).isoformat()
    body = {"name": "Gestionale", "scopes": ["customers.read"], "expires_at": end, **more}
    made: dict[str, Any] = ok(await browser.post("/tokens", json=body))
    return made


async def test_a_token_is_in_the_ledger_from_its_making_to_its_end_without_its_secret(
    office: Office, urls: PostgresUrls
) -> None:
    await office.hire(BOSS, "admin")
    async with office.signed_in(BOSS) as browser:
        made = await new_token(office, browser)
        token_id = made["token"]["id"]
        ok(await browser.delete(f"/tokens/{token_id}"))
        assert await signed_by(browser, "token") == ["Capo", "Capo"]
        gone, added = await changes(browser, "token")
        assert (added["change"], gone["change"]) == ("added", "removed")
        assert {added["thing"], gone["thing"]} == {token_id}
        fields = {field["name"]: field["after"] for field in added["fields"]}
        assert fields["scopes"] == ["customers.read"]
        assert fields["name"] == "Gestionale"
        good = ok(await browser.get("/configuration/versions"))["items"][1]["id"]
        back = await browser.post(f"/configuration/versions/{good}/restore", json={"why": "x"})
        refused(back, 409, "configuration.nothing_to_restore")
    owner = await asyncpg.connect(urls.owner_dsn)
    try:
        secret = made["secret"]
        kept = await owner.fetchval(
            "SELECT string_agg(to_jsonb(c)::text, '') FROM configuration.change c"
        )
    finally:
        await owner.close()
    assert secret not in kept
    assert "secret" not in kept


async def test_a_token_of_one_client_is_in_the_ledger_of_who_configures_that_client_alone(
    office: Office, urls: PostgresUrls
) -> None:
    async with office.desk.as_system() as tx:
        other = (await create_client(tx, name="Gas", color="#332211")).id
    mine = office.desk.client_id
    await office.hire(BOSS, "admin")
    await office.hire(OF_ONE, "configurator", clients=[mine])
    await office.hire(OF_OTHER, "configurator", clients=[other])
    async with office.signed_in(BOSS) as browser:
        made = await new_token(office, browser, name="Di uno", clients=[mine])
        await new_token(office, browser, name="Di due", clients=[mine, other])
        await new_token(office, browser, name="Di tutti")
        ok(await browser.delete(f"/tokens/{made['token']['id']}"))
        seen = [(one["name"], one["client_id"]) for one in await changes(browser, "token")]
        assert seen == [("Di uno", mine), ("Di tutti", None), ("Di due", None), ("Di uno", mine)]
    async with office.signed_in(OF_ONE) as browser:
        seen = [(one["name"], one["change"]) for one in await changes(browser, "token")]
        assert seen == [("Di uno", "removed"), ("Di uno", "added")]
    async with office.signed_in(OF_OTHER) as browser:
        assert await changes(browser, "token") == []
    owner = await asyncpg.connect(urls.owner_dsn)
    try:
        await owner.execute("UPDATE configuration.change SET client_id = NULL WHERE kind = 'token'")
        again = next(one.sql for one in all_migrations() if one.name == THEIRS)
        await owner.execute("UPDATE configuration" + again.rpartition("\nUPDATE configuration")[2])
    finally:
        await owner.close()
    async with office.signed_in(OF_ONE) as browser:
        assert len(await changes(browser, "token")) == 2


async def test_a_webhook_is_in_the_ledger_with_what_it_hears_and_without_what_it_hides(
    office: Office,
) -> None:
    await office.hire(BOSS, "admin")
    async with office.signed_in(BOSS) as browser:
        body = {
            "name": "CRM", "url": "https://93.184.216.34/in?key=abc",
            "kinds": ["conversations.closed"],
        }  # fmt: skip
        made = ok(await browser.post("/webhooks", json=body))
        hook = made["webhook"]
        url = f"/webhooks/{hook['id']}"
        ok(await browser.patch(url, json={"v": hook["v"], "kinds": ["conversations.arrived"]}))
        ok(await browser.post(f"{url}/secret"))
        assert await signed_by(browser, "webhook") == ["Capo", "Capo"]
        changed, added = await changes(browser, "webhook")
        assert changed["fields"] == [
            {
                "name": "kinds",
                "before": ["conversations.closed"],
                "after": ["conversations.arrived"],
            }
        ]
        told = {field["name"]: field["after"] for field in added["fields"]}
        assert told["url"] == "https://93.184.216.34/in?…"
        assert {"secret", "former_secret", "failures"} & told.keys() == set()
        ok(await browser.delete(url))
        assert (await changes(browser, "webhook"))[0]["change"] == "removed"


async def test_use_and_failure_are_no_change_and_hold_up_nobody(office: Office) -> None:
    await office.hire(BOSS, "admin")
    async with office.signed_in(BOSS) as browser:
        await new_token(office, browser)
        before = await changes(browser, "token")
        async with office.desk.database.transaction(office.desk.tenant, actor=SYSTEM) as tx:
            await tx.execute("UPDATE identity.api_token SET last_used_at = now()")
            waits = await tx.fetchval(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                " AND pid = pg_backend_pid()"
            )
        assert waits == 0
        assert await changes(browser, "token") == before


async def test_what_was_there_before_is_where_its_ledger_begins(
    office: Office, urls: PostgresUrls
) -> None:
    await office.hire(BOSS, "admin")
    async with office.signed_in(BOSS) as browser:
        made = await new_token(office, browser)
        owner = await asyncpg.connect(urls.owner_dsn)
        try:
            await owner.execute(
                "DROP TRIGGER configuration_kept ON identity.api_token;"
                "DROP TRIGGER configuration_kept ON channels.webhook;"
                "DROP FUNCTION configuration.image(uuid, text, text);"
                "DROP FUNCTION configuration.image_of_programs(uuid, text, text);"
                "DROP FUNCTION configuration.plain_address(text);"
                "ALTER FUNCTION configuration.image_of_rooms(uuid, text, text) RENAME TO image;"
                "DELETE FROM configuration.change WHERE kind = 'token'"
            )
            (ours,) = [one for one in all_migrations() if one.name == OURS]
            await owner.execute(ours.sql)
        finally:
            await owner.close()
        (added,) = await changes(browser, "token")
        assert (added["change"], added["thing"]) == ("added", made["token"]["id"])
