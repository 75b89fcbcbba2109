"""Bodies and answers of the conversations' routes; rows and messages come from `live`."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ascolto.conversations.model import Canned, Conversation, Message, Outcome, Reason
from ascolto.conversations.views_consults import ConsultView
from ascolto.conversations.views_envelope import EnvelopeBody

Text = Annotated[str, StringConstraints(max_length=20_000)]
Note = Annotated[str, StringConstraints(max_length=20_000)]
Line = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Nonce = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}$")]
Seq = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Body(BaseModel):
    """A request body: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class ReplyBody(Body):
    """An answer to the customer; the nonce makes sending it twice sending it once."""

    text: Text = ""
    nonce: Nonce
    attachment_ids: Annotated[list[UUID], Field(max_length=5)] = []
    expected_seq: Seq | None = None
    envelope: EnvelopeBody | None = None
    then: Literal["wrap_up", "close", "snooze"] | None = None
    outcome: Outcome = Outcome.RESOLVED
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _sleeps_until_a_moment(self) -> "ReplyBody":
        if (self.then == "snooze") != (self.until is not None):
            raise ValueError("`until` goes with `then: snooze`")
        return self


class GoingOutBody(Body):
    """An answer to the customer that may be taken back for a moment."""

    text: Text = ""
    nonce: Nonce
    attachment_ids: Annotated[list[UUID], Field(max_length=5)] = []
    expected_seq: Seq | None = None
    envelope: EnvelopeBody | None = None


class NoteBody(Body):
    """A note for colleagues."""

    text: Note = ""
    nonce: Nonce | None = None
    attachment_ids: Annotated[list[UUID], Field(max_length=5)] = []
    mentions: Annotated[list[UUID], Field(max_length=20)] = []


class TransferBody(Body):
    """Where a conversation goes: one queue or one operator."""

    queue_id: UUID | None = None
    operator_id: UUID | None = None
    note: Note | None = None


class PromiseBody(Body):
    """What was promised to the customer, and until when."""

    text: Annotated[str, StringConstraints(max_length=1000)] = ""
    until: AwareDatetime | None = None


class CallBody(Body):
    """When a customer is called, at which number and about what."""

    at: AwareDatetime
    phone: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=3, max_length=40, pattern=r"^[+0-9][0-9 ()./-]*$"
        ),
    ]
    text: Annotated[str, StringConstraints(max_length=1000)] = ""
    to_queue: bool = Field(
        default=False, description="Whether anybody calls, rather than who promises it first"
    )


class CloseBody(Body):
    """How a conversation ended and why it began."""

    outcome: Outcome = Outcome.RESOLVED
    reason1: UUID | None = None
    reason2: UUID | None = None
    note: Note | None = None
    promise: PromiseBody | None = None
    expected_seq: Seq | None = None


class SnoozeBody(Body):
    """Until when a conversation sleeps."""

    until: AwareDatetime


class MergeBody(Body):
    """The conversation that goes on for both."""

    into: UUID


class TagsBody(Body):
    """Tags to put on and to take off."""

    add: Annotated[list[Tag], Field(max_length=20)] = []
    remove: Annotated[list[Tag], Field(max_length=20)] = []


class ReadBody(Body):
    """The last line that was read."""

    seq: Seq


class CustomerRef(BaseModel):
    """Who wrote, as lists show it."""

    id: str
    name: str | None
    verified: bool


class PromiseView(BaseModel):
    """What was promised to a customer; with a number it is a call."""

    text: str
    until: datetime | None
    phone: str | None = None
    operator_id: str | None = Field(default=None, description="Who calls, if not just anybody")


class RowView(BaseModel):
    """A conversation as lists show it; `v` grows with each change."""

    id: str
    v: int
    number: int
    client_id: str
    channel: str
    state: str
    subject: str | None
    preview: str | None
    customer: CustomerRef
    queue_id: str | None
    operator_id: str | None
    operator_name: str | None
    work_item_id: str | None
    language: str | None
    tags: list[str]
    unread: int
    last_message_at: datetime | None
    last_from: str | None
    last_seq: int
    opened_at: datetime
    due_at: datetime | None
    due_kind: str | None
    snoozed_until: datetime | None
    waiting_since: datetime | None
    outcome: str | None
    merged_into: str | None
    promise: PromiseView | None

    @classmethod
    def of(cls, c: Conversation) -> "RowView":
        """Show a conversation."""
        own = {"customer", "state"}
        return cls(
            **{name: getattr(c, name) for name in cls.model_fields if name not in own},
            state=c.state.value,
            customer=CustomerRef(
                id=c.customer_id, name=c.customer_name, verified=c.customer_verified
            ),
        )


