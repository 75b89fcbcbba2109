"""The engine's moving parts: people, work, the groups of like work, and queues."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ascolto.routing.engine.estimates import Pace, Promise
from ascolto.routing.engine.model import Openings, Operator, QueuePolicy, SkillNeed, WorkItem
from ascolto.routing.engine.openings import OpenTime

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

Lineup: TypeAlias = tuple[Callable[[list[Rank]], tuple[Rank, ...]], tuple[int, ...]]
"""What reads the first ranks of all groups that a person may serve, and where those stand."""


NOT_HERE, IDLE, BUSY, ON_BREAK = range(4)
"""What a person is doing, as it is counted for the floor."""


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
    told_country: str | None = None
    mix: int = 0
    load: int = 0
    room: int = 0
    idle_since: float = 0.0
    break_due_at: float | None = None
    work: "list[Piece]" = field(default_factory=list)
    held: "dict[str, Piece]" = field(default_factory=dict)
    kept_for: "Piece | None" = None
    avoids: set[str] = field(default_factory=set)
    traits: frozenset[Trait] = frozenset()
    lapses_at: float | None = None
    listed: int = 0
    listed_load: int | None = None
    doing: int = 0
    crowds: "list[list[int]]" = field(default_factory=list)
    place: "tuple[int, float, str, Person] | None" = None
    indexes: dict[int, list[int]] = field(default_factory=dict)
    lineups: dict[int, Lineup] = field(default_factory=dict)
    shown: dict[int, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)
    bit: int = 0
    id: str = ""

    def __post_init__(self) -> None:
        """Derive the person's bit in every mask, and keep the id near."""
        self.bit = 1 << self.slot
        self.id = self.config.id


@dataclass(slots=True, eq=False)
class QueueState:
    """A queue's policy, its groups and its figures."""

    policy: QueuePolicy
    pace: Pace = field(default_factory=Pace)
    waiting: int = 0
    offered: int = 0
    active: int = 0
    wrapup: int = 0
    groups: "dict[tuple[Any, ...], Group]" = field(default_factory=dict)
    held: "dict[str, Piece]" = field(default_factory=dict)
    expiries: "deque[tuple[float, int, Rank, int, int, Piece]]" = field(default_factory=deque)
    probe: "Asked | None" = None
    opens: tuple[float, ...] = (0.0,)
    """After how long each ring opens."""
    openings: Openings | None = None
    open_time: OpenTime | None = None

    def open_at(self, openings: Openings | None) -> None:
        """Be open at these hours only; None is always."""
        self.openings = openings
        self.open_time = None if openings is None else OpenTime(openings)

    @property
    def overflows(self) -> bool:
        """Tell whether work that waits too long goes on elsewhere."""
        return (
            self.policy.overflow_after_s is not None and self.policy.overflow_queue_id is not None
        )

    def overflows_at(self, since: float) -> float:
        """Return when work overflows that has waited since then; the policy must say after what."""
        after_s = self.policy.overflow_after_s or 0.0
        return since + after_s if self.open_time is None else self.open_time.after(since, after_s)


class Piece:
    """A work item as the engine follows one."""

    __slots__ = (
        "avoided_at",
        "entered_at",
        "excluded",
        "expires_at",
        "group",
        "holder",
        "id",
        "item",
        "keeper",
        "kept_at",
        "level",
        "mixes",
        "operator_id",
        "person",
        "promise",
        "queue",
        "rank",
        "reserve_at",
        "sequence",
        "since",
        "state",
        "to_head",
        "token",
        "unit",
        "visited",
        "waits_since",
    )

    def __init__(self, item: WorkItem, queue: QueueState, sequence: int) -> None:
        """Take in a piece of work that waits."""
        self.id = item.id
        self.since = self.waits_since = self.entered_at = item.enqueued_at
        self.item = item
        self.queue = queue
        self.sequence = sequence
        self.to_head = item.to_head
        self.state = "waiting"
        self.token = 0
        self.level = 0
        self.mixes = False
        self.excluded = item.excluded | item.barred
        self.group: Group | None = None
        self.holder: Person | None = None
        self.keeper: Person | None = None
        self.kept_at = 0.0
        self.reserve_at: float | None = None
        self.operator_id: str | None = None
        self.person: Person | None = None
        self.unit = 0
        self.expires_at: float | None = None
        self.avoided_at: float | None = None
        self.promise: Promise | None = None
        self.visited: frozenset[str] = _NOWHERE
        self.rank: Rank = rank_of(self)


_NOWHERE: frozenset[str] = frozenset()

LET_OFF = Piece.__new__(Piece)
"""What room is kept for that is held back no longer until the step ends: before all work."""
LET_OFF.rank = -(1 << 200)


def rank_of(piece: Piece) -> Rank:
    """Return a piece's place: deadline less the worth of its priority, then order of arrival."""
    item, policy = piece.item, piece.queue.policy
    deadline = item.due_at
    if deadline is None:
        deadline = item.enqueued_at + policy.target_s
    priority = item.priority
    if priority is None:
        priority = policy.priority
    moment = round((deadline - priority * PRIORITY_WORTH_S) * _MICROSECOND)
    return (((moment << 1) + (not piece.to_head)) << _SEQUENCE_BITS) + piece.sequence


@dataclass(slots=True, eq=False)
class Asked:
    """What work asks of people, ring by ring, and who has it."""

    channel: int
    must: frozenset[Trait]
    needs: tuple[tuple[SkillNeed, ...], ...]
    rings: tuple[frozenset[Trait], ...]
    number: int
    masks: list[int]
    unit: int


class Group:
    """Work alike in everything that decides who can take it and in what order, in that order.

    All of it has the same worth of priority and the same target, so the first in rank is also the
    oldest: a ring that is open for any of it is open for the first. Only the first is looked at.
    What comes in order, as nearly all does, stands in the line; what comes back late in a heap.
    """

    __slots__ = (
        "asked",
        "base",
        "excluding",
        "exclusive",
        "last_rank",
        "late",
        "line",
        "long_work_s",
        "opens",
        "queue",
    )

    def __init__(
        self, asked: Asked, queue: QueueState, base: int, *, exclusive: bool = False
    ) -> None:
        """Start with nothing waiting; the group has as many places from `base` as rings."""
        self.exclusive = exclusive
        self.asked = asked
        self.queue = queue
        self.base = base
        self.opens = queue.opens
        self.long_work_s = queue.policy.long_work_s
        self.line: deque[Piece] = deque()
        self.last_rank: Rank = -EMPTY
        self.late: list[tuple[Rank, Piece]] = []
        self.excluding = 0


class UnevenGroup(Group):
    """Work alike but for deadlines or priorities of its own: the first need not be the oldest.

    Each ring keeps its own order, and work moves from one to the next as it opens.
    """

    __slots__ = ("heaps", "oldest", "waiting")

    def __init__(
        self, asked: Asked, queue: QueueState, base: int, *, exclusive: bool = False
    ) -> None:
        """Start with nothing waiting."""
        super().__init__(asked, queue, base, exclusive=exclusive)
        self.heaps: list[list[Rank]] = [[] for _ in self.opens]
        self.waiting: dict[Rank, Piece] = {}
        self.oldest: Piece | None = None


def ring_at(piece: Piece, now: float) -> int:
    """Return the widest ring that is open for a piece by now."""
    opens = piece.queue.opens
    last = len(opens) - 1
    if last:
        since = piece.since
        while last and since + opens[last] > now:  # the very sum that its timer is set to
            last -= 1
    return last
