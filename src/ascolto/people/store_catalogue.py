"""Statements on skills and teams."""

from collections.abc import Collection

from ascolto.kit.db import Tx
from ascolto.people.model import Skill, Team


async def list_skills(tx: Tx, *, after: str | None = None, limit: int | None = None) -> list[Skill]:
    """Return the skills in use, by code."""
    rows = await tx.fetch(
        "SELECT id, code, name, archived_at FROM people.skill WHERE tenant_id = $1"
        " AND archived_at IS NULL AND ($2::text IS NULL OR code > $2) ORDER BY code LIMIT $3",
        tx.tenant_id, after, limit,
    )  # fmt: skip
    return [Skill(**row) for row in rows]


async def get_skill(tx: Tx, skill_id: str) -> Skill | None:
    """Return a skill in use."""
    row = await tx.fetchrow(
        "SELECT id, code, name, archived_at FROM people.skill"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL",
        tx.tenant_id, skill_id,
    )  # fmt: skip
    return Skill(**row) if row else None


async def skill_ids(tx: Tx, codes: Collection[str]) -> dict[str, str]:
    """Return the ids of the skills in use among some codes."""
    rows = await tx.fetch(
        "SELECT code, id FROM people.skill"
        " WHERE tenant_id = $1 AND code = ANY($2::text[]) AND archived_at IS NULL",
        tx.tenant_id, list(codes),
    )  # fmt: skip
    return {row["code"]: row["id"] for row in rows}


async def insert_skill(tx: Tx, skill: Skill) -> None:
    """Write a new skill."""
    await tx.execute(
        "INSERT INTO people.skill (tenant_id, id, code, name) VALUES ($1, $2, $3, $4)",
        tx.tenant_id, skill.id, skill.code, skill.name,
    )  # fmt: skip


async def update_skill(tx: Tx, skill: Skill) -> None:
    """Save a skill's name and whether it is in use."""
    await tx.execute(
        "UPDATE people.skill SET name = $3, archived_at = $4 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, skill.id, skill.name, skill.archived_at,
    )  # fmt: skip


async def revive_skill(tx: Tx, skill_id: str) -> str | None:
    """Take an archived skill into use again; return its code."""
    code: str | None = await tx.fetchval(
        "UPDATE people.skill SET archived_at = NULL"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NOT NULL RETURNING code",
        tx.tenant_id, skill_id,
    )  # fmt: skip
    return code


async def revive_team(tx: Tx, team_id: str) -> bool:
    """Take an archived team into use again."""
    return await tx.execute(
        "UPDATE people.team SET archived_at = NULL"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NOT NULL",
        tx.tenant_id, team_id,
    ) == 1  # fmt: skip


async def list_teams(tx: Tx, *, after: tuple[str, str] | None, limit: int) -> list[Team]:
    """Return the teams in use, by name."""
    name, key = after or (None, None)
    rows = await tx.fetch(
        "SELECT id, name, archived_at FROM people.team WHERE tenant_id = $1"
        " AND archived_at IS NULL AND ($2::text IS NULL OR (lower(name), id) > ($2, $3::uuid))"
        " ORDER BY lower(name), id LIMIT $4",
        tx.tenant_id, name, key, limit,
    )  # fmt: skip
    return [Team(**row) for row in rows]


async def get_team(tx: Tx, team_id: str) -> Team | None:
    """Return a team in use."""
    row = await tx.fetchrow(
        "SELECT id, name, archived_at FROM people.team"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL",
        tx.tenant_id, team_id,
    )  # fmt: skip
    return Team(**row) if row else None


async def insert_team(tx: Tx, team: Team) -> None:
    """Write a new team."""
    await tx.execute(
        "INSERT INTO people.team (tenant_id, id, name) VALUES ($1, $2, $3)",
        tx.tenant_id, team.id, team.name,
    )  # fmt: skip


async def update_team(tx: Tx, team: Team) -> None:
    """Save a team's name and whether it is in use."""
    await tx.execute(
        "UPDATE people.team SET name = $3, archived_at = $4 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, team.id, team.name, team.archived_at,
    )  # fmt: skip
