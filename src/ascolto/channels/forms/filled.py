"""What somebody filled in, and what is wrong with it: pure functions."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ascolto.channels.actions.visiting import Wish, checked_email
from ascolto.channels.errors import BadAddress
from ascolto.channels.model import WebchatSettings
from ascolto.conversations.model import TEXT_LIMIT

LINE_LIMIT = 200
EMAIL_LIMIT = 320
ANSWER_LIMIT = 2_000
_NONCE = re.compile(r"[!-~]{16,100}")


def fresh_nonce() -> str:
    """Return a mark that makes sending a form twice sending it once."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came."""

    nonce: str
    text: str = ""
    name: str = ""
    email: str = ""
    subject: str = ""
    trap: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Filled":
        """Read the fields of a form; what is missing is empty, what is no text is ignored."""
        nonce = field_of(fields, "nonce")
        return cls(
            nonce=nonce if _NONCE.fullmatch(nonce) else fresh_nonce(),
            text=field_of(fields, "text"),
            name=_line(fields, "name"),
            email=_line(fields, "email"),
            subject=_line(fields, "subject"),
            trap=field_of(fields, "website"),
        )

    def again(self) -> "Filled":
        """Return the same under a new mark, with the trap emptied."""
        return replace(self, nonce=fresh_nonce(), trap="")

    def wish(self) -> Wish:
        """Return what to begin a conversation with."""
        return Wish(
            nonce=self.nonce,
            text=self.text,
            name=self.name,
            email=self.email,
            subject=self.subject,
            meta={"form": True},
        )


def field_of(fields: Mapping[str, Any], name: str) -> str:
    """Return a field's text with its line ends as ours and without what cannot be stored."""
    value = fields.get(name)
    text = value if isinstance(value, str) else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def _line(fields: Mapping[str, Any], name: str) -> str:
    return " ".join(field_of(fields, name).split())


Problem = tuple[str, dict[str, str]]


def problems_of(filled: Filled, settings: WebchatSettings) -> dict[str, Problem]:
    """Return what is wrong, by field: the name of a text and its values."""
    found: dict[str, Problem] = {}
    if not filled.text.strip():
        found["text"] = ("need_text", {})
    if settings.ask_name == "required" and not filled.name:
        found["name"] = ("need_name", {})
    if settings.ask_email == "required" and not filled.email:
        found["email"] = ("need_email", {})
    elif filled.email and not is_email(filled.email):
        found["email"] = ("bad_email", {})
    for field, limit in (("text", TEXT_LIMIT), ("name", LINE_LIMIT), ("subject", LINE_LIMIT)):
        if len(getattr(filled, field)) > limit:
            found[field] = (f"long_{field}", {"n": str(limit)})
    if filled.trap and not found:
        found["website"] = ("trapped", {})
    return found


def is_email(text: str) -> bool:
    """Tell whether mail can be sent to an address."""
    try:
        checked_email(text)
    except BadAddress:
        return False
    return len(text) <= EMAIL_LIMIT
