"""How a line of a consult is shown, with its files."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel

from ascolto.conversations.model import ConsultMessage
from ascolto.conversations.views import FileView


class ConsultMessageView(BaseModel):
    """One line of a consult, of who asks or of who answers."""

    id: str
    consult_id: str
    seq: int
    side: str
    author_id: str | None
    author_name: str
    text: str
    at: datetime
    nonce: str
    attachments: list[FileView]

    @classmethod
    def of(cls, message: ConsultMessage) -> "ConsultMessageView":
        """Show a line."""
        files = [FileView(**asdict(one)) for one in message.attachments]
        names = cls.model_fields.keys() - {"attachments"}
        return cls(attachments=files, **{name: getattr(message, name) for name in names})
