"""The engine: events in, decisions out; the same events always give the same decisions.

Work alike in everything that decides who can take it lies in one group, in rank order. A person
who becomes free looks at the heads of the groups they may serve; work that arrives looks at the
people who are free for its group. Both looks are short, whatever the backlog.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ascolto.routing.engine import fitness, matching, timers
from ascolto.routing.engine import model as m
from ascolto.routing.engine.backlog import Backlog
from ascolto.routing.engine.crew import Crew
from ascolto.routing.engine.state import Person, Piece, rank_of

SECOND_CHANCE_S = 180.0
"""After so long without anybody, work is offered again to who has missed or declined it."""

_ABSENT = frozenset({"away", "break", "offline"})


class Engine:
    """One organisation's routing, whole and in memory."""

    def __init__(self) -> None:
        """Start empty, with the usual channels."""
        self.now = 0.0
        self._crew = Crew()
        self._timers = timers.Timers()
        self._backlog = Backlog(self._crew, self._timers)
        self._pieces: dict[str, Piece] = {}
        self._sequence = 0
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
            m.WorkEnded: self._item_gone,
            m.PresenceChanged: self._presence_changed,
            m.BreakDue: self._break_due,
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
        out = self._out = []
        lapses_at = self._crew.lapses_at
        if lapses_at is not None and lapses_at <= now:
            for person in self._crew.lapsed(now):
                self._requalify(person)
        if self._timers.due <= now:
            self._run_timers()
        self._handlers[type(event)](event)
        return out

    def next_timer(self) -> float | None:
        """Return when the next Tick is needed, None when nothing waits for time."""
        due = self._timers.next()
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
        """Return everybody with their state and load, for aggregates."""
        return [(p.config, p.state, p.load) for p in self._crew.people.values()]

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
        reasons = fitness.reasons_against(
            person,
            piece.item,
            piece.queue.policy,
            ring=piece.ring,
            counts=fitness.counts_of(person.mix, self._crew.channels),
            costs=self._crew.costs,
            at=self.now,
        )
        if operator_id in piece.excluded:
            reasons.append("missed_before")
        if piece.holder is not None and piece.holder is not person:
            reasons.append("kept_for_preferred")
        if piece.state != "waiting" and piece.operator_id != operator_id:
            reasons.append(f"already_{piece.state}")
        return reasons

    def estimate_wait(self, queue_id: str, *, position: int | None = None) -> m.Estimate:
        """Estimate the wait of a new arrival, or of who has `position` others before them."""
        queue = self._backlog.queue(queue_id)
        ahead = queue.counts["waiting"] if position is None else position
        return queue.pace.estimate(ahead, free=self._backlog.free_for(queue))

    def estimate_error(self, queue_id: str) -> tuple[int, float, float]:
        """Return how many promises were measured, their mean absolute error and their bias."""
        pace = self._backlog.queue(queue_id).pace
        return pace.promises, pace.error_s, pace.bias_s

    def snapshot_counts(self) -> list[m.QueueCounts]:
        """Return each queue at a glance, in order of id."""
        return [
            m.QueueCounts(
                queue_id=queue_id,
                oldest_enqueued_at=self._backlog.oldest(queue),
                available=self._backlog.free_for(queue),
                **queue.counts,
            )
            for queue_id, queue in sorted(self._backlog.queues.items())
        ]

    # -- configuration -------------------------------------------------------------------------

    def _queue_configured(self, event: m.QueueConfigured) -> None:
        known = self._backlog.queues.get(event.policy.id)
        if known is not None and known.policy == event.policy:
            return
        concerned = [piece for piece in self._pieces.values() if piece.queue is known]
        waiting = [piece for piece in concerned if piece.state == "waiting"]
        for piece in waiting:
            self._stop_waiting(piece)
        queue = self._backlog.configure(event.policy)
        for piece in concerned:
            piece.rank = rank_of(piece)
        for piece in sorted(waiting, key=_rank):
            queue.counts["waiting"] += 1
            self._start_waiting(piece)

    def _channel_configured(self, event: m.ChannelConfigured) -> None:
        self._crew.set_cost(event.cost)
        for person in self._in_order():
            self._serve(person)

    def _in_order(self) -> list[Person]:
        people = self._crew.people.values()
        return sorted(people, key=lambda p: (p.load, p.idle_since, p.config.id))

    def _operator_configured(self, event: m.OperatorConfigured) -> None:
        is_new = event.operator.id not in self._crew.people
        person = self._crew.configure(event.operator, event.at)
        if is_new:
            self._take_up(person)
        self._requalify(person)
        self._serve(person)

    def _take_up(self, person: Person) -> None:
        """Put into the hands of who is back here what they have held all along."""
        for piece in self._pieces.values():
            if piece.operator_id == person.config.id:
                person.work[piece.item.id] = piece
                self._crew.take(person, self._crew.channels[piece.item.channel])
            if person.config.id in piece.excluded:
                person.avoids.add(piece.item.id)

    def _requalify(self, person: Person) -> None:
        """Follow a change of what a person can do; work kept for them in vain goes on."""
        self._crew.note_lapse(person, self.now)
        traits = fitness.traits_of(person, self.now)
        if traits != person.traits:
            self._crew.set_traits(person, traits)
            self._backlog.requalify(person)
        self._crew.settle(person)
        for piece in sorted(person.held.values(), key=_rank):
            if not self._backlog.group_of(piece).mask & person.bit:
                self._let_go(piece)

    def _operator_removed(self, event: m.OperatorRemoved) -> None:
        person = self._crew.people.get(event.operator_id)
        if person is None:
            return
        self._leave(person, "offline")
        self._crew.set_traits(person, frozenset())
        self._backlog.requalify(person)
        self._crew.remove(person)

    # -- work ----------------------------------------------------------------------------------

    def _item_enqueued(self, event: m.ItemEnqueued) -> None:
        item = event.item
        if item.id in self._pieces:
            return
        piece = self._new_piece(item)
        queue = piece.queue
        free = self._backlog.free_for(queue)
        piece.promised_s = queue.pace.estimate(queue.counts["waiting"], free=free).seconds
        queue.counts["waiting"] += 1
        self._start_waiting(piece)

    def _new_piece(self, item: m.WorkItem) -> Piece:
        self._sequence += 1
        piece = Piece(item, self._backlog.queue(item.queue_id), self._sequence)
        self._pieces[item.id] = piece
        for operator_id in item.excluded:
            self._avoid(piece, operator_id)
        return piece

    def _avoid(self, piece: Piece, operator_id: str) -> None:
        piece.excluded |= {operator_id}
        piece.avoided_at = self.now
        person = self._crew.people.get(operator_id)
        if person is not None:
            person.avoids.add(piece.item.id)

    def _start_waiting(self, piece: Piece) -> None:
        """Put a piece where it waits: with its preferred person, or in its group."""
        self._set_timers(piece)
        item = piece.item
        if item.preferred_operator is not None:
            preferred = self._crew.people.get(item.preferred_operator)
            if preferred is not None and self._worth_waiting(piece, preferred):
                group = self._backlog.group_of(piece)
                if matching.fits_now(preferred, group, piece, self.now):
                    self._offer(piece, preferred, preferred=True)
                    return
                if item.preferred_until is not None:
                    piece.holder = preferred
                    preferred.held[item.id] = piece
                    self._timers.set(item.preferred_until, timers.RELEASE, piece)
                    return
        self._seek(piece)

    def _set_timers(self, piece: Piece) -> None:
        """Open the rings whose time has come, and set the timers of what may come."""
        piece.token += 1
        self._backlog.note_arrival(piece)
        policy, since = piece.queue.policy, piece.item.enqueued_at
        rings = policy.rings
        piece.ring = 0
        if len(rings) > 1:
            waited = self.now - since
            while piece.ring + 1 < len(rings) and rings[piece.ring + 1].after_s <= waited:
                piece.ring += 1
            self._set_ring_timer(piece)
        if policy.overflow_after_s is not None and policy.overflow_queue_id is not None:
            at = piece.entered_at + policy.overflow_after_s
            self._timers.set(at, timers.OVERFLOW, piece)
        if piece.avoided_at is not None and piece.excluded:
            self._timers.set(piece.avoided_at + SECOND_CHANCE_S, timers.RETRY, piece)

    def _set_ring_timer(self, piece: Piece) -> None:
        rings, following = piece.queue.policy.rings, piece.ring + 1
        if following < len(rings):
            opens = piece.item.enqueued_at + rings[following].after_s
            self._timers.set(opens, timers.RING, piece)

    def _worth_waiting(self, piece: Piece, person: Person) -> bool:
        until = piece.item.preferred_until
        return (
            person.state != "offline"
            and person.config.id not in piece.excluded
            and (until is None or until > self.now)
            and self._backlog.group_of(piece).mask & person.bit != 0
        )

    def _seek(self, piece: Piece) -> None:
        """Look for a person for a waiting piece; without one it joins its group."""
        group = self._backlog.group_of(piece)
        if self._crew.open[group.channel] & group.mask:
            chosen = matching.best_person(self._crew, piece, group, self.now)
            if chosen is not None:
                self._offer(piece, chosen, preferred=False)
                return
        self._backlog.join(piece, group)

    def _serve(self, person: Person) -> None:
        """Give a person with room the first work in rank that fits, until nothing fits."""
        while person.room:
            piece = matching.first_piece(self._backlog, person, self.now)
            if piece is None:
                break
            self._hand(piece, person, preferred=piece.holder is person)
        self._crew.settle(person)

    def _offer(self, piece: Piece, person: Person, *, preferred: bool) -> None:
        self._hand(piece, person, preferred=preferred)
        self._crew.settle(person)

    def _hand(self, piece: Piece, person: Person, *, preferred: bool) -> None:
        """Offer work to a person whose place is settled later."""
        now, item, queue, operator_id = self.now, piece.item, piece.queue, person.config.id
        group = piece.group or self._backlog.group_of(piece)
        crew = self._crew
        why = m.Why(
            piece.ring,
            now - item.enqueued_at,
            matching.candidates(crew, person, group),
            max(0.0, now - person.idle_since),
            person.load,
            preferred,
            crew.skills_shown(person, group),
        )
        self._stop_waiting(piece)
        crew.take(person, group.channel)
        person.work[item.id] = piece
        piece.state = "offered"
        piece.operator_id = operator_id
        queue.counts["offered"] += 1
        expires = piece.expires_at = now + queue.policy.offer_timeout_s
        queue.expiries.append((expires, piece.sequence, timers.EXPIRE, piece.token, piece))
        if expires < self._timers.due:  # noqa: PLR1730 - a call costs more
            self._timers.due = expires
        self._out.append(m.Offer(item.id, operator_id, expires, why))

    def _stop_waiting(self, piece: Piece) -> None:
        """Take a waiting piece from wherever it waits."""
        piece.token += 1
        piece.queue.counts["waiting"] -= 1
        if piece.group is not None:
            self._backlog.leave(piece)
        if piece.holder is not None:
            del piece.holder.held[piece.item.id]
            piece.holder = None

    def _drop_hands(self, piece: Piece) -> Person | None:
        """Take a piece from its person's hands; they have not been given anything else yet."""
        person = self._crew.people.get(piece.operator_id or "")
        piece.token += 1
        piece.queue.counts[piece.state] -= 1
        piece.operator_id = None
        piece.expires_at = None
        if person is None or person.work.pop(piece.item.id, None) is None:
            return None
        self._crew.give_back(person, self._crew.channels[piece.item.channel])
        return person

    def _back_to_head(self, piece: Piece, *, missed_by: str | None) -> Person | None:
        """Let offered work wait again, at the head of its rank, and look for somebody at once."""
        person = self._drop_hands(piece)
        if missed_by is not None:
            self._avoid(piece, missed_by)
            if person is not None:
                person.idle_since = self.now
        if person is not None:
            self._crew.settle(person)
        piece.state = "waiting"
        piece.queue.counts["waiting"] += 1
        piece.to_head = True
        piece.rank = rank_of(piece)
        self._start_waiting(piece)
        return person

    def _item_restored(self, event: m.ItemRestored) -> None:
        if event.item.id in self._pieces:
            return
        piece = self._new_piece(event.item)
        queue = piece.queue
        person = self._crew.people.get(event.operator_id)
        if person is None:
            queue.counts["waiting"] += 1
            self._start_waiting(piece)
            return
        piece.token += 1
        piece.state = event.state
        piece.operator_id = event.operator_id
        queue.counts[event.state] += 1
        person.work[event.item.id] = piece
        self._crew.take(person, self._crew.channel_number(event.item.channel))
        self._crew.settle(person)
        if event.state == "offered":
            expires = event.offer_expires_at
            piece.expires_at = (
                self.now + queue.policy.offer_timeout_s if expires is None else expires
            )
            self._timers.set(piece.expires_at, timers.EXPIRE, piece)

    def _item_gone(self, event: m.ItemCancelled | m.ClaimRejected | m.WorkEnded) -> None:
        piece = self._pieces.pop(event.item_id, None)
        if piece is None:
            return
        if piece.excluded:
            self._forgive(piece)
        if piece.state == "waiting":
            self._stop_waiting(piece)
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
        queue = piece.queue
        queue.pace.answered(self.now, waiting_before=queue.counts["waiting"])
        if piece.promised_s is not None:
            queue.pace.kept(piece.promised_s, self.now - piece.item.enqueued_at)
            piece.promised_s = None
        piece.token += 1
        self._move(piece, "active")

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
            self._move(piece, "wrapup")

    def _move(self, piece: Piece, state: str) -> None:
        counts = piece.queue.counts
        counts[piece.state] -= 1
        counts[state] += 1
        piece.state = state
        piece.expires_at = None

    # -- people --------------------------------------------------------------------------------

    def _presence_changed(self, event: m.PresenceChanged) -> None:
        person = self._crew.people.get(event.operator_id)
        if person is None:
            return
        if event.country is not None and event.country != person.country:
            person.country = event.country
            self._requalify(person)
        if event.state in _ABSENT:
            self._leave(person, event.state)
            return
        if event.state == "available" and person.state != "available":
            person.idle_since = event.at
            if person.state in _ABSENT:
                self._forget_misses(person)
        person.state = event.state
        self._crew.measure(person)
        self._serve(person)

    def _leave(self, person: Person, state: str) -> None:
        """Let a person go: what they were offered goes on without blame, what they hold stays."""
        person.state = state
        self._crew.measure(person)
        self._crew.settle(person)
        offered = [piece for piece in person.work.values() if piece.state == "offered"]
        for piece in sorted(offered, key=_rank):
            self._out.append(m.OfferTimedOut(piece.item.id, person.config.id, missed=False))
            self._back_to_head(piece, missed_by=None)
        if state == "offline":
            for piece in sorted(person.held.values(), key=_rank):
                self._let_go(piece)

    def _let_go(self, piece: Piece) -> None:
        """End the wait for a preferred person."""
        if piece.holder is not None:
            del piece.holder.held[piece.item.id]
            piece.holder = None
            self._seek(piece)

    def _forget_misses(self, person: Person) -> None:
        """Let who comes back be offered again what they missed or declined before."""
        for item_id in person.avoids:
            piece = self._pieces.get(item_id)
            if piece is not None:
                piece.excluded -= {person.config.id}
        person.avoids.clear()

    def _forgive(self, piece: Piece) -> None:
        """Let everybody who missed or declined a piece be offered it again."""
        for operator_id in piece.excluded:
            person = self._crew.people.get(operator_id)
            if person is not None:
                person.avoids.discard(piece.item.id)
        piece.excluded = frozenset()
        piece.avoided_at = None

    def _break_due(self, event: m.BreakDue) -> None:
        person = self._crew.people.get(event.operator_id)
        if person is not None:
            person.break_due_at = event.due_at
            self._serve(person)

    # -- time ----------------------------------------------------------------------------------

    def _run_timers(self) -> None:
        while due := self._timers.run_out(self.now):
            for _, _, what, token, piece in due:
                if piece.token == token:
                    self._on_timer(what, piece)

    def _on_timer(self, what: int, piece: Piece) -> None:
        if what == timers.EXPIRE:
            self._expire(piece)
        elif what == timers.RELEASE:
            self._let_go(piece)
        elif what == timers.RING:
            self._widen(piece)
        elif what == timers.OVERFLOW:
            self._overflow(piece)
        else:
            self._forgive(piece)
            self._seek_again(piece)

    def _expire(self, piece: Piece) -> None:
        operator_id = piece.operator_id
        assert operator_id is not None  # noqa: S101 - offered work has a person
        self._out.append(m.OfferTimedOut(piece.item.id, operator_id))
        person = self._crew.people.get(operator_id)
        if person is not None and person.state == "available":
            person.state = "away"
            self._out.append(m.SetAway(operator_id, "missed_offer"))
        self._back_to_head(piece, missed_by=operator_id)

    def _seek_again(self, piece: Piece) -> None:
        if piece.holder is None:
            self._backlog.leave(piece)
            self._seek(piece)

    def _widen(self, piece: Piece) -> None:
        piece.ring += 1
        self._set_ring_timer(piece)
        self._seek_again(piece)

    def _overflow(self, piece: Piece) -> None:
        """Move work that has waited too long to another queue, but never back to one it left."""
        item, source = piece.item, piece.queue
        target = self._backlog.queues.get(source.policy.overflow_queue_id or "")
        if target is None or target.policy.id in piece.visited:
            return
        self._stop_waiting(piece)
        self._out.append(m.Overflowed(item.id, source.policy.id, target.policy.id))
        piece.visited |= {source.policy.id}
        piece.item = replace(
            item, queue_id=target.policy.id, preferred_operator=None, preferred_until=None
        )
        piece.queue = target
        piece.ring = 0
        piece.entered_at = self.now
        piece.rank = rank_of(piece)
        target.counts["waiting"] += 1
        self._start_waiting(piece)


def _rank(piece: Piece) -> int:
    return piece.rank
