"""Operators, skills and teams as plain values."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

DEFAULT_CAPACITY: Mapping[str, int] = {
    "voice": 1,
    "callback": 1,
    "webchat": 3,
    "messaging": 5,
    "email": 5,
    "task": 5,
}
DEFAULT_BUDGET = 100


class SkillLevel(NamedTuple):
    """How well somebody masters a skill, 1 to 10, and until when that counts."""

    level: int
    expires_at: datetime | None = None

    def counts(self, at: datetime) -> bool:
        """Tell whether the skill has not expired at a moment."""
        return self.expires_at is None or at < self.expires_at


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who answers customers, and what they can take."""

    id: str
    account_id: str | None
    display_name: str
    team_id: str | None
    team: str | None
    skills: dict[str, SkillLevel]
    languages: tuple[str, ...]
    place: str
    country: str
    capacity: dict[str, int]
    budget: int
    clients: frozenset[str]
    v: int = 1
    archived_at: datetime | None = None

    def levels(self, at: datetime) -> dict[str, int]:
        """Return the skills that count at a moment, by code."""
        return {code: skill.level for code, skill in self.skills.items() if skill.counts(at)}


@dataclass(frozen=True, slots=True)
class NewOperator:
    """What a new operator is made of."""

    display_name: str
    account_id: str | None = None
    team_id: str | None = None
    languages: tuple[str, ...] = ("it",)
    place: str = "site"
    country: str = "IT"
    capacity: dict[str, int] = field(default_factory=lambda: dict(DEFAULT_CAPACITY))
    budget: int = DEFAULT_BUDGET
    clients: frozenset[str] = frozenset()
    skills: dict[str, SkillLevel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skill:
    """Something one can be good at, named by a code that routing rules use."""

    id: str
    code: str
    name: str
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A group of operators."""

    id: str
    name: str
    archived_at: datetime | None = None


def sort_name(name: str) -> str:
    """Return the form by which names are ordered and searched: no accents, no case.

    The database compares bytes; "Èva" belongs beside "Eva", not after "Zoe".
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).strip()
