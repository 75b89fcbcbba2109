"""Row-level security stands behind the door: a hostile query sees no other client's rows."""

from typing import Annotated

import asyncpg
import pytest
from fastapi import APIRouter

from ascolto.identity.guard import Call, permit
from ascolto.kit.clock import FixedClock
from ascolto.kit.db import SYSTEM, Database
from support.doors import Door, open_door
from support.servers import new_tenant

router = APIRouter()


@router.get("/hostile")
async def hostile(call: Annotated[Call, permit("tenancy.read_clients")]) -> list[str]:
    """Forget every WHERE there is."""
    rows = await call.tx.fetch("SELECT name FROM tenancy.client WHERE true OR tenant_id IS NULL")
    return sorted(row["name"] for row in rows)


@pytest.fixture
async def wide_door(database: Database, clock: FixedClock, tmp_path: object) -> Door:
    return await open_door(database, data=tmp_path, clock=clock, routers=[router])  # type: ignore[arg-type] # pytest's own path type


async def test_somebody_of_one_client_sees_no_row_of_another(wide_door: Door) -> None:
    telco = await wide_door.add_client("Telco")
    await wide_door.add_client("Banca")
    await wide_door.add_account("team_leader", clients=[telco.id])
    await wide_door.add_account("team_leader", email="tutti@prova.example")
    await wide_door.add_account("team_leader", email="nessuno@prova.example", clients=[])
    async with wide_door.signed_in() as browser:
        assert (await browser.get("/hostile")).json() == ["Telco"]
    async with wide_door.signed_in("tutti@prova.example") as browser:
        assert (await browser.get("/hostile")).json() == ["Banca", "Telco"]
    async with wide_door.signed_in("nessuno@prova.example") as browser:
        assert (await browser.get("/hostile")).json() == []


async def test_the_next_request_on_the_same_connection_starts_afresh(wide_door: Door) -> None:
    telco = await wide_door.add_client("Telco")
    await wide_door.add_client("Banca")
    await wide_door.add_account("team_leader", clients=[telco.id])
    await wide_door.add_account("team_leader", email="tutti@prova.example")
    async with (
        wide_door.signed_in() as narrow,
        wide_door.signed_in("tutti@prova.example") as wide,
    ):
        for _ in range(3):
            assert (await narrow.get("/hostile")).json() == ["Telco"]
            assert (await wide.get("/hostile")).json() == ["Banca", "Telco"]


async def test_another_organisation_is_not_there_at_all(wide_door: Door) -> None:
    await wide_door.add_client("Telco")
    other = await new_tenant(wide_door.db)
    async with wide_door.db.transaction(other, actor=SYSTEM) as tx:
        assert await tx.fetch("SELECT 1 FROM tenancy.client") == []
        assert await tx.fetchval("SELECT count(*) FROM tenancy.tenant") == 1


async def test_writing_a_row_for_a_client_out_of_scope_is_refused(wide_door: Door) -> None:
    telco = await wide_door.add_client("Telco")
    bank = await wide_door.add_client("Banca")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with wide_door.db.transaction(
            wide_door.tenant_id, actor=SYSTEM, clients=[telco.id]
        ) as tx:
            await tx.execute(
                "INSERT INTO tenancy.calendar (tenant_id, id, client_id, name, hours, updated_at)"
                " VALUES ($1, $2, $2, 'x', '{}', now())",
                wide_door.tenant_id,
                bank.id,
            )
    async with wide_door.db.transaction(
        wide_door.tenant_id, actor=SYSTEM, clients=[telco.id]
    ) as tx:
        assert await tx.execute("UPDATE tenancy.client SET name = 'rubata'") == 1
        assert await tx.execute("DELETE FROM tenancy.client WHERE id = $1", bank.id) == 0


async def test_what_a_client_was_told_is_committed_before_the_answer(wide_door: Door) -> None:
    await wide_door.add_account("admin")
    async with wide_door.signed_in() as browser:
        body = {"email": "b@prova.example", "name": "B", "roles": ["operator"]}
        answer = await browser.post("/accounts", json=body)
        assert (await browser.get(f"/accounts/{answer.json()['id']}")).status_code == 200


async def test_a_refused_request_leaves_nothing(wide_door: Door) -> None:
    telco = await wide_door.add_client("Telco")
    await wide_door.add_account("admin", clients=[telco.id])
    async with wide_door.signed_in() as browser:
        body = {"email": "b@prova.example", "name": "B", "roles": ["operator"], "clients": None}
        assert (await browser.post("/accounts", json=body)).status_code == 403
        assert len((await browser.get("/accounts")).json()["items"]) == 1
