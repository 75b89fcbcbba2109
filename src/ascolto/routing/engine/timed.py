"""How work moves by the clock: rings open, offers expire, work overflows, room is held back."""

from dataclasses import replace

from ascolto.routing.engine import matching, timers
from ascolto.routing.engine import model as m
from ascolto.routing.engine.moves import Moves, by_rank
from ascolto.routing.engine.state import Piece, rank_of, ring_at

FIRST_FOR_S = 5.0
LOOK_AGAIN_S = 60.0
CHOOSE_AGAIN_S = 300.0
"""Exclusive work that has stood first for so long, past its target, has somebody's room held back
for it. Every so often it is seen whether they are still there, and less often whether another
has come to have less in hand."""


class TimedMoves(Moves):
    """Every move of work that time alone brings about."""

    def _run_timers(self) -> None:
        """Take each moment for itself: rings are as wide as they were then, the clock is now's."""
        clock = self._timers
        clock.running = True
        while clock.due <= self.now:
            at, _, _, what, token, piece = clock.pop()
            if piece.token == token:
                self.moment = at
                self._on_timer(what, piece)
            if self._overflowing:
                if clock.more_overflows(at):
                    continue
                self._enter_together()
            if self._let_off or self._backlog.news:
                self._end_step()
        clock.running = False
        self.moment = self.now

    def _on_timer(self, what: int, piece: Piece) -> None:
        if what == timers.EXPIRE:
            self._expire(piece)
        elif what == timers.RELEASE:
            self._let_go(piece)
        elif what == timers.OVERFLOW:
            # Told other hours meanwhile, it has a later timer than this one.
            if piece.queue.overflows_at(piece.entered_at) <= self.moment:
                self._overflow(piece)
        elif what == timers.RESERVE:
            if piece.reserve_at == self.moment:  # not the same timer twice
                self._reserve(piece)
        elif piece.group is not None:
            if what == timers.RETRY:
                self._forgive(piece)
            else:
                self._backlog.widen(piece, self.moment)
            self._seek(piece)
        elif what == timers.RETRY:
            self._forgive(piece)

    def _expire(self, piece: Piece) -> None:
        operator_id = piece.operator_id
        assert operator_id is not None  # noqa: S101 - offered work has a person
        self._out.append(m.OfferTimedOut(piece.item.id, operator_id))
        person = self._crew.people.get(operator_id)
        if person is None or person.state != "available":
            self._back_to_head(piece, missed_by=operator_id)
            return
        person.state = "away"
        self._out.append(m.SetAway(operator_id, "missed_offer"))
        self._back_to_head(piece, missed_by=operator_id)
        self._let_all_go(person)

    def _overflow(self, piece: Piece) -> None:
        """Move work that has waited too long to another queue, but never back to one it left."""
        item, source = piece.item, piece.queue
        target = self._backlog.queues.get(source.policy.overflow_queue_id or "")
        if target is None or target is source or target.policy.id in piece.visited:
            return
        self._stop_waiting(piece)
        self._out.append(m.Overflowed(item.id, source.policy.id, target.policy.id))
        piece.visited |= {source.policy.id}
        piece.item = replace(
            item, queue_id=target.policy.id, preferred_operator=None, preferred_until=None
        )
        piece.queue = target
        piece.entered_at = self.now
        piece.rank = rank_of(piece)
        self._overflowing.append(piece)

    def _enter_together(self) -> None:
        """Let all that overflowed at one moment wait in the order of where it waits now."""
        entering = sorted(self._overflowing, key=by_rank)
        self._overflowing.clear()
        for piece in entering:
            self._start_waiting(piece)

    # -- exclusive work ------------------------------------------------------------------------

    def _reserve(self, piece: Piece) -> None:
        """Hold back somebody's room for exclusive work that still stands first and must wait."""
        group = self._backlog.headed_by(piece)
        if group is None:
            piece.reserve_at = None
            self._keep(piece, None)
            return
        ring = ring_at(piece, self.moment)
        recent = self.moment - piece.kept_at < CHOOSE_AGAIN_S
        if not (recent and matching.still_keeps(piece, group, ring, self.now)):
            self._keep(piece, matching.keeper_for(self._crew, piece, group, ring, self.now))
            piece.kept_at = self.moment
        piece.reserve_at = self.moment + LOOK_AGAIN_S
        self._timers.set(piece.reserve_at, timers.RESERVE, piece)

    def _end_step(self) -> None:
        """Serve whose room is held back no longer, and see to what has come to stand first."""
        while self._let_off:
            person = self._let_off.popleft()
            if self._crew.people.get(person.id) is person:
                self._crew.free(person)
                self._serve(person)
        for piece in self._backlog.new_firsts() if self._backlog.news else ():
            due_at = piece.item.due_at
            if due_at is None:
                due_at = piece.since + piece.queue.policy.target_s
            piece.reserve_at = max(self.moment + FIRST_FOR_S, due_at)
            self._timers.set(piece.reserve_at, timers.RESERVE, piece)
