"""Skills as they stand without what was done on the floor until tonight, for whoever plans days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ascolto.kit.db import Tx
from ascolto.people import Operator, SkillLevel, list_operators
from ascolto.routing import store_interventions, store_queues
from ascolto.routing.roster import crew_of_people, crews, for_engine
from ascolto.routing.store_interventions import Intervention, Lent


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who takes from a queue on other days and not now: their skills are lent."""

    operator_id: str
    queue_id: str
    until: datetime


def told_skills(who: Operator, codes: Iterable[str]) -> dict[str, Any]:
    """Return some skills of a person as they are kept beside an intervention."""
    found: dict[str, Any] = {}
    for code in codes:
        skill = who.skills.get(code)
        expires = skill.expires_at if skill else None
        found[code] = [skill.level, expires and expires.isoformat()] if skill else None
    return found


def with_skills(who: Operator, values: Mapping[str, Any]) -> dict[str, SkillLevel]:
    """Return a person's skills with some of them as they are kept beside an intervention."""
    skills = dict(who.skills)
    for code, held in values.items():
        if held is None:
            skills.pop(code, None)
            continue
        level, expires = held
        skills[code] = SkillLevel(
            level, None if expires is None else datetime.fromisoformat(expires)
        )
    return skills


def due_back(done: Intervention | Lent, who: Operator) -> dict[str, Any]:
    """Return the skills that come back with an intervention's end: one changed since stays."""
    now = told_skills(who, done.after)
    return {code: done.before[code] for code in done.after if now[code] == done.after[code]}


async def standing_operators(tx: Tx) -> list[Operator]:
    """Return everybody at work with the skills they have once no intervention runs any more."""
    running = {one.operator_id: one for one in await store_interventions.skills_lent(tx)}
    return [
        replace(one, skills=with_skills(one, due_back(running[one.id], one)))
        if one.id in running
        else one
        for one in await list_operators(tx)
    ]


async def standing_crews(tx: Tx) -> dict[str, list[str]]:
    """Return who may be offered the work of each queue in use, on any day but this one."""
    people = [for_engine(one) for one in await standing_operators(tx)]
    at = tx.now.timestamp()
    return {
        queue.id: crew_of_people(queue, people, at=at)
        for queue in await store_queues.list_queues(tx)
    }


async def away(tx: Tx) -> list[Away]:
    """Return who is away from which queue in scope until when, to whichever queue they went."""
    lent = {one.operator_id: one.until for one in await store_interventions.skills_lent(tx)}
    if not lent:
        return []
    now = {key: frozenset(crew) for key, crew in (await crews(tx)).items()}
    return [
        Away(who, queue_id, lent[who])
        for queue_id, crew in (await standing_crews(tx)).items()
        for who in crew
        if who in lent and who not in now.get(queue_id, ())
    ]
