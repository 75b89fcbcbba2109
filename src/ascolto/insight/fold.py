"""Event log to episodes, threads and presence spans: pure, and indifferent to chunks and order.

Facts are kept by event id, so an event delivered twice counts once, and sorted by (time, id) only
when records are read. Folding a log in any chunks gives what folding it at once gives.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ascolto.insight.model import CONSULT, Episode, Leg, LoggedEvent, PresenceSpan, Stint, Thread

REQUESTED = "routing.human_requested"
ANSWERED = "routing.answered"
WRAP_STARTED = "routing.wrap_started"
WRAP_ENDED = "routing.wrap_ended"
ABANDONED = "routing.abandoned"
CANCELLED = "routing.cancelled"
TRANSFERRED = "routing.transferred"
REQUEUED = "routing.requeued"
OVERFLOWED = "routing.overflowed"
CALLBACK_ACCEPTED = "channels.callback_accepted"
CALLBACK_CONNECTED = "channels.callback_connected"
PRESENCE = "routing.presence_changed"
ARRIVED = "conversations.arrived"
MESSAGE_IN = "conversations.message_in"
MESSAGE_OUT = "conversations.message_out"
CLOSED = "conversations.closed"
REOPENED = "conversations.reopened"
SURVEYED = "conversations.surveyed"

WORK_KINDS = frozenset(
    {
        REQUESTED,
        ANSWERED,
        WRAP_STARTED,
        WRAP_ENDED,
        ABANDONED,
        CANCELLED,
        TRANSFERRED,
        REQUEUED,
        OVERFLOWED,
        CALLBACK_ACCEPTED,
        CALLBACK_CONNECTED,
    },
)
THREAD_KINDS = frozenset({ARRIVED, MESSAGE_IN, MESSAGE_OUT, CLOSED, REOPENED, SURVEYED})
FOLDED_KINDS = WORK_KINDS | THREAD_KINDS | {PRESENCE}

# Outcomes an operator gives when the customer was gone although the conversation was open.
SILENT_OUTCOMES = frozenset({"no_reply", "silent", "abandoned"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as the fold keeps it."""

    at: datetime
    id: int
    kind: str
    client_id: str
    body: Mapping[str, Any]

    @property
    def order(self) -> tuple[datetime, int]:
        """Facts are read in the order of their time, then of their id."""
        return (self.at, self.id)


@dataclass(slots=True)
class Ledger:
    """Facts by work item, conversation and operator; grows by `add`, never forgets by itself."""

    work: dict[str, dict[int, Fact]] = field(default_factory=dict)
    threads: dict[str, dict[int, Fact]] = field(default_factory=dict)
    presence: dict[str, dict[int, Fact]] = field(default_factory=dict)

    def add(self, events: Iterable[LoggedEvent]) -> "Ledger":
        """Take events in, in any order and any number of times."""
        for event in events:
            shelf, key = self._place(event)
            if shelf is not None and key:
                fact = Fact(event.at, event.id, event.kind, event.client_id or "", event.body)
                shelf.setdefault(key, {})[event.id] = fact
        return self

    def _place(self, event: LoggedEvent) -> tuple[dict[str, dict[int, Fact]] | None, str]:
        if event.kind in WORK_KINDS:
            return self.work, str(event.body.get("work_item_id") or "")
        if event.kind in THREAD_KINDS:
            return self.threads, str(event.body.get("conversation_id") or "")
        if event.kind == PRESENCE:
            return self.presence, str(event.body.get("operator_id") or "")
        return None, ""

    def episodes(self) -> list[Episode]:
        """Every request for a person, by the time it was made."""
        found = (self._episode(work_item_id) for work_item_id in self.work)
        return sorted((e for e in found if e), key=lambda e: (e.requested_at, e.work_item_id))

    def conversations(self) -> list[Thread]:
        """Every conversation with its response and resolution clocks."""
        found = (read_thread(key, _sorted(facts)) for key, facts in self.threads.items())
        return sorted((t for t in found if t), key=lambda t: (t.opened_at, t.conversation_id))

    def spans(self, *, until: datetime) -> list[PresenceSpan]:
        """Presence spans of all operators, the open ones cut at `until`."""
        return [
            span
            for operator_id, facts in sorted(self.presence.items())
            for span in read_spans(operator_id, _sorted(facts), until=until)
        ]

    def _episode(self, work_item_id: str) -> Episode | None:
        episode = read_episode(work_item_id, _sorted(self.work[work_item_id]))
        if episode is None:
            return None
        if episode.cause == CONSULT:
            return episode  # its customer is a colleague: the thread beside it says nothing of it
        thread = self.threads.get(episode.conversation_id)
        if thread is None or not is_silent(episode, _sorted(thread)):
            return episode
        return replace(episode, silent=True)


