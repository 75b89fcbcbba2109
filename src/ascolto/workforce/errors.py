"""Refusals of the workforce room.

Of the numbers, which know nothing of a server:

WorkforceError
├── BadFigure     a number that cannot be: a negative load, a share above 1
├── BadFile       a file that cannot be read as what it should be, with its row
└── TooLittle     not enough history for what was asked

Of the server:

Refusal
├── NotFound      UnknownForecast · UnknownEdit · UnknownRoster · UnknownLever · UnknownEvent ·
│                 UnknownRequest · UnknownContract · UnknownAgreement · UnknownRun ·
│                 UnknownOffer
├── Conflict      NotMade · AlreadyPublished · RosterChanged · AlreadyNoted · ContractAgreed ·
│                 RunOver · OfferOver
├── Forbidden     OutsideScope · NoShifts
├── TooMany       TooManyAsked
├── Invalid       CannotForecast · BadPlan · BreaksTheLaw
└── Unavailable   CannotCalculate
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ascolto.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    TooMany,
    Unavailable,
)

PlanReason = Literal[
    "aht", "aht_needed", "asked_already", "away", "begun", "break_later", "break_span",
    "breaks", "changes", "counting", "day_over", "days_over", "forecast_day", "forecast_days",
    "forecast_first", "forecast_none", "forecast_other", "forecast_stretch", "from_left",
    "help", "last_month", "left", "many_breaks", "many_come", "many_over", "many_shifts",
    "many_there", "many_told", "monday", "month_around", "name_taken", "nine_weeks",
    "no_contract", "no_day", "nobody_offered", "nobody_rostered", "nobody_told",
    "not_on_roster", "office", "other_off", "overflow", "period", "shift.begins", "shift.day",
    "shift.ends", "shift.parts", "swap_other", "three_months", "too_few", "twice", "two_years",
    "you_off",
]  # fmt: skip
"""Why a plan cannot be, one word for each reason."""


class WorkforceError(ValueError):
    """The question cannot be answered as it was put."""


class BadFigure(WorkforceError):
    """A number that cannot be."""


class BadFile(WorkforceError):
    """A file that is not what it should be; `faults` names every row that is wrong."""

    def __init__(self, path: str, faults: Sequence[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(faults[:5]))
        self.path = path
        self.faults = [*faults]


class TooLittle(WorkforceError):
    """Not enough history for what was asked."""


class UnknownForecast(NotFound):
    """There is no such forecast, or none of the asker's clients."""

    code = "workforce.unknown_forecast"


class UnknownEdit(NotFound):
    """The forecast has no such change."""

    code = "workforce.unknown_edit"


class NotMade(Conflict):
    """The forecast has not been made yet, or could not be."""

    code = "workforce.not_made"


class AlreadyPublished(Conflict):
    """What is published stays as it is: it is judged by what it said."""

    code = "workforce.already_published"


class TooManyAsked(TooMany):
    """Many forecasts are still to be made."""

    code = "workforce.too_many_asked"


class CannotForecast(Invalid):
    """The question cannot be answered as it was put."""

    code = "workforce.cannot_forecast"


def cannot_forecast(said: Mapping[str, Any]) -> CannotForecast:
    """Return what a calculating process refused: its reason as a code where it has one."""
    told = said.get("because") or {}
    reason = {"reason": told["code"]} if told.get("code") else {}
    return CannotForecast(said["refused"], **reason, **told.get("fields", {}))


def failed_by(failure: Refusal) -> dict[str, Any]:
    """Return what something failed by: a code that stays, with its values."""
    return {"code": failure.code, "fields": failure.fields}


class BadPlan(Invalid):
    """A day, a change or a period that cannot be.

    Of its fields `reason` says in a stable word why, beside the values of that reason: words in
    other languages go by it, and the sentence is for who reads the answer itself.
    """

    code = "workforce.bad_plan"

    def __init__(self, reason: PlanReason, detail: str, **fields: Any) -> None:
        super().__init__(detail, reason=reason, **fields)


class CannotCalculate(Unavailable):
    """The process that calculates has not answered."""

    code = "workforce.cannot_calculate"


class UnknownRoster(NotFound):
    """There is no such roster."""

    code = "workforce.unknown_roster"


class RosterChanged(Conflict):
    """Somebody changed the roster meanwhile."""

    code = "workforce.roster_changed"


class OutsideScope(Forbidden):
    """Only whoever sees every client may do this."""

    code = "workforce.outside_scope"


class NoShifts(Forbidden):
    """The account answers no customers, so it has no shifts."""

    code = "workforce.no_shifts"


class BreaksTheLaw(Invalid):
    """A roster that breaks a rule of working time is not published."""

    code = "workforce.breaks_the_law"


class UnknownLever(NotFound):
    """Nothing like it was done about a day, or it was taken back."""

    code = "workforce.unknown_lever"


class UnknownEvent(NotFound):
    """The organisation knows of no such event."""

    code = "workforce.unknown_event"


class AlreadyNoted(Conflict):
    """A day has one event of a kind."""

    code = "workforce.already_noted"


class UnknownRequest(NotFound):
    """Nothing of the kind is asked, or it does not wait for this answer."""

    code = "workforce.unknown_request"


class UnknownContract(NotFound):
    """There is no such contract."""

    code = "workforce.unknown_contract"


class UnknownAgreement(NotFound):
    """Nothing is agreed with this person from this day on."""

    code = "workforce.unknown_agreement"


class ContractAgreed(Conflict):
    """People have agreed to the contract, so it stays as it is."""

    code = "workforce.contract_agreed"


class UnknownRun(NotFound):
    """No such roster was asked for."""

    code = "workforce.unknown_run"


class RunOver(Conflict):
    """The roster is made already, or will not be."""

    code = "workforce.run_over"


class UnknownOffer(NotFound):
    """Nothing of the kind is offered to this person."""

    code = "workforce.unknown_offer"


class OfferOver(Conflict):
    """The offer is over: its time has come, enough others agreed, or it was taken back."""

    code = "workforce.offer_over"
