"""Ids of another organisation, or of another client, open nothing on any route.

Every route that takes an id is tried with ids of things that are there but belong to others, and
with ids of nothing at all. Both must be refused alike, so that nobody learns what exists; and
nothing of the others may change.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from ascolto import conversations
from ascolto.channels import store, store_mail_in
from ascolto.channels.actions.configuring import create_channel
from ascolto.channels.store_mail_in import NewMail
from ascolto.identity.permissions import Role
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.routing import create_queue
from ascolto.tenancy.actions import create_client
from ascolto.workforce.actions.intraday import pull
from ascolto.workforce.asking import ShiftRequest
from ascolto.workforce.levers import Lever
from ascolto.workforce.store_requests import insert_request
from support.doors import Door
from support.office import Office, ok, open_office
from support.post import put_recalled
from support.servers import new_tenant
from support.talk import Desk, set_up_desk
from support.valid import PUBLIC, Operation, Slot, operations, send

# Which table the ids of a place come from. A new kind of id has to be named here.
TABLE_OF = {
    "account_id": "identity.account",
    "acting": "customers.customer",
    "added_ids": "conversations.attachment",
    "agreement_id": "privacy.monitoring_agreement",
    "attachment_id": "conversations.attachment",
    "attachment_ids": "conversations.attachment",
    "calendar_id": "tenancy.calendar",
    "canned_id": "conversations.canned",
    "channel_id": "channels.channel",
    "client_id": "tenancy.client",
    "clients": "tenancy.client",
    "consult_id": "conversations.consult",
    "contract_id": "workforce.contract",
    "conversation_id": "conversations.conversation",
    "customer_id": "customers.customer",
    "default_calendar_id": "tenancy.calendar",
    "delivery_id": "channels.delivery",
    "edit_id": "workforce.forecast_edit",
    "event_id": "workforce.own_event",
    "file_id": "conversations.consult_file",
    "file_ids": "conversations.attachment",
    "forecast_id": "workforce.forecast",
    "id": "conversations.conversation",
    "inbound_id": "channels.mail_in",
    "intervention_id": "routing.intervention",
    "lever_id": "workforce.lever",
    "link_id": "customers.link",
    "mail_id": "kit.outgoing_mail",
    "mention_id": "conversations.mention",
    "mentions": "people.operator",
    "message_id": "conversations.message",
    "note_id": "customers.note",
    "operator_id": "people.operator",
    "other_queue_id": "routing.queue",
    "outbound_id": "channels.mail_out",
    "overflow_queue_id": "routing.queue",
    "parent_id": "conversations.reason",
    "publication_id": "configuration.publication",
    "quarantine_id": "conversations.quarantine",
    "queue_id": "routing.queue",
    "reason1": "conversations.reason",
    "reason2": "conversations.reason",
    "reason_id": "conversations.reason",
    "request_id": "workforce.shift_request",
    "roster_id": "workforce.roster",
    "run_id": "workforce.roster_run",
    "session_id": "identity.session",
    "skill_id": "people.skill",
    "step_id": "workforce.lever_step",
    "team_id": "people.team",
    "token_id": "identity.api_token",
    "view_id": "conversations.saved_view",
    "viewer_account_id": "identity.account",
    "webhook_id": "channels.webhook",
    "work_item_id": "routing.work_item",
    "worth_run_id": "workforce.roster_run",
}
# Written by the server itself all the time.
LIVELY = {"routing.leader", "routing.queue_now", "web.line", "kit.frame", "identity.session"}
# What the server says by itself at any moment: a slow machine may take the lead anew.
ITS_OWN_EVENTS = "kind <> 'routing.leader_changed'"
REFUSED = {403, 404}
# A client's own people name their client: they do what others may, and see less.
ALL_ROLES = tuple(role.value for role in Role if role is not Role.CLIENT)
EVERYBODY = "tutto@prova.example"
ONE_CLIENT = "una@prova.example"


def table_of(slot: Slot, operation: Operation) -> str:
    if slot.name == "into":
        return TABLE_OF["customer_id" if "/customers/" in operation.path else "conversation_id"]
    return TABLE_OF[slot.name]


async def furnish(office: Office, desk: Desk, *, email: str) -> None:
    """Put one thing of every kind into a client, by the interface where it has a way."""
    talk = await desk.talking()
    other = await desk.opened()
    async with desk.as_system() as tx:
        await conversations.set_aside(
            tx, client_id=desk.client_id, channel="api", reason="no thread", content={"a": 1}
        )
    async with desk.as_operator(desk.anna) as tx:
        kept = await conversations.keep_attachment(
            tx,
            folder=office.services.settings.attachments,
            conversation_id=talk.id,
            uploader_kind="operator",
            name="lettura.txt",
            data=b"Contatore: 1234",
        )
        await conversations.consult(
            tx,
            conversation_id=talk.id,
            operator_id=desk.anna,
            ask_operator_id=desk.bruno,
            subject="Conguaglio",
            text="Che dici?",
            nonce=new_id(),
            files=[kept.id],
        )
    async with office.signed_in(email) as boss:
        file = {"file": ("nota.txt", b"Buongiorno", "text/plain")}
        ok(await boss.post(f"/conversations/{talk.id}/attachments", files=file))
        note = {"text": "Guarda @Bruno", "mentions": [desk.bruno]}
        ok(await boss.post(f"/conversations/{talk.id}/notes", json=note))
        customer = f"/customers/{talk.customer_id}"
        ok(await boss.post(f"{customer}/notes", json={"text": "Sente poco"}))
        acting = {"acting": other.customer_id, "role": "relative"}
        assert (await boss.post(f"{customer}/links", json=acting)).status_code == 204
        mine = {"client_id": desk.client_id}
        ok(await boss.post("/canned", json={**mine, "key": "k", "title": "T", "text": "Salve"}))
        ok(await boss.post("/reasons", json={**mine, "name": "Bollette"}))
        hours = {"timezone": "Europe/Rome", "weekly": {}}
        ok(await boss.post("/calendars", json={**mine, "name": "Altri orari", "hours": hours}))
        messages = (await desk.queue_for("messaging")).id
        channel = {"kind": "external", "name": "SMS", "queue_id": messages, **mine}
        ok(await boss.post("/channels", json=channel))
        await _mail(boss, desk)
        told = {"kind": "message", "message": "Guasto", "why": "Il primo aspetta da 6 minuti"}
        ok(await boss.post("/interventions", json={**told, "queue_id": desk.queue.id}))
        hook = {
            "name": "Gancio",
            "url": "https://hook.example/x",
            "kinds": ["conversations.closed"],
        }
        hook_id = ok(await boss.post("/webhooks", json={**hook, **mine}))["webhook"]["id"]
        ok(await boss.post(f"/webhooks/{hook_id}/ping"))
        # The clock stands: after the first attempt, which nobody answers, there is no second one.
        async with asyncio.timeout(30):
            while not await _attempted(boss, hook_id):
                await asyncio.sleep(0.05)
        await _plan(boss, desk)
        wish = {"method": "PATCH", "path": f"/queues/{desk.queue.id}", "body": {"name": "Domani"}}
        later = {"due_at": "2026-05-01T06:00:00Z", "why": "Primavera", "requests": [wish]}
        ok(await boss.post("/configuration/publications", json=later))
        token = {"name": "T", "scopes": ["conversations.read"], "clients": [desk.client_id]}
        token["expires_at"] = "2026-06-01T00:00:00Z"
        ok(await boss.post("/tokens", json=token))


async def _plan(boss: httpx.AsyncClient, desk: Desk) -> None:
    """Let a forecast be made and changed by hand."""
    rows = [f"2026-02-{day:02} {hour:02}:00,{hour}" for day in range(2, 28) for hour in range(24)]
    mine = {"queue_id": desk.queue.id}
    told = {**mine, "text": "\n".join(["interval_start,calls", *rows]), "dry_run": False}
    ok(await boss.post("/workforce/history/import", json=told))
    asked = ok(
        await boss.post("/workforce/forecasts", json={**mine, "minutes": 60, "reason": "Marzo"})
    )
    url = f"/workforce/forecasts/{asked['id']}"
    async with asyncio.timeout(120):
        while ok(await boss.get(url))["forecast"]["state"] == "asked":
            await asyncio.sleep(0.1)
    edit = {"from_at": "2026-03-04T07:00:00Z", "until_at": "2026-03-04T09:00:00Z", "factor": 2}
    ok(await boss.post(f"{url}/edits", json={**edit, "reason": "Bollette"}))
    event = {"day": "2026-03-05", "kind": "bollette", "name": "Invio delle bollette"}
    ok(await boss.post("/workforce/events", json={**event, "client_id": desk.client_id}))
    async with desk.as_system() as tx:
        lever = Lever(
            kind="callback",
            from_at=tx.now + timedelta(hours=1),
            until_at=tx.now + timedelta(hours=2),
            share=0.1,
            message="Vi richiamiamo",
        )
        effect = {
            "runs": 1,
            "as_it_is": {"paid_hours": 0, "queues": {}},
            "levers": [],
        }
        await pull(tx, lever, queue_id=desk.queue.id, reason="Calma", effect=effect)
        request = ShiftRequest(
            id=new_id(),
            kind="leave",
            operator_id=desk.anna,
            other_id=None,
            day=tx.now.date(),
            note="",
            state="waiting",
            asked_at=tx.now,
        )
        await insert_request(tx, request)


async def _roster(boss: httpx.AsyncClient, desk: Desk) -> None:
    """Write a contract and ask for a roster, which comes to nothing: nobody has agreed to it."""
    bands = [{"from": "08:00", "to": "20:00"}]
    terms = {"shift_minutes": [480], "shifts_per_week": 5, "bands": bands}
    ok(await boss.post("/workforce/contracts", json={"name": "Pieno", "terms": terms}))
    need = {"from": "09:00", "to": "18:00", "people": 1}
    asked = {
        "first_day": "2026-03-09",
        "queues": [{"queue_id": desk.queue.id, "by_hand": [need]}],
        "reason": "Settimana",
    }
    run = ok(await boss.post("/workforce/roster-runs", json=asked))
    async with asyncio.timeout(60):
        while ok(await boss.get(f"/workforce/roster-runs/{run['id']}"))["state"] == "asked":
            await asyncio.sleep(0.1)


async def _mail(boss: httpx.AsyncClient, desk: Desk) -> None:
    """Let a mail be set aside, another be taken back, and a message wait for a person."""
    mailbox = {
        "client_id": desk.client_id,
        "queue_id": (await desk.queue_for("email")).id,
        "kind": "email",
        "name": "Posta",
        "settings": {"address": f"m{new_id()[-12:]}@prova.example"},
    }
    channel_id = ok(await boss.post("/channels", json=mailbox))["id"]
    async with desk.as_system() as tx:
        channel = await store.get_channel(tx, channel_id)
        assert channel is not None
        await store_mail_in.add_mails(
            tx,
            channel,
            source="smtp",
            mails=[
                NewMail(
                    id=new_id(),
                    raw=b"A: b\r\n\r\n",
                    sha256=new_id().encode(),
                    hindrance="too_large",
                )
            ],
        )
        await put_recalled(tx, channel)


async def _attempted(boss: httpx.AsyncClient, hook_id: str) -> bool:
    deliveries = ok(await boss.get(f"/webhooks/{hook_id}/deliveries"))["items"]
    return all(delivery["attempts"] > 0 for delivery in deliveries)


async def furnish_whole(office: Office, *, email: str) -> None:
    """Put one of every kind that belongs to no client."""
    async with office.signed_in(email) as boss:
        ok(await boss.post("/teams", json={"name": "Squadra"}))
        week = {"first_day": "2026-03-09", "last_day": "2026-03-15", "reason": "Settimana"}
        ok(await boss.post("/workforce/rosters", json=week))
        await _roster(boss, office.desk)
        ok(await boss.post("/skills", json={"code": "luce", "name": "Luce"}))
        view = {"page": "work", "name": "Mie", "query": "state=waiting"}
        ok(await boss.post("/views", json=view))
        ok(await boss.post("/password-reset", json={"tenant": office.door.slug, "email": email}))
        ok(
            await boss.post(
                "/privacy/monitoring",
                data={
                    "title": "Accordo",
                    "reference": "1/2026",
                    "valid_from": "2026-04-01T00:00:00Z",
                    "fields": ["handle_time"],
                },
                files={"document": ("accordo.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")},
            )
        )


@dataclass
class World:
    """Two furnished organisations; in the first one also a second client."""

    mine: Office
    theirs: Office
    other_client: str
    owner: asyncpg.Connection

    async def ids(self, table: str, *, tenant: str, client: str | None) -> list[str]:
        """Return the ids of a table's rows of an organisation, or of one client in it."""
        where, values = "tenant_id = $1", [tenant]
        if client is not None:
            column = "id" if table == "tenancy.client" else "client_id"
            where, values = f"{where} AND {column} = $2", [tenant, client]
        if table == "kit.outgoing_mail" or await self._has(table, "id"):
            rows = await self.owner.fetch(f"SELECT id FROM {table} WHERE {where}", *values)  # noqa: S608
            return [str(row["id"]) for row in rows]
        return []

    async def has_client(self, table: str) -> bool:
        """Tell whether a table's rows belong to clients."""
        return table == "tenancy.client" or await self._has(table, "client_id")

    async def _has(self, table: str, column: str) -> bool:
        return bool(
            await self.owner.fetchval(
                "SELECT true FROM pg_attribute WHERE attrelid = $1::text::regclass"
                " AND attname = $2 AND NOT attisdropped",
                table,
                column,
            )
        )

    async def fingerprint(self, *, tenant: str, client: str | None) -> dict[str, str]:
        """Return a digest of everything that belongs to others, table by table."""
        found = {}
        for row in await self.owner.fetch(
            "SELECT table_schema || '.' || table_name AS name FROM information_schema.columns"
            " WHERE column_name = $1",
            "tenant_id" if client is None else "client_id",
        ):
            if row["name"] in LIVELY or not row["name"].split(".")[0].islower():
                continue
            column, value = ("tenant_id", tenant) if client is None else ("client_id", client)
            others = ITS_OWN_EVENTS if row["name"] == "kit.event" else "true"
            found[row["name"]] = await self.owner.fetchval(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"  # noqa: S608
                f" FROM {row['name']} t WHERE {column} = $1 AND {others}",
                value,
            )
        return found

    async def led(self) -> None:
        """Wait until both organisations' routing is led: what begins it is no attack's doing."""
        async with asyncio.timeout(60):
            for office in (self.mine, self.theirs):
                while not await self.owner.fetchval(
                    "SELECT true FROM routing.leader WHERE tenant_id = $1", office.desk.tenant
                ):
                    await asyncio.sleep(0.05)


