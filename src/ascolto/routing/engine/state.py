"""The engine's moving parts: people, work, the groups of like work, and queues."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ascolto.routing.engine.estimates import Pace
from ascolto.routing.engine.model import Operator, QueuePolicy, SkillNeed, WorkItem

PRIORITY_WORTH_S = 600.0
"""What one step of priority is worth: as if the work had come ten minutes earlier.

Rank is deadline minus that bonus: it never changes while work waits, so nothing has to be sorted
again, and since later work has a later deadline nothing can wait for ever behind newcomers.
"""

Rank: TypeAlias = int
"""Deadline in microseconds less the worth of priority, head of rank, order of arrival: one number.

Numbers compare three times as fast as tuples, and no two pieces of work have the same.
"""

_SEQUENCE_BITS = 43
_MICROSECOND = 1e6
EMPTY: Rank = 1 << 200
"""The rank at the head of a group where nobody waits: behind everything."""

Trait: TypeAlias = tuple[str, ...] | tuple[str, str, int]
"""One thing a person has that work may ask for: a client, a channel, a skill at a level, …"""

Reader: TypeAlias = Callable[[list[Rank]], tuple[Rank, ...]]


@dataclass(slots=True, eq=False)
class Profile:
    """Channel limits and budget that people share, and what they leave room for at each load."""

    channels: dict[str, int]
    budget: int
    rooms: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Person:
    """An operator as the engine follows one: state, load, and where they may serve."""

    config: Operator
    slot: int
    profile: Profile
    state: str = "offline"
    country: str = "IT"
    mix: int = 0
    load: int = 0
    room: int = 0
    idle_since: float = 0.0
    break_due_at: float | None = None
    work: "dict[str, Piece]" = field(default_factory=dict)
    held: "dict[str, Piece]" = field(default_factory=dict)
    avoids: set[str] = field(default_factory=set)
    traits: frozenset[Trait] = frozenset()
    lapses_at: float | None = None
    listed: int = 0
    place: "tuple[int, float, str, Person] | None" = None
    seen_groups: int = 0
    indexes: dict[int, list[int]] = field(default_factory=dict)
    readers: dict[int, Reader] = field(default_factory=dict)
    shown: dict[int, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)
    bit: int = 0

    def __post_init__(self) -> None:
        """Derive the person's bit in every mask."""
        self.bit = 1 << self.slot


@dataclass(slots=True, eq=False)
class Group:
    """Work alike in everything that decides who can take it, in rank order."""

    index: int
    queue: "QueueState"
    ring: int
    channel: int
    must: frozenset[Trait]
    rings: tuple[tuple[SkillNeed, ...], ...]
    any_of: tuple[frozenset[Trait], ...]
    needs_number: int
    long_work_s: float
    mask: int = 0
    heap: list[Rank] = field(default_factory=list)
    size: int = 0


@dataclass(slots=True, eq=False)
class QueueState:
    """A queue's policy, its groups and its figures."""

    policy: QueuePolicy
    pace: Pace = field(default_factory=Pace)
    counts: dict[str, int] = field(
        default_factory=lambda: {"waiting": 0, "offered": 0, "active": 0, "wrapup": 0}
    )
    groups: dict[tuple[Any, ...], Group] = field(default_factory=dict)
    oldest: list[tuple[float, int, int, "Piece"]] = field(default_factory=list)
    expiries: "deque[tuple[float, int, int, int, Piece]]" = field(default_factory=deque)
    probe: Group | None = None


class Piece:
    """A work item as the engine follows one."""

    __slots__ = (
        "avoided_at",
        "entered_at",
        "excluded",
        "expires_at",
        "group",
        "holder",
        "item",
        "operator_id",
        "promised_s",
        "queue",
        "rank",
        "ring",
        "sequence",
        "state",
        "to_head",
        "token",
        "visited",
    )

    def __init__(self, item: WorkItem, queue: QueueState, sequence: int) -> None:
        """Take in a piece of work that waits."""
        self.item = item
        self.queue = queue
        self.sequence = sequence
        self.to_head = item.to_head
        self.state = "waiting"
        self.ring = 0
        self.token = 0
        self.entered_at = item.enqueued_at
        self.excluded = item.excluded
        self.group: Group | None = None
        self.holder: Person | None = None
        self.operator_id: str | None = None
        self.expires_at: float | None = None
        self.avoided_at: float | None = None
        self.promised_s: float | None = None
        self.visited: frozenset[str] = _NOWHERE
        self.rank: Rank = rank_of(self)


_NOWHERE: frozenset[str] = frozenset()


def rank_of(piece: Piece) -> Rank:
    """Return a piece's place: deadline less the worth of its priority, then order of arrival."""
    item, policy = piece.item, piece.queue.policy
    deadline = item.due_at if item.due_at is not None else item.enqueued_at + policy.target_s
    priority = policy.priority if item.priority is None else item.priority
    moment = round((deadline - priority * PRIORITY_WORTH_S) * _MICROSECOND)
    return (((moment << 1) + (not piece.to_head)) << _SEQUENCE_BITS) + piece.sequence