class AuthorView(BaseModel):
    """Who wrote a line."""

    kind: str
    id: str | None
    name: str | None


class FileView(BaseModel):
    """A file as a message shows it."""

    id: str
    name: str
    size: int
    type: str


class MessageView(BaseModel):
    """One line of a thread."""

    id: str
    conversation_id: str
    seq: int
    kind: str
    author: AuthorView
    text: str
    attachments: list[FileView]
    at: datetime
    nonce: str | None
    delivery: str
    meta: dict[str, Any]
    origin_id: str | None

    @classmethod
    def of(cls, m: Message) -> "MessageView":
        """Show a message."""
        return cls(
            id=m.id,
            conversation_id=m.conversation_id,
            seq=m.seq,
            kind=m.kind.value,
            author=AuthorView(kind=m.author.kind.value, id=m.author.id, name=m.author.name),
            text=m.text,
            attachments=[
                FileView(id=a.id, name=a.name, size=a.size, type=a.type) for a in m.attachments
            ],
            at=m.at,
            nonce=m.nonce,
            delivery=m.delivery,
            meta=m.meta,
            origin_id=m.origin_id,
        )


class GoingOutView(BaseModel):
    """What became of an answer: it leaves in so many seconds, or it is a message of the thread."""

    nonce: str
    leaves_in_s: float
    message: MessageView | None


class MessagesView(BaseModel):
    """Some lines of a thread in order, and whether there are more in the asked direction."""

    items: list[MessageView]
    has_more: bool


class QueueRef(BaseModel):
    """A queue by name."""

    id: str
    name: str
    client_id: str
    channel: str


class WorkplaceView(BaseModel):
    """Where an operator works from as it is on record: what a session begins with."""

    place: str
    country: str


class DeskView(BaseModel):
    """All that one's desk shows, and the cursor after which changes follow."""

    cursor: str
    now: datetime
    workplace: WorkplaceView | None
    presence: dict[str, Any] | None
    offers: list[dict[str, Any]]
    conversations: list[RowView]
    consults: list[ConsultView]
    queues: list[QueueRef]


class MentionView(BaseModel):
    """A note that names one."""

    id: str
    conversation_id: str
    number: int
    subject: str
    customer_name: str
    by: str
    text: str
    at: datetime
    seen_at: datetime | None


class CannedBody(Body):
    """A ready reply; variables are written {{customer.name}}."""

    client_id: UUID | None = None
    key: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    title: Name
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    language: Language | None = None
    v: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1


class CannedView(BaseModel):
    """A ready reply of one client or of all."""

    id: str
    client_id: str | None
    key: str
    title: str
    text: str
    language: str | None
    v: int

    @classmethod
    def of(cls, canned: Canned) -> "CannedView":
        """Show a ready reply."""
        return cls(**{name: getattr(canned, name) for name in cls.model_fields})


LAST_POSITION = 10_000


class ReasonBody(Body):
    """A reason why customers write; with a parent it is of the second level."""

    client_id: UUID | None = None
    parent_id: UUID | None = None
    name: Name
    position: Annotated[int, Field(ge=0, le=LAST_POSITION)] = 0


class ReasonChange(Body):
    """Another name and place for a reason."""

    name: Name
    position: Annotated[int, Field(ge=0, le=LAST_POSITION)] = 0


class ReasonView(BaseModel):
    """A reason, of the first level or under a parent."""

    id: str
    client_id: str | None
    parent_id: str | None
    name: str
    position: int

    @classmethod
    def of(cls, reason: Reason) -> "ReasonView":
        """Show a reason."""
        return cls(**{name: getattr(reason, name) for name in cls.model_fields})


class TagView(BaseModel):
    """A tag known to a client."""

    id: str
    client_id: str
    name: str
