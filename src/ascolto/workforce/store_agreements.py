"""Statements on contracts, what is agreed with whom, and seats."""

from collections.abc import Sequence
from datetime import date

from ascolto.kit.db import Record, Tx
from ascolto.workforce.agreements import Agreement, Contract

_AGREEMENT = (
    "operator_id, from_day, contract_id, elastic, free_weekdays, office_least, office_most,"
    " team_weekdays, agreed_at, agreed_by"
)


def _agreement(row: Record) -> Agreement:
    least = row["office_least"]
    return Agreement(
        operator_id=row["operator_id"],
        from_day=row["from_day"],
        contract_id=row["contract_id"],
        elastic=row["elastic"],
        free_weekdays=tuple(row["free_weekdays"]),
        office=None if least is None else (least, row["office_most"]),
        team_weekdays=tuple(row["team_weekdays"]),
        agreed_at=row["agreed_at"],
        agreed_by=row["agreed_by"],
    )


async def list_contracts(
    tx: Tx, *, after: tuple[str, str] | None = None, limit: int | None = None
) -> list[Contract]:
    """Return the contracts by name, all or so many after a name and id."""
    name, key = after or (None, None)
    rows = await tx.fetch(
        "SELECT id, name, terms, v FROM workforce.contract WHERE tenant_id = $1"
        " AND ($2::text IS NULL OR (lower(name), id) > ($2, $3::uuid))"
        " ORDER BY lower(name), id LIMIT $4",
        tx.tenant_id, name, key, limit,
    )  # fmt: skip
    return [Contract(**row) for row in rows]


async def get_contract(tx: Tx, contract_id: str) -> Contract | None:
    """Return a contract; it stays as it is until the transaction ends."""
    row = await tx.fetchrow(
        "SELECT id, name, terms, v FROM workforce.contract WHERE tenant_id = $1 AND id = $2"
        " FOR UPDATE",
        tx.tenant_id, contract_id,
    )  # fmt: skip
    return Contract(**row) if row else None


async def name_is_taken(tx: Tx, name: str, *, beside: str) -> bool:
    """Tell whether another contract has a name."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM workforce.contract"
            " WHERE tenant_id = $1 AND lower(name) = lower($2) AND id <> $3)",
            tx.tenant_id,
            name,
            beside,
        )
    )


async def put_contract(tx: Tx, contract: Contract) -> None:
    """Write a contract, a new one or in place of its former terms."""
    await tx.execute(
        "INSERT INTO workforce.contract (tenant_id, id, name, terms, v) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (tenant_id, id) DO UPDATE SET name = $3, terms = $4, v = $5",
        tx.tenant_id, contract.id, contract.name, contract.terms, contract.v,
    )  # fmt: skip


async def delete_contract(tx: Tx, contract_id: str) -> None:
    """Throw a contract away."""
    await tx.execute(
        "DELETE FROM workforce.contract WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, contract_id,
    )  # fmt: skip


async def people_on(tx: Tx, contract_id: str) -> int:
    """Return with how many people a contract is or was agreed."""
    found: int = await tx.fetchval(
        "SELECT count(DISTINCT operator_id) FROM workforce.agreement"
        " WHERE tenant_id = $1 AND contract_id = $2",
        tx.tenant_id, contract_id,
    )  # fmt: skip
    return found


async def list_agreements(
    tx: Tx, *, until: date, operator_id: str | None = None
) -> list[Agreement]:
    """Return all that is agreed and begins until a day, in the order of days."""
    rows = await tx.fetch(
        f"SELECT {_AGREEMENT} FROM workforce.agreement WHERE tenant_id = $1 AND from_day <= $2"
        " AND ($3::uuid IS NULL OR operator_id = $3) ORDER BY from_day, operator_id",
        tx.tenant_id, until, operator_id,
    )  # fmt: skip
    return [_agreement(row) for row in rows]


async def put_agreements(tx: Tx, agreements: Sequence[Agreement]) -> None:
    """Write what is agreed, each in place of what was agreed from the same day on."""
    await tx.executemany(
        f"INSERT INTO workforce.agreement (tenant_id, {_AGREEMENT})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (tenant_id, operator_id, from_day) DO UPDATE SET contract_id = $4,"
        " elastic = $5, free_weekdays = $6, office_least = $7, office_most = $8,"
        " team_weekdays = $9, agreed_at = $10, agreed_by = $11",
        [
            (
                tx.tenant_id, one.operator_id, one.from_day, one.contract_id, one.elastic,
                list(one.free_weekdays), *(one.office or (None, None)), list(one.team_weekdays),
                tx.now, tx.actor.name,
            )
            for one in agreements
        ],
    )  # fmt: skip


async def delete_agreement(tx: Tx, *, operator_id: str, from_day: date) -> bool:
    """Take back what begins on a day."""
    return await tx.execute(
        "DELETE FROM workforce.agreement"
        " WHERE tenant_id = $1 AND operator_id = $2 AND from_day = $3",
        tx.tenant_id, operator_id, from_day,
    ) == 1  # fmt: skip


async def list_seats(tx: Tx) -> list[tuple[date, int | None]]:
    """Return from which days on how many can sit in the office."""
    rows = await tx.fetch(
        "SELECT from_day, seats FROM workforce.office WHERE tenant_id = $1 ORDER BY from_day",
        tx.tenant_id,
    )
    return [(row["from_day"], row["seats"]) for row in rows]


async def put_seats(tx: Tx, *, from_day: date, seats: int | None) -> None:
    """Write how many can sit in the office from a day on."""
    await tx.execute(
        "INSERT INTO workforce.office (tenant_id, from_day, seats) VALUES ($1, $2, $3)"
        " ON CONFLICT (tenant_id, from_day) DO UPDATE SET seats = $3",
        tx.tenant_id, from_day, seats,
    )  # fmt: skip
