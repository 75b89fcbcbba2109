"""Channels as plain values, and what may be set on one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.channels.email.settings import EmailSettings
from ascolto.kit.words import Language

PASS_LIFE = timedelta(days=30)
LINK_LIFE = timedelta(minutes=30)
TICKET_LIFE = timedelta(minutes=10)
START_AGAIN_WITHIN = timedelta(hours=1)

Wish = Literal["no", "optional", "required"]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"'<>;,]+$", max_length=500)]
# Scheme, host and port, as `frame-ancestors` takes them; a star stands for one level of names.
Site = Annotated[
    str,
    StringConstraints(
        pattern=r"^https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?$", max_length=260
    ),
]
Phrase = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00]*$")]


class WebchatSettings(BaseModel):
    """What a client may set on its chat; everything has a sensible default."""

    model_config = ConfigDict(extra="forbid")

    brand_name: Annotated[str, StringConstraints(max_length=80)] = ""
    color: Color | None = None
    logo_url: WebAddress | None = None
    privacy_url: WebAddress | None = None
    contact_url: WebAddress | None = None
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    ask_name: Wish = "optional"
    ask_email: Wish = "optional"
    callback: bool = True
    survey: bool = True
    uploads: bool = True
    full_operator_names: bool = False
    sites: list[Site] = Field(default_factory=list, max_length=50)
    long_wait_s: Annotated[int, Field(ge=10, le=86_400)] = 600
    # language -> name of a text -> words that replace the house's own
    texts: dict[Language, dict[str, Phrase]] = Field(default_factory=dict)


class ExternalSettings(BaseModel):
    """What may be set on a channel that somebody else's program serves."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "it"
    # A thread that was closed longer ago than this begins a new conversation.
    new_after_days: Annotated[int, Field(ge=0, le=365)] = 7
    # Whoever writes while nobody is there is told when they will be answered.
    answer_closed: bool = True


@dataclass(frozen=True, slots=True)
class Channel:
    """One door: of which client, of what kind, and the queue behind it."""

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
    archived_at: datetime | None
    v: int

    def webchat(self) -> WebchatSettings:
        """Return the settings of a chat."""
        return WebchatSettings.model_validate(self.settings)

    def external(self) -> ExternalSettings:
        """Return the settings of an external channel."""
        return ExternalSettings.model_validate(self.settings)

    def email(self) -> EmailSettings:
        """Return the settings of a mailbox."""
        return EmailSettings.model_validate(self.settings)

    def full_settings(self) -> BaseModel:
        """Return the settings of whatever kind it is, defaults filled in."""
        match self.kind:
            case "webchat":
                return self.webchat()
            case "email":
                return self.email()
            case _:
                return self.external()


@dataclass(frozen=True, slots=True)
class Pass:
    """What a customer's browser may do: speak in one conversation, until a moment."""

    id: str
    client_id: str
    channel_id: str
    conversation_id: str
    customer_id: str
    customer_name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ResumeLink:
    """A mailed link to a conversation."""

    id: str
    client_id: str
    channel_id: str
    conversation_id: str
    customer_id: str
    customer_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A client's own word on who is about to write."""

    id: str
    client_id: str
    channel_id: str
    kind: str
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Callback:
    """A call that a customer asked for."""

    id: str
    client_id: str
    origin_id: str
    conversation_id: str
    phone: str
    wanted_at: datetime | None
    call_at: datetime
    queued_at: datetime | None = field(default=None)
    # The work that the call replaces, and since when it had waited.
    origin_item_id: str | None = None
    place_at: datetime | None = None


def first_name(name: str) -> str:
    """Return the first name of a person: all that customers learn of who answers."""
    return name.strip().partition(" ")[0]
