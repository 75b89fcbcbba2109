"""What a simulation is told: queues, groups of people, who is asked first. Times are seconds."""

import json
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ascolto.workforce.documents import Unreadable, text_of
from ascolto.workforce.errors import WorkforceError

Seconds: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
People: TypeAlias = Annotated[int, Field(ge=0)]
Name: TypeAlias = Annotated[str, Field(min_length=1)]


class ScenarioError(WorkforceError):
    """A scenario that cannot be simulated; each line says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Service(_Part):
    """How long work takes: one mean for the whole time or one for each period."""

    distribution: Literal["exponential", "lognormal", "constant"] = "exponential"
    mean_s: Seconds | tuple[Seconds, ...]
    cv: Annotated[float, Field(gt=0, le=20)] | None = None

    @model_validator(mode="after")
    def _cv_belongs_to_lognormal(self) -> Self:
        if (self.distribution == "lognormal") != (self.cv is not None):
            raise ValueError("cv is told with lognormal, and only there")
        return self


class Ring(_Part):
    """From `after_s` of waiting on, groups whose skill is at least `level` are asked too."""

    after_s: Amount
    level: Annotated[int, Field(ge=1, le=10)]


class Policy(_Part):
    """How the routing engine treats a queue; the compiled week knows nothing of it."""

    priority: int = 0
    rings: tuple[Ring, ...] = ()
    overflow_to: Name | None = None
    overflow_after_s: Seconds | None = None

    @model_validator(mode="after")
    def _overflow_is_whole(self) -> Self:
        if (self.overflow_to is None) != (self.overflow_after_s is None):
            raise ValueError("overflow_to and overflow_after_s are told together")
        return self


class Queue(_Part):
    """What comes in one queue: expected arrivals in each period, service, patience, target."""

    id: Name
    arrivals: tuple[Amount, ...] = Field(min_length=1)
    service: Service
    patience_s: Seconds | tuple[Seconds, ...] | None = None
    target_s: Amount = 20.0
    policy: Policy = Policy()


class Group(_Part):
    """People alike: how many in each period (one more value: after the last), for which queues.

    `levels` are skills for rings; a queue that is not named there has level 1.
    """

    id: Name
    people: tuple[People, ...] = Field(min_length=1)
    queues: tuple[Name, ...] = Field(min_length=1)
    levels: dict[Name, Annotated[int, Field(ge=1, le=10)]] = {}


class Scenario(_Part):
    """A stretch of time to simulate, in periods of one length."""

    period_s: Seconds
    queues: tuple[Queue, ...] = Field(min_length=1)
    groups: tuple[Group, ...] = Field(min_length=1)
    preference: dict[Name, tuple[Name, ...]] = {}
    busyness_cv: Annotated[float, Field(ge=0, le=5)] = 0.0
    warm_up_s: Amount = 0.0
    occupancy_until: Literal["last_arrival", "last_answer"] = "last_arrival"

    @property
    def periods(self) -> int:
        """Return how many periods there are."""
        return len(self.queues[0].arrivals)

    @property
    def horizon_s(self) -> float:
        """Return when the last arrival may come."""
        return self.periods * self.period_s

    def asked(self, queue_id: str) -> tuple[str, ...]:
        """Return the groups that serve a queue, who is asked first in front."""
        able = tuple(group.id for group in self.groups if queue_id in group.queues)
        return self.preference.get(queue_id, able)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = [*_lengths(self), *_names(self), *_preferences(self)]
        if self.warm_up_s >= self.horizon_s:
            wrong.append(f"warm_up_s: {self.warm_up_s:g} leaves nothing of {self.horizon_s:g} s")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def _lengths(scenario: Scenario) -> list[str]:
    """Say which list is not as long as there are periods."""
    periods, wrong = scenario.periods, []
    for queue in scenario.queues:
        told = {
            "arrivals": queue.arrivals,
            "service.mean_s": queue.service.mean_s,
            "patience_s": queue.patience_s,
        }
        wrong += [
            f"queue {queue.id}, {name}: {len(values)} values for {periods} periods"
            for name, values in told.items()
            if isinstance(values, tuple) and len(values) != periods
        ]
    wrong += [
        f"group {group.id}, people: {len(group.people)} values for {periods} periods"
        for group in scenario.groups
        if len(group.people) not in (periods, periods + 1)
    ]
    return wrong


def _names(scenario: Scenario) -> list[str]:
    """Say which name stands twice or for nothing."""
    wrong = []
    queues = [queue.id for queue in scenario.queues]
    groups = [group.id for group in scenario.groups]
    for what, names in (("queue", queues), ("group", groups)):
        wrong += [f"{what} {name} is there twice" for name in set(names) if names.count(name) > 1]
    for group in scenario.groups:
        strangers = {*group.queues, *group.levels} - set(queues)
        wrong += [f"group {group.id}: no queue {name}" for name in sorted(strangers)]
    for queue in scenario.queues:
        if not any(queue.id in group.queues for group in scenario.groups):
            wrong.append(f"queue {queue.id}: no group serves it")
        if queue.policy.overflow_to not in (None, *queues):
            wrong.append(f"queue {queue.id}: no queue {queue.policy.overflow_to} to overflow to")
    return wrong


def _preferences(scenario: Scenario) -> list[str]:
    """Say where the order in which groups are asked is not an order of those who serve."""
    wrong = []
    for queue_id, order in scenario.preference.items():
        able = {group.id for group in scenario.groups if queue_id in group.queues}
        if set(order) != able or len(order) != len(able):
            wrong.append(f"preference of {queue_id}: must order {sorted(able)}, says {list(order)}")
    return wrong


def read_scenario(text: str) -> Scenario:
    """Return the scenario of a JSON document; ScenarioError names each field that is wrong."""
    try:
        return Scenario.model_validate_json(text)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in found['loc']) or 'scenario'}: {found['msg']}"
            for found in error.errors()
        ]
        raise ScenarioError("\n".join(lines)) from None


def load_scenario(path: Path) -> Scenario:
    """Return the scenario of a JSON file."""
    try:
        text = text_of(path)
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ScenarioError(f"{path}: line {error.lineno}: {error.msg}") from None
    except Unreadable as error:
        raise ScenarioError(str(error)) from None
    return read_scenario(text)
