"""Scenarios: which organisation, which day, who works and who writes; one TOML file each."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ascolto.simulator.arrivals import DayShape, Surge
from ascolto.simulator.handling import Handling
from ascolto.simulator.patience import Patience


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """One queue of the scenario: the public key customers write to, its share and talk time."""

    key: str
    share: float
    aht_s: float
    topic: str
    unattended: bool = False  # left to the people who try the demo
    skill: str = ""  # of an unattended queue: whoever has it is left out of the crowd


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a run needs to know before its first customer."""

    name: str
    tenant: str
    password: str
    volume: float
    start_minute: int | None  # None: the hour of the clock on the wall
    shape: DayShape
    day_cv: float
    day_correlation: float
    operators: int
    operators_domain: str
    spare: tuple[str, ...]
    queues: tuple[QueueLoad, ...]
    surges: tuple[Surge, ...]
    patience: Patience
    handling: Handling
    waiting_for_people: int
    at_once: int
    endless: bool

    @property
    def attended(self) -> tuple[QueueLoad, ...]:
        """Return the queues that the virtual operators answer."""
        return tuple(queue for queue in self.queues if not queue.unattended)

    @property
    def mean_aht_s(self) -> float:
        """Return the handling time of the attended queues, weighted by their shares."""
        shares = sum(queue.share for queue in self.attended)
        return sum(queue.share * queue.aht_s for queue in self.attended) / shares


def names() -> list[str]:
    """Return the scenarios that come with the product."""
    folder = resources.files("ascolto.simulator") / "scenarios"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith("toml"))


class NoScenario(Exception):
    """There is no such scenario, or its sheet cannot be read."""


def load_scenario(name: str) -> Scenario:
    """Read a scenario by its name, or from a TOML file of one's own; raises NoScenario."""
    ours = resources.files("ascolto.simulator") / "scenarios"
    path = Path(name) if name.endswith(".toml") else ours / f"{name}.toml"
    try:
        return read_scenario(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise NoScenario(f"No scenario {name!r}; there are {', '.join(names())}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoScenario(f"The scenario {name!r} cannot be read: {error}") from error


def read_scenario(sheet: dict[str, Any]) -> Scenario:
    """Build a scenario from its sheet."""
    day, people = sheet["day"], sheet["people"]
    return Scenario(
        name=sheet["name"],
        tenant=sheet["tenant"],
        password=people.get("password", "ascolto-demo"),
        volume=float(day["volume"]),
        start_minute=_minute(str(day["start"])),
        shape=DayShape(day["first_hour"], tuple(day["shares"])),
        day_cv=float(day.get("cv", 0.1)),
        day_correlation=float(day.get("correlation", 0.3)),
        operators=int(people["operators"]),
        operators_domain=people.get("domain", f"{sheet['tenant']}.example"),
        spare=tuple(people.get("spare", ())),
        queues=tuple(QueueLoad(**queue) for queue in sheet["queues"]),
        surges=tuple(Surge(**surge) for surge in sheet.get("surges", ())),
        patience=Patience(**sheet.get("patience", {})),
        handling=Handling(**sheet.get("handling", {})),
        waiting_for_people=int(people.get("waiting_for_people", 0)),
        at_once=int(day.get("at_once", 0)),
        endless=bool(sheet.get("endless", False)),
    )


def _minute(start: str) -> int | None:
    """Read "08:30" as minutes of the day, "now" as none."""
    if start == "now":
        return None
    hour, minute = start.split(":")
    return int(hour) * 60 + int(minute)
