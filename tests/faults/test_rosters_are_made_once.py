"""A server killed while it makes or publishes rosters makes each once and publishes all or none."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx

from ascolto.identity.actions.change_accounts import create_account
from ascolto.identity.passwords import hash_password
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import PostgresUrls
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.routing import create_queue
from ascolto.tenancy.actions import create_client
from ascolto.workforce.actions.agreeing import agree, write_contract
from ascolto.workforce.actions.making import ask_roster
from ascolto.workforce.actions.rosters import begin_roster, fill_roster
from ascolto.workforce.agreements import Agreement
from ascolto.workforce.rosters import Shift
from ascolto.workforce.views_runs import AskRosterBody
from support.demo import sign_in
from support.doors import PASSWORD
from support.planning import TERMS
from support.running import RunningServer
from support.servers import new_tenant

PEOPLE = 8
PLANNER = "piano@prova.example"
MADE_S = 180.0
# Delays of the kill after the press: before it arrives, while it is done, after it is done.
KILLS_S = (0.0, 0.01, 0.05)


def monday() -> date:
    today = datetime.now(UTC).date()
    return today + timedelta(days=14 - today.weekday())


async def staffed(database: Database, *, slug: str) -> tuple[str, list[str]]:
    """Return an organisation with a planner, and its people who have a contract and a queue."""
    tenant = await new_tenant(database, slug=slug)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        client = await create_client(tx, name="Luce", color="#112233")
        values = {"client_id": client.id, "name": "Fatture", "channel": "voice"}
        queue = await create_queue(tx, values=values)
        weekdays = [1, 2, 3, 4, 5, 6, 7]
        terms = {**TERMS, "bands": [{**TERMS["bands"][0], "weekdays": weekdays}]}
        contract = await write_contract(tx, name="Tempo pieno", terms=terms)
        people = []
        for number in range(PEOPLE):
            operator = await create_operator(
                tx, NewOperator(display_name=f"Persona {number}", clients=frozenset({client.id}))
            )
            agreed = Agreement(
                operator_id=operator.id, from_day=date(2026, 1, 1), contract_id=contract.id
            )
            await agree(tx, agreed)
            people.append(operator.id)
        await create_account(
            tx, email=PLANNER, name="Piano", roles=["planner"], clients=None,
            password_hash=await hash_password(PASSWORD),
        )  # fmt: skip
        body = AskRosterBody.model_validate(
            {
                "first_day": monday(),
                "queues": [
                    {
                        "queue_id": queue.id,
                        "by_hand": [{"from": "09:00", "to": "18:00", "people": 3}],
                    }
                ],
                "seconds": 2,
                "reason": "Prova",
            }
        )
        await ask_roster(tx, first_day=monday(), weeks=1, reason="Prova", wanted=body.wanted())
    return tenant, people


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + MADE_S
    while not await true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_server_killed_while_it_makes_a_roster_makes_it_once_all_the_same(
    urls: PostgresUrls, database: Database, tmp_path: Path
) -> None:
    tenant, _ = await staffed(database, slug="turni")
    owner = await asyncpg.connect(urls.owner_dsn)
    server = RunningServer(urls, data=tmp_path)

    async def rosters() -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await owner.fetch(
            "SELECT r.id, count(s.*) AS shifts FROM workforce.roster r"
            " LEFT JOIN workforce.shift s ON s.tenant_id = r.tenant_id AND s.roster_id = r.id"
            " WHERE r.tenant_id = $1 GROUP BY r.id",
            tenant,
        )
        return found

    async def state_and_rosters() -> tuple[str, int]:
        # In one statement: what was on its way when the server died may be written in between.
        state, rosters = await owner.fetchrow(
            "SELECT state, (SELECT count(*) FROM workforce.roster WHERE tenant_id = $1)"
            " FROM workforce.roster_run WHERE tenant_id = $1",
            tenant,
        )
        return state, rosters

    async def begun() -> bool:
        progress = await owner.fetchval(
            "SELECT progress FROM workforce.roster_run WHERE tenant_id = $1", tenant
        )
        return str(progress) != "{}"

    async def made() -> bool:
        state, _ = await state_and_rosters()
        return state != "asked"

    try:
        server.start()
        await until(begun)
        server.kill()
        state, drafts = await state_and_rosters()
        assert drafts == (state == "made"), "half a roster is none"
        # Whoever was killed still holds the claim: it runs out, and another's turn makes it.
        server.start()
        await until(made)
        state, _ = await state_and_rosters()
        assert state == "made"
        (roster,) = await rosters()
        assert roster["shifts"] > PEOPLE
        said = await owner.fetchval(
            "SELECT count(*) FROM kit.event WHERE tenant_id = $1 AND kind = $2",
            tenant,
            "workforce.roster_made",
        )
        assert said == 1
    finally:
        server.kill()
        await owner.close()


async def test_a_server_killed_while_it_publishes_has_published_all_of_it_or_nothing(
    urls: PostgresUrls, database: Database, tmp_path: Path
) -> None:
    tenant, people = await staffed(database, slug="turni")
    owner = await asyncpg.connect(urls.owner_dsn)
    await owner.execute("DELETE FROM workforce.roster_run WHERE tenant_id = $1", tenant)
    server = RunningServer(urls, data=tmp_path)
    try:
        server.start()
        for number, wait_s in enumerate(KILLS_S):
            roster_id, v = await drafted(
                database, tenant, people, monday() + timedelta(days=number)
            )
            planner = signed_in(server)
            press = asyncio.create_task(asyncio.to_thread(publish, planner, roster_id, v))
            await asyncio.sleep(wait_s)
            server.kill()
            status = await press
            planner.close()
            await until(lambda: all_is_said(owner))
            told, shifts = await published(owner, tenant, roster_id)
            assert shifts == PEOPLE, "no shift is lost"
            if status is not None:
                assert (status, told) == (200, 1), "what was answered is done"
            server.start()
            with contextlib.closing(signed_in(server)) as planner:
                again = publish(planner, roster_id, v)
            assert again == (409 if told else 200)
            assert await published(owner, tenant, roster_id) == (1, PEOPLE), "once, and whole"
    finally:
        server.kill()
        await owner.close()


async def drafted(database: Database, tenant: str, people: list[str], day: date) -> tuple[str, int]:
    """Return a draft of one day on which everybody works in the morning, and its version."""
    at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        begun = await begin_roster(tx, first_day=day, last_day=day, reason="Prova")
        shifts = [
            Shift(
                operator_id=one, day=day, starts_at=at, ends_at=at + timedelta(hours=4),
                place="home", parts=(),
            )
            for one in people
        ]  # fmt: skip
        filled = await fill_roster(tx, begun.id, shifts, v=begun.v)
    return filled.id, filled.v


def signed_in(server: RunningServer) -> httpx.Client:
    return sign_in(server.url, tenant="turni", email=PLANNER, password=PASSWORD)


def publish(planner: httpx.Client, roster_id: str, v: int) -> int | None:
    """Press publish; None where nobody answered."""
    url = f"/api/v1/workforce/rosters/{roster_id}/publish"
    with contextlib.suppress(httpx.HTTPError):
        return planner.post(url, json={"v": v}).status_code
    return None


async def all_is_said(owner: asyncpg.Connection) -> bool:
    """Tell whether nothing is on its way any more: a COMMIT that was sent outlives its sender."""
    return bool(await owner.fetchval(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        " AND state IS DISTINCT FROM 'idle'"
    ))  # fmt: skip


async def published(owner: asyncpg.Connection, tenant: str, roster_id: str) -> tuple[int, int]:
    """Return how often it was said that a roster is published, and how many shifts it has."""
    held, shifts = await owner.fetchrow(
        "SELECT published_at IS NOT NULL, (SELECT count(*) FROM workforce.shift s"
        " WHERE s.tenant_id = $1 AND s.roster_id = $2) FROM workforce.roster"
        " WHERE tenant_id = $1 AND id = $2",
        tenant, roster_id,
    )  # fmt: skip
    told = await owner.fetchval(
        "SELECT count(*) FROM kit.event WHERE tenant_id = $1"
        " AND kind = 'workforce.roster_published' AND body->>'roster_id' = $2",
        tenant, roster_id,
    )  # fmt: skip
    assert told == int(held), "said and done together"
    return told, shifts
