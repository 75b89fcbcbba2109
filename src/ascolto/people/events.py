"""What changes about those who answer."""

from dataclasses import dataclass
from typing import ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class OperatorChanged(Event):
    """An operator was created, updated, archived, or has other skills or clients."""

    kind: ClassVar[str] = "people.operator_changed"
    operator_id: str
    change: str


@dataclass(frozen=True, kw_only=True)
class SkillChanged(Event):
    """A skill was created, renamed or archived."""

    kind: ClassVar[str] = "people.skill_changed"
    skill_id: str
    code: str
    change: str


@dataclass(frozen=True, kw_only=True)
class TeamChanged(Event):
    """A team was created, renamed or archived."""

    kind: ClassVar[str] = "people.team_changed"
    team_id: str
    change: str
