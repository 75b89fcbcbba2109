"""Statements on operators, their skills and their clients."""

from collections.abc import Collection
from datetime import datetime

import asyncpg

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people.model import NewOperator, Operator, SkillLevel, sort_name

_OPERATOR = """
SELECT o.id, o.account_id, o.display_name, o.team_id, t.name AS team, o.languages, o.place,
       o.country, o.capacity, o.budget, o.v, o.archived_at, o.sort_name,
       (SELECT jsonb_object_agg(k.code, jsonb_build_array(s.level, s.expires_at))
          FROM people.operator_skill s
          JOIN people.skill k ON k.tenant_id = s.tenant_id AND k.id = s.skill_id
         WHERE s.tenant_id = o.tenant_id AND s.operator_id = o.id AND k.archived_at IS NULL
       ) AS skills,
       ARRAY(SELECT c.client_id FROM people.operator_client c
              WHERE c.tenant_id = o.tenant_id AND c.operator_id = o.id AND c.valid_to IS NULL
       ) AS clients
  FROM people.operator o
  LEFT JOIN people.team t ON t.tenant_id = o.tenant_id AND t.id = o.team_id
 WHERE o.tenant_id = $1
"""


def _operator(row: asyncpg.Record) -> Operator:
    return Operator(
        id=row["id"],
        account_id=row["account_id"],
        display_name=row["display_name"],
        team_id=row["team_id"],
        team=row["team"],
        skills={code: _level(*pair) for code, pair in (row["skills"] or {}).items()},
        languages=tuple(row["languages"]),
        place=row["place"],
        country=row["country"],
        capacity=row["capacity"],
        budget=row["budget"],
        clients=frozenset(row["clients"]),
        v=row["v"],
        archived_at=row["archived_at"],
    )


def _level(level: int, expires_at: str | None) -> SkillLevel:
    return SkillLevel(level, None if expires_at is None else datetime.fromisoformat(expires_at))


async def get_operator(tx: Tx, operator_id: str) -> Operator | None:
    """Return an operator in scope."""
    row = await tx.fetchrow(_OPERATOR + " AND o.id = $2", tx.tenant_id, operator_id)
    return _operator(row) if row else None


async def operators_by_ids(tx: Tx, operator_ids: Collection[str]) -> dict[str, Operator]:
    """Return some operators in scope, by id, whoever has left included."""
    rows = await tx.fetch(_OPERATOR + " AND o.id = ANY($2::uuid[])", tx.tenant_id, [*operator_ids])
    return {row["id"]: _operator(row) for row in rows}


async def operator_for_account(tx: Tx, account_id: str) -> Operator | None:
    """Return the operator that an account is."""
    row = await tx.fetchrow(_OPERATOR + " AND o.account_id = $2", tx.tenant_id, account_id)
    return _operator(row) if row else None


async def list_operators(tx: Tx) -> list[Operator]:
    """Return all operators in scope who have not left, by name."""
    rows = await tx.fetch(
        _OPERATOR + " AND o.archived_at IS NULL ORDER BY o.sort_name, o.id", tx.tenant_id
    )
    return [_operator(row) for row in rows]


async def find_operators(
    tx: Tx,
    *,
    words: str | None = None,
    team_id: str | None = None,
    skill: str | None = None,
    client_id: str | None = None,
    after: tuple[str, str] | None,
    limit: int,
) -> list[tuple[str, Operator]]:
    """Return operators in scope that match, by name, with their sort keys."""
    name, key = after or (None, None)
    rows = await tx.fetch(
        _OPERATOR + " AND o.archived_at IS NULL"
        " AND ($2::text IS NULL OR strpos(o.sort_name, $2) > 0)"
        " AND ($3::uuid IS NULL OR o.team_id = $3)"
        " AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM people.operator_skill s"
        "  JOIN people.skill k ON k.tenant_id = s.tenant_id AND k.id = s.skill_id"
        "  WHERE s.tenant_id = o.tenant_id AND s.operator_id = o.id AND k.code = $4))"
        " AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM people.operator_client c"
        "  WHERE c.tenant_id = o.tenant_id AND c.operator_id = o.id AND c.client_id = $5"
        "  AND c.valid_to IS NULL))"
        " AND ($6::text IS NULL OR (o.sort_name, o.id) > ($6, $7::uuid))"
        " ORDER BY o.sort_name, o.id LIMIT $8",
        tx.tenant_id, sort_name(words) if words else None, team_id, skill, client_id, name, key,
        limit,
    )  # fmt: skip
    return [(row["sort_name"], _operator(row)) for row in rows]


