"""The engine: events in, decisions out; the same events always give the same decisions.

Work alike in everything that decides who can take it lies in one group, in rank order. A person
who becomes free looks at the heads of the groups they may serve; work that arrives looks at the
people who are free for its group. Both looks are short, whatever the backlog.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from ascolto.routing.engine import fitness
from ascolto.routing.engine import model as m
from ascolto.routing.engine.estimates import Pace
from ascolto.routing.engine.state import Group, Person, Piece, rank_of

_DEFAULT_COSTS = (
    m.ChannelCost("voice", 100),
    m.ChannelCost("webchat", 33, frozenset({"email", "task", "messaging"})),
    m.ChannelCost("messaging", 20, frozenset({"webchat", "email", "task"})),
    m.ChannelCost("email", 25, frozenset({"webchat", "task", "messaging"})),
    m.ChannelCost("task", 25, frozenset({"webchat", "email", "messaging"})),
    m.ChannelCost("callback", 100, frozenset()),
)
_LOOK_AHEAD = 64


class UnknownQueueError(KeyError):
    """Work names a queue that was never configured."""


class Engine:
    """One organisation's routing, whole and in memory."""

    def __init__(self) -> None:
        """Start empty, with the usual channels."""
        self.now = 0.0
        self._queues: dict[str, m.QueuePolicy] = {}
        self._costs = {cost.channel: cost for cost in _DEFAULT_COSTS}
        self._people: dict[str, Person] = {}
        self._pieces: dict[str, Piece] = {}
        self._groups: dict[tuple[Any, ...], Group] = {}
        self._timers: list[tuple[float, int, str, str, int]] = []
        self._sequence = 0
        self._paces: dict[str, Pace] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._oldest: dict[str, list[tuple[float, str]]] = {}
        self._out: list[m.Decision] = []
        self._handlers: dict[type, Callable[[Any], None]] = {
            m.QueueConfigured: self._queue_configured,
            m.ChannelConfigured: self._channel_configured,
            m.OperatorConfigured: self._operator_configured,
            m.OperatorRemoved: self._operator_removed,
            m.ItemEnqueued: self._item_enqueued,
            m.ItemRestored: self._item_restored,
            m.ItemCancelled: self._item_gone,
            m.ClaimRejected: self._item_gone,
            m.OfferAccepted: self._offer_accepted,
            m.OfferDeclined: self._offer_declined,
            m.WrapUpStarted: self._wrap_up_started,
            m.WorkEnded: self._work_ended,
            m.PresenceChanged: self._presence_changed,
            m.BreakDue: self._break_due,
            m.Tick: lambda _: None,
        }

    # -- what others call ----------------------------------------------------------------------

    def handle(self, event: m.Event) -> list[m.Decision]:
        """Hear one event and return what follows from it, timers that have run out included."""
        self.now = max(self.now, event.at)
        self._out = []
        self._run_timers()
        self._handlers[type(event)](event)
        return self._out

    def next_timer(self) -> float | None:
        """Return when the next Tick is needed, None when nothing waits for time."""
        while self._timers:
            at, _, kind, key, token = self._timers[0]
            if self._timer_counts(kind, key, token):
                return at
            heappop(self._timers)
        return None

    def items(self) -> dict[str, tuple[str, str | None]]:
        """Return every piece's state and operator, to compare with the truth."""
        return {key: (piece.state, piece.operator_id) for key, piece in self._pieces.items()}

    def held_by(self, item_id: str) -> tuple[str, str | None] | None:
        """Return the state and operator of a piece of work, None when it is not known."""
        piece = self._pieces.get(item_id)
        return None if piece is None else (piece.state, piece.operator_id)

    def same_place(self, item_id: str, queue_id: str) -> bool:
        """Tell whether a piece of work is known in this very queue."""
        piece = self._pieces.get(item_id)
        return piece is not None and piece.item.queue_id == queue_id

    def people(self) -> list[tuple[m.Operator, str, int]]:
        """Return everybody with their state and load, for aggregates."""
        return [(p.config, p.state, p.load) for p in self._people.values()]

    def presence(self, operator_id: str) -> str | None:
        """Return a person's state as the engine knows it."""
        person = self._people.get(operator_id)
        return None if person is None else person.state

    def why_not(self, item_id: str, operator_id: str) -> list[str]:
        """Return the code of every rule that keeps a person from a piece of work just now."""
        piece, person = self._pieces.get(item_id), self._people.get(operator_id)
        if piece is None:
            return ["unknown_item"]
        if person is None:
            return ["unknown_operator"]
        group = self._group_for(piece)
        reasons = fitness.reasons_against(person, group, self._costs, self.now)
        if operator_id in piece.excluded:
            reasons.append("missed_before")
        if piece.holder is not None and piece.holder != operator_id:
            reasons.append("kept_for_preferred")
        if piece.state != "waiting" and piece.operator_id != operator_id:
            reasons.append(f"already_{piece.state}")
        return reasons

    def estimate_wait(self, queue_id: str, *, position: int | None = None) -> m.Estimate:
        """Estimate the wait of a new arrival, or of who has `position` others before them."""
        counts = self._counts_of(queue_id)
        ahead = counts["waiting"] if position is None else position
        return self._pace(queue_id).estimate(ahead, free=self._free_for(queue_id))

    def estimate_error(self, queue_id: str) -> tuple[int, float, float]:
        """Return how many promises were measured, their mean absolute error and their bias."""
        pace = self._pace(queue_id)
        return pace.promises, pace.error_s, pace.bias_s

    def snapshot_counts(self) -> list[m.QueueCounts]:
        """Return each queue at a glance, in order of id."""
        return [
            m.QueueCounts(
                queue_id=queue_id,
                oldest_enqueued_at=self._oldest_waiting(queue_id),
                available=self._free_for(queue_id),
                **self._counts_of(queue_id),
            )
            for queue_id in sorted(self._queues)
        ]

    # -- configuration -------------------------------------------------------------------------

    def _queue_configured(self, event: m.QueueConfigured) -> None:
        self._queues[event.policy.id] = event.policy
        self._regroup()

    def _channel_configured(self, event: m.ChannelConfigured) -> None:
        self._costs[event.cost.channel] = event.cost
        self._regroup()

    def _operator_configured(self, event: m.OperatorConfigured) -> None:
        known = self._people.get(event.operator.id)
        if known is None:
            person = Person(event.operator, country=event.operator.country, idle_since=event.at)
            self._people[event.operator.id] = person
        else:
            person = known
            person.config = event.operator
        self._join_groups(person)
        self._refresh(person)
        self._serve(person)

    def _operator_removed(self, event: m.OperatorRemoved) -> None:
        person = self._people.get(event.operator_id)
        if person is None:
            return
        person.state = "offline"
        self._refresh(person)
        self._release_held(person)
        for item_id in sorted(person.work):
            piece = self._pieces[item_id]
            if piece.state == "offered":
                self._back_to_head(piece, excluding=event.operator_id)
        for group in person.groups:
            group.people.remove(person)
        person.groups = []
        del self._people[event.operator_id]

    def _regroup(self) -> None:
        """Rebuild every group after a change of rules; rare, so plain."""
        waiting = [p for p in self._pieces.values() if p.group is not None]
        for piece in waiting:
            assert piece.group is not None  # noqa: S101 - chosen above
            piece.group.drop(piece)
        self._groups.clear()
        for person in self._people.values():
            person.groups = []
        for piece in sorted(waiting, key=lambda p: p.rank):
            self._enter_group(piece)
        for person in self._in_order(list(self._people.values())):
            self._refresh(person)
            self._serve(person)

    # -- groups --------------------------------------------------------------------------------

    def _policy(self, queue_id: str) -> m.QueuePolicy:
        try:
            return self._queues[queue_id]
        except KeyError:
            raise UnknownQueueError(queue_id) from None

    def _group_for(self, piece: Piece) -> Group:
        item = piece.item
        key = (
            item.queue_id,
            item.client_id,
            item.channel,
            item.needs,
            item.language,
            item.eu_only,
            piece.ring,
        )
        group = self._groups.get(key)
        if group is None:
            policy = self._policy(item.queue_id)
            rings = policy.rings[: piece.ring + 1] or (m.Ring(0.0),)
            group = Group(
                policy=policy,
                client_id=item.client_id,
                channel=item.channel,
                needs=tuple((*ring.needs, *item.needs) for ring in rings),
                language=item.language,
                eu_only=item.eu_only or policy.eu_only,
                cost=self._costs.setdefault(item.channel, m.ChannelCost(item.channel, 100)).cost,
            )
            self._groups[key] = group
            for person in self._people.values():
                self._offer_place(person, group)
        return group

    def _join_groups(self, person: Person) -> None:
        for group in person.groups:
            group.people.remove(person)
            group.free.discard(person.config.id)
        person.groups = []
        person.free = False
        for group in self._groups.values():
            self._offer_place(person, group)

    def _offer_place(self, person: Person, group: Group) -> None:
        if fitness.may_ever(person, group):
            group.people.append(person)
            person.groups.append(group)
            if person.free:
                group.free.add(person.config.id)

    def _enter_group(self, piece: Piece) -> Group:
        group = self._group_for(piece)
        group.push(piece)
        return group

    def _refresh(self, person: Person) -> None:
        """Note in each group whether a person has room at all."""
        free = person.state == "available" and person.load < person.config.budget
        if free == person.free:
            if free:
                for group in person.groups:
                    group.free.add(person.config.id)
            return
        person.free = free
        if free:
            for group in person.groups:
                group.free.add(person.config.id)
        else:
            for group in person.groups:
                group.free.discard(person.config.id)

    def _in_order(self, people: list[Person]) -> list[Person]:
        return sorted(people, key=lambda p: (p.load, p.idle_since, p.config.id))

    # -- work ----------------------------------------------------------------------------------

    def _item_enqueued(self, event: m.ItemEnqueued) -> None:
        if event.item.id in self._pieces:
            return
        piece = self._new_piece(event.item)
        policy = self._policy(event.item.queue_id)
        counts = self._counts_of(event.item.queue_id)
        pace = self._pace(event.item.queue_id)
        promised = pace.estimate(counts["waiting"], free=self._free_for(event.item.queue_id))
        piece.promised_s = promised.seconds
        self._count(piece, "waiting", 1)
        heappush(self._oldest.setdefault(policy.id, []), (event.item.enqueued_at, event.item.id))
        self._set_overflow_timer(piece, policy)
        self._start_waiting(piece)

    def _new_piece(self, item: m.WorkItem) -> Piece:
        self._sequence += 1
        rank = rank_of(item, self._policy(item.queue_id), self._sequence)
        piece = Piece(item, rank, excluded=item.excluded, token=self._sequence)
        self._pieces[item.id] = piece
        return piece

    def _start_waiting(self, piece: Piece) -> None:
        """Put a piece where it waits: with its preferred person, or in its group."""
        policy = self._policy(piece.item.queue_id)
        waited = self.now - piece.item.enqueued_at
        piece.ring = max((i for i, r in enumerate(policy.rings) if r.after_s <= waited), default=0)
        preferred = self._people.get(piece.item.preferred_operator or "")
        until = piece.item.preferred_until
        if preferred is not None and self._worth_waiting(piece, preferred):
            if self._try_offer(piece, preferred, preferred_choice=True):
                return
            if until is not None and until > self.now:
                piece.holder = preferred.config.id
                heappush(preferred.held, (piece.rank, piece.item.id))
                self._timer(until, "release", piece)
                return
        self._seek(piece)

    def _worth_waiting(self, piece: Piece, person: Person) -> bool:
        if person.config.id in piece.excluded or person.state == "offline":
            return False
        until = piece.item.preferred_until
        if until is not None and until <= self.now:
            return False
        return fitness.may_ever(person, self._group_for(piece))

    def _seek(self, piece: Piece) -> None:
        """Look for a person for a waiting piece; without one it joins its group."""
        policy = self._policy(piece.item.queue_id)
        if piece.ring + 1 < len(policy.rings):
            opens = piece.item.enqueued_at + policy.rings[piece.ring + 1].after_s
            self._timer(opens, "ring", piece)
        group = self._enter_group(piece)
        if group.head(self._pieces) is not piece and group.size > 1 and not group.free:
            return
        chosen = self._best_person(piece, group)
        if chosen is not None:
            self._offer(piece, chosen, preferred=False, candidates=len(group.free))

    def _best_person(self, piece: Piece, group: Group) -> Person | None:
        best: tuple[int, float, str] | None = None
        for operator_id in group.free:
            person = self._people[operator_id]
            if operator_id in piece.excluded:
                continue
            key = (person.load, person.idle_since, operator_id)
            if (best is None or key < best) and fitness.fits_now(
                person, group, self._costs, self.now
            ):
                best = key
        return None if best is None else self._people[best[2]]

    def _serve(self, person: Person) -> None:
        """Give a person with room the first work in rank that fits, until nothing fits."""
        while person.free:
            piece = self._held_for(person) or self._first_for(person)
            if piece is None:
                return
            group = piece.group or self._group_for(piece)
            self._offer(
                piece,
                person,
                preferred=piece.holder == person.config.id,
                candidates=len(group.free),
            )

    def _held_for(self, person: Person) -> Piece | None:
        while person.held:
            rank, item_id = person.held[0]
            piece = self._pieces.get(item_id)
            if piece is None or piece.holder != person.config.id or piece.rank != rank:
                heappop(person.held)
                continue
            group = self._group_for(piece)
            if not fitness.fits_now(person, group, self._costs, self.now):
                return None
            return piece
        return None

    def _first_for(self, person: Person) -> Piece | None:
        best: Piece | None = None
        for group in person.groups:
            if not group.size:
                continue
            head = group.head(self._pieces)
            if head is None or (best is not None and head.rank > best.rank):
                continue
            if not fitness.fits_now(person, group, self._costs, self.now):
                continue
            if person.config.id in head.excluded:
                head = self._next_not_excluded(group, person.config.id)
                if head is None or (best is not None and head.rank > best.rank):
                    continue
            best = head
        return best

    def _next_not_excluded(self, group: Group, operator_id: str) -> Piece | None:
        """Look past the work that a person has already missed."""
        aside = []
        found = None
        for _ in range(_LOOK_AHEAD):
            piece = group.head(self._pieces)
            if piece is None:
                break
            if operator_id not in piece.excluded:
                found = piece
                break
            aside.append(heappop(group.heap))
        for entry in aside:
            heappush(group.heap, entry)
        return found

    def _try_offer(self, piece: Piece, person: Person, *, preferred_choice: bool) -> bool:
        group = self._group_for(piece)
        if not fitness.fits_now(person, group, self._costs, self.now):
            return False
        self._offer(piece, person, preferred=preferred_choice, candidates=len(group.free))
        return True

    def _offer(self, piece: Piece, person: Person, *, preferred: bool, candidates: int) -> None:
        group = self._group_for(piece)
        why = self._why(piece, person, group, preferred=preferred, candidates=candidates)
        if piece.group is not None:
            piece.group.drop(piece)
        piece.holder = None
        expires = self.now + self._policy(piece.item.queue_id).offer_timeout_s
        self._take(piece, person, "offered")
        piece.expires_at = expires
        self._timer(expires, "expire", piece)
        self._out.append(m.Offer(piece.item.id, person.config.id, expires, why))

    def _why(
        self, piece: Piece, person: Person, group: Group, *, preferred: bool, candidates: int
    ) -> m.Why:
        needs = next((n for n in group.needs if fitness.meets(person, n, self.now)), ())
        skills = tuple(
            (need.skill, need.level, person.config.skills[need.skill][0]) for need in needs
        )
        return m.Why(
            ring=piece.ring,
            waited_s=self.now - piece.item.enqueued_at,
            candidates=candidates,
            idle_s=max(0.0, self.now - person.idle_since),
            load=person.load,
            preferred=preferred,
            skills=skills,
        )

    def _take(self, piece: Piece, person: Person, state: str) -> None:
        self._count(piece, piece.state, -1)
        piece.state = state
        piece.operator_id = person.config.id
        self._count(piece, state, 1)
        channel = piece.item.channel
        person.work.add(piece.item.id)
        person.load += self._costs[channel].cost
        person.counts[channel] = person.counts.get(channel, 0) + 1
        self._refresh(person)

    def _free(self, piece: Piece) -> Person | None:
        """Give back the capacity that a piece takes of its person."""
        person = self._people.get(piece.operator_id or "")
        piece.operator_id = None
        piece.expires_at = None
        if person is None or piece.item.id not in person.work:
            return None
        channel = piece.item.channel
        person.work.discard(piece.item.id)
        person.load -= self._costs[channel].cost
        person.counts[channel] -= 1
        person.idle_since = self.now
        self._refresh(person)
        return person

    def _back_to_head(self, piece: Piece, *, excluding: str | None) -> Person | None:
        """Return offered work to its rank; its early deadline keeps it at the head there."""
        person = self._free(piece)
        self._count(piece, piece.state, -1)
        piece.state = "waiting"
        self._count(piece, "waiting", 1)
        queue = self._oldest.setdefault(piece.item.queue_id, [])
        heappush(queue, (piece.item.enqueued_at, piece.item.id))
        if excluding is not None:
            piece.excluded |= {excluding}
        self._start_waiting(piece)
        return person

    def _item_restored(self, event: m.ItemRestored) -> None:
        if event.item.id in self._pieces:
            return
        piece = self._new_piece(event.item)
        self._count(piece, "waiting", 1)
        person = self._people.get(event.operator_id)
        if person is None:
            heappush(
                self._oldest.setdefault(event.item.queue_id, []),
                (event.item.enqueued_at, event.item.id),
            )
            self._start_waiting(piece)
            return
        self._take(piece, person, event.state)
        if event.state == "offered" and event.offer_expires_at is not None:
            piece.expires_at = event.offer_expires_at
            self._timer(event.offer_expires_at, "expire", piece)

    def _item_gone(self, event: m.ItemCancelled | m.ClaimRejected) -> None:
        piece = self._pieces.pop(event.item_id, None)
        if piece is None:
            return
        if piece.group is not None:
            piece.group.drop(piece)
        self._count(piece, piece.state, -1)
        person = self._free(piece)
        if person is not None:
            self._serve(person)

    def _offer_accepted(self, event: m.OfferAccepted) -> None:
        piece = self._pieces.get(event.item_id)
        if piece is None or piece.operator_id != event.operator_id or piece.state != "offered":
            return
        queue_id = piece.item.queue_id
        self._pace(queue_id).answered(self.now, waiting_before=self._counts_of(queue_id)["waiting"])
        if piece.promised_s is not None:
            self._pace(queue_id).kept(piece.promised_s, self.now - piece.item.enqueued_at)
            piece.promised_s = None
        self._move(piece, "active")

    def _offer_declined(self, event: m.OfferDeclined) -> None:
        piece = self._pieces.get(event.item_id)
        if piece is None or piece.operator_id != event.operator_id or piece.state != "offered":
            return
        person = self._back_to_head(piece, excluding=event.operator_id)
        if person is not None:
            self._serve(person)

    def _wrap_up_started(self, event: m.WrapUpStarted) -> None:
        piece = self._pieces.get(event.item_id)
        if piece is not None and piece.state == "active":
            self._move(piece, "wrapup")

    def _work_ended(self, event: m.WorkEnded) -> None:
        self._item_gone(m.ItemCancelled(event.at, event.item_id))

    def _move(self, piece: Piece, state: str) -> None:
        self._count(piece, piece.state, -1)
        piece.state = state
        piece.expires_at = None
        self._count(piece, state, 1)

    # -- people --------------------------------------------------------------------------------

    def _presence_changed(self, event: m.PresenceChanged) -> None:
        person = self._people.get(event.operator_id)
        if person is None:
            return
        if event.country is not None:
            person.country = event.country
        if event.state == "available" and person.state != "available":
            person.idle_since = event.at
        person.state = event.state
        self._refresh(person)
        if event.state == "available":
            self._serve(person)
            return
        for item_id in sorted(person.work):
            piece = self._pieces[item_id]
            if piece.state == "offered" and event.state in ("away", "break", "offline"):
                # Leaving is no fault: the work goes on, and may come back here later.
                self._out.append(m.OfferTimedOut(item_id, event.operator_id, missed=False))
                self._back_to_head(piece, excluding=None)
        if event.state == "offline":
            self._release_held(person)

    def _release_held(self, person: Person) -> None:
        held, person.held = sorted(person.held), []
        for rank, item_id in held:
            piece = self._pieces.get(item_id)
            if piece is not None and piece.holder == person.config.id and piece.rank == rank:
                piece.holder = None
                self._seek(piece)

    def _break_due(self, event: m.BreakDue) -> None:
        person = self._people.get(event.operator_id)
        if person is not None:
            person.break_due_at = event.due_at
            self._serve(person)

    # -- time ----------------------------------------------------------------------------------

    def _timer(self, at: float, kind: str, piece: Piece) -> None:
        self._sequence += 1
        heappush(self._timers, (at, self._sequence, kind, piece.item.id, piece.token))

    def _set_overflow_timer(self, piece: Piece, policy: m.QueuePolicy) -> None:
        if policy.overflow_queue_id in self._queues and policy.overflow_after_s is not None:
            self._timer(piece.item.enqueued_at + policy.overflow_after_s, "overflow", piece)

    def _timer_counts(self, kind: str, item_id: str, token: int) -> bool:
        piece = self._pieces.get(item_id)
        if piece is None or piece.token != token:
            return False
        if kind == "expire":
            return piece.state == "offered"
        if kind == "release":
            return piece.holder is not None
        return piece.state == "waiting"

    def _run_timers(self) -> None:
        while self._timers and self._timers[0][0] <= self.now:
            at, _, kind, item_id, token = heappop(self._timers)
            if self._timer_counts(kind, item_id, token):
                self._on_timer(kind, self._pieces[item_id], at)

    def _on_timer(self, kind: str, piece: Piece, at: float) -> None:
        if kind == "expire":
            if piece.expires_at is not None and piece.expires_at <= at:
                self._expire(piece)
        elif kind == "release":
            piece.holder = None
            self._seek(piece)
        elif kind == "ring":
            self._widen(piece)
        else:
            self._overflow(piece)

    def _expire(self, piece: Piece) -> None:
        operator_id = piece.operator_id
        assert operator_id is not None  # noqa: S101 - offered work has a person
        person = self._people.get(operator_id)
        self._out.append(m.OfferTimedOut(piece.item.id, operator_id))
        if person is not None:
            person.state = "away"
            self._out.append(m.SetAway(operator_id, "missed_offer"))
            self._refresh(person)
        self._back_to_head(piece, excluding=operator_id)

    def _widen(self, piece: Piece) -> None:
        if piece.group is None:
            return
        piece.group.drop(piece)
        piece.ring += 1
        self._seek(piece)

    def _overflow(self, piece: Piece) -> None:
        policy = self._policy(piece.item.queue_id)
        target = policy.overflow_queue_id
        if target is None or target not in self._queues:
            return
        if piece.group is not None:
            piece.group.drop(piece)
        self._count(piece, "waiting", -1)
        item = piece.item
        moved = m.WorkItem(
            id=item.id,
            client_id=item.client_id,
            queue_id=target,
            channel=item.channel,
            enqueued_at=item.enqueued_at,
            priority=item.priority,
            due_at=item.due_at,
            needs=item.needs,
            language=item.language,
            excluded=piece.excluded,
            eu_only=item.eu_only,
        )
        self._out.append(m.Overflowed(item.id, item.queue_id, target))
        piece.item = moved
        piece.holder = None
        piece.token = self._sequence = self._sequence + 1
        piece.rank = rank_of(moved, self._policy(target), piece.rank[2])
        self._count(piece, "waiting", 1)
        heappush(self._oldest.setdefault(target, []), (item.enqueued_at, item.id))
        self._start_waiting(piece)

    # -- counting ------------------------------------------------------------------------------

    def _pace(self, queue_id: str) -> Pace:
        return self._paces.setdefault(queue_id, Pace())

    def _counts_of(self, queue_id: str) -> dict[str, int]:
        return self._counts.setdefault(
            queue_id, {"waiting": 0, "offered": 0, "active": 0, "wrapup": 0}
        )

    def _count(self, piece: Piece, state: str, by: int) -> None:
        self._counts_of(piece.item.queue_id)[state] += by

    def _free_for(self, queue_id: str) -> int:
        free: set[str] = set()
        for key, group in self._groups.items():
            if key[0] == queue_id:
                free |= group.free
        if free or any(key[0] == queue_id for key in self._groups):
            return len(free)
        return self._could_serve(queue_id)

    def _could_serve(self, queue_id: str) -> int:
        """Count who is free for a queue that has had no work yet."""
        policy = self._policy(queue_id)
        probe = Group(policy, policy.client_id, policy.channel, ((),), None, policy.eu_only, 0)
        probe.needs = tuple(ring.needs for ring in policy.rings) or ((),)
        return sum(
            person.free and fitness.may_ever(person, probe) for person in self._people.values()
        )

    def _oldest_waiting(self, queue_id: str) -> float | None:
        heap = self._oldest.get(queue_id, [])
        while heap:
            at, item_id = heap[0]
            piece = self._pieces.get(item_id)
            if piece and piece.state == "waiting" and piece.item.queue_id == queue_id:
                return at
            heappop(heap)
        return None
