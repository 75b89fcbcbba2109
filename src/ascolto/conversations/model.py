"""Conversations as plain values, and the one table that says how their state may move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

PREVIEW_LENGTH = 140
TEXT_LIMIT = 20_000
NONCE_LIMIT = 100


class State(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"  # it exists, nobody has been asked for
    WAITING = "waiting"  # in a queue
    ACTIVE = "active"  # with an operator
    WRAPUP = "wrapup"  # over for the customer, the operator writes it up
    SNOOZED = "snoozed"  # put aside until a moment
    CLOSED = "closed"


class Verb(StrEnum):
    """What moves a conversation from one state to another."""

    QUEUE = "queue"
    ACCEPT = "accept"
    REQUEUE = "requeue"
    WRAP_UP = "wrap_up"
    SNOOZE = "snooze"
    WAKE = "wake"
    CLOSE = "close"
    REOPEN = "reopen"


# Whatever is not written here is refused. Waking and reopening end in `open`: queueing follows.
TRANSITIONS: Mapping[tuple[State, Verb], State] = MappingProxyType(
    {
        (State.OPEN, Verb.QUEUE): State.WAITING,
        (State.OPEN, Verb.CLOSE): State.CLOSED,
        (State.WAITING, Verb.ACCEPT): State.ACTIVE,
        (State.WAITING, Verb.REQUEUE): State.WAITING,
        (State.WAITING, Verb.CLOSE): State.CLOSED,
        (State.ACTIVE, Verb.REQUEUE): State.WAITING,
        (State.ACTIVE, Verb.WRAP_UP): State.WRAPUP,
        (State.ACTIVE, Verb.SNOOZE): State.SNOOZED,
        (State.ACTIVE, Verb.CLOSE): State.CLOSED,
        (State.WRAPUP, Verb.REQUEUE): State.WAITING,
        (State.WRAPUP, Verb.SNOOZE): State.SNOOZED,
        (State.WRAPUP, Verb.CLOSE): State.CLOSED,
        (State.SNOOZED, Verb.SNOOZE): State.SNOOZED,  # until another moment
        (State.SNOOZED, Verb.WAKE): State.OPEN,
        (State.SNOOZED, Verb.CLOSE): State.CLOSED,
        (State.CLOSED, Verb.REOPEN): State.OPEN,
    }
)

# An operator holds the conversation.
HELD = frozenset({State.ACTIVE, State.WRAPUP})


def moved(state: State, verb: Verb) -> State | None:
    """Return the state a verb leads to, or None when it may not be done now."""
    return TRANSITIONS.get((state, verb))


class MessageKind(StrEnum):
    """What a line of the thread is: said to the customer, said inside, or something that was."""

    MESSAGE = "message"
    NOTE = "note"
    EVENT = "event"


class AuthorKind(StrEnum):
    """Who speaks."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class Outcome(StrEnum):
    """How a conversation ended."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    FOLLOW_UP = "follow_up"  # something was promised
    FORWARDED = "forwarded"  # somebody outside goes on
    NO_REPLY = "no_reply"  # the customer fell silent
    ABANDONED = "abandoned"  # the customer left before an answer
    SPAM = "spam"
    MERGED = "merged"  # goes on in another conversation
    UNCLASSIFIED = "unclassified"  # the time to write it up ran out


# What only the product itself says.
OWN_OUTCOMES = frozenset({Outcome.MERGED, Outcome.UNCLASSIFIED})


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message."""

    kind: AuthorKind
    id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom a mail goes, where its writer has said so."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()

    def as_json(self) -> dict[str, list[str]]:
        """Return it as a message keeps it."""
        return {"to": list(self.to), "cc": list(self.cc), "bcc": list(self.bcc)}


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file as it hangs on a message."""

    id: str
    name: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file; its content lies on disk under its fingerprint."""

    id: str
    client_id: str
    conversation_id: str
    message_id: str | None
    uploader_kind: str
    name: str
    size: int
    type: str
    sha256: str
    created_at: datetime

    def ref(self) -> AttachmentRef:
        """Return what a message shows of it."""
        return AttachmentRef(self.id, self.name, self.size, self.type)


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a thread; `origin_id` names the conversation it was written in."""

    id: str
    client_id: str
    conversation_id: str
    seq: int
    kind: MessageKind
    author: Author
    text: str
    at: datetime
    nonce: str | None = None
    delivery: str = "sent"
    meta: dict[str, Any] = field(default_factory=dict)
    origin_id: str | None = None
    attachments: tuple[AttachmentRef, ...] = ()

    @property
    def public(self) -> bool:
        """Tell whether the customer may see it."""
        return self.kind is MessageKind.MESSAGE


@dataclass(frozen=True)
class Conversation:
    """One conversation; the fields are the columns of its row, in any order."""

    id: str
    client_id: str
    number: int
    channel: str
    channel_id: str | None
    customer_id: str
    customer_name: str
    customer_verified: bool
    state: State
    queue_id: str | None
    work_item_id: str | None
    operator_id: str | None
    operator_name: str
    last_operator_id: str | None
    subject: str
    preview: str
    language: str
    tags: tuple[str, ...]
    meta: dict[str, Any]
    unread: int
    received: int
    last_seq: int
    last_customer_seq: int
    last_message_at: datetime | None
    last_from: str | None
    opened_at: datetime
    closed_at: datetime | None
    snoozed_until: datetime | None
    outcome: str | None
    reason1: str | None
    reason2: str | None
    close_note: str
    promise: dict[str, Any] | None
    merged_into: str | None
    one_person: bool
    first_s: int | None
    next_s: int | None
    resolution_s: int | None
    business_hours: bool
    calendar_id: str | None
    waiting_since: datetime | None
    first_replied_at: datetime | None
    reply_due_at: datetime | None
    resolution_due_at: datetime | None
    resolution_left_s: float | None
    due_at: datetime | None
    due_kind: str | None
    country_told: str | None
    eu_only: bool
    v: int

    def but(self, **changes: Any) -> "Conversation":
        """Return it with some fields changed: `dataclasses.replace`, ten times as fast.

        Every change of state goes through here several times, and there are fifty fields.
        """
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError(f"no such field: {sorted(changes.keys() - self.__dict__.keys())}")
        changed = object.__new__(Conversation)
        changed.__dict__.update(self.__dict__, **changes)
        return changed


@dataclass(frozen=True, slots=True)
class Draft:
    """What an operator has begun to write, shared by their devices."""

    conversation_id: str
    operator_id: str
    kind: str
    text: str
    rev: int
    # To whom a mail goes: to, cc and bcc as they are being typed, which may be no addresses yet.
    lines: dict[str, str] | None = None
    # What is being passed on: the message, which of its files go along, and whether it does whole.
    about: dict[str, Any] | None = None
    files: tuple[AttachmentRef, ...] = ()
    # What another device wrote at the same time, until its writer has chosen.
    other: str | None = None
    # How the contact ends, as it is being written up: outcome, reasons, promise.
    closing: dict[str, Any] | None = None


# The draft of who writes a contact up.
WRAP_UP = "wrapup"


class ConsultState(StrEnum):
    """Where a question to a colleague stands."""

    OPEN = "open"  # somebody owes an answer
    ANSWERED = "answered"
    CLOSED = "closed"


class Side(StrEnum):
    """On which side of a consult somebody writes."""

    ASKING = "asking"
    ANSWERING = "answering"


@dataclass(frozen=True, slots=True)
class Consult:
    """A question beside a conversation, and what it is about.

    `queue_id` is where the back office was asked, `operator_id` who answers as far as is known;
    from `overdue_at` on it counts as left without an answer. `number` to `eu_only` are the
    conversation's.
    """

    id: str
    client_id: str
    conversation_id: str
    subject: str
    state: ConsultState
    asked_by: str
    asked_by_name: str
    queue_id: str | None
    work_item_id: str | None
    operator_id: str | None
    operator_name: str
    nonce: str
    last_seq: int
    last_side: str
    last_text: str
    last_at: datetime
    asked_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    overdue_at: datetime | None
    v: int
    number: int
    channel: str
    customer_id: str
    customer_name: str
    about: str
    language: str
    owner_id: str | None
    eu_only: bool


@dataclass(frozen=True, slots=True)
class ConsultMessage:
    """One line of a consult."""

    id: str
    consult_id: str
    seq: int
    side: str
    author_id: str | None
    author_name: str
    text: str
    at: datetime
    nonce: str
    attachments: tuple[AttachmentRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Canned:
    """A ready reply, of one client or of all."""

    id: str
    client_id: str | None
    key: str
    title: str
    text: str
    language: str | None
    v: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why customers write: two levels, the second under a parent."""

    id: str
    client_id: str | None
    parent_id: str | None
    name: str
    position: int


def preview_of(text: str, file_names: Sequence[str] = ()) -> str:
    """Return the one line a list shows of a message: its text, else the names of its files."""
    line = " ".join(text.split()) or ", ".join(file_names)
    return line if len(line) <= PREVIEW_LENGTH else line[: PREVIEW_LENGTH - 1] + "…"


def side_of(consult: Consult, operator_id: str) -> Side | None:
    """Tell on which side somebody stands; None for who is no party of it."""
    if operator_id == consult.operator_id:
        return Side.ANSWERING
    if operator_id in {consult.asked_by, consult.owner_id}:
        return Side.ASKING
    return None
