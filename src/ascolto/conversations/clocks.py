"""What is owed by when: the first reply, the next reply, the resolution. Pure.

The reply clock runs while the customer waits for one. The resolution clock stops while the next
word is the customer's (after a reply, while put aside, while closed) and goes on with what was
left. In business time only the client's opening hours count.

The same rules for a customer's message live once more in `conversations.take_in` (SQL), so that
receiving stays one statement; a test holds the two equal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.conversations.model import Conversation
from ascolto.routing.engine import USUAL_COSTS
from ascolto.tenancy import NeverOpens, OpeningHours, declare
from ascolto.tenancy.settings import BadValue


@dataclass(frozen=True, slots=True)
class Targets:
    """Seconds allowed for the first reply, later replies and the resolution; None = no target."""

    first_s: int | None
    next_s: int | None
    resolution_s: int | None
    business_hours: bool


_DEFAULTS: dict[str, Any] = {
    "default": {
        "first_response_s": 3_600,
        "next_response_s": 14_400,
        "resolution_s": 172_800,
        "business_hours": True,
    },
    "webchat": {
        "first_response_s": 120,
        "next_response_s": 180,
        "resolution_s": 86_400,
        "business_hours": True,
    },
}
_CHANNELS = {"default", *(cost.channel for cost in USUAL_COSTS)}
_SECONDS = ("first_response_s", "next_response_s", "resolution_s")


def _parse(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or "default" not in value:
        raise BadValue('targets by channel, with a "default"')
    if unknown := value.keys() - _CHANNELS:
        raise BadValue(f"targets by channel: there is no {', '.join(sorted(unknown))}")
    for targets in value.values():
        if isinstance(targets, dict) and (odd := targets.keys() - {*_SECONDS, "business_hours"}):
            raise BadValue(
                f"{', '.join((*_SECONDS, 'business_hours'))}, not {', '.join(sorted(odd))}"
            )
        if not isinstance(targets, dict) or not isinstance(targets.get("business_hours"), bool):
            raise BadValue("business_hours is true or false")
        for key in _SECONDS:
            seconds = targets.get(key)
            whole = isinstance(seconds, int) and not isinstance(seconds, bool)
            if seconds is not None and not (whole and 1 <= seconds <= 31_536_000):
                raise BadValue(f"{key} is a number of seconds up to a year, or null")
    return value


TARGETS = declare(
    "conversations.targets",
    default=_DEFAULTS,
    parse=_parse,
    meaning="Seconds allowed for the first reply, later replies and the resolution, by channel",
)


def targets_of(document: dict[str, Any], channel: str) -> Targets:
    """Return the targets of a channel out of the setting's value."""
    chosen = document.get(channel) or document["default"]
    first_s, next_s, resolution_s = (chosen.get(key) for key in _SECONDS)
    return Targets(first_s, next_s, resolution_s, business_hours=chosen["business_hours"])


def started(conversation: Conversation, hours: OpeningHours | None) -> Conversation:
    """Start the clocks of a new conversation at its opening."""
    opened = conversation.opened_at
    return due(
        conversation.but(
            waiting_since=opened,
            reply_due_at=after(hours, opened, conversation.first_s),
            resolution_due_at=after(hours, opened, conversation.resolution_s),
        )
    )


def customer_wrote(
    conversation: Conversation, hours: OpeningHours | None, now: datetime
) -> Conversation:
    """Start the reply clock if nothing was owed, and let the resolution clock go on."""
    c = conversation
    if c.waiting_since is None:
        seconds = c.first_s if c.first_replied_at is None else c.next_s
        c = c.but(waiting_since=now, reply_due_at=after(hours, now, seconds))
    if c.resolution_left_s is not None:
        c = c.but(resolution_due_at=after(hours, now, c.resolution_left_s), resolution_left_s=None)
    return due(c)


def replied(conversation: Conversation, hours: OpeningHours | None, now: datetime) -> Conversation:
    """Stop the reply clock: a person answered and the next word is the customer's."""
    return paused(
        conversation.but(first_replied_at=conversation.first_replied_at or now), hours, now
    )


def paused(conversation: Conversation, hours: OpeningHours | None, now: datetime) -> Conversation:
    """Stop every clock, keeping what is left until the resolution is due."""
    c = conversation
    left = c.resolution_left_s
    if c.resolution_due_at is not None:
        left = between(hours, now, c.resolution_due_at)
    return due(
        c.but(waiting_since=None, reply_due_at=None, resolution_due_at=None, resolution_left_s=left)
    )


def resumed(conversation: Conversation, hours: OpeningHours | None, now: datetime) -> Conversation:
    """Let the clocks run again: it woke or was reopened, and a reply is owed from now on."""
    return customer_wrote(conversation, hours, now)


def due(conversation: Conversation) -> Conversation:
    """Set what is due first."""
    c = conversation
    clocks = [at for at in (c.reply_due_at, c.resolution_due_at) if at is not None]
    if not clocks:
        return c.but(due_at=None, due_kind=None)
    first = min(clocks)
    if first != c.reply_due_at:
        kind = "resolution"
    elif c.first_replied_at is None:
        kind = "first_response"
    else:
        kind = "next_response"
    return c.but(due_at=first, due_kind=kind)


def after(hours: OpeningHours | None, start: datetime, seconds: float | None) -> datetime | None:
    """Return the moment after so many seconds that count; None without a target."""
    if seconds is None:
        return None
    if hours is None:
        return start + timedelta(seconds=seconds)
    try:
        return hours.add_business_seconds(start, seconds)
    except NeverOpens:
        return None


def carried(
    before: OpeningHours | None, after_: OpeningHours | None, due_at: datetime | None, *,
    now: datetime,
) -> datetime | None:  # fmt: skip
    """Return when something is due by other hours; what is overdue stays as it was."""
    if due_at is None or due_at <= now:
        return due_at
    return after(after_, now, between(before, now, due_at))


def between(hours: OpeningHours | None, start: datetime, end: datetime) -> float:
    """Return the seconds that count from one moment to another, 0 when it has passed."""
    if hours is None:
        return max(0.0, (end - start).total_seconds())
    return hours.business_seconds(start, end)