async def insert_operator(tx: Tx, operator_id: str, new: NewOperator) -> None:
    """Write a new operator, still without skills and clients."""
    await tx.execute(
        "INSERT INTO people.operator (tenant_id, id, account_id, display_name, sort_name, team_id,"
        " languages, place, country, capacity, budget, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tx.tenant_id, operator_id, new.account_id, new.display_name, sort_name(new.display_name),
        new.team_id, list(new.languages), new.place, new.country, new.capacity, new.budget, tx.now,
    )  # fmt: skip


async def update_operator(tx: Tx, operator: Operator) -> int:
    """Save an operator's own fields if it is still at version `operator.v`."""
    return await tx.execute(
        "UPDATE people.operator SET account_id = $4, display_name = $5, sort_name = $6,"
        " team_id = $7, languages = $8, place = $9, country = $10, capacity = $11, budget = $12,"
        " archived_at = $13, v = v + 1 WHERE tenant_id = $1 AND id = $2 AND v = $3",
        tx.tenant_id, operator.id, operator.v, operator.account_id, operator.display_name,
        sort_name(operator.display_name), operator.team_id, list(operator.languages),
        operator.place, operator.country, operator.capacity, operator.budget, operator.archived_at,
    )  # fmt: skip


async def next_version(tx: Tx, operator_id: str, *, v: int | None = None) -> int:
    """Begin an operator's next version, where `v` is told only of that one; 0 of another."""
    return await tx.execute(
        "UPDATE people.operator SET v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND ($3::int IS NULL OR v = $3)",
        tx.tenant_id,
        operator_id,
        v,
    )


async def set_skills(tx: Tx, operator_id: str, levels: dict[str, SkillLevel]) -> None:
    """Give an operator exactly these skills, by skill id."""
    await tx.execute(
        "DELETE FROM people.operator_skill"
        " WHERE tenant_id = $1 AND operator_id = $2 AND skill_id <> ALL($3::uuid[])",
        tx.tenant_id, operator_id, list(levels),
    )  # fmt: skip
    await tx.execute(
        "INSERT INTO people.operator_skill (tenant_id, operator_id, skill_id, level, expires_at)"
        " SELECT $1, $2, n.skill_id, n.level, n.expires_at"
        " FROM unnest($3::uuid[], $4::int[], $5::timestamptz[]) AS n(skill_id, level, expires_at)"
        " ON CONFLICT (tenant_id, operator_id, skill_id)"
        " DO UPDATE SET level = excluded.level, expires_at = excluded.expires_at",
        tx.tenant_id, operator_id, list(levels), [level.level for level in levels.values()],
        [level.expires_at for level in levels.values()],
    )  # fmt: skip


async def all_clients_of(tx: Tx, operator_id: str) -> list[str]:
    """Return every client an operator works for, in scope or not."""
    found: list[str] = await tx.fetchval("SELECT people.all_clients_of($1)", operator_id)
    return found


async def set_clients(tx: Tx, operator_id: str, clients: Collection[str]) -> None:
    """Let an operator work for exactly these of the clients in scope; the past stays written."""
    fresh = sorted(clients)
    await tx.execute(
        "UPDATE people.operator_client SET valid_to = $4 WHERE tenant_id = $1"
        " AND operator_id = $2 AND valid_to IS NULL AND client_id <> ALL($3::uuid[])",
        tx.tenant_id, operator_id, fresh, tx.now,
    )  # fmt: skip
    await tx.execute(
        "INSERT INTO people.operator_client (tenant_id, id, operator_id, client_id, valid_from)"
        " SELECT $1, n.id, $2, n.client_id, $5"
        " FROM unnest($3::uuid[], $4::uuid[]) AS n(id, client_id)"
        " WHERE NOT EXISTS (SELECT 1 FROM people.operator_client c WHERE c.tenant_id = $1"
        "  AND c.operator_id = $2 AND c.client_id = n.client_id AND c.valid_to IS NULL)",
        tx.tenant_id, operator_id, [new_id() for _ in fresh], fresh, tx.now,
    )  # fmt: skip
