"""The shapes of operators, skills and teams on the wire."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ascolto.people.importing import Plan
from ascolto.people.model import (
    DEFAULT_BUDGET,
    DEFAULT_CAPACITY,
    NewOperator,
    Operator,
    Skill,
    SkillLevel,
    Team,
)

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(pattern="^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$")]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}$")]
Place = Literal["home", "site"]
Channel = Annotated[str, StringConstraints(pattern="^[a-z_]{1,30}$")]
Capacity = dict[Channel, Annotated[int, Field(ge=0, le=50)]]
Budget = Annotated[int, Field(ge=1, le=1000)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Body(BaseModel):
    """A request body: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class SkillLevelBody(Body):
    """How well, and until when it counts."""

    level: Annotated[int, Field(ge=1, le=10)]
    expires_at: AwareDatetime | None = None

    def value(self) -> SkillLevel:
        """Return the plain value."""
        return SkillLevel(self.level, self.expires_at)


class NewOperatorBody(Body):
    """An operator to add."""

    display_name: Name
    account_id: UUID | None = None
    team_id: UUID | None = None
    languages: list[Language] = ["it"]
    place: Place = "site"
    country: Country = "IT"
    capacity: Capacity = Field(default_factory=lambda: dict(DEFAULT_CAPACITY))
    budget: Budget = DEFAULT_BUDGET
    clients: list[UUID] = []
    skills: dict[Code, SkillLevelBody] = {}

    def value(self) -> NewOperator:
        """Return the plain value."""
        return NewOperator(
            display_name=self.display_name,
            account_id=None if self.account_id is None else str(self.account_id),
            team_id=None if self.team_id is None else str(self.team_id),
            languages=tuple(dict.fromkeys(self.languages)),
            place=self.place,
            country=self.country,
            capacity=self.capacity,
            budget=self.budget,
            clients=frozenset(str(client) for client in self.clients),
            skills={code: body.value() for code, body in self.skills.items()},
        )


class OperatorChangeBody(Body):
    """What to change of an operator still at version `v`; absent fields stay."""

    v: Version
    display_name: Name | None = None
    account_id: UUID | None = None
    team_id: UUID | None = None
    languages: list[Language] | None = None
    place: Place | None = None
    country: Country | None = None
    capacity: Capacity | None = None
    budget: Budget | None = None

    def changes(self) -> dict[str, object]:
        """Return the fields that were given; a null takes the account or the team away."""
        values: dict[str, object] = {}
        for name in self.model_fields_set - {"v"}:
            value = getattr(self, name)
            if name in {"account_id", "team_id"}:
                values[name] = None if value is None else str(value)
            elif value is not None:
                values[name] = tuple(value) if name == "languages" else value
        return values


class SkillsBody(Body):
    """All the skills of an operator, by code, and the version that they were chosen on."""

    skills: dict[Code, SkillLevelBody]
    v: Version


class ClientsBody(Body):
    """All the clients in scope that an operator works for, and the version they were chosen on."""

    clients: list[UUID]
    v: Version


class SkillLevelView(BaseModel):
    """How well somebody masters a skill, and whether it counts now."""

    level: int
    expires_at: datetime | None
    counts: bool


class OperatorDetails(BaseModel):
    """What only those who plan and assign see of an operator, and the operator."""

    account_id: str | None
    skills: dict[str, SkillLevelView]
    place: str
    country: str
    capacity: dict[str, int]
    budget: int


class OperatorView(BaseModel):
    """An operator as colleagues see them; `details` is null for those who need none."""

    id: str
    v: int
    display_name: str
    team_id: str | None
    team: str | None
    languages: list[str]
    clients: list[str]
    archived_at: datetime | None
    details: OperatorDetails | None

    @classmethod
    def of(cls, operator: Operator, *, at: datetime, detailed: bool) -> "OperatorView":
        """Show an operator at a moment."""
        return cls(
            id=operator.id,
            v=operator.v,
            display_name=operator.display_name,
            team_id=operator.team_id,
            team=operator.team,
            languages=list(operator.languages),
            clients=sorted(operator.clients),
            archived_at=operator.archived_at,
            details=_details(operator, at) if detailed else None,
        )


def _details(operator: Operator, at: datetime) -> OperatorDetails:
    return OperatorDetails(
        account_id=operator.account_id,
        skills={
            code: SkillLevelView(
                level=skill.level, expires_at=skill.expires_at, counts=skill.counts(at)
            )
            for code, skill in sorted(operator.skills.items())
        },
        place=operator.place,
        country=operator.country,
        capacity=operator.capacity,
        budget=operator.budget,
    )


class NewSkill(Body):
    """A skill to add."""

    code: Code
    name: Name


class Named(Body):
    """A name to give."""

    name: Name


class ImportBody(Body):
    """People in a table (CSV), to be tried or written."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]
    dry_run: bool


class CellErrorView(BaseModel):
    """What is wrong in one cell."""

    column: str
    code: str
    value: str


class ImportRow(BaseModel):
    """One line of the table and what becomes of it."""

    line: int
    email: str
    name: str
    outcome: Literal["added", "changed", "unchanged", "refused"]
    errors: list[CellErrorView]


class ImportReport(BaseModel):
    """What a table brings, row by row; `written` is false on a dry run or when a row is refused."""

    written: bool
    added: int
    changed: int
    unchanged: int
    refused: int
    rows: list[ImportRow]

    @classmethod
    def of(cls, plans: Sequence[Plan], *, dry_run: bool) -> "ImportReport":
        """Show plans that were carried out or only made."""
        counts = Counter(plan.outcome for plan in plans)
        return cls(
            written=bool(plans) and not dry_run and not counts["refused"],
            added=counts["added"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
            refused=counts["refused"],
            rows=[ImportRow.model_validate(_shown(plan)) for plan in plans],
        )


def _shown(plan: Plan) -> dict[str, Any]:
    row = plan.row
    errors = [{"column": e.column, "code": e.code, "value": e.value} for e in row.errors]
    name = str(row.cells.get("name", ""))
    return {
        "line": row.line, "email": row.email, "name": name,
        "outcome": plan.outcome, "errors": errors,
    }  # fmt: skip


class SkillView(BaseModel):
    """A skill of the catalogue."""

    id: str
    code: str
    name: str

    @classmethod
    def of(cls, skill: Skill) -> "SkillView":
        """Show a skill."""
        return cls(id=skill.id, code=skill.code, name=skill.name)


class TeamView(BaseModel):
    """A team."""

    id: str
    name: str

    @classmethod
    def of(cls, team: Team) -> "TeamView":
        """Show a team."""
        return cls(id=team.id, name=team.name)
