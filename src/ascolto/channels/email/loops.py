"""Whether a machine may answer a mail by itself: never a machine, never a list, seldom twice.

RFC 3834 and what providers add to it. List mail is kept and shown like any other; it is only never
answered automatically.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.channels.email.addressing import is_own
from ascolto.channels.email.kinds import Kind, Understanding
from ascolto.channels.email.mail import Mail

OWN_LOOP_HEADER = "x-ascolto-loop"
_MOST_HOPS = 30
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "list-help", "mailing-list")
_NO_PERSON = re.compile(
    r"(?:no|do-?not|non|nao|ne-pas)[-_.]?(?:reply|rispondere|responder|repondre)|mailer-daemon|"
    r"postmaster|bounces?|owner-.*|.*-(?:request|bounces|owner)|listserv|majordomo",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many automatic answers one sender gets within a time."""

    answers: int = 3
    within: timedelta = timedelta(hours=24)
    pause: timedelta = timedelta(minutes=10)


def is_list_mail(mail: Mail) -> bool:
    """Tell whether a mail came over a list or in bulk."""
    if any(mail.root.raw(name) is not None for name in _LIST_HEADERS):
        return True
    return mail.root.header("precedence").strip().lower() in ("bulk", "list", "junk")


def why_no_auto_reply(mail: Mail, found: Understanding, *, own: Collection[str]) -> str | None:
    """Return why a mail gets no automatic answer, None when it may; `own` are our addresses."""
    header, sender = mail.root.header, mail.sender
    submitted = header("auto-submitted").strip().lower()
    suppressed = {one.strip() for one in header("x-auto-response-suppress").lower().split(",")}
    addressed = {
        one.address.lower() for name in ("to", "cc", "delivered-to") for one in mail.people(name)
    }
    ours = {one.lower() for one in own}
    reasons = (
        ("no message of a person", found.kind is not Kind.MESSAGE),
        ("came back to us", mail.root.raw(OWN_LOOP_HEADER) is not None),
        ("too many hops", len(mail.root.all("received")) > _MOST_HOPS),
        ("no sender", sender is None or "@" not in sender.address),
        ("from ourselves", sender is not None and sender.address.lower() in ours),
        ("no return path", header("return-path").strip() == "<>"),
        ("sent by a machine", bool(submitted) and submitted != "no"),
        ("asks for no answer", bool(suppressed & {"all", "autoreply", "oof"})),
        ("list or bulk mail", is_list_mail(mail)),
        (
            "sender takes no answers",
            sender is not None
            and _NO_PERSON.fullmatch(sender.address.partition("@")[0]) is not None,
        ),
        ("not addressed to us", bool(ours) and not any(is_own(one, ours) for one in addressed)),
    )
    return next((why for why, holds in reasons if holds), None)


def within_budget(sent: Sequence[datetime], *, now: datetime, budget: Budget | None = None) -> bool:
    """Tell whether a sender may get one more automatic answer after those sent so far."""
    rule = budget or Budget()
    recent = [at for at in sent if now - at < rule.within]
    return len(recent) < rule.answers and all(now - at >= rule.pause for at in recent)
