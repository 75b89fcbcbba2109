"""What is agreed with people: contracts, and what holds for whom from which day on. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Contract:
    """Terms of work under a name; `terms` as the instance of a roster tells them."""

    id: str
    name: str
    terms: dict[str, Any]
    v: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What holds for a person from a day on; without a contract they work no more.

    `office` is the least and the most days a week at the office, None where nothing is agreed.
    """

    operator_id: str
    from_day: date
    contract_id: str | None
    elastic: bool = False
    free_weekdays: tuple[int, ...] = ()
    office: tuple[int, int] | None = None
    team_weekdays: tuple[int, ...] = ()
    agreed_at: datetime | None = None
    agreed_by: str = ""


def in_force_on(agreements: Iterable[Agreement], day: date) -> dict[str, Agreement]:
    """Return what holds on a day, by person: the latest that has begun."""
    found: dict[str, Agreement] = {}
    for one in agreements:
        known = found.get(one.operator_id)
        if one.from_day <= day and (known is None or known.from_day < one.from_day):
            found[one.operator_id] = one
    return found


def by_person(agreements: Iterable[Agreement]) -> dict[str, list[Agreement]]:
    """Return each person's agreements in the order of their days."""
    found: dict[str, list[Agreement]] = defaultdict(list)
    for one in sorted(agreements, key=lambda one: one.from_day):
        found[one.operator_id].append(one)
    return found
