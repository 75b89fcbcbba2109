"""Wire shapes of what one sees of an opened conversation: its drafts, its wrap-up, all of it."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from ascolto.conversations.model import Draft, Outcome
from ascolto.conversations.views import Body, FileView, Line, RowView, Text
from ascolto.conversations.views_viewers import ViewerView
from ascolto.customers.views import CustomerView


class DraftLines(Body):
    """To whom a mail goes, as it is being typed."""

    to: Line
    cc: Line
    bcc: Line


class DraftAbout(Body):
    """What is passed on: a message, which of its files go along, and whether it does whole."""

    message_id: UUID
    attachment_ids: Annotated[list[UUID], Field(max_length=200)]
    whole: bool


class DraftClosing(Body):
    """How a contact ends, as it is being written up."""

    outcome: Outcome
    reason1: UUID | None
    reason2: UUID | None
    promise: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]
    until: AwareDatetime | None


class DraftBody(Body):
    """What is being written and to whom, with what, and the revision it began from."""

    text: Text
    kind: Literal["reply", "note", "forward", "wrapup"] = "reply"
    rev: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    lines: DraftLines | None = None
    about: DraftAbout | None = None
    file_ids: list[UUID] = Field(default_factory=list, max_length=20)
    other: Text | None = Field(
        default=None, description="What another device wrote at the same time, not yet chosen from"
    )
    closing: DraftClosing | None = None


class DraftView(BaseModel):
    """What one has begun to write."""

    conversation_id: str
    operator_id: str
    text: str
    kind: str
    rev: int
    lines: DraftLines | None
    about: DraftAbout | None
    files: list[FileView]
    other: str | None
    closing: DraftClosing | None

    @classmethod
    def of(cls, draft: Draft) -> "DraftView":
        """Return the view of a draft."""
        return cls.model_validate(asdict(draft))


class WrapUpClockView(BaseModel):
    """How long a contact has been written up, and until when it may be."""

    began_at: datetime
    expected_s: float = Field(description="What its queue reckons with, in seconds")
    ends_at: datetime | None = Field(description="When it is closed by itself; null for never")


class DetailView(BaseModel):
    """A conversation with its customer, why it came here and one's own draft."""

    conversation: RowView
    customer: CustomerView | None
    why: dict[str, Any] | None
    draft: DraftView | None
    drafts: list[DraftView]
    viewers: list[ViewerView]
