"""Wire shapes of mail at the desk."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.conversations.views_envelope import EnvelopeBody


class ForwardBody(BaseModel):
    """To whom a mail is passed on, with what words and files; `whole` encloses the mail itself.

    `attachment_ids` are files of the mail, `added_ids` files that were uploaded to go along.
    """

    model_config = ConfigDict(extra="forbid")

    envelope: EnvelopeBody
    text: Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")] = ""
    nonce: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    attachment_ids: Annotated[list[UUID], Field(max_length=20)] = []
    whole: bool = False
    added_ids: Annotated[list[UUID], Field(max_length=20)] = []


class RecipientsView(BaseModel):
    """Whom an answer reaches: the customer, and whoever else had their last mail."""

    sender: str
    customer: str
    others: list[str]


class MessageMailView(BaseModel):
    """The mail of a message as it can be read; `headers` and `source` are its bytes as text.

    `checks` are the results of spf, dkim, dmarc and arc that our own server wrote.
    """

    message_id: str
    inbound: bool
    sender: str
    to: list[str]
    cc: list[str]
    subject: str
    date: datetime | None
    text: str
    quoted: str
    signature: str
    html: str
    blocked_images: int
    attachments: list[str]
    protection: list[str]
    checks: dict[str, str]
    verified: bool
    headers: str
    source: str
    cut: bool
    problems: list[str]
