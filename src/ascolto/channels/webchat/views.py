"""Wire shapes of the public interface."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.channels.model import Wish as Asking
from ascolto.channels.webchat.state import Scene
from ascolto.channels.webchat.texts import SHOWN
from ascolto.conversations.model import TEXT_LIMIT

NO_ZERO = r"^[^\x00]*$"
Line = Annotated[str, StringConstraints(max_length=200, pattern=NO_ZERO, strip_whitespace=True)]
Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT, pattern=NO_ZERO)]
StartNonce = Annotated[str, StringConstraints(pattern=r"^[!-~]{16,100}$")]
Nonce = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$")]
LanguageTag = Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z0-9_-]*$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewConversation(_Body):
    """What a page sends to begin; the same nonce again opens the same conversation."""

    nonce: StartNonce
    text: Text | None = None
    name: Line | None = None
    email: Annotated[Line, Field(max_length=320)] | None = None
    language: LanguageTag | None = None
    page: Annotated[str, StringConstraints(max_length=2_000, pattern=NO_ZERO)] | None = None
    ticket: Annotated[str, StringConstraints(max_length=200, pattern=NO_ZERO)] | None = None


class NewMessage(_Body):
    """A customer's message; the same nonce with the same text is the same message."""

    text: Text = ""
    nonce: Nonce
    attachment_ids: Annotated[list[UUID], Field(max_length=10)] = []


class SurveyAnswer(_Body):
    """The answer to the closing question."""

    score: Annotated[int, Field(ge=1, le=5)]
    text: Annotated[Text, Field(max_length=2_000)] = ""


class CallWish(_Body):
    """Where and when the customer wants to be called; no moment means as soon as possible."""

    phone: Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9+()./ -]{4,32}$")]
    when: datetime | None = None


class LinkWish(_Body):
    """Where to mail the link that opens the conversation on another device."""

    email: Annotated[Line, Field(max_length=320)]


class LinkUse(_Body):
    """The one-time token of a mailed link."""

    token: Annotated[str, StringConstraints(max_length=200)]


class BrandView(BaseModel):
    """How the client looks."""

    name: str
    color: str
    on_color: str
    logo_url: str | None
    privacy_url: str | None
    contact_url: str | None


class WaitView(BaseModel):
    """The expected wait, in seconds when known, and in words."""

    seconds: int | None
    words: str

    @classmethod
    def of(cls, scene: Scene) -> "WaitView":
        """Show the wait of a scene; none while closed."""
        known = scene.wait_s is not None and scene.open
        return cls(seconds=round(scene.wait_s or 0) if known else None, words=scene.wait_words())


class AskView(BaseModel):
    """What is asked before the conversation begins."""

    name: Asking
    email: Asking


class UploadsView(BaseModel):
    """Which files are taken."""

    enabled: bool
    max_bytes: int
    types: list[str]


class ConfigView(BaseModel):
    """Everything a panel needs to open."""

    key: str
    name: str
    language: str
    languages: list[str]
    brand: BrandView
    texts: dict[str, str]
    open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    hours: str
    wait: WaitView
    ask: AskView
    callback: bool
    phone: str | None
    survey: bool
    uploads: UploadsView
    message_limit: int

    @classmethod
    def of(cls, scene: Scene, *, languages: list[str], uploads: UploadsView) -> "ConfigView":
        """Show a channel as it stands."""
        settings, words, hours, now = scene.settings, scene.words, scene.hours, scene.now
        return cls(
            key=scene.channel.public_key,
            name=scene.channel.name,
            language=words.language,
            languages=languages,
            brand=BrandView(
                name=words.brand,
                color=scene.color,
                on_color=readable_on(scene.color),
                logo_url=settings.logo_url,
                privacy_url=settings.privacy_url,
                contact_url=settings.contact_url
                or f"/help/{scene.channel.public_key}?lang={words.language}",
            ),
            texts={name: words.say(name) for name in SHOWN if name != "closed"},
            open=scene.open,
            opens_at=None if hours is None or scene.open else hours.next_opening(now),
            closes_at=hours.closes_at(now) if hours is not None and scene.open else None,
            hours="" if hours is None else words.closed(hours, now),
            wait=WaitView.of(scene),
            ask=AskView(name=settings.ask_name, email=settings.ask_email),
            callback=settings.callback,
            phone=settings.phone or None,
            survey=settings.survey,
            uploads=uploads,
            message_limit=TEXT_LIMIT,
        )


def readable_on(color: str) -> str:
    """Return black or white, whichever reads better on a colour (WCAG contrast)."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


class FileView(BaseModel):
    """A file that was kept."""

    id: str
    name: str
    size: int
    type: str


class StartedView(BaseModel):
    """A conversation that has begun, with the token that opens it."""

    conversation_id: str
    number: int
    token: str
    expires_at: datetime
    cursor: str
    state: str
    language: str
    messages: list[dict[str, Any]]
    open: bool
    wait: WaitView


class CallView(BaseModel):
    """A call that was asked for."""

    phone: str
    when: datetime | None
    words: str


class ConversationView(BaseModel):
    """How a conversation stands for its customer."""

    conversation_id: str
    number: int
    state: str
    language: str
    operator_name: str | None
    last_seq: int
    cursor: str
    wait: WaitView | None
    eu_offer: bool
    callback: CallView | None
    expires_at: datetime


class ResumedView(BaseModel):
    """A conversation opened on another device."""

    conversation_id: str
    number: int
    token: str
    expires_at: datetime
    cursor: str
    state: str


class MessagesView(BaseModel):
    """A stretch of the thread, in order."""

    items: list[dict[str, Any]]
    has_more: bool


class StateView(BaseModel):
    """The state a conversation is in."""

    state: str
