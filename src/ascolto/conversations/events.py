"""What happens in conversations. Ids, states and numbers: never a word that was written."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ConversationEvent(Event):
    """What every event of a conversation names, where known."""

    conversation_id: str
    number: int
    channel: str
    customer_id: str
    queue_id: str | None = None
    work_item_id: str | None = None
    operator_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class QueueTold(Event):
    """Those who wait in a queue were told what it says, up to one of them; others still wait."""

    kind: ClassVar[str] = "conversations.queue_told"
    client_id: str
    queue_id: str
    digest: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Arrived(ConversationEvent):
    """A customer opened a conversation."""

    kind: ClassVar[str] = "conversations.arrived"
    language: str


@dataclass(frozen=True, kw_only=True)
class MessageIn(ConversationEvent):
    """A customer's message was stored."""

    kind: ClassVar[str] = "conversations.message_in"
    message_id: str
    seq: int
    length: int
    files: int


@dataclass(frozen=True, kw_only=True)
class MessageOut(ConversationEvent):
    """A message to the customer was stored; a channel delivers it from here."""

    kind: ClassVar[str] = "conversations.message_out"
    message_id: str
    seq: int
    length: int
    files: int
    author_kind: str


@dataclass(frozen=True, kw_only=True)
class Noted(ConversationEvent):
    """An internal note was written."""

    kind: ClassVar[str] = "conversations.noted"
    message_id: str
    seq: int
    mentions: list[str]


@dataclass(frozen=True, kw_only=True)
class Closed(ConversationEvent):
    """A conversation was closed."""

    kind: ClassVar[str] = "conversations.closed"
    outcome: str
    reason1: str | None = None
    reason2: str | None = None
    promised_until: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reopened(ConversationEvent):
    """A closed conversation goes on."""

    kind: ClassVar[str] = "conversations.reopened"
    by: str


@dataclass(frozen=True, kw_only=True)
class Snoozed(ConversationEvent):
    """A conversation was put aside until a moment."""

    kind: ClassVar[str] = "conversations.snoozed"
    until: str


@dataclass(frozen=True, kw_only=True)
class Woken(ConversationEvent):
    """A conversation that was put aside goes on."""

    kind: ClassVar[str] = "conversations.woken"
    by: str


@dataclass(frozen=True, kw_only=True)
class Tagged(ConversationEvent):
    """The tags of a conversation changed."""

    kind: ClassVar[str] = "conversations.tagged"
    tags: list[str]


@dataclass(frozen=True, kw_only=True)
class Merged(ConversationEvent):
    """A conversation goes on inside another."""

    kind: ClassVar[str] = "conversations.merged"
    into: str
    messages: int


@dataclass(frozen=True, kw_only=True)
class Parted(ConversationEvent):
    """A conversation goes on for itself again, for its customer is another after all.

    `parts` are the conversations whose words went along: its own and those that go on in it.
    """

    kind: ClassVar[str] = "conversations.parted"
    out_of: str
    messages: int
    parts: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomerLeft(ConversationEvent):
    """The customer ended the conversation from their side."""

    kind: ClassVar[str] = "conversations.customer_left"


@dataclass(frozen=True, kw_only=True)
class Surveyed(ConversationEvent):
    """The customer answered the closing question."""

    kind: ClassVar[str] = "conversations.surveyed"
    score: int


@dataclass(frozen=True, kw_only=True)
class Delivered(ConversationEvent):
    """A channel reports what became of a message."""

    kind: ClassVar[str] = "conversations.delivery_changed"
    message_id: str
    delivery: str


@dataclass(frozen=True, kw_only=True)
class Classified(ConversationEvent):
    """How a conversation ended was told after it had been closed for want of an answer."""

    kind: ClassVar[str] = "conversations.classified"
    outcome: str
    reason1: str | None = None
    reason2: str | None = None
    promised_until: str | None = None


@dataclass(frozen=True, kw_only=True)
class TargetMissed(ConversationEvent):
    """A reply or the resolution did not come by the moment it was promised for."""

    kind: ClassVar[str] = "conversations.target_missed"
    target: str
    due_at: str


@dataclass(frozen=True, kw_only=True)
class CountryTold(ConversationEvent):
    """The customer was told from which country they are answered (art. 24-bis DL 83/2012)."""

    kind: ClassVar[str] = "conversations.country_told"
    country: str
    in_eu: bool
    message_id: str


@dataclass(frozen=True, kw_only=True)
class EuRequested(ConversationEvent):
    """The customer asked to be answered by somebody in the Union."""

    kind: ClassVar[str] = "conversations.eu_requested"


@dataclass(frozen=True, kw_only=True)
class ConsultEvent(ConversationEvent):
    """What every event of a consult names: `queue_id` and `operator_id` are of who is asked."""

    consult_id: str
    asked_by: str


@dataclass(frozen=True, kw_only=True)
class ConsultAsked(ConsultEvent):
    """An operator asked a colleague or the back office, for the first time or on."""

    kind: ClassVar[str] = "conversations.consult_asked"
    seq: int


@dataclass(frozen=True, kw_only=True)
class ConsultMoved(ConsultEvent):
    """Somebody else was asked instead, for no answer came."""

    kind: ClassVar[str] = "conversations.consult_moved"


@dataclass(frozen=True, kw_only=True)
class ConsultTaken(ConsultEvent):
    """Somebody of the back office took a question."""

    kind: ClassVar[str] = "conversations.consult_taken"


@dataclass(frozen=True, kw_only=True)
class ConsultAnswered(ConsultEvent):
    """A colleague or the back office answered."""

    kind: ClassVar[str] = "conversations.consult_answered"
    seq: int


@dataclass(frozen=True, kw_only=True)
class ConsultClosed(ConsultEvent):
    """Whoever asked needs no more."""

    kind: ClassVar[str] = "conversations.consult_closed"


@dataclass(frozen=True, kw_only=True)
class SetAside(Event):
    """Something came in that could not be placed."""

    kind: ClassVar[str] = "conversations.quarantined"
    quarantine_id: str
    channel: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Released(Event):
    """A person has dealt with something that was set aside."""

    kind: ClassVar[str] = "conversations.released"
    quarantine_id: str


def ids_of(conversation: Any) -> dict[str, Any]:
    """Return the fields that every event of a conversation carries."""
    return {
        "client_id": conversation.client_id,
        "conversation_id": conversation.id,
        "number": conversation.number,
        "channel": conversation.channel,
        "customer_id": conversation.customer_id,
        "queue_id": conversation.queue_id,
        "work_item_id": conversation.work_item_id,
        "operator_id": conversation.operator_id,
    }
