"""The waiting work: queues, and in each the groups of like work in order of rank.

`heads` holds each group's first rank, by the group's index; a person looks at the heads they may
serve all at once (`reader`, `min`), which the interpreter does without running a line of Python.
"""

from heapq import heapify, heappop, heappush
from operator import itemgetter

from ascolto.routing.engine import fitness
from ascolto.routing.engine import model as m
from ascolto.routing.engine.crew import Crew
from ascolto.routing.engine.state import EMPTY, Group, Person, Piece, QueueState, Rank, Reader
from ascolto.routing.engine.timers import Timers

_SLACK = 64


class UnknownQueueError(KeyError):
    """Work names a queue that was never configured."""


class Backlog:
    """All queues, and everything that waits in them."""

    def __init__(self, crew: Crew, timers: Timers) -> None:
        """Start without a queue."""
        self.queues: dict[str, QueueState] = {}
        self.heads: list[Rank] = [EMPTY]
        self.by_rank: dict[Rank, Piece] = {}
        self.longest_work_s = 0.0
        self.groups: list[Group | None] = [None]
        self._crew = crew
        self._timers = timers
        self._needs: dict[tuple[tuple[m.SkillNeed, ...], ...], int] = {}

    # -- queues --------------------------------------------------------------------------------

    def queue(self, queue_id: str) -> QueueState:
        """Return a queue; raises UnknownQueueError."""
        try:
            return self.queues[queue_id]
        except KeyError:
            raise UnknownQueueError(queue_id) from None

    def configure(self, policy: m.QueuePolicy) -> QueueState:
        """Take in a new queue or another policy; the groups of the old one must be empty."""
        queue = self.queues.get(policy.id)
        if queue is None:
            queue = self.queues[policy.id] = QueueState(policy)
        queue.policy = policy
        for group in queue.groups.values():
            self.groups[group.index] = None
            self.heads[group.index] = EMPTY
        if queue.groups:
            self._forget_readers()
        queue.groups = {}
        queue.probe = None
        queue.expiries = self._timers.line(policy.offer_timeout_s)
        self.longest_work_s = max(q.policy.long_work_s for q in self.queues.values())
        return queue

    def free_for(self, queue: QueueState) -> int:
        """Count who has room for a queue's usual work, in whatever ring."""
        if queue.probe is None:
            policy = queue.policy
            item = m.WorkItem("", policy.client_id, policy.id, policy.channel, 0.0)
            queue.probe = self._made(queue, item, ring=len(policy.rings), index=0)
        probe = queue.probe
        return (probe.mask & self._crew.open[probe.channel]).bit_count()

    # -- groups --------------------------------------------------------------------------------

    def group_of(self, piece: Piece) -> Group:
        """Return the group of all work that asks the same of people."""
        item = piece.item
        key = (
            item.channel,
            item.client_id,
            item.language,
            item.eu_only,
            item.needs,
            piece.ring,
        )
        group = piece.queue.groups.get(key)
        if group is None:
            group = self._made(piece.queue, item, ring=piece.ring, index=len(self.groups))
            piece.queue.groups[key] = group
            self.groups.append(group)
            self.heads.append(EMPTY)
        return group

    def _made(self, queue: QueueState, item: m.WorkItem, *, ring: int, index: int) -> Group:
        policy = queue.policy
        rings = policy.rings[: ring + 1] or (m.Ring(0.0),)
        needs = tuple((*r.needs, *item.needs) for r in rings)
        group = Group(
            index=index,
            queue=queue,
            ring=ring,
            channel=self._crew.channel_number(item.channel),
            must=fitness.asked_always(item, policy),
            rings=needs,
            any_of=tuple(fitness.asked_skills(n) for n in needs),
            needs_number=self._needs.setdefault(needs, len(self._needs)),
            long_work_s=policy.long_work_s,
        )
        group.mask = self._crew.with_traits(group)
        return group

    def requalify(self, person: Person) -> None:
        """Enter a person whose traits have changed in the groups they may serve, and no others."""
        every = [group for group in self.groups if group is not None]
        every += [queue.probe for queue in self.queues.values() if queue.probe is not None]
        for group in every:
            if fitness.has(person.traits, group.must, group.any_of):
                group.mask |= person.bit
            else:
                group.mask &= ~person.bit
        forget_readers(person)

    def _forget_readers(self) -> None:
        for person in self._crew.people.values():
            forget_readers(person)

    def reader(self, person: Person, room: int) -> Reader:
        """Return what reads the heads of all groups that a person may serve with this room."""
        if person.seen_groups != len(self.groups):
            self._see_new_groups(person)
        reader = person.readers.get(room)
        if reader is None:
            reader = person.readers[room] = itemgetter(0, 0, *self.indexes(person, room))
        return reader

    def indexes(self, person: Person, room: int) -> list[int]:
        """Return the groups that a person may serve with this room."""
        if person.seen_groups != len(self.groups):
            self._see_new_groups(person)
        return [i for number, of in person.indexes.items() if room >> number & 1 for i in of]

    def _see_new_groups(self, person: Person) -> None:
        for index in range(person.seen_groups, len(self.groups)):
            group = self.groups[index]
            if group is not None and group.mask >> person.slot & 1:
                person.indexes.setdefault(group.channel, []).append(index)
                person.readers.clear()
        person.seen_groups = len(self.groups)

    # -- waiting -------------------------------------------------------------------------------

    def join(self, piece: Piece, group: Group) -> None:
        """Let a piece wait in a group."""
        rank, heap = piece.rank, group.heap
        piece.group = group
        group.size += 1
        self.by_rank[rank] = piece
        if len(heap) > 2 * group.size + _SLACK:
            heap[:] = {r for r in heap if self._waits_in(r, group)} - {rank}
            heapify(heap)
        heappush(heap, rank)
        if rank < self.heads[group.index]:  # noqa: PLR1730 - a call costs more
            self.heads[group.index] = rank

    def leave(self, piece: Piece) -> None:
        """Take a piece out of its group; deep in the heap its rank stays behind and is skipped."""
        group = piece.group
        if group is None:
            return
        piece.group = None
        group.size -= 1
        by_rank, heads = self.by_rank, self.heads
        del by_rank[piece.rank]
        if heads[group.index] == piece.rank:
            heap = group.heap
            heappop(heap)
            while heap and not self._waits_in(heap[0], group):
                heappop(heap)
            heads[group.index] = heap[0] if heap else EMPTY

    def _waits_in(self, rank: Rank, group: Group) -> bool:
        piece = self.by_rank.get(rank)
        return piece is not None and piece.group is group

    def first_open_to(self, group: Group, operator_id: str) -> Piece | None:
        """Return a group's first piece that a person is not kept from."""
        waiting = (self.by_rank[r] for r in group.heap if self._waits_in(r, group))
        open_to = (piece for piece in waiting if operator_id not in piece.excluded)
        return min(open_to, key=lambda piece: piece.rank, default=None)

    # -- how long ------------------------------------------------------------------------------

    def note_arrival(self, piece: Piece) -> None:
        """Remember who began to wait when, for the oldest of each queue."""
        queue = piece.queue
        heap = queue.oldest
        if len(heap) > 4 * queue.counts["waiting"] + _SLACK:
            heap[:] = [entry for entry in heap if _still_waits(entry[3], entry[2], queue)]
            heapify(heap)
        heappush(heap, (piece.item.enqueued_at, piece.sequence, piece.token, piece))

    def oldest(self, queue: QueueState) -> float | None:
        """Return since when the oldest of a queue waits."""
        heap = queue.oldest
        while heap and not _still_waits(heap[0][3], heap[0][2], queue):
            heappop(heap)
        return heap[0][0] if heap else None


def _still_waits(piece: Piece, token: int, queue: QueueState) -> bool:
    return piece.token == token and piece.state == "waiting" and piece.queue is queue


def forget_readers(person: Person) -> None:
    """Make a person look at all groups anew."""
    person.seen_groups = 0
    person.indexes = {}
    person.readers = {}
