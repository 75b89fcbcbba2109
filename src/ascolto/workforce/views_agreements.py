"""Bodies and answers of the routes on contracts, what is agreed with people, and seats."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from ascolto.people import Operator
from ascolto.workforce.actions.agreeing import Brought
from ascolto.workforce.agreements import Agreement, Contract
from ascolto.workforce.rostering.instance import Terms, can_split, wrong_terms
from ascolto.workforce.views import Body, RowFaultView

STEP_MINUTES = 15
"""The grid of a roster that is made on the desk."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Weekdays = Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)]
Days = Annotated[int, Field(ge=0, le=7)]


class ContractBody(Body):
    """A contract under a name; `v` is that of the terms it stands in place of."""

    name: Name
    terms: Terms
    v: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0

    @model_validator(mode="after")
    def _can_be_worked(self) -> Self:
        wrong = wrong_terms(self.terms, step=STEP_MINUTES)
        split = self.terms.split
        if split is not None and not can_split(self.terms):
            wrong.append(
                f"split: no shift has two parts of {split.part_minutes} min or longer and, with"
                f" {split.gap_minutes[0]} min between, lasts {split.span_minutes} min at most"
            )
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class ContractView(BaseModel):
    """A contract and with how many people it is agreed."""

    id: str
    name: str
    terms: Terms
    people: int
    v: int

    @classmethod
    def of(cls, contract: Contract, people: int = 0) -> "ContractView":
        """Show a contract."""
        return cls(
            id=contract.id,
            name=contract.name,
            terms=Terms.model_validate(contract.terms),
            people=people,
            v=contract.v,
        )


class AgreementBody(Body):
    """What holds for a person from a day on; without a contract they work no more."""

    contract_id: UUID | None
    elastic: bool = False
    free_weekdays: Weekdays = ()
    office: tuple[Days, Days] | None = None
    team_weekdays: Weekdays = ()

    def agreement(self, *, operator_id: str, from_day: date) -> Agreement:
        """Return what is meant."""
        return Agreement(
            operator_id=operator_id,
            from_day=from_day,
            contract_id=str(self.contract_id) if self.contract_id else None,
            elastic=self.elastic,
            free_weekdays=tuple(sorted(set(self.free_weekdays))),
            office=self.office,
            team_weekdays=tuple(sorted(set(self.team_weekdays))),
        )


class AgreedTermsView(BaseModel):
    """What holds for a person from a day on."""

    operator_id: str
    from_day: date
    contract_id: str | None
    elastic: bool
    free_weekdays: tuple[int, ...]
    office: tuple[int, int] | None
    team_weekdays: tuple[int, ...]

    @classmethod
    def of(cls, agreement: Agreement) -> "AgreedTermsView":
        """Show what is agreed."""
        return cls(**{name: getattr(agreement, name) for name in cls.model_fields})


class AgreedPersonView(BaseModel):
    """Somebody who works here, and what is agreed with them in the order of days."""

    operator_id: str
    display_name: str
    team: str | None
    agreements: list[AgreedTermsView]

    @classmethod
    def of(cls, operator: Operator, agreements: list[Agreement]) -> "AgreedPersonView":
        """Show a person."""
        return cls(
            operator_id=operator.id,
            display_name=operator.display_name,
            team=operator.team,
            agreements=[AgreedTermsView.of(one) for one in agreements],
        )


class SeatsBody(Body):
    """How many can sit in the office at once; null is no limit."""

    seats: Annotated[int, Field(ge=0, le=100_000)] | None


class SeatsView(BaseModel):
    """From a day on so many can sit in the office at once."""

    from_day: date
    seats: int | None


class ImportAgreementsBody(Body):
    """A table (CSV) of agreements, to be tried or written.

    Columns `operator`, `from_day`, `contract`; and `elastic`, `free_weekdays`, `office_least`,
    `office_most`, `team_weekdays`.
    """

    text: Annotated[str, StringConstraints(min_length=1, max_length=2_000_000)]
    separator: Literal[",", ";", "\t"] = ","
    dry_run: bool


class ImportAgreementsReport(BaseModel):
    """What a table says and what became of it."""

    written: bool
    rows: int
    faults: list[RowFaultView]

    @classmethod
    def of(cls, found: Brought) -> "ImportAgreementsReport":
        """Show what a table says."""
        return cls(
            written=found.written,
            rows=len(found.agreements),
            faults=[RowFaultView(**fault._asdict()) for fault in found.faults],
        )
