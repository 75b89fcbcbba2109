"""The day so far, kept up event by event, so that the floor asks for it once a second for free."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ascolto.insight.fold import WORK_KINDS, Fact, read_episode
from ascolto.insight.model import (
    Counting,
    DatedCounting,
    Episode,
    Figure,
    LoggedEvent,
    Tally,
)
from ascolto.insight.tally import count_episode
from ascolto.insight.terms import Terms
from ascolto.insight.volumes import interval_of, was_offered

_COUNTED = (
    "requested",
    "answered",
    "answered_in_time",
    "abandoned",
    "abandoned_in_time",
    "abandoned_short",
    "callbacks_accepted",
    "callbacks_connected",
)
_DONE = frozenset({"routing.wrap_ended", "routing.abandoned", "routing.cancelled"})


@dataclass(slots=True)
class Today:
    """Counts per queue since midnight; each work item's share is replaced as its facts come.

    `counting` gives each queue's target wait.
    """

    since: datetime
    counting: Mapping[str, DatedCounting] = field(default_factory=dict)
    _facts: dict[str, dict[int, Fact]] = field(default_factory=dict)
    _shares: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    _queues: dict[str, list[int]] = field(default_factory=dict)
    _asked: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _came: dict[str, Counter[datetime]] = field(default_factory=dict)

    def take(self, events: Iterable[LoggedEvent]) -> None:
        """Take in new events, in any order and any number of times."""
        touched: dict[str, None] = {}
        for event in events:
            work_item_id = str(event.body.get("work_item_id") or "")
            if event.kind not in WORK_KINDS or not work_item_id or event.at < self.since:
                continue
            if work_item_id not in self._facts and event.kind in _DONE:
                continue  # the end of something asked for before midnight
            fact = Fact(event.at, event.id, event.kind, event.client_id or "", event.body)
            self._facts.setdefault(work_item_id, {})[event.id] = fact
            touched[work_item_id] = None
        for work_item_id in touched:
            self._recount(work_item_id)

    def _recount(self, work_item_id: str) -> None:
        facts = sorted(self._facts[work_item_id].values(), key=lambda fact: fact.order)
        episode = read_episode(work_item_id, facts)
        if episode is None:
            return
        queue_id, before = self._shares.get(work_item_id, (episode.queue_id, (0,) * len(_COUNTED)))
        dated = self.counting.get(episode.queue_id)
        counting = dated.at(episode.requested_at) if dated else Counting()
        tally = count_episode(episode, counting)
        after = tuple(int(getattr(tally, name)) for name in _COUNTED)
        totals = self._queues.setdefault(queue_id, [0] * len(_COUNTED))
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            totals[place] += new - old
        self._shares[work_item_id] = (queue_id, after)
        self._place(episode)

    def _place(self, episode: Episode) -> None:
        """Count an episode, as plans count, in the minute in which it came; once, or not at all."""
        before = self._asked.pop(episode.work_item_id, None)
        if before is not None:
            self._came[before[0]][before[1]] -= 1
        if was_offered(episode):
            place = (episode.queue_id, interval_of(episode.requested_at, minutes=1))
            self._asked[episode.work_item_id] = place
            self._came.setdefault(place[0], Counter())[place[1]] += 1

    def came(self, queue_id: str, *, since: datetime, until: datetime) -> int:
        """Return how often somebody was asked for between two moments on the minute."""
        minutes: Mapping[datetime, int] = self._came.get(queue_id, {})
        return sum(count for at, count in minutes.items() if since <= at < until)

    def tally(self, queue_id: str) -> Tally:
        """Return the counts of a queue so far."""
        totals = self._queues.get(queue_id) or [0] * len(_COUNTED)
        return replace(Tally(), **dict[str, Any](zip(_COUNTED, totals, strict=True)))

    def level(self, queue_id: str, terms: Terms) -> Figure:
        """Return a queue's service level so far, by its client's contract."""
        return terms.formula.of(self.tally(queue_id))
