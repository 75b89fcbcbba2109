"""The people of the room below, as the engine reads them, and as aggregates for the floor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ascolto.kit.db import Tx
from ascolto.people import Operator
from ascolto.people import store as people_store
from ascolto.privacy import MINIMUM_GROUP
from ascolto.routing import engine, store_queues
from ascolto.routing.model import Queue, needs_of

EVENTS = frozenset({"people.operator_changed"})
"""Events after which an operator is read again."""

SMALLEST_GROUP = MINIMUM_GROUP.default
"""People are shown in groups of at least this many (worker privacy: the aggregate mode)."""


async def operators(tx: Tx) -> list[engine.Operator]:
    """Return everybody who may be offered work."""
    return [for_engine(person) for person in await people_store.list_operators(tx)]


async def operator(tx: Tx, operator_id: str) -> engine.Operator | None:
    """Return one operator, None when they are gone."""
    person = await people_store.get_operator(tx, operator_id)
    if person is None or person.archived_at is not None:
        return None
    return for_engine(person)


async def crew_of(tx: Tx, queue: Queue) -> list[str]:
    """Return who may be offered a queue's work in any of its rings, signed in or not."""
    return crew_of_people(queue, await operators(tx), at=tx.now.timestamp())


async def crews(tx: Tx) -> dict[str, list[str]]:
    """Return who may be offered the work of each queue in use."""
    people, at = await operators(tx), tx.now.timestamp()
    queues = await store_queues.list_queues(tx)
    return {queue.id: crew_of_people(queue, people, at=at) for queue in queues}


async def teams_of(tx: Tx) -> dict[str, str]:
    """Return the team of everybody in scope, empty where they have none."""
    return {person.id: person.team or "" for person in await operators(tx)}


def crew_of_people(queue: Queue, people: Iterable[engine.Operator], *, at: float) -> list[str]:
    """Return which of some people may be offered a queue's work in any of its rings."""
    needs = [needs_of(ring["needs"]) for ring in queue.rings] or [()]
    return [
        person.id
        for person in people
        if queue.client_id in person.clients
        and person.channels.get(queue.channel, 0) > 0
        and any(all(_has(person, need, at) for need in ring) for ring in needs)
    ]


def _has(person: engine.Operator, need: engine.SkillNeed, at: float) -> bool:
    level, until = person.skills.get(need.skill, (0, None))
    return level >= need.level and (until is None or at < until)


async def country_of(tx: Tx, operator_id: str) -> str | None:
    """Return the country on an operator's record."""
    person = await people_store.get_operator(tx, operator_id)
    return None if person is None else person.country


def for_engine(person: Operator) -> engine.Operator:
    """Return an operator as the engine reads one."""
    return engine.Operator(
        id=person.id,
        clients=person.clients,
        skills={
            code: (skill.level, skill.expires_at.timestamp() if skill.expires_at else None)
            for code, skill in person.skills.items()
        },
        languages=frozenset(person.languages),
        channels=person.capacity,
        budget=person.budget,
        country=person.country,
        team=person.team,
    )


@dataclass(slots=True)
class Group:
    """How many of a team are here, and doing what, for one client."""

    group: str
    client_id: str
    n: int = 0
    present: int = 0
    available: int = 0
    busy: int = 0
    on_break: int = 0

    @property
    def here(self) -> int:
        """Return how many are at work just now, their breaks included."""
        return self.present + self.on_break


OTHERS = "others"


def groups(
    crowds: Iterable[engine.Crowd], *, smallest: Mapping[str, int] | None = None
) -> list[Group]:
    """Count people by client and team; teams with few people here now are folded together.

    How few is for each client to say (`smallest`), but never fewer than `SMALLEST_GROUP`.

    It is who is here that counts: in a team of thirty of whom one is at work, "one is busy" says
    what that one is doing. When even the folded group is too small it is left out.
    """
    least = {key: max(SMALLEST_GROUP, number) for key, number in (smallest or {}).items()}
    found: dict[tuple[str, str], Group] = {}
    for crowd in crowds:
        name = crowd.team or OTHERS
        group = found.setdefault((crowd.client_id, name), Group(name, crowd.client_id))
        present = crowd.available + crowd.busy
        _add(group, Group(name, crowd.client_id, crowd.n, present, *crowd[3:]))

    def is_shown(group: Group) -> bool:
        return group.here >= least.get(group.client_id, SMALLEST_GROUP)

    kept = [group for group in found.values() if is_shown(group)]
    folded: dict[str, Group] = {}
    for group in found.values():
        if not is_shown(group):
            into = folded.setdefault(group.client_id, Group(OTHERS, group.client_id))
            _add(into, group)
    kept += [group for group in folded.values() if is_shown(group)]
    return sorted(kept, key=lambda g: (g.client_id, g.group))


def _add(into: Group, group: Group) -> None:
    into.n += group.n
    into.present += group.present
    into.available += group.available
    into.busy += group.busy
    into.on_break += group.on_break