def _sorted(facts: Mapping[int, Fact]) -> list[Fact]:
    return sorted(facts.values(), key=lambda fact: fact.order)


@dataclass(slots=True)
class _Reading:
    """The episode while its facts are read one by one."""

    legs: list[Leg]
    stints: list[Stint] = field(default_factory=list)
    open: bool = False
    transfers: int = 0
    callback_accepted_at: datetime | None = None
    callback_connected_at: datetime | None = None
    withdrawn_at: datetime | None = None
    silent: bool = False

    def answer(self, fact: Fact) -> None:
        self.leave(fact.at)
        leg = self.legs[-1]
        if leg.answered_at is None:
            self.legs[-1] = replace(leg, answered_at=fact.at)
        operator_id = str(fact.body.get("operator_id") or "")
        self.stints.append(Stint(operator_id, leg.queue_id, fact.at))
        self.open = True

    def end_talk(self, at: datetime) -> None:
        if self.open and self.stints[-1].ended_at is None:
            self.stints[-1] = replace(self.stints[-1], ended_at=at)

    def leave(self, at: datetime) -> None:
        """Close the open stint: wrap-up over, handed on, or taken away."""
        if self.open:
            stint = self.stints[-1]
            self.stints[-1] = replace(stint, ended_at=stint.ended_at or at, wrap_ended_at=at)
            self.open = False

    def move(self, fact: Fact, *, internal: bool) -> None:
        """Back to a queue: a new leg when a person had it, the same wait when nobody had."""
        last = self.legs[-1]
        queue_id = str(fact.body.get("queue_id") or last.queue_id)
        if last.answered_at is not None or internal:
            self.leave(fact.at)
            self.legs[-1] = replace(last, moved_at=fact.at)
            self.legs.append(Leg(queue_id, fact.at, internal=True))

    def abandon(self, at: datetime) -> None:
        last = self.legs[-1]
        if last.answered_at is None and last.abandoned_at is None:
            self.legs[-1] = replace(last, abandoned_at=at)

    def withdraw(self, fact: Fact) -> None:
        """Taken out of the queue: the customer left, or the work was closed or merged."""
        waiting = self.legs[-1].answered_at is None and self.legs[-1].abandoned_at is None
        if fact.body.get("reason") == "abandoned":
            self.abandon(fact.at)
        elif waiting:
            self.withdrawn_at = fact.at
        self.leave(fact.at)


def _read_fact(reading: _Reading, fact: Fact) -> None:
    match fact.kind:
        case "routing.answered":
            reading.answer(fact)
        case "routing.wrap_started":
            reading.end_talk(fact.at)
        case "routing.wrap_ended":
            reading.leave(fact.at)
        case "routing.abandoned":
            reading.abandon(fact.at)
            reading.silent = reading.silent or bool(fact.body.get("silent"))
        case "routing.cancelled":
            reading.withdraw(fact)
        case "routing.transferred":
            reading.transfers += 1
            reading.move(fact, internal=True)
        case "routing.requeued" | "routing.overflowed":
            reading.move(fact, internal=False)
        case "channels.callback_accepted":
            reading.callback_accepted_at = reading.callback_accepted_at or fact.at
        case "channels.callback_connected":
            reading.callback_connected_at = reading.callback_connected_at or fact.at
        case _:
            pass


def read_episode(work_item_id: str, facts: list[Fact]) -> Episode | None:
    """Read the episode told by the sorted facts of one work item; None without a request."""
    start = next((fact for fact in facts if fact.kind == REQUESTED), None)
    if start is None:
        return None
    queue_id = str(start.body.get("queue_id") or "")
    reading = _Reading(legs=[Leg(queue_id, start.at, internal=False)])
    for fact in facts:
        if fact.order > start.order:
            _read_fact(reading, fact)
    return Episode(
        work_item_id=work_item_id,
        conversation_id=str(start.body.get("conversation_id") or start.body.get("ref") or ""),
        client_id=start.client_id,
        queue_id=queue_id,
        channel=str(start.body.get("channel") or ""),
        requested_at=start.at,
        legs=tuple(reading.legs),
        stints=tuple(reading.stints),
        transfers=reading.transfers,
        callback_accepted_at=reading.callback_accepted_at,
        callback_connected_at=reading.callback_connected_at,
        withdrawn_at=reading.withdrawn_at,
        silent=reading.silent,
        # Events of before causes were told counted as customers' requests, and still do.
        cause=str(start.body.get("cause") or "first"),
    )


