"""One's own results day by day: what nobody else is shown. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.insight.engaged import engaged_seconds, handling_and_ready
from ascolto.insight.fold import Ledger
from ascolto.insight.model import Counting, Episode, LoggedEvent, Tally, Thread
from ascolto.insight.tally import bucket, count_episode, count_thread

DAY_MINUTES = 1440


def results_by_day(
    events: Iterable[LoggedEvent],
    operator_id: str,
    *,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
) -> dict[str, Tally]:
    """Return an operator's tally of each local day, by the day of his first answer."""
    ledger = Ledger().add(events)
    episodes = [e for e in ledger.episodes() if any(s.operator_id == operator_id for s in e.stints)]
    own = [_only(episode, operator_id) for episode in episodes]
    engaged = engaged_seconds(own, until=until)
    days: dict[str, list[Tally]] = {}
    for episode in own:
        taken_at = episode.stints[0].answered_at
        if since <= taken_at < until:
            tally = count_episode(
                episode, Counting(), engaged_s=engaged.get(episode.work_item_id, 0.0)
            )
            days.setdefault(_day(taken_at, zone), []).append(tally)
    for thread in ledger.conversations():
        if since <= thread.opened_at < until:
            part = count_thread(_own_part(thread, operator_id))
            days.setdefault(_day(thread.opened_at, zone), []).append(part)
    _add_time(days, ledger, own, operator_id, since=since, until=until, zone=zone)
    return {day: Tally.total(tallies) for day, tallies in sorted(days.items())}


def _only(episode: Episode, operator_id: str) -> Episode:
    """Leave out what others did of it."""
    stints = tuple(stint for stint in episode.stints if stint.operator_id == operator_id)
    return replace(episode, stints=stints)


def _own_part(thread: Thread, operator_id: str) -> Thread:
    """Leave of a conversation what this operator did: replies, the last close, and its score."""
    replies = zip(thread.next_replies, thread.next_replies_by, strict=True)
    closed = thread.closed_by == operator_id
    return replace(
        thread,
        first_reply=thread.first_reply if thread.first_reply_by == operator_id else None,
        next_replies=tuple(span for span, by in replies if by == operator_id),
        closed_at=thread.closed_at if closed else None,
        times_closed=thread.times_closed if closed else 0,
        times_reopened=thread.times_reopened if closed else 0,
        score=thread.score if thread.scored_by == operator_id else None,
    )


def _add_time(
    days: dict[str, list[Tally]],
    ledger: Ledger,
    own: list[Episode],
    operator_id: str,
    *,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
) -> None:
    spans = [span for span in ledger.spans(until=until) if span.operator_id == operator_id]
    start = bucket(since, zone=zone, minutes=DAY_MINUTES)
    while start < until:
        end = start + timedelta(days=1)
        times = handling_and_ready(own, spans, since=max(start, since), until=min(end, until))
        handling, ready = times.get(operator_id, (0.0, 0.0))
        if handling or ready:
            tally = Tally(handling_s=handling, ready_s=ready)
            days.setdefault(_day(start, zone), []).append(tally)
        start = end


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat()
