"""The engine: events in, decisions out; the same events always give the same decisions.

Work alike in everything that decides who can take it lies in one group, in rank order. A person
who becomes free looks at the heads of the groups they may serve; work that arrives looks at the
people who are free for its group. Both looks are short, whatever the backlog.
"""

from collections.abc import Callable
from typing import Any

from ascolto.routing.engine import fitness, matching, timers
from ascolto.routing.engine import model as m
from ascolto.routing.engine.estimates import Pace
from ascolto.routing.engine.moves import ABSENT, by_rank
from ascolto.routing.engine.state import QueueState, rank_of, ring_at
from ascolto.routing.engine.timed import TimedMoves

FRESH_S = 5.0
"""Only who has just come is a new arrival, whose promise can be measured: work that waited before
(moved from another queue, read again by a new leader) stands elsewhere than at the end."""


class Engine(TimedMoves):
    """One organisation's routing, whole and in memory."""

    def __init__(self) -> None:
        """Start empty, with the usual channels."""
        super().__init__()
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
            m.WorkEnded: self._item_gone,
            m.PresenceChanged: self._presence_changed,
            m.BreakDue: self._break_due,
            m.QueuePaced: self._queue_paced,
            m.Tick: lambda _: None,
        }

    # -- what others call ----------------------------------------------------------------------

    def handle(self, event: m.Event) -> list[m.Decision]:
        """Hear one event and return what follows from it, timers that have run out included."""
        now = event.at
        if now > self.now:
            self.now = now
        else:
            now = self.now
        self.moment = now
        out: list[m.Decision] = []
        self._out = out
        lapses_at = self._crew.lapses_at
        if lapses_at is not None and lapses_at <= now:
            self._skills_lapse()
        elif self._timers.due <= now:
            self._run_timers()
        if self._crew.forgets_at <= now:
            for person in self._crew.forget_breaks(now):
                self._serve(person)
        self._handlers[type(event)](event)
        if self._let_off or self._backlog.news:
            self._end_step()
        return out

    def _skills_lapse(self) -> None:
        """Requalify people at once, but end what they hold in vain after this moment's timers.

        Else work let go would see its ring of this moment open before those who stand before it.
        """
        lapsed = self._crew.lapsed(self.now)
        for person in lapsed:
            self._requalify(person)
        self._run_timers()
        for person in lapsed:
            self._end_vain_holds(person)
        self._end_step()

    def next_timer(self) -> float | None:
        """Return when the next Tick is needed, None when nothing waits for time."""
        due = min(self._timers.next(), self._crew.forgets_at)
        return None if due == timers.NEVER else due

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
        """Return everybody with their state and load; for counting, `crowds` is at hand."""
        return [(p.config, p.state, p.load) for p in self._crew.people.values()]

    def crowds(self) -> list[m.Crowd]:
        """Return people as numbers by client and team; costs nothing a person."""
        return self._crew.crowds()

    def crew_here(self, queue_id: str) -> int:
        """Return, a bit a person, who is at work just now and may take a queue's usual work."""
        return self._backlog.here_for(self._backlog.queue(queue_id))

    def people_here(self, client_id: str) -> int:
        """Return, a bit a person, who is at work just now and serves a client."""
        return self._crew.here_for(client_id)

    def presence(self, operator_id: str) -> str | None:
        """Return a person's state as the engine knows it."""
        person = self._crew.people.get(operator_id)
        return None if person is None else person.state

    def why_not(self, item_id: str, operator_id: str) -> list[str]:
        """Return the code of every rule that keeps a person from a piece of work just now."""
        piece, person = self._pieces.get(item_id), self._crew.people.get(operator_id)
        if piece is None:
            return ["unknown_item"]
        if person is None:
            return ["unknown_operator"]
        beside = person.mix - (piece.unit if piece.person is person else 0)
        reasons = fitness.reasons_against(
            person,
            piece.item,
            piece.queue.policy,
            ring=ring_at(piece, self.now),
            counts=fitness.counts_of(beside, self._crew.channels),
            costs=self._crew.costs,
            at=self.now,
        )
        if operator_id in piece.item.barred:
            reasons.append("barred")
        elif operator_id in piece.excluded:
            reasons.append("missed_before")
        if piece.holder is not None and piece.holder is not person:
            reasons.append("kept_for_preferred")
        if matching.is_kept_from(person, piece):
            reasons.append("kept_for_exclusive")
        if piece.state != "waiting" and piece.operator_id != operator_id:
            reasons.append(f"already_{piece.state}")
        return reasons

    def estimate_wait(self, queue_id: str, *, position: int | None = None) -> m.Estimate:
        """Estimate the wait of a new arrival, or of who has `position` others before them."""
        queue = self._backlog.queue(queue_id)
        ahead = queue.waiting if position is None else position
        return queue.pace.estimate(self.now, ahead=ahead, free=self._backlog.free_for(queue))

    def estimate_error(self, queue_id: str) -> tuple[int, float, float]:
        """Return how many promises were measured, their mean absolute error and their bias."""
        pace = self._backlog.queue(queue_id).pace
        return pace.promises, pace.error_s, pace.bias_s

    def pace(self, queue_id: str) -> dict[str, float]:
        """Return what a queue's promises are worked out from, for `QueuePaced` and `wait_at`."""
        return self._backlog.queue(queue_id).pace.figures(self.now)

    def snapshot_counts(self) -> list[m.QueueCounts]:
        """Return each queue at a glance, in order of id."""
        return [
            m.QueueCounts(
                queue_id=queue_id,
                waiting=queue.waiting,
                oldest_enqueued_at=self._backlog.oldest(queue),
                offered=queue.offered,
                active=queue.active,
                wrapup=queue.wrapup,
                available=self._backlog.free_for(queue),
            )
            for queue_id, queue in sorted(self._backlog.queues.items())
        ]

    # -- rules and people ----------------------------------------------------------------------

    def _queue_configured(self, event: m.QueueConfigured) -> None:
        known = self._backlog.queues.get(event.policy.id)
        if known is not None and known.policy == event.policy:
            self._open(known, event.openings)
            return
        concerned = [piece for piece in self._pieces.values() if piece.queue is known]
        waiting = [piece for piece in concerned if piece.state == "waiting"]
        for piece in waiting:
            self._stop_waiting(piece)
        self._backlog.configure(event.policy, event.openings)
        for piece in concerned:
            piece.rank = rank_of(piece)
            if piece.expires_at is not None:
                piece.token += 1
                self._timers.set(piece.expires_at, timers.EXPIRE, piece)
        for piece in sorted(waiting, key=by_rank):
            self._start_waiting(piece)

    def _open(self, queue: QueueState, openings: m.Openings | None) -> None:
        """Let a queue be open at other hours, which tell when what waits there overflows."""
        if queue.openings == openings:
            return
        queue.open_at(openings)
        if queue.overflows:
            for piece in self._pieces.values():
                if piece.queue is queue and piece.state == "waiting":
                    self._time_overflow(piece)

    def _queue_paced(self, event: m.QueuePaced) -> None:
        queue = self._backlog.queues.get(event.queue_id)
        if queue is not None:
            queue.pace = Pace.of(event.figures)
            if queue.waiting:
                queue.pace.begin(self.now)

    def _channel_configured(self, event: m.ChannelConfigured) -> None:
        if self._crew.costs.get(event.cost.channel) == event.cost:
            return
        self._crew.set_cost(event.cost)
        self._backlog.mark_exclusive(event.cost.channel)
        people = self._crew.people.values()
        for person in sorted(people, key=lambda p: (p.load, p.idle_since, p.config.id)):
            self._serve(person)

    def _operator_configured(self, event: m.OperatorConfigured) -> None:
        is_new = event.operator.id not in self._crew.people
        person = self._crew.configure(event.operator, event.at)
        if is_new:
            self._take_up(person)
        self._requalify(person)
        self._end_vain_holds(person)
        self._serve(person)

    def _operator_removed(self, event: m.OperatorRemoved) -> None:
        person = self._crew.people.get(event.operator_id)
        if person is None:
            return
        self._leave(person, "offline")
        self._crew.let_off(person)
        self._crew.free(person)
        for piece in person.work:
            piece.person = None
        self._crew.set_traits(person, frozenset())
        self._backlog.requalify(person)
        self._crew.remove(person)

    def _presence_changed(self, event: m.PresenceChanged) -> None:
        person = self._crew.people.get(event.operator_id)
        if person is None:
            return
        person.told_country = event.country
        country = event.country or person.config.country
        if country != person.country:
            person.country = country
            self._requalify(person)
            self._end_vain_holds(person)
        if event.state in ABSENT:
            self._leave(person, event.state)
            return
        if event.state == "available" and person.state != "available":
            person.idle_since = event.at
            if person.state in ABSENT:
                self._forget_misses(person)
        person.state = event.state
        self._crew.measure(person)
        self._crew.settle(person)
        self._serve(person)

    def _break_due(self, event: m.BreakDue) -> None:
        person = self._crew.people.get(event.operator_id)
        if person is not None:
            self._crew.note_break(person, event.due_at, self.now)
            self._serve(person)

    # -- work ----------------------------------------------------------------------------------

    def _item_enqueued(self, event: m.ItemEnqueued) -> None:
        item = event.item
        if item.id in self._pieces:
            return
        piece = self._new_piece(item)
        queue = piece.queue
        fresh = self.now - item.enqueued_at <= FRESH_S
        if fresh and queue.pace.wants_promise(piece.sequence):
            free = self._backlog.free_for(queue)
            piece.promise = queue.pace.promise(self.now, ahead=queue.waiting, free=free)
        self._start_waiting(piece)

    def _item_restored(self, event: m.ItemRestored) -> None:
        if event.item.id in self._pieces:
            return
        piece = self._new_piece(event.item)
        person = self._crew.people.get(event.operator_id)
        if person is None:
            self._start_waiting(piece)
            return
        queue, state = piece.queue, event.state
        piece.token += 1
        piece.state = state
        piece.operator_id = event.operator_id
        self._put_in_hands(piece, person)
        self._crew.settle(person)
        if state == "offered":
            queue.offered += 1
            expires = event.offer_expires_at
            piece.expires_at = (
                self.now + queue.policy.offer_timeout_s if expires is None else expires
            )
            self._timers.set(piece.expires_at, timers.EXPIRE, piece)
        elif state == "active":
            queue.active += 1
        else:
            queue.wrapup += 1

    def _item_gone(self, event: m.ItemCancelled | m.ClaimRejected | m.WorkEnded) -> None:
        piece = self._pieces.pop(event.item_id, None)
        if piece is None:
            return
        if piece.excluded:
            self._forgive(piece)
        if piece.state == "waiting":
            self._stop_waiting(piece)
            piece.queue.pace.left += 1
            return
        person = self._drop_hands(piece)
        if person is not None:
            if piece.state != "offered":
                person.idle_since = self.now
            self._serve(person)

    def _offer_accepted(self, event: m.OfferAccepted) -> None:
        piece = self._pieces.get(event.item_id)
        if piece is None or piece.operator_id != event.operator_id or piece.state != "offered":
            return
        queue, now = piece.queue, self.now
        if piece.expires_at is not None:
            offered_at = piece.expires_at - queue.policy.offer_timeout_s
            queue.pace.picked_up(max(0.0, now - offered_at))
        if piece.promise is not None:
            queue.pace.kept(piece.promise, now - piece.promise.at)
            piece.promise = None
        piece.token += 1
        piece.expires_at = None
        piece.state = "active"
        queue.offered -= 1
        queue.active += 1

    def _offer_declined(self, event: m.OfferDeclined) -> None:
        piece = self._pieces.get(event.item_id)
        if piece is None or piece.operator_id != event.operator_id or piece.state != "offered":
            return
        person = self._back_to_head(piece, missed_by=event.operator_id)
        if person is not None:
            self._serve(person)

    def _wrap_up_started(self, event: m.WrapUpStarted) -> None:
        piece = self._pieces.get(event.item_id)
        if piece is not None and piece.state == "active":
            piece.state = "wrapup"
            piece.queue.active -= 1
            piece.queue.wrapup += 1
