"""How work moves: waiting, offered to somebody, taken from their hands."""

from collections import deque

from ascolto.routing.engine import fitness, matching, timers
from ascolto.routing.engine import model as m
from ascolto.routing.engine.backlog import Backlog
from ascolto.routing.engine.crew import Crew
from ascolto.routing.engine.state import BUSY, Person, Piece, rank_of, ring_at

SECOND_CHANCE_S = 180.0
"""After so long without anybody, work is offered again to who has missed or declined it."""

ABSENT = frozenset({"away", "break", "offline"})

# A named tuple's own constructor is a call around this one.
_new, _Why, _Offer = tuple.__new__, m.Why, m.Offer


class Moves:
    """The state of one organisation's routing, and every way in which a piece of work moves."""

    def __init__(self) -> None:
        """Start empty."""
        self.now = 0.0
        self.moment = 0.0
        self._crew = Crew()
        self._timers = timers.Timers()
        self._backlog = Backlog(self._crew, self._timers)
        self._pieces: dict[str, Piece] = {}
        self._sequence = 0
        self._out: list[m.Decision] = []
        self._let_off: deque[Person] = deque()
        self._overflowing: list[Piece] = []

    # -- waiting -------------------------------------------------------------------------------

    def _new_piece(self, item: m.WorkItem) -> Piece:
        self._sequence += 1
        piece = Piece(item, self._backlog.queue(item.queue_id), self._sequence)
        self._pieces[item.id] = piece
        queue = piece.queue
        timed = queue.policy.overflow_after_s is not None
        if timed and queue.overflows_at(item.enqueued_at) <= self.now:
            piece.entered_at = self.now  # so old, it has come from another queue
        for operator_id in item.excluded:
            self._avoid(piece, operator_id)
        return piece

    def _start_waiting(self, piece: Piece) -> None:
        """Let a piece wait, first of all for its preferred person; counted, and not yet offered."""
        item, queue = piece.item, piece.queue
        if not queue.waiting:
            queue.pace.begin(self.now)
        queue.waiting += 1
        piece.waits_since = self.now
        if queue.policy.overflow_queue_id is not None and queue.overflows:
            self._time_overflow(piece)
        if piece.avoided_at is not None and piece.excluded:
            self._timers.set(piece.avoided_at + SECOND_CHANCE_S, timers.RETRY, piece)
        if item.preferred_operator is None or not self._waits_for_preferred(piece):
            self._seek(piece)

    def _time_overflow(self, piece: Piece) -> None:
        """Set when a piece overflows: never at a moment that has gone by, whatever rule is new."""
        at = max(piece.queue.overflows_at(piece.entered_at), self.moment)
        self._timers.set(at, timers.OVERFLOW, piece)

    def _waits_for_preferred(self, piece: Piece) -> bool:
        """Offer a piece to its preferred person, or keep it for them; False when that is vain."""
        item = piece.item
        person = self._crew.people.get(item.preferred_operator or "")
        until = item.preferred_until
        if person is None or person.state in ABSENT or person.id in piece.excluded:
            return False
        if until is not None and until <= self.now:
            return False
        group = self._backlog.group_of(piece)
        ring = ring_at(piece, self.moment)
        if not group.asked.masks[ring] & person.bit:
            return False
        if matching.fits_now(person, group, piece, ring, self.now):
            self._hand(piece, person, ring, preferred=True)
            self._crew.settle(person)
            return True
        if until is None:
            return False
        piece.holder = person
        person.held[item.id] = piece.queue.held[item.id] = piece
        self._timers.set(until, timers.RELEASE, piece)
        return True

    def _seek(self, piece: Piece) -> None:
        """Look for a person for a piece that waits; without one it waits in its group."""
        group = piece.group or self._backlog.group_of(piece)
        asked = group.asked
        ring = ring_at(piece, self.moment)
        mask = self._crew.open[asked.channel] & asked.masks[ring]
        if mask:
            chosen = matching.best_person(self._crew, piece, group, mask, self.now)
            if chosen is not None:
                self._hand(piece, chosen, ring, preferred=False)
                self._crew.settle(chosen)
                return
        if piece.group is None:
            self._backlog.join(piece, group, self.moment)

    def _stop_waiting(self, piece: Piece) -> None:
        """Take a waiting piece from wherever it waits."""
        piece.token += 1
        if piece.reserve_at is not None:
            piece.reserve_at = None
            self._keep(piece, None)
        queue = piece.queue
        queue.waiting -= 1
        queue.pace.waited_s += self.now - piece.waits_since
        if not queue.waiting:
            queue.pace.pause(self.now)
        if piece.group is not None:
            self._backlog.leave(piece, self.moment)
        elif piece.holder is not None:
            self._end_hold(piece, piece.holder)

    def _end_hold(self, piece: Piece, holder: Person) -> None:
        piece.holder = None
        del holder.held[piece.item.id]
        del piece.queue.held[piece.item.id]

    def _let_go(self, piece: Piece) -> None:
        """End the wait for a preferred person."""
        if piece.holder is not None:
            self._end_hold(piece, piece.holder)
            self._seek(piece)

    # -- offers --------------------------------------------------------------------------------

    def _serve(self, person: Person) -> None:
        """Give a person with room the first work in rank that fits, until nothing fits."""
        while person.room:
            piece = matching.first_piece(self._backlog, person, self.now)
            if piece is None:
                break
            ring = ring_at(piece, self.moment)
            self._hand(piece, person, ring, preferred=piece.holder is person)
        if person.room or person.place is not None or person.doing == BUSY:
            self._crew.settle(person)

    def _hand(self, piece: Piece, person: Person, ring: int, *, preferred: bool) -> None:
        """Offer work to a person whose place is settled later."""
        now, queue, crew = self.now, piece.queue, self._crew
        operator_id = person.id
        asked = (piece.group or self._backlog.group_of(piece)).asked
        if piece.group is not None or piece.holder is not None:
            queue.pace.served += 1
        shown = person.shown.get(asked.number)
        if shown is None:
            shown = crew.skills_shown(person, asked)
        idle_s = now - person.idle_since
        why = _new(
            _Why,
            (
                ring,
                now - piece.since,
                (crew.open[asked.channel] & asked.masks[ring] | person.bit).bit_count(),
                max(0.0, idle_s),
                person.load,
                preferred,
                shown,
            ),
        )
        self._stop_waiting(piece)
        piece.unit = asked.unit
        person.mix += asked.unit
        crew.measure(person)
        person.work.append(piece)
        piece.person = person
        piece.state = "offered"
        piece.operator_id = operator_id
        queue.offered += 1
        expires = piece.expires_at = now + queue.policy.offer_timeout_s
        queue.expiries.append(
            (expires, timers.BETWEEN, piece.rank, timers.EXPIRE, piece.token, piece)
        )
        if expires < self._timers.due:  # noqa: PLR1730 - a call costs more
            self._timers.due = expires
        self._out.append(_new(_Offer, (piece.id, operator_id, expires, why)))

    def _drop_hands(self, piece: Piece) -> Person | None:
        """Take a piece from its person's hands; they have not been given anything else yet."""
        piece.token += 1
        queue, state = piece.queue, piece.state
        if state == "active":
            queue.active -= 1
        elif state == "wrapup":
            queue.wrapup -= 1
        else:
            queue.offered -= 1
        person = piece.person
        piece.operator_id = None
        piece.expires_at = None
        if person is None:
            return None
        piece.person = None
        person.work.remove(piece)
        person.mix -= piece.unit
        self._crew.measure(person)
        return person

    def _put_in_hands(self, piece: Piece, person: Person) -> None:
        """Note work that a person had before the engine knew."""
        piece.person = person
        piece.unit = fitness.unit_of(self._crew.channel_number(piece.item.channel))
        person.work.append(piece)
        person.mix += piece.unit
        self._crew.measure(person)

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
        piece.to_head = True
        piece.rank = rank_of(piece)
        self._start_waiting(piece)
        return person

    # -- who missed what -----------------------------------------------------------------------

    def _avoid(self, piece: Piece, operator_id: str) -> None:
        piece.excluded |= {operator_id}
        piece.avoided_at = self.now
        person = self._crew.people.get(operator_id)
        if person is not None:
            person.avoids.add(piece.item.id)

    def _forget_misses(self, person: Person) -> None:
        """Let who comes back be offered again what they missed or declined before."""
        for item_id in person.avoids:
            piece = self._pieces.get(item_id)
            if piece is not None:
                piece.excluded -= {person.id} - piece.item.barred
        person.avoids.clear()

    def _forgive(self, piece: Piece) -> None:
        """Let everybody who missed or declined a piece be offered it again, but who is barred."""
        for operator_id in piece.excluded:
            person = self._crew.people.get(operator_id)
            if person is not None:
                person.avoids.discard(piece.item.id)
        piece.excluded = piece.item.barred
        piece.avoided_at = None

    # -- people --------------------------------------------------------------------------------

    def _leave(self, person: Person, state: str) -> None:
        """Let a person go: what they were offered goes on without blame, what they hold stays."""
        person.state = state
        self._crew.measure(person)
        self._crew.settle(person)
        offered = [piece for piece in person.work if piece.state == "offered"]
        for piece in sorted(offered, key=by_rank):
            self._out.append(m.OfferTimedOut(piece.item.id, person.id, missed=False))
            self._back_to_head(piece, missed_by=None)
        self._let_all_go(person)

    def _let_all_go(self, person: Person) -> None:
        """Let nothing wait for a person who is not there."""
        for piece in sorted(person.held.values(), key=by_rank):
            self._let_go(piece)

    def _take_up(self, person: Person) -> None:
        """Put into the hands of who is back here what they have held all along."""
        for piece in self._pieces.values():
            if piece.operator_id == person.id:
                self._put_in_hands(piece, person)
            if person.id in piece.excluded:
                person.avoids.add(piece.item.id)

    def _requalify(self, person: Person) -> None:
        """Follow a change of what a person can do."""
        self._crew.note_lapse(person, self.now)
        traits = fitness.traits_of(person, self.now)
        if traits != person.traits:
            self._crew.set_traits(person, traits)
            self._backlog.requalify(person)
        self._crew.settle(person)

    def _end_vain_holds(self, person: Person) -> None:
        """Let work go on that is kept for somebody who can no longer take it."""
        for piece in sorted(person.held.values(), key=by_rank):
            masks = self._backlog.group_of(piece).asked.masks
            if not masks[ring_at(piece, self.moment)] & person.bit:
                self._let_go(piece)

    def _keep(self, piece: Piece, keeper: Person | None) -> None:
        """Let another person's room, or nobody's, be held back for a piece."""
        if piece.keeper is keeper:
            return
        if piece.keeper is not None:
            self._let_off.append(piece.keeper)
            self._crew.let_off(piece.keeper)
        if keeper is not None:
            self._crew.keep(keeper, piece)


def by_rank(piece: Piece) -> int:
    """Return what to sort work by."""
    return piece.rank
