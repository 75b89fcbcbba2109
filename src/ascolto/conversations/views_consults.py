"""Bodies and answers of the consults' routes; `live.consult_body` has the same shape."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.conversations.live import consult_body
from ascolto.conversations.model import Consult

Nonce = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ConsultBody(BaseModel):
    """A question to one colleague, or to one queue for tasks; the nonce makes twice once."""

    model_config = ConfigDict(extra="forbid")

    subject: Subject
    text: Text
    nonce: Nonce
    attachment_ids: Annotated[list[UUID], Field(max_length=5)] = []
    operator_id: UUID | None = None
    queue_id: UUID | None = None


class WhomBody(BaseModel):
    """Who is asked instead: one colleague, or one queue for tasks."""

    model_config = ConfigDict(extra="forbid")

    operator_id: UUID | None = None
    queue_id: UUID | None = None


class ConsultMessageBody(BaseModel):
    """An answer, or what is asked on; the nonce makes sending it twice sending it once."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    nonce: Nonce
    attachment_ids: Annotated[list[UUID], Field(max_length=5)] = []


class AboutView(BaseModel):
    """The conversation that a consult is about; `operator_id` has it now."""

    id: str
    number: int
    subject: str
    customer_name: str
    operator_id: str | None


class ConsultView(BaseModel):
    """A consult as both sides see it; `v` grows with each change."""

    id: str
    v: int
    client_id: str
    conversation: AboutView
    subject: str
    state: str
    asked_by: str
    asked_by_name: str
    queue_id: str | None
    operator_id: str | None
    operator_name: str
    last_seq: int
    last_side: str
    last_text: str
    last_at: datetime
    asked_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    # From when on an open question counts as left without an answer.
    overdue_at: datetime | None

    @classmethod
    def of(cls, consult: Consult) -> "ConsultView":
        """Show a consult."""
        return cls(**consult_body(consult))
