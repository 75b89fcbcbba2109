"""Wire shapes of channels, webhooks and what external programs hand in."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.channels.actions.handing_in import Inbound, Sender
from ascolto.channels.model import Channel
from ascolto.channels.store_webhooks import LAID_ASIDE
from ascolto.channels.webhooks.model import Delivery, Webhook
from ascolto.conversations.model import TEXT_LIMIT

NO_ZERO = r"^[^\x00]*$"
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=NO_ZERO, strip_whitespace=True)
]
Foreign = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=NO_ZERO)]
Url = Annotated[str, StringConstraints(max_length=2_000)]
Kinds = Annotated[list[str], Field(min_length=1, max_length=50)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewChannel(_Body):
    """A channel to be added."""

    client_id: UUID
    kind: Literal["webchat", "external", "email"]
    name: Name
    queue_id: UUID
    settings: dict[str, Any] = {}


class ChannelChange(_Body):
    """What changes on a channel at version `v`; absent fields stay."""

    v: int
    name: Name | None = None
    queue_id: UUID | None = None
    settings: dict[str, Any] | None = None
    active: bool | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields that were given."""
        found = self.model_dump(exclude_none=True, exclude={"v"})
        if self.queue_id is not None:
            found["queue_id"] = str(self.queue_id)
        return found


class ChannelView(BaseModel):
    """A channel as configurators see it."""

    id: str
    client_id: str
    kind: str
    label: str
    name: str
    public_key: str
    queue_id: str
    settings: dict[str, Any]
    active: bool
    created_at: datetime
    embed: str | None
    v: int

    @classmethod
    def of(cls, channel: Channel, *, public_url: str) -> "ChannelView":
        """Show a channel; a chat with the line that its client's site needs."""
        chat = channel.kind == "webchat"
        full = channel.full_settings()
        script = f'<script src="{public_url}/widget.js" data-key="{channel.public_key}" async>'
        return cls(
            id=channel.id,
            client_id=channel.client_id,
            kind=channel.kind,
            label=channel.label,
            name=channel.name,
            public_key=channel.public_key,
            queue_id=channel.queue_id,
            settings=full.model_dump(mode="json"),
            active=channel.active,
            created_at=channel.created_at,
            embed=f"{script}</script>" if chat else None,
            v=channel.v,
        )


class SenderBody(_Body):
    """Who wrote; `verified` says that the program has proof of it."""

    kind: Literal["external", "phone", "email"] = "external"
    value: Annotated[str, StringConstraints(min_length=1, max_length=250, pattern=NO_ZERO)]
    name: Annotated[str, StringConstraints(max_length=200, pattern=NO_ZERO)] = ""
    verified: bool = False

    def value_of(self) -> Sender:
        """Return the plain value."""
        return Sender(self.kind, self.value, self.name, verified=self.verified)


class InboundBody(_Body):
    """A customer's message from elsewhere; the same `external_id` again is the same message."""

    thread: Foreign
    external_id: Foreign
    sender: SenderBody = Field(alias="from")
    # Longer than a message may be: what is too long is kept aside, not thrown away.
    text: Annotated[str, StringConstraints(max_length=20 * TEXT_LIMIT, pattern=NO_ZERO)] = ""
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,35}$")] | None = None
    attachment_ids: Annotated[list[UUID], Field(max_length=10)] = []

    def value(self) -> Inbound:
        """Return the plain value."""
        return Inbound(
            thread=self.thread,
            external_id=self.external_id,
            sender=self.sender.value_of(),
            text=self.text,
            language=self.language,
            attachments=tuple(str(file) for file in self.attachment_ids),
        )


class FileView(BaseModel):
    """A file that was kept for a message to come."""

    id: str
    name: str
    size: int
    type: str


class TakenView(BaseModel):
    """Which message a hand-in became, and whose.

    `customer_known` tells whether the customer was there before this conversation began.
    """

    conversation_id: str
    message_id: str
    seq: int
    customer_id: str
    customer_known: bool


class SetAsideView(BaseModel):
    """Under which id a message that could not be taken in is kept."""

    quarantine_id: str


class ThreadBody(_Body):
    """Which exchange is meant, by the program's own name for it."""

    thread: Foreign


class NewTicket(_Body):
    """Whom the client's own server vouches for."""

    kind: Literal["email", "phone", "external", "tax_code"]
    value: Annotated[str, StringConstraints(min_length=1, max_length=250, pattern=NO_ZERO)]
    name: Annotated[str, StringConstraints(max_length=200, pattern=NO_ZERO)] = ""


class TicketView(BaseModel):
    """A ticket for the page; the chat starts once with it."""

    ticket: str
    expires_at: datetime


class ReportBody(_Body):
    """What became of an answer."""

    message_id: UUID
    delivery: Literal["delivered", "failed"]


class OutgoingView(BaseModel):
    """An answer to be carried to a customer, and the cursor that says it was taken."""

    cursor: int
    thread: str
    conversation_id: str
    message_id: str
    seq: int
    text: str
    attachments: list[dict[str, Any]]
    author: dict[str, str]
    at: datetime


class OutgoingPage(BaseModel):
    """Answers in order; `next_cursor` is where to go on, also when there are none."""

    items: list[OutgoingView]
    next_cursor: int


class NewWebhook(_Body):
    """A webhook to be added; without a client it hears of all."""

    name: Name
    url: Url
    kinds: Kinds
    client_id: UUID | None = None


class WebhookChange(_Body):
    """What changes on a webhook at version `v`; absent fields stay."""

    v: int
    name: Name | None = None
    url: Url | None = None
    kinds: Kinds | None = None
    active: bool | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields that were given."""
        return self.model_dump(exclude_none=True, exclude={"v"})


class WebhookView(BaseModel):
    """A webhook without its secret."""

    id: str
    client_id: str | None
    name: str
    url: str
    kinds: list[str]
    active: bool
    failures: int
    disabled_at: datetime | None
    former_secret_until: datetime | None
    created_at: datetime
    v: int

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookView":
        """Show a webhook."""
        return cls(
            id=webhook.id,
            client_id=webhook.client_id,
            name=webhook.name,
            url=webhook.url,
            kinds=list(webhook.kinds),
            active=webhook.active,
            failures=webhook.failures,
            disabled_at=webhook.disabled_at,
            former_secret_until=webhook.former_until,
            created_at=webhook.created_at,
            v=webhook.v,
        )


class WebhookWithSecret(BaseModel):
    """A webhook with the secret that is shown this once."""

    webhook: WebhookView
    secret: str


def _comes(delivery: Delivery) -> bool:
    return delivery.state == "pending" and delivery.next_try_at < LAID_ASIDE


class DeliveryView(BaseModel):
    """One event on its way."""

    id: str
    webhook_id: str
    kind: str
    state: str
    attempts: int
    next_try_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    body: dict[str, Any]

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        """Show a delivery."""
        return cls(
            id=delivery.id,
            webhook_id=delivery.webhook_id,
            kind=delivery.kind,
            state=delivery.state,
            attempts=delivery.attempts,
            next_try_at=delivery.next_try_at if _comes(delivery) else None,
            last_status=delivery.last_status,
            last_error=delivery.last_error,
            created_at=delivery.created_at,
            sent_at=delivery.sent_at,
            body=delivery.body,
        )
