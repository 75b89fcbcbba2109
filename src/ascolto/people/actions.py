"""Use cases on operators."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import asyncpg

from ascolto.identity.actions.change_accounts import (
    get_account,
    keep_operator_clients,
    link_operator,
)
from ascolto.identity.errors import OperatorTaken
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people import errors, events, store, store_catalogue
from ascolto.people.model import NewOperator, Operator, SkillLevel
from ascolto.tenancy import store as tenancy_store


async def get_operator(tx: Tx, operator_id: str) -> Operator:
    """Return an operator in scope or refuse."""
    operator = await store.get_operator(tx, operator_id)
    if operator is None:
        raise errors.UnknownOperator("There is no such operator.", operator_id=operator_id)
    return operator


async def create_operator(tx: Tx, new: NewOperator, *, operator_id: str | None = None) -> Operator:
    """Add an operator with skills and clients, and tell the account who it is."""
    if tx.clients is not None and not new.clients:
        raise errors.NoClient("Say for which of your clients this operator works.")
    await _require_clients(tx, new.clients)
    await _require_team(tx, new.team_id)
    levels = await _by_skill_id(tx, new.skills)
    key = operator_id or new_id()
    if new.account_id is not None:
        await get_account(tx, new.account_id)
    try:
        await store.insert_operator(tx, key, new)
        if new.account_id is not None:
            await link_operator(tx, account_id=new.account_id, operator_id=key)
    except (asyncpg.UniqueViolationError, OperatorTaken) as taken:
        raise errors.AccountTaken("This account is already an operator's.") from taken
    await store.set_skills(tx, key, levels)
    await store.set_clients(tx, key, new.clients)
    await _tell_sight(tx, key)
    tx.emit(events.OperatorChanged(operator_id=key, change="created"))
    return await get_operator(tx, key)


async def change_operator(tx: Tx, operator_id: str, *, v: int, changes: dict[str, Any]) -> Operator:
    """Change some fields of an operator still at version `v`."""
    before = await get_operator(tx, operator_id)
    if "team_id" in changes:
        await _require_team(tx, changes["team_id"])
    try:
        saved = await store.update_operator(tx, replace(before, v=v, **changes))
        if saved and changes.get("account_id", before.account_id) != before.account_id:
            await _relink(tx, before, changes["account_id"])
    except (asyncpg.UniqueViolationError, OperatorTaken) as taken:
        raise errors.AccountTaken("This account is already an operator's.") from taken
    if not saved:
        raise errors.OperatorChanged("Somebody changed this operator meanwhile.", v=before.v)
    tx.emit(events.OperatorChanged(operator_id=operator_id, change="updated"))
    return await get_operator(tx, operator_id)


async def archive_operator(tx: Tx, operator_id: str) -> None:
    """Let an operator go: no more work, and the account is nobody's desk; the history stays."""
    if tx.clients is not None:
        raise errors.OutsideScope("Only somebody who sees every client may do this.")
    operator = await get_operator(tx, operator_id)
    if operator.archived_at is not None:
        return
    if operator.account_id is not None:
        await link_operator(tx, account_id=operator.account_id, operator_id=None)
    await store.set_clients(tx, operator_id, ())
    await store.update_operator(tx, replace(operator, archived_at=tx.now, account_id=None))
    tx.emit(events.OperatorChanged(operator_id=operator_id, change="archived"))


async def set_skills(
    tx: Tx, operator_id: str, skills: Mapping[str, SkillLevel], *, v: int | None = None
) -> Operator:
    """Give an operator exactly these skills, by code; refuse when they are past a version `v`.

    What was read while somebody helped elsewhere lacks the skill that came back since.
    """
    before = await get_operator(tx, operator_id)
    if not await store.next_version(tx, operator_id, v=v):
        raise errors.OperatorChanged("Somebody changed this operator meanwhile.", v=before.v)
    await store.set_skills(tx, operator_id, await _by_skill_id(tx, skills))
    tx.emit(events.OperatorChanged(operator_id=operator_id, change="skills"))
    return await get_operator(tx, operator_id)


async def put_skills(tx: Tx, operator_id: str, skills: Mapping[str, SkillLevel]) -> Operator:
    """Give an operator these skills as far as they are still in use."""
    known = await store_catalogue.skill_ids(tx, skills.keys())
    return await set_skills(tx, operator_id, {code: skills[code] for code in known})


async def set_clients(
    tx: Tx, operator_id: str, clients: Collection[str], *, v: int | None = None
) -> Operator:
    """Let an operator work for exactly these of the clients in the asker's scope.

    Refused when they are past a version `v`: what was read then may lack a client given since.
    """
    before = await get_operator(tx, operator_id)
    if tx.clients is not None and not clients:
        raise errors.NoClient("Leave at least one of your clients, or ask who sees them all.")
    await _require_clients(tx, clients)
    if not await store.next_version(tx, operator_id, v=v):
        raise errors.OperatorChanged("Somebody changed this operator meanwhile.", v=before.v)
    await store.set_clients(tx, operator_id, clients)
    await _tell_sight(tx, operator_id)
    tx.emit(events.OperatorChanged(operator_id=operator_id, change="clients"))
    return await get_operator(tx, operator_id)


async def clients_by_name(tx: Tx) -> dict[str, str]:
    """Return the ids of the clients in scope, by name in lower case."""
    return {client.name.lower(): client.id for client in await tenancy_store.list_clients(tx)}


async def _relink(tx: Tx, before: Operator, account_id: str | None) -> None:
    if before.account_id is not None:
        await link_operator(tx, account_id=before.account_id, operator_id=None)
    if account_id is not None:
        await get_account(tx, account_id)
        await link_operator(tx, account_id=account_id, operator_id=before.id)
        await _tell_sight(tx, before.id)


async def _tell_sight(tx: Tx, operator_id: str) -> None:
    """Let the operator's account see for whom they work, and nobody else."""
    clients = await store.all_clients_of(tx, operator_id)
    await keep_operator_clients(tx, operator_id=operator_id, clients=clients)


async def _require_clients(tx: Tx, clients: Collection[str]) -> None:
    unknown = set(clients) - await tenancy_store.known_clients(tx, sorted(clients))
    if unknown:
        raise errors.UnknownClient("There is no such client.", unknown=sorted(unknown))


async def _require_team(tx: Tx, team_id: str | None) -> None:
    if team_id is not None and await store_catalogue.get_team(tx, team_id) is None:
        raise errors.UnknownTeam("There is no such team.", team_id=team_id)


async def _by_skill_id(tx: Tx, skills: Mapping[str, SkillLevel]) -> dict[str, SkillLevel]:
    ids = await store_catalogue.skill_ids(tx, skills.keys())
    unknown = sorted(skills.keys() - ids.keys())
    if unknown:
        raise errors.UnknownSkill("There is no such skill.", unknown=unknown)
    return {ids[code]: level for code, level in skills.items()}