def is_silent(episode: Episode, thread: list[Fact]) -> bool:
    """Tell whether a text customer left without a signal: wrote nothing more after the answer.

    A conversation solved by one good reply also has no customer message after the answer; only the
    outcome tells the two apart, so a close without such an outcome is not called silent.
    """
    answered_at = episode.answered_at
    if answered_at is None:
        return False
    wrote = any(f.kind == MESSAGE_IN and f.at > answered_at for f in thread)
    if wrote:
        return False
    closes = (f for f in thread if f.kind == CLOSED and f.at >= answered_at)
    first = next(closes, None)
    return first is not None and first.body.get("outcome") in SILENT_OUTCOMES


@dataclass(slots=True)
class _Clocks:
    """The response clocks of a thread while its facts are read."""

    waiting_since: datetime | None = None
    closed_since: datetime | None = None
    replied_at: datetime | None = None
    first: tuple[datetime, datetime] | None = None
    first_by: str = ""
    later: list[tuple[datetime, datetime]] = field(default_factory=list)
    later_by: list[str] = field(default_factory=list)
    customer_waits: list[tuple[datetime, datetime]] = field(default_factory=list)

    def customer_wrote(self, at: datetime) -> None:
        if self.replied_at is not None:
            self.customer_waits.append((self.replied_at, at))
            self.replied_at = None
        self.waiting_since = self.waiting_since or at

    def person_replied(self, at: datetime, operator_id: str) -> None:
        if self.waiting_since is not None:
            span = (self.waiting_since, at)
            if self.first is None:
                self.first, self.first_by = span, operator_id
            else:
                self.later.append(span)
                self.later_by.append(operator_id)
            self.waiting_since = None
        self.replied_at = self.replied_at or at

    def closed(self, at: datetime) -> None:
        if self.replied_at is not None:
            self.customer_waits.append((self.replied_at, at))
            self.replied_at = None
        self.waiting_since = None
        self.closed_since = at

    def reopened(self, at: datetime) -> None:
        """Take the time it lay closed as nobody's waiting."""
        if self.closed_since is not None:
            self.customer_waits.append((self.closed_since, at))
            self.closed_since = None


def _by_a_person(fact: Fact) -> bool:
    """Automatic acknowledgements and the assistant don't stop the first-reply clock."""
    author = fact.body.get("author_kind") or fact.body.get("author")
    kind = author.get("kind") if isinstance(author, Mapping) else author
    return kind in {None, "operator"} and bool(fact.body.get("operator_id") or kind == "operator")


def read_thread(conversation_id: str, facts: list[Fact]) -> Thread | None:
    """Read the thread told by the sorted facts of one conversation; None without a start."""
    start = next((fact for fact in facts if fact.kind in {ARRIVED, MESSAGE_IN}), None)
    if start is None:
        return None
    clocks = _Clocks()
    closed_at: datetime | None = None
    counts = dict.fromkeys((CLOSED, REOPENED), 0)
    score: int | None = None
    closed_by = scored_by = ""
    for fact in facts:
        if fact.kind == MESSAGE_IN:
            clocks.customer_wrote(fact.at)
        elif fact.kind == MESSAGE_OUT and _by_a_person(fact):
            clocks.person_replied(fact.at, _who(fact))
        elif fact.kind == CLOSED:
            clocks.closed(fact.at)
            closed_at, closed_by = fact.at, _who(fact)
            counts[CLOSED] += 1
        elif fact.kind == REOPENED:
            clocks.reopened(fact.at)
            closed_at = None
            counts[REOPENED] += 1
        elif fact.kind == SURVEYED:
            score, scored_by = int(fact.body["score"]), _who(fact)
    return Thread(
        conversation_id=conversation_id,
        client_id=start.client_id,
        queue_id=_first_text(facts, "queue_id"),
        channel=_first_text(facts, "channel"),
        opened_at=start.at,
        first_reply=clocks.first,
        next_replies=tuple(clocks.later),
        customer_waits=tuple(clocks.customer_waits),
        closed_at=closed_at,
        times_closed=counts[CLOSED],
        times_reopened=counts[REOPENED],
        operators=tuple(sorted({_who(fact) for fact in facts} - {""})),
        score=score,
        first_reply_by=clocks.first_by,
        next_replies_by=tuple(clocks.later_by),
        closed_by=closed_by,
        scored_by=scored_by or closed_by,
    )


def _who(fact: Fact) -> str:
    return str(fact.body.get("operator_id") or "")


def _first_text(facts: list[Fact], key: str) -> str:
    return next((str(f.body[key]) for f in facts if f.body.get(key)), "")


def read_spans(operator_id: str, facts: list[Fact], *, until: datetime) -> Iterator[PresenceSpan]:
    """Read the presence spans told by the sorted facts of one operator."""
    for fact, following in zip(facts, [*facts[1:], None], strict=True):
        end = following.at if following else until
        if end > fact.at:
            yield PresenceSpan(operator_id, str(fact.body.get("state") or ""), fact.at, end)
