"""The waiting work: queues, and in each the groups of like work in order of rank.

`heads` holds the rank of the first piece of each group that is open to each of its rings, and
`firsts` the piece. A person reads the heads of all groups they may serve, each at the narrowest
ring that lets them in, in one go (`itemgetter`, `min`): the interpreter runs no line of Python
for it, and what has waited long costs nothing while it waits.
"""

from heapq import heapify, heappop, heappush
from operator import itemgetter

from ascolto.routing.engine import fitness
from ascolto.routing.engine import model as m
from ascolto.routing.engine.crew import Crew
from ascolto.routing.engine.state import (
    EMPTY,
    Asked,
    Group,
    Lineup,
    Person,
    Piece,
    QueueState,
    Rank,
    UnevenGroup,
    ring_at,
)
from ascolto.routing.engine.timers import RING, Timers

_SLACK = 64


class UnknownQueueError(KeyError):
    """Work names a queue that was never configured."""


class Backlog:
    """All queues, and everything that waits in them."""

    def __init__(self, crew: Crew, timers: Timers) -> None:
        """Start without a queue."""
        self.queues: dict[str, QueueState] = {}
        self.heads: list[Rank] = [EMPTY]
        self.firsts: list[Piece | None] = [None]
        self.longest_work_s = 0.0
        self.groups: list[Group] = []
        self.news: list[Group] = []
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

    def configure(self, policy: m.QueuePolicy, openings: m.Openings | None) -> QueueState:
        """Take in a new queue or another policy; the groups of the old one must be empty."""
        queue = self.queues.get(policy.id)
        if queue is None:
            queue = self.queues[policy.id] = QueueState(policy)
        queue.policy = policy
        queue.open_at(openings)
        queue.opens = tuple(ring.after_s for ring in policy.rings) or (0.0,)
        if queue.groups:
            self.groups = [group for group in self.groups if group.queue is not queue]
            for person in self._crew.people.values():
                self._look_anew(person)
        queue.groups = {}
        queue.probe = None
        queue.expiries = self._timers.line(policy.offer_timeout_s)
        self.longest_work_s = max(q.policy.long_work_s for q in self.queues.values())
        return queue

    def free_for(self, queue: QueueState) -> int:
        """Count who has room for a queue's usual work, in whatever ring."""
        probe = self._probe(queue)
        return (probe.masks[-1] & self._crew.open[probe.channel]).bit_count()

    def here_for(self, queue: QueueState) -> int:
        """Return the mask of who is at work just now and may take a queue's usual work."""
        return self._probe(queue).masks[-1] & self._crew.here

    def _probe(self, queue: QueueState) -> Asked:
        if queue.probe is None:
            policy = queue.policy
            item = m.WorkItem("", policy.client_id, policy.id, policy.channel, 0.0)
            queue.probe = self._asked(queue, item)
        return queue.probe

    def oldest(self, queue: QueueState) -> float | None:
        """Return since when the oldest of a queue waits."""
        since = [piece.since for piece in queue.held.values()]
        for group in queue.groups.values():
            first = self.firsts[group.base]
            if first is None:
                continue
            if isinstance(group, UnevenGroup):
                if group.oldest is None:
                    group.oldest = min(group.waiting.values(), key=_age)
                first = group.oldest
            since.append(first.since)
        return min(since, default=None)

    # -- groups --------------------------------------------------------------------------------

    def group_of(self, piece: Piece) -> Group:
        """Return the group of all work that asks the same of people."""
        item, queue = piece.item, piece.queue
        even = item.due_at is None and item.priority in (None, queue.policy.priority)
        key = (
            item.channel,
            item.client_id,
            item.language,
            item.needs,
            item.eu_only,
            even,
        )
        group = queue.groups.get(key)
        if group is None:
            group = self._new_group(queue, item, UnevenGroup if not even else Group)
            queue.groups[key] = group
        return group

    def _new_group(self, queue: QueueState, item: m.WorkItem, kind: type[Group]) -> Group:
        exclusive = fitness.is_exclusive(self._crew.cost_of(item.channel))
        group = kind(self._asked(queue, item), queue, len(self.heads), exclusive=exclusive)
        self.groups.append(group)
        for person in self._crew.in_mask(group.asked.masks[-1]):
            self._enter(person, group)
        self.heads += [EMPTY] * len(group.opens)
        self.firsts += [None] * len(group.opens)
        return group

    def _asked(self, queue: QueueState, item: m.WorkItem) -> Asked:
        policy = queue.policy
        needs = tuple((*r.needs, *item.needs) for r in policy.rings or (m.Ring(0.0),))
        channel = self._crew.channel_number(item.channel)
        asked = Asked(
            channel=channel,
            unit=fitness.unit_of(channel),
            must=fitness.asked_always(item, policy),
            needs=needs,
            rings=tuple(fitness.asked_skills(n) for n in needs),
            number=self._needs.setdefault(needs, len(self._needs)),
            masks=[],
        )
        asked.masks = self._crew.with_traits(asked)
        return asked

    def requalify(self, person: Person) -> None:
        """Enter a person whose traits have changed in the groups they may serve, and no others."""
        every = [group.asked for group in self.groups]
        every += [queue.probe for queue in self.queues.values() if queue.probe is not None]
        for asked in every:
            widest = fitness.narrowest_ring(person.traits, asked)
            for ring in range(len(asked.masks)):
                if widest is not None and widest <= ring:
                    asked.masks[ring] |= person.bit
                else:
                    asked.masks[ring] &= ~person.bit
        self._look_anew(person)

    def _look_anew(self, person: Person) -> None:
        person.indexes = {}
        person.lineups = {}
        for group in self.groups:
            if group.asked.masks[-1] >> person.slot & 1:
                self._enter(person, group)

    def lineup(self, person: Person, room: int) -> Lineup:
        """Return what reads the heads of all groups that a person may serve with this room."""
        places = [i for number, of in person.indexes.items() if room >> number & 1 for i in of]
        indexes = (0, 0, *sorted(places))
        lineup = person.lineups[room] = (itemgetter(*indexes), indexes)
        return lineup

    def _enter(self, person: Person, group: Group) -> None:
        """Let a person see a group, at the narrowest ring that lets them in."""
        for ring, mask in enumerate(group.asked.masks):
            if mask >> person.slot & 1:
                person.indexes.setdefault(group.asked.channel, []).append(group.base + ring)
                person.lineups.clear()
                return

    # -- waiting -------------------------------------------------------------------------------

    def join(self, piece: Piece, group: Group, now: float) -> None:
        """Let a piece wait in a group."""
        piece.group = group
        if isinstance(group, UnevenGroup):
            self._join_uneven(piece, group, ring_at(piece, now))
            return
        line, rank = group.line, piece.rank
        if not line or rank > group.last_rank:
            line.append(piece)
            group.last_rank = rank
        else:
            heappush(group.late, (rank, piece))
        if rank < self.heads[group.base]:
            self._show_first(group, now)
        if piece.excluded or group.excluding:
            self._join_mixed(piece, group, now)

    def _join_mixed(self, piece: Piece, group: Group, now: float) -> None:
        """Follow each piece's rings where some may be first for others but not for everybody."""
        piece.level = ring_at(piece, now)
        if piece.excluded and len(group.opens) > 1:
            piece.mixes = True
            group.excluding += 1
            self._follow_rings(group, now)
        elif group.excluding:
            self._set_ring_timer(piece)

    def _follow_rings(self, group: Group, now: float) -> None:
        """Set a timer for each piece that has rings to come: the youngest, at the line's end."""
        widest = len(group.opens) - 1
        for _, piece in group.late:
            if piece.group is group:
                piece.level = ring_at(piece, now)
                self._set_ring_timer(piece)
        for piece in reversed(group.line):
            if piece.group is group:
                piece.level = ring_at(piece, now)
                if piece.level == widest:
                    return
                self._set_ring_timer(piece)

    def leave(self, piece: Piece, now: float) -> None:
        """Take a piece out of its group; what lies behind the first is skipped when it comes up."""
        group = piece.group
        piece.group = None
        if group is None:
            return
        if isinstance(group, UnevenGroup):
            self._leave_uneven(piece, group)
            return
        if piece.mixes:
            piece.mixes = False
            group.excluding -= 1
        if self.firsts[group.base] is piece:
            self._show_first(group, now)

    def _show_first(self, group: Group, now: float) -> None:  # noqa: C901 - a call costs more
        """Show the first of a group to whoever its rings let in."""
        line, late = group.line, group.late
        while line and line[0].group is not group:
            line.popleft()
        while late and (late[0][1].group is not group or late[0][1].rank != late[0][0]):
            heappop(late)
        heads, firsts, base = self.heads, self.firsts, group.base
        if not line and not late:
            for index in range(base, base + len(group.opens)):
                heads[index] = EMPTY
                firsts[index] = None
            return
        first = line[0] if line else late[0][1]
        if late and late[0][0] < first.rank:
            first = late[0][1]
        rank = first.rank
        heads[base] = rank
        is_new = firsts[base] is not first
        firsts[base] = first
        if is_new and group.exclusive:
            self.news.append(group)
        opens = group.opens
        rings = len(opens)
        if rings > 1:
            open_to = ring_at(first, now)
            for ring in range(1, rings):
                is_open = ring <= open_to
                heads[base + ring] = rank if is_open else EMPTY
                firsts[base + ring] = first if is_open else None
            if is_new:
                # Who its open rings let in would have taken the one before, but for this moment's.
                this_moment = first.since + opens[open_to] == now
                first.level = open_to - (self._timers.running and this_moment and open_to > 0)
            if first.level + 1 < rings:
                self._set_ring_timer(first)

    def _set_ring_timer(self, piece: Piece) -> None:
        """Have a piece looked at when the ring after the last it was looked at for opens."""
        rings, following = piece.queue.policy.rings, piece.level + 1
        if following < len(rings):
            self._timers.set(piece.since + rings[following].after_s, RING, piece)

    def widen(self, piece: Piece, now: float) -> None:
        """Show a waiting piece to the ring that opens for it now."""
        group, rings, following = piece.group, piece.queue.policy.rings, piece.level + 1
        if following >= len(rings) or piece.since + rings[following].after_s != now:
            return  # the same timer twice
        if isinstance(group, UnevenGroup):
            self._leave_uneven(piece, group)
            self._join_uneven(piece, group, following)
        elif group is not None:
            piece.level = following
            if self.firsts[group.base] is piece:
                self._show_first(group, now)
            elif group.excluding:
                self._set_ring_timer(piece)

    def _join_uneven(self, piece: Piece, group: UnevenGroup, level: int) -> None:
        piece.level = level
        group.waiting[piece.rank] = piece
        if group.oldest is not None and piece.since < group.oldest.since:
            group.oldest = piece
        heap = group.heaps[level]
        if len(heap) > 2 * len(group.waiting) + _SLACK:
            heap[:] = [rank for rank in heap if _is_at(group, rank, level) and rank != piece.rank]
            heapify(heap)
        heappush(heap, piece.rank)
        for index in range(group.base, group.base + level + 1):
            if piece.rank < self.heads[index]:
                self.heads[index] = piece.rank
                self.firsts[index] = piece
        if group.exclusive and self.firsts[group.base] is piece:
            self.news.append(group)
        self._set_ring_timer(piece)

    def _leave_uneven(self, piece: Piece, group: UnevenGroup) -> None:
        del group.waiting[piece.rank]
        if group.oldest is piece:
            group.oldest = None
        if self.firsts[group.base + piece.level] is piece:
            self._show_uneven(group, down_from=piece.level)

    def _show_uneven(self, group: UnevenGroup, *, down_from: int) -> None:
        """Show at each ring the first that is open to it: those of wider rings are too."""
        rings = len(group.opens)
        rank = self.heads[group.base + down_from + 1] if down_from + 1 < rings else EMPTY
        for level in range(down_from, -1, -1):
            heap = group.heaps[level]
            while heap and not _is_at(group, heap[0], level):
                heappop(heap)
            if heap and heap[0] < rank:
                rank = heap[0]
            self.heads[group.base + level] = rank
            self.firsts[group.base + level] = group.waiting.get(rank)
        if group.exclusive:
            self.news.append(group)

    # -- exclusive work ------------------------------------------------------------------------

    def mark_exclusive(self, channel: str) -> None:
        """Look anew at whether a channel's work is exclusive: its cost has changed."""
        number = self._crew.channel_number(channel)
        exclusive = fitness.is_exclusive(self._crew.cost_of(channel))
        for group in self.groups:
            if group.asked.channel == number:
                group.exclusive = exclusive
                self.news.append(group)

    def headed_by(self, piece: Piece) -> Group | None:
        """Return the group at whose head exclusive work stands, None when it does not."""
        group = piece.group
        if group is None or not group.exclusive or self.firsts[group.base] is not piece:
            return None
        return group

    def new_firsts(self) -> list[Piece]:
        """Return the exclusive work that has come to stand first since this was last asked."""
        news, self.news = self.news, []
        firsts = [self.firsts[group.base] for group in news]
        return [p for p in firsts if p is not None and p.reserve_at is None and self.headed_by(p)]

    def first_open_to(self, group: Group, ring: int, operator_id: str, now: float) -> Piece | None:
        """Return a group's first piece that a person of a ring is not kept from."""
        if isinstance(group, UnevenGroup):
            waiting = sorted(group.waiting.values(), key=_rank)
        else:
            waiting = sorted(_standing_in(group), key=_rank)
        for piece in waiting:
            if operator_id not in piece.excluded and ring_at(piece, now) >= ring:
                return piece
        return None


def _standing_in(group: Group) -> list[Piece]:
    """Return what waits in a group; work that has left and come back may stand there twice."""
    every = [*group.line, *(piece for _, piece in group.late)]
    return [piece for piece in every if piece.group is group]


def _is_at(group: UnevenGroup, rank: Rank, level: int) -> bool:
    piece = group.waiting.get(rank)
    return piece is not None and piece.level == level


def _age(piece: Piece) -> float:
    return piece.since


def _rank(piece: Piece) -> Rank:
    return piece.rank
