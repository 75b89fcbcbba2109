"""What happens at the doors. Ids and states: never an address, never a word that was written."""

from dataclasses import dataclass
from typing import ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ChannelChanged(Event):
    """A channel was added, changed or archived, or its access given or taken back."""

    kind: ClassVar[str] = "channels.channel_changed"
    channel_id: str
    change: str


@dataclass(frozen=True, kw_only=True)
class ConversationResumed(Event):
    """A customer went on with a conversation on another device."""

    kind: ClassVar[str] = "channels.conversation_resumed"
    conversation_id: str
    channel_id: str


@dataclass(frozen=True, kw_only=True)
class CallRequested(Event):
    """A customer asked to be called."""

    kind: ClassVar[str] = "channels.call_requested"
    conversation_id: str
    origin_id: str
    channel_id: str
    call_at: str


@dataclass(frozen=True, kw_only=True)
class CallEvent(Event):
    """What became of a request that a call took the place of; ids are the request's own."""

    work_item_id: str
    queue_id: str
    channel: str
    conversation_id: str
    call_conversation_id: str


@dataclass(frozen=True, kw_only=True)
class CallbackAccepted(CallEvent):
    """A customer in line would rather be called: the call takes the place in the queue."""

    kind: ClassVar[str] = "channels.callback_accepted"


@dataclass(frozen=True, kw_only=True)
class CallbackConnected(CallEvent):
    """The customer was reached by the call."""

    kind: ClassVar[str] = "channels.callback_connected"


@dataclass(frozen=True, kw_only=True)
class WebhookDisabled(Event):
    """A webhook failed too often and is silent until somebody looks."""

    kind: ClassVar[str] = "channels.webhook_disabled"
    webhook_id: str


@dataclass(frozen=True, kw_only=True)
class WebhookChanged(Event):
    """A webhook was added, changed or removed."""

    kind: ClassVar[str] = "channels.webhook_changed"
    webhook_id: str
    change: str


@dataclass(frozen=True, kw_only=True)
class MailQuarantined(Event):
    """A mail came that could not be taken in; it is kept for a person to look at."""

    kind: ClassVar[str] = "channels.mail_quarantined"
    mail_id: str
    channel_id: str


@dataclass(frozen=True, kw_only=True)
class MailboxTroubled(Event):
    """A mailbox cannot be read; somebody has to look."""

    kind: ClassVar[str] = "channels.mailbox_troubled"
    channel_id: str


@dataclass(frozen=True, kw_only=True)
class MailUncertain(Event):
    """Nobody knows whether a server has a mail of ours; a person decides about sending again."""

    kind: ClassVar[str] = "channels.mail_uncertain"
    mail_id: str
    channel_id: str
    conversation_id: str
