"""The engine's moving parts: people, work and the groups of like work."""

from dataclasses import dataclass, field
from heapq import heappop, heappush

from ascolto.routing.engine.model import Operator, QueuePolicy, SkillNeed, WorkItem

PRIORITY_WORTH_S = 600.0
"""What one step of priority is worth: as if the work had come ten minutes earlier.

Rank is deadline minus that bonus: it never changes while work waits, so nothing has to be sorted
again, and since later work has a later deadline nothing can wait for ever behind newcomers.
"""

Rank = tuple[float, int, int]


@dataclass(slots=True, eq=False)
class Person:
    """An operator as the engine follows one: state, load, and where they may serve."""

    config: Operator
    state: str = "offline"
    country: str = "IT"
    load: int = 0
    idle_since: float = 0.0
    break_due_at: float | None = None
    counts: dict[str, int] = field(default_factory=dict)
    work: set[str] = field(default_factory=set)
    groups: "list[Group]" = field(default_factory=list)
    held: list[tuple[Rank, str]] = field(default_factory=list)
    free: bool = False


@dataclass(slots=True, eq=False)
class Piece:
    """A work item as the engine follows one."""

    item: WorkItem
    rank: Rank
    state: str = "waiting"
    ring: int = 0
    group: "Group | None" = None
    holder: str | None = None
    operator_id: str | None = None
    expires_at: float | None = None
    excluded: frozenset[str] = frozenset()
    promised_s: float | None = None
    token: int = 0


@dataclass(slots=True, eq=False)
class Group:
    """Work alike in everything that decides who can take it, in rank order."""

    policy: QueuePolicy
    client_id: str
    channel: str
    needs: tuple[tuple[SkillNeed, ...], ...]
    language: str | None
    eu_only: bool
    cost: int
    heap: list[tuple[Rank, str]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    free: set[str] = field(default_factory=set)
    size: int = 0

    def push(self, piece: Piece) -> None:
        """Add a piece of work."""
        piece.group = self
        self.size += 1
        heappush(self.heap, (piece.rank, piece.item.id))

    def drop(self, piece: Piece) -> None:
        """Take a piece out; its entry in the heap is skipped when it comes up."""
        piece.group = None
        self.size -= 1

    def head(self, pieces: dict[str, Piece]) -> Piece | None:
        """Return the first piece in rank, dropping stale entries."""
        heap = self.heap
        while heap:
            rank, item_id = heap[0]
            piece = pieces.get(item_id)
            if piece is not None and piece.group is self and piece.rank == rank:
                return piece
            heappop(heap)
        return None


def rank_of(item: WorkItem, policy: QueuePolicy, sequence: int) -> Rank:
    """Return a piece's place: deadline less the worth of its priority, then order of arrival."""
    deadline = item.due_at if item.due_at is not None else item.enqueued_at + policy.target_s
    priority = policy.priority if item.priority is None else item.priority
    head = -1 if item.to_head else 0
    return (deadline - priority * PRIORITY_WORTH_S, head, sequence)
