"""The same engine at virtual time: a day of work in seconds, the same day for the same seed.

Nothing of the engine is imitated: arrivals, patience and handling times go in, and every decision
is its own. Planning asks it what a roster would come to; the tests hold it to Erlang's formulas.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from ascolto.routing.engine import model as m
from ascolto.routing.engine.engine import Engine

# So long nothing but the engine's own timers: what waits then, waits for people who never come.
_QUIET_S = 86_400.0

Seconds = Callable[[random.Random], float]
"""How long something lasts, drawn from the chance it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Work that comes, with what would become of it."""

    item: m.WorkItem
    handle_s: float
    wrap_up_s: float = 0.0
    patience_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a piece of work; moments that never came are None."""

    arrival: Arrival
    promised: m.Estimate
    operator_id: str | None = None
    answered_at: float | None = None
    left_at: float | None = None
    ended_at: float | None = None
    queues: int = 1

    @property
    def waited_s(self) -> float | None:
        """Return how long it waited, None while it still does."""
        until = self.answered_at if self.answered_at is not None else self.left_at
        return None if until is None else until - self.arrival.item.enqueued_at


def poisson(
    chance: random.Random,
    *,
    per_s: float,
    until: float,
    item: Callable[[str, float], m.WorkItem],
    handle_s: Seconds,
    patience_s: Seconds | None = None,
    name: str = "v",
) -> Iterator[Arrival]:
    """Draw arrivals at a steady rate; `item` makes the work from its id and moment."""
    at = 0.0
    for number in count():
        at += chance.expovariate(per_s)
        if at >= until:
            return
        yield Arrival(
            item=item(f"{name}{number}", at),
            handle_s=handle_s(chance),
            patience_s=None if patience_s is None else patience_s(chance),
        )


class VirtualDay:
    """Runs an engine through arrivals and planned events as fast as it can decide."""

    def __init__(
        self,
        engine: Engine,
        *,
        answer_s: Callable[[m.Offer], float | None] = lambda _: 0.0,
        away_s: float = 60.0,
    ) -> None:
        """Prepare; `answer_s` says how long each offer rings, None for one that is missed.

        Who is set away comes back after `away_s`.
        """
        self.engine = engine
        self.at = self._last = 0.0
        self.outcomes: dict[str, Outcome] = {}
        self._answer_s = answer_s
        self._away_s = away_s
        self._agenda: list[tuple[float, int, m.Event]] = []
        self._number = count()

    def plan(self, events: Iterable[m.Event]) -> None:
        """Let events happen at their moments: rules, people, presence, breaks."""
        for event in events:
            self._later(event)

    def run(self, arrivals: Iterable[Arrival], *, until: float | None = None) -> list[Outcome]:
        """Live through arrivals, in order of time, and all that follows from them.

        It ends with what was planned: work that nobody takes within a day of it waits for ever.
        """
        coming = iter(arrivals)
        following = next(coming, None)
        while True:
            at = self._next_moment()
            if following is not None and (at is None or following.item.enqueued_at <= at):
                self._arrive(following)
                following = next(coming, None)
            elif at is None or (until is not None and at > until) or self._is_stuck(at):
                return list(self.outcomes.values())
            else:
                self._live(at)

    def _next_moment(self) -> float | None:
        timer = self.engine.next_timer()
        if self._agenda and (timer is None or self._agenda[0][0] <= timer):
            return self._agenda[0][0]
        return timer

    def _is_stuck(self, at: float) -> bool:
        return not self._agenda and at > self._last + _QUIET_S

    def _live(self, at: float) -> None:
        if self._agenda and self._agenda[0][0] <= at:
            _, _, event = heappop(self._agenda)
            self._happen(event)
        else:
            self._hear(m.Tick(at))

    def _later(self, event: m.Event) -> None:
        self._last = max(self._last, event.at)
        heappush(self._agenda, (event.at, next(self._number), event))

    def _arrive(self, arrival: Arrival) -> None:
        item = arrival.item
        self._last = max(self._last, item.enqueued_at)
        promised = self.engine.estimate_wait(item.queue_id)
        self.outcomes[item.id] = Outcome(arrival=arrival, promised=promised)
        if arrival.patience_s is not None:
            self._later(m.ItemCancelled(item.enqueued_at + arrival.patience_s, item.id))
        self._hear(m.ItemEnqueued(item.enqueued_at, item))

    def _happen(self, event: m.Event) -> None:
        """Let what was planned happen if it still can."""
        if isinstance(event, m.ItemCancelled):
            held = self.engine.held_by(event.item_id)
            if held is None or held[0] not in ("waiting", "offered"):
                return
            self.outcomes[event.item_id].left_at = event.at
        elif isinstance(event, m.OfferAccepted):
            if self.engine.held_by(event.item_id) != ("offered", event.operator_id):
                return
            self._answer(event)
        elif isinstance(event, m.WorkEnded):
            self.outcomes[event.item_id].ended_at = event.at
        self._hear(event)

    def _answer(self, event: m.OfferAccepted) -> None:
        outcome = self.outcomes[event.item_id]
        outcome.answered_at, outcome.operator_id = event.at, event.operator_id
        done = event.at + outcome.arrival.handle_s
        if outcome.arrival.wrap_up_s > 0:
            self._later(m.WrapUpStarted(done, event.item_id, event.operator_id))
            done += outcome.arrival.wrap_up_s
        self._later(m.WorkEnded(done, event.item_id, event.operator_id))

    def _hear(self, event: m.Event) -> None:
        self.at = event.at
        for decision in self.engine.handle(event):
            if isinstance(decision, m.Offer):
                rings_s = self._answer_s(decision)
                if rings_s is not None:
                    at = self.at + rings_s
                    self._later(m.OfferAccepted(at, decision.item_id, decision.operator_id))
            elif isinstance(decision, m.SetAway):
                back = self.at + self._away_s
                self._later(m.PresenceChanged(back, decision.operator_id, "available"))
            elif isinstance(decision, m.Overflowed):
                self.outcomes[decision.item_id].queues += 1
