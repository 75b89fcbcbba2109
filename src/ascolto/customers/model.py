"""Customers as plain values, and how a name or an identity is compared."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# A browser that comes back is the same browser: that proves no person.
PERSONAL_KINDS = frozenset({"email", "phone", "external", "tax_code"})

_ITALY = "+39"


@dataclass(frozen=True, slots=True)
class ClaimedIdentity:
    """An identity as a channel hands it in; `verified` says that the channel has proof."""

    kind: str
    value: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity as it is kept: verified, or a claim when `verified_at` is None."""

    id: str
    customer_id: str
    kind: str
    value: str
    verified_how: str | None
    verified_at: datetime | None

    @property
    def verified(self) -> bool:
        """Tell whether it was proved."""
        return self.verified_at is not None


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes to a client; `merged_into` names the customer who stands for them."""

    id: str
    client_id: str
    name: str
    language: str
    preferences: dict[str, Any]
    merged_into: str | None
    v: int
    created_at: datetime
    verified: bool
    identities: tuple[Identity, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a customer wants to be reached: a channel, and hours of the local day."""

    channel: str | None = None
    from_minute: int | None = None
    to_minute: int | None = None
    note: str = ""

    def document(self) -> dict[str, Any]:
        """Return the JSON shape that is stored and shown."""
        return {
            "channel": self.channel,
            "from_minute": self.from_minute,
            "to_minute": self.to_minute,
            "note": self.note,
        }


def normalise(text: str) -> str:
    """Return a text as searches compare it: no case, no accents, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.split())


def identity_key(kind: str, value: str) -> str:
    """Return the form in which two spellings are the same identity."""
    text = unicodedata.normalize("NFKC", value).strip()
    if kind == "email":
        return text.casefold()
    if kind == "phone":
        return _phone_key(text)
    if kind == "tax_code":
        return text.replace(" ", "").upper()
    return text


def _phone_key(text: str) -> str:
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+"):
        return "+" + digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    return _ITALY + digits


def search_text(name: str, values: Iterable[str]) -> str:
    """Return what is kept for searching a customer; each part starts after a space."""
    parts = [normalise(name), *(normalise(value) for value in values)]
    return " " + " ".join(dict.fromkeys(part for part in parts if part))


def like_patterns(query: str) -> list[str]:
    """Return one LIKE pattern per word of a query, each matching the start of a word or inside."""
    words = normalise(query).split()
    return [f"%{_escaped(word)}%" for word in words]


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


class Purpose(StrEnum):
    """What a mail that nobody asked for is for."""

    SURVEY = "survey"
    NOTICE = "notice"


class LinkRole(StrEnum):
    """As what somebody speaks for a customer."""

    RELATIVE = "relative"
    ADMINISTRATOR = "administrator"
    DELEGATE = "delegate"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class Note:
    """What a colleague wrote of a customer, for colleagues."""

    id: str
    text: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another customer who speaks for this one, or for whom this one speaks."""

    id: str
    role: LinkRole
    at: datetime
    by_name: str
    other_id: str
    other_name: str
    acts_for_them: bool
    """Whether the other one speaks for this customer, not this one for them."""


class Source(StrEnum):
    """How somebody said what they want: by themselves, or to a person who writes it down."""

    PAGE = "page"
    ONE_CLICK = "one_click"
    PHONE = "phone"
    WRITING = "writing"


# These a person writes down, who is named beside.
BY_HAND = frozenset({Source.PHONE, Source.WRITING})


@dataclass(frozen=True, slots=True)
class Consent:
    """What was said of a purpose: yes or no, when and how, and which text was shown."""

    id: str
    purpose: Purpose
    given: bool
    at: datetime
    source: Source
    text_version: str
    words: str
    # Where a word that a person wrote down comes from, and who wrote it.
    note: str = ""
    by_name: str | None = None