@pytest.fixture
async def owner(urls: PostgresUrls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(urls.owner_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def world(
    urls: PostgresUrls, database: Database, owner: asyncpg.Connection, tmp_path: Path
) -> AsyncIterator[World]:
    # As many requests as this come from no desk.
    async with open_office(urls, database, data=tmp_path, api_per_second=1e6) as mine:
        tenant = await new_tenant(database)
        desk = await set_up_desk(database, tenant, mine.desk.clock)
        door = Door(app=mine.app, db=database, tenant_id=tenant, slug=f"org-{tenant[-12:]}")
        theirs = Office(door, desk)
        for office in (mine, theirs):
            await _hire(office, EVERYBODY)
            await furnish(office, office.desk, email=EVERYBODY)
            await furnish_whole(office, email=EVERYBODY)
        second = await _second_client(mine.desk)
        await furnish(mine, second, email=EVERYBODY)
        await _hire(mine, ONE_CLIENT, clients=[mine.desk.client_id])
        world = World(mine, theirs, second.client_id, owner)
        await world.led()
        yield world


async def _hire(office: Office, email: str, *, clients: list[str] | None = None) -> None:
    """Let somebody in who may do everything, at the desk too."""
    async with office.desk.as_system() as tx:
        person = await create_operator(
            tx, NewOperator(display_name=email, clients=frozenset({office.desk.client_id}))
        )
    await office.hire(email, *ALL_ROLES, operator_id=person.id, clients=clients)


async def _second_client(desk: Desk) -> Desk:
    async with desk.as_system() as tx:
        client = await create_client(tx, name="Gas", color="#332211")
        queue = await create_queue(
            tx, values={"client_id": client.id, "name": "Gas", "channel": "webchat"}
        )
        people = [
            await create_operator(
                tx, NewOperator(display_name=name, clients=frozenset({client.id}))
            )
            for name in ("Dario", "Elsa")
        ]
    return replace(desk, client_id=client.id, queue=queue, anna=people[0].id, bruno=people[1].id)


@dataclass
class Attack:
    """Tries ids of others in every place of every route, and notes what came of it."""

    world: World
    browser: httpx.AsyncClient
    tenant: str
    client: str | None
    ways: tuple[Operation, ...] = field(default_factory=lambda: tuple(operations()))
    wrong: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    tried: int = 0

    async def own(self) -> dict[str, str]:
        """Return an id of one's own for each table that has any."""
        world = self.world
        found = {}
        for table in set(TABLE_OF.values()):
            scoped = await world.has_client(table)
            client = world.mine.desk.client_id if scoped else None
            ids = await world.ids(table, tenant=world.mine.desk.tenant, client=client)
            if ids:
                found[table] = ids[0]
        return found

    async def try_all(self) -> None:
        """Try every place of every route."""
        for operation in self.ways:
            for slot in operation.slots():
                table = table_of(slot, operation)
                if self.client is not None and not await self.world.has_client(table):
                    continue
                foreign = await self.world.ids(table, tenant=self.tenant, client=self.client)
                assert foreign, f"{operation.name}: nothing foreign in {table}"
                await self.try_one(operation, slot, foreign[0])

    async def try_one(self, operation: Operation, slot: Slot, foreign: str) -> None:
        """Compare what a foreign id is answered with what an id of nothing is."""
        own = await self.own()

        def ids_with(chosen: str) -> Callable[[str], str]:
            def named(name: str) -> str:
                table = table_of(Slot("", name), operation)
                return chosen if name == slot.name else own.get(table, new_id())

            return named

        nothing = new_id()
        seen = []
        for chosen in (foreign, nothing):
            # A draft that is there already refuses the next by its revision, whatever that names.
            await self.world.owner.execute(
                "DELETE FROM conversations.draft WHERE client_id = $1",
                self.world.mine.desk.client_id,
            )
            answer = await send(self.browser, operation.request(ids_with(chosen), chosen=slot))
            seen.append((answer.status_code, _telling(answer, chosen)))
        self.tried += 1
        name = f"{operation.name} {slot.where} {slot.name}"
        (status, foreign_said), (_, nothing_said) = seen
        if seen[0] != seen[1]:
            self.wrong.append(f"{name}: {status} {foreign_said} but {seen[1]}")
        if slot.where == "path" and status not in REFUSED:
            self.wrong.append(f"{name}: {status} {foreign_said} {nothing_said}")
        if status in (403, 404):
            self.reached.add(operation.name)


def _telling(answer: httpx.Response, chosen: str) -> str:
    """Return what an answer tells, without what differs by nature."""
    if answer.status_code >= 400:
        problem = answer.json()
        problem.pop("request_id")
        return str(problem).replace(chosen, "<id>")
    return "" if answer.status_code != 200 else re.sub(r"[0-9a-f-]{36}|\d+", "#", answer.text)


async def test_what_belongs_to_another_organisation_is_as_if_it_were_not_there(
    world: World,
) -> None:
    theirs = world.theirs.desk.tenant
    before = await world.fingerprint(tenant=theirs, client=None)
    async with world.mine.signed_in(EVERYBODY) as browser:
        attack = Attack(world, browser, tenant=theirs, client=None)
        await attack.try_all()
    assert not attack.wrong, "\n".join(attack.wrong)
    assert await world.fingerprint(tenant=theirs, client=None) == before
    assert attack.tried > 100
    assert len(attack.reached) > 60


async def test_what_belongs_to_another_client_is_as_if_it_were_not_there(world: World) -> None:
    before = await world.fingerprint(tenant="", client=world.other_client)
    async with world.mine.signed_in(ONE_CLIENT) as browser:
        attack = Attack(world, browser, tenant=world.mine.desk.tenant, client=world.other_client)
        await attack.try_all()
    assert not attack.wrong, "\n".join(attack.wrong)
    assert await world.fingerprint(tenant="", client=world.other_client) == before
    assert attack.tried > 60
    assert len(attack.reached) > 40


async def test_a_customers_token_opens_nothing_of_others_whoever_they_are(world: World) -> None:
    mine, theirs = world.mine, world.theirs
    async with mine.desk.as_system() as tx:
        channel = await create_channel(
            tx,
            client_id=mine.desk.client_id,
            kind="webchat",
            name="Sito",
            queue_id=mine.desk.queue.id,
        )
    ways = tuple(operations(prefix=PUBLIC))
    others = (
        (theirs.desk.tenant, None),
        (mine.desk.tenant, world.other_client),
        (mine.desk.tenant, mine.desk.client_id),  # of another conversation of the same client
    )
    for tenant, client in others:
        async with mine.door.browser() as browser:
            begun = await browser.post(
                f"http://desk.example{PUBLIC}chat/{channel.public_key}/conversations",
                json={"nonce": new_id(), "text": "Buongiorno"},
            )
            browser.headers["authorization"] = f"Bearer {ok(begun)['token']}"
            before = await world.fingerprint(tenant=theirs.desk.tenant, client=None)
            attack = Attack(world, browser, tenant=tenant, client=client, ways=ways)
            await attack.try_all()
        assert not attack.wrong, "\n".join(attack.wrong)
        assert attack.tried == 2, "a new place for an id in the chat is tried here too"
        assert await world.fingerprint(tenant=theirs.desk.tenant, client=None) == before
