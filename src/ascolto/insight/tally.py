"""Episodes and threads to tallies: what is counted, and in which interval it belongs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.insight.engaged import Interval, length, minus, union
from ascolto.insight.model import CONSULT, Counting, Episode, Leg, Tally, Thread

BusinessSeconds = Callable[[datetime, datetime], float]

# The channels of routing on which a customer writes; the rest is spoken, or is nobody's writing.
TEXT_CHANNELS = frozenset({"webchat", "messaging", "email"})


def count_episode(episode: Episode, counting: Counting, *, engaged_s: float = 0.0) -> Tally:
    """Count what one episode adds to the interval of its request; a consult is no contact."""
    if episode.cause == CONSULT:
        return Tally()
    legs = [leg for leg in episode.legs if counting.internal_transfers or not leg.internal]
    asked = Tally()
    if episode.cause not in counting.causes:
        pass  # work that we brought back ourselves: handled, but no customer's request
    elif episode.callback_accepted_at is not None:
        connected = int(episode.callback_connected_at is not None)
        asked = Tally(requested=1, callbacks_accepted=1, callbacks_connected=connected)
    elif episode.withdrawn_at is not None and not episode.stints:
        asked = Tally(requested=1, withdrawn=1)
    else:
        asked = Tally.total(count_leg(leg, counting) for leg in legs)
    return asked + _count_handling(episode, engaged_s)


def count_work(episode: Episode, counting: Counting, *, engaged_s: float = 0.0) -> Tally:
    """Count an episode for planning, to which a consult is work like any other."""
    if episode.cause == CONSULT:
        return _count_handling(episode, engaged_s)
    return count_episode(episode, counting, engaged_s=engaged_s)


def count_leg(leg: Leg, counting: Counting) -> Tally:
    """Count what one wait in one queue adds: answered, abandoned, or waiting still."""
    if leg.answered_at is not None:
        wait = (leg.answered_at - leg.requested_at).total_seconds()
        in_time = int(wait <= counting.threshold_s)
        return Tally(requested=1, answered=1, answered_in_time=in_time, answered_waits=(wait,))
    if leg.abandoned_at is not None:
        wait = (leg.abandoned_at - leg.requested_at).total_seconds()
        return Tally(
            requested=1,
            abandoned=1,
            abandoned_in_time=int(wait <= counting.threshold_s),
            abandoned_short=int(wait < counting.short_s),
            lost_waits=(wait,),
        )
    return Tally(requested=1, still_waiting=int(leg.moved_at is None))


def _count_handling(episode: Episode, engaged_s: float) -> Tally:
    text = int(episode.channel in TEXT_CHANNELS)
    if not episode.stints:
        gone = text * int(episode.abandoned_at is not None)
        return Tally(text_requests=gone, text_gone=gone, silent=gone * int(episode.silent))
    operators = tuple({stint.operator_id for stint in episode.stints})
    if episode.silent:
        # A customer who left without a signal was not served: kept out of the handling time.
        return Tally(text_requests=text, text_gone=text, silent=text, operators=operators)
    return Tally(
        handled=1,
        transferred=int(episode.transfers > 0),
        text_requests=text,
        engaged_s=engaged_s,
        operators=operators,
    )


def count_thread(thread: Thread, *, business: BusinessSeconds | None = None) -> Tally:
    """Count what one conversation adds to the interval in which it was opened."""
    resolution: tuple[float, ...] = ()
    in_business: tuple[float, ...] = ()
    if thread.closed_at is not None:
        resolution = (_span((thread.opened_at, thread.closed_at)),)
        if business is not None:
            in_business = (resolution_s(thread, business),)
    return Tally(
        closed=int(thread.times_closed > 0),
        reopened=int(thread.times_reopened > 0),
        first_replies_s=(_span(thread.first_reply),) if thread.first_reply else (),
        next_replies_s=tuple(_span(span) for span in thread.next_replies),
        resolutions_s=resolution,
        business_resolutions_s=in_business,
        scores=(thread.score,) if thread.score is not None else (),
    )


def _span(span: tuple[datetime, datetime]) -> float:
    return (span[1] - span[0]).total_seconds()


def resolution_s(thread: Thread, business: BusinessSeconds) -> float:
    """Return the business seconds to the close, stopped while the customer owes an answer.

    Legal clocks never stop: a legal deadline is counted on the calendar, not here.
    """
    if thread.closed_at is None:
        message = "an open conversation has no resolution time"
        raise ValueError(message)
    whole: Interval = (thread.opened_at.timestamp(), thread.closed_at.timestamp())
    waits = union((a.timestamp(), b.timestamp()) for a, b in thread.customer_waits)
    zone = thread.opened_at.tzinfo
    return sum(
        business(datetime.fromtimestamp(a, tz=zone), datetime.fromtimestamp(b, tz=zone))
        for a, b in minus([whole], waits)
    )


def calendar_seconds(start: datetime, end: datetime) -> float:
    """Count on the calendar clock, for queues that never close."""
    return length([(start.timestamp(), end.timestamp())])


def bucket(at: datetime, *, zone: ZoneInfo, minutes: int) -> datetime:
    """Return the start of the local interval that holds `at` (minutes divides a day)."""
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    # Wall-clock arithmetic on purpose: the hour 14:00 stays 14:00 on the days the clock changes.
    passed = (local.hour * 60 + local.minute) // minutes * minutes
    return midnight + timedelta(minutes=passed)


def tally_episodes(
    episodes: Iterable[Episode],
    counting: Counting,
    *,
    key: Callable[[Episode], str],
    engaged: Mapping[str, float] | None = None,
) -> dict[str, Tally]:
    """Return one tally per key, from counts."""
    counted: dict[str, list[Tally]] = defaultdict(list)
    for episode in episodes:
        seconds = (engaged or {}).get(episode.work_item_id, 0.0)
        counted[key(episode)].append(count_episode(episode, counting, engaged_s=seconds))
    return {name: Tally.total(tallies) for name, tallies in counted.items()}


def tally_threads(
    threads: Iterable[Thread],
    *,
    key: Callable[[Thread], str],
    business: BusinessSeconds | None = None,
) -> dict[str, Tally]:
    """Return one tally per key over conversations."""
    counted: dict[str, list[Tally]] = defaultdict(list)
    for thread in threads:
        counted[key(thread)].append(count_thread(thread, business=business))
    return {name: Tally.total(tallies) for name, tallies in counted.items()}


def count_backlog(ages: Iterable[tuple[datetime, datetime | None]], *, at: datetime) -> Tally:
    """Count open items at an instant, each given as (opened, legal due date or None)."""
    items = list(ages)
    return Tally(
        open_ages_s=tuple((at - opened).total_seconds() for opened, _ in items),
        overdue=sum(1 for _, due in items if due is not None and due < at),
    )
