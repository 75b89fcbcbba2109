"""Use cases on skills and teams: the names that operators are described by."""

from dataclasses import replace

import asyncpg

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people import errors, events, store_catalogue
from ascolto.people.model import Skill, Team


async def create_skill(tx: Tx, *, code: str, name: str) -> Skill:
    """Add a skill; its code is what routing rules name."""
    _require_full_scope(tx)
    skill = Skill(id=new_id(), code=code, name=name)
    try:
        await store_catalogue.insert_skill(tx, skill)
    except asyncpg.UniqueViolationError as taken:
        raise errors.CodeTaken(f"There already is a skill {code}.", skill=code) from taken
    tx.emit(events.SkillChanged(skill_id=skill.id, code=code, change="created"))
    return skill


async def change_skill(
    tx: Tx, skill_id: str, *, name: str | None = None, archived: bool = False
) -> Skill:
    """Rename a skill or take it out of use; nobody has an archived skill."""
    _require_full_scope(tx)
    skill = await store_catalogue.get_skill(tx, skill_id)
    if skill is None:
        raise errors.UnknownSkill("There is no such skill.", skill_id=skill_id)
    after = replace(skill, name=name or skill.name, archived_at=tx.now if archived else None)
    await store_catalogue.update_skill(tx, after)
    change = "archived" if archived else "updated"
    tx.emit(events.SkillChanged(skill_id=skill_id, code=skill.code, change=change))
    return after


async def revive_skill(tx: Tx, skill_id: str) -> None:
    """Take an archived skill into use again."""
    _require_full_scope(tx)
    code = await store_catalogue.revive_skill(tx, skill_id)
    if code is None:
        raise errors.UnknownSkill("There is no such skill.", skill_id=skill_id)
    tx.emit(events.SkillChanged(skill_id=skill_id, code=code, change="created"))


async def revive_team(tx: Tx, team_id: str) -> None:
    """Take an archived team into use again."""
    _require_full_scope(tx)
    try:
        revived = await store_catalogue.revive_team(tx, team_id)
    except asyncpg.UniqueViolationError as taken:
        raise errors.NameTaken("Another team has this name.") from taken
    if not revived:
        raise errors.UnknownTeam("There is no such team.", team_id=team_id)
    tx.emit(events.TeamChanged(team_id=team_id, change="created"))


async def create_team(tx: Tx, *, name: str) -> Team:
    """Add a team."""
    _require_full_scope(tx)
    team = Team(id=new_id(), name=name)
    try:
        await store_catalogue.insert_team(tx, team)
    except asyncpg.UniqueViolationError as taken:
        raise errors.NameTaken(f"There already is a team {name}.", name=name) from taken
    tx.emit(events.TeamChanged(team_id=team.id, change="created"))
    return team


async def change_team(
    tx: Tx, team_id: str, *, name: str | None = None, archived: bool = False
) -> Team:
    """Rename a team or take it out of use."""
    _require_full_scope(tx)
    team = await store_catalogue.get_team(tx, team_id)
    if team is None:
        raise errors.UnknownTeam("There is no such team.", team_id=team_id)
    after = replace(team, name=name or team.name, archived_at=tx.now if archived else None)
    try:
        await store_catalogue.update_team(tx, after)
    except asyncpg.UniqueViolationError as taken:
        raise errors.NameTaken("Another team has this name.") from taken
    change = "archived" if archived else "updated"
    tx.emit(events.TeamChanged(team_id=team_id, change=change))
    return after


def _require_full_scope(tx: Tx) -> None:
    if tx.clients is not None:
        raise errors.OutsideScope("Only somebody who sees every client may do this.")
