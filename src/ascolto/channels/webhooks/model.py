"""Webhooks and deliveries as plain values; when to try again; how a delivery is signed."""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# What a program may ask to hear. Their bodies hold ids and states; messages are added on sending.
KINDS = (
    "channels.call_requested",
    "channels.conversation_resumed",
    "conversations.arrived",
    "conversations.classified",
    "conversations.closed",
    "conversations.customer_left",
    "conversations.delivery_changed",
    "conversations.merged",
    "conversations.message_in",
    "conversations.message_out",
    "conversations.parted",
    "conversations.reopened",
    "conversations.snoozed",
    "conversations.surveyed",
    "conversations.tagged",
    "conversations.target_missed",
    "conversations.woken",
    "routing.abandoned",
    "routing.answered",
    "routing.human_requested",
    "routing.overflowed",
    "routing.requeued",
)
PING = "channels.ping"
WITH_MESSAGE = frozenset({"conversations.message_in", "conversations.message_out"})
SECRET_PREFIX = "whsec_"  # noqa: S105 - a public prefix, by which scanners find a leaked secret
FORMER_FOR = timedelta(hours=24)
# Seconds before each further attempt: a minute's hiccup and a weekend's absence are both met.
WAITS_S = (5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 86_400)
# Switched off is what failed so often and was not heard even once for so long: a busy hour brings
# fifty failures while a receiver starts anew.
MOST_FAILURES = 50
SILENT_FOR = timedelta(days=1)
# What happens while it is switched off by us is laid aside for so long after.
AWAITED_FOR = timedelta(days=14)
_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Webhook:
    """One program's address and what it wants to hear; secrets are sealed."""

    id: str
    client_id: str | None
    name: str
    url: str
    kinds: tuple[str, ...]
    secret: str
    former_secret: str | None
    former_until: datetime | None
    active: bool
    failures: int
    disabled_at: datetime | None
    created_at: datetime
    v: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook."""

    id: str
    webhook_id: str
    client_id: str | None
    event_id: int
    kind: str
    about: str
    body: dict[str, Any]
    state: str
    attempts: int
    next_try_at: datetime
    last_status: int | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


def fresh_secret() -> str:
    """Return a new secret as the receiver is given it."""
    return SECRET_PREFIX + base64.b64encode(os.urandom(32)).decode()


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature after the Standard Webhooks scheme (v1: HMAC-SHA256)."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(
    secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the headers of a delivery; while a secret is being changed, both sign."""
    made = [signature(s, message_id=message_id, timestamp=timestamp, body=body) for s in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(made),
    }


def next_wait(attempts: int, *, chance: float) -> timedelta | None:
    """Return how long to wait after so many failed attempts; None when it is time to give up.

    `chance` from 0 to 1 spreads the attempts of many deliveries that failed together.
    """
    if attempts > len(WAITS_S):
        return None
    return timedelta(seconds=WAITS_S[attempts - 1] * (1 - _JITTER + 2 * _JITTER * chance))
