"""What a demo organisation consists of, read from its TOML file and filled up with a crowd."""

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from itertools import islice
from random import Random
from typing import Any

from ascolto.demo.names import address, invented_names

FULL_TIME_HOURS = 40


@dataclass(frozen=True, slots=True)
class OperatorSheet:
    """How one person works: team, skills, languages, place and paid hours a week."""

    team: str
    skills: dict[str, int]
    languages: tuple[str, ...] = ("it",)
    place: str = "site"
    country: str = "IT"
    hours: int = FULL_TIME_HOURS
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """One person who can sign in; `simulated` ones are those the living day may move."""

    email: str
    name: str
    roles: tuple[str, ...]
    clients: tuple[str, ...] | None = None
    operator: OperatorSheet | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Organisation:
    """A whole demo organisation as plain data."""

    slug: str
    name: str
    locale: str
    timezone: str
    clients: tuple[dict[str, Any], ...]
    calendars: tuple[dict[str, Any], ...]
    skills: tuple[dict[str, Any], ...]
    queues: tuple[dict[str, Any], ...]
    channels: tuple[dict[str, Any], ...]
    accounts: tuple[AccountSheet, ...]
    own_events: tuple[dict[str, Any], ...] = ()
    planning: dict[str, Any] = field(default_factory=dict)

    @property
    def operators(self) -> tuple[AccountSheet, ...]:
        """Return everybody who answers customers."""
        return tuple(account for account in self.accounts if account.operator)

    @property
    def teams(self) -> tuple[str, ...]:
        """Return the teams' names, in the order they are met."""
        return tuple(dict.fromkeys(a.operator.team for a in self.accounts if a.operator))

    @property
    def full_time_equivalents(self) -> float:
        """Return the paid hours of a week over those of one full-time person."""
        hours = sum(a.operator.hours for a in self.accounts if a.operator)
        return hours / FULL_TIME_HOURS


@dataclass(frozen=True, slots=True)
class Words:
    """Contact reasons and canned replies of all sectors."""

    reasons: tuple[dict[str, Any], ...] = field(default_factory=tuple)
    canned: tuple[dict[str, Any], ...] = field(default_factory=tuple)


def read_organisation(slug: str) -> Organisation:
    """Read one organisation and invent its crowd, the same at every reading."""
    sheet = _read(f"{slug}.toml")
    named = tuple(_account(row) for row in sheet["accounts"])
    crowd = _crowd(sheet["crowd"], domain=f"{slug}.example", seed=sheet["seed"])
    return Organisation(
        slug=sheet["slug"],
        name=sheet["name"],
        locale=sheet["locale"],
        timezone=sheet["timezone"],
        clients=tuple(sheet["clients"]),
        calendars=tuple(sheet["calendars"]),
        skills=tuple(sheet["skills"]),
        queues=tuple(sheet["queues"]),
        channels=tuple(sheet["channels"]),
        accounts=(*named, *crowd),
        own_events=tuple(sheet["own_events"]),
        planning=sheet["planning"],
    )


def read_words() -> Words:
    """Read the reasons and canned replies."""
    sheet = _read("words.toml")
    return Words(reasons=tuple(sheet["reasons"]), canned=tuple(sheet["canned"]))


def _read(name: str) -> dict[str, Any]:
    path = resources.files("ascolto.demo") / "organisations" / name
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _account(row: dict[str, Any]) -> AccountSheet:
    operator = row.get("operator")
    clients = row.get("clients")
    return AccountSheet(
        email=row["email"],
        name=row["name"],
        roles=tuple(row["roles"]),
        clients=None if clients is None else tuple(clients),
        operator=_operator(operator) if operator else None,
    )


def _operator(row: dict[str, Any]) -> OperatorSheet:
    return OperatorSheet(
        team=row["team"],
        skills=dict(row["skills"]),
        languages=tuple(row["languages"]),
        place=row["place"],
        country=row["country"],
        hours=row["hours"],
        clients=tuple(row.get("clients", ())),
    )


def _crowd(sheet: dict[str, Any], *, domain: str, seed: int) -> list[AccountSheet]:
    random = Random(seed)
    heads: int = sheet["heads"]
    people = list(islice(invented_names(seed), heads))
    hours = [FULL_TIME_HOURS] * sheet["full_time"]
    hours += [int(h) for h, count in sheet["part_time"].items() for _ in range(count)]
    random.shuffle(hours)
    teams = [team for team in sheet["teams"] for _ in range(team["weight"])]
    homes = [index < round(heads * sheet["home_share"]) for index in range(heads)]
    random.shuffle(homes)
    abroad = [spot["country"] for spot in sheet["abroad"] for _ in range(spot["heads"])]
    crowd = []
    for index, (first, family) in enumerate(people):
        country = abroad[index] if index < len(abroad) else "IT"
        operator = OperatorSheet(
            team=teams[index]["name"],
            skills=_levels(teams[index]["skills"], random),
            languages=_languages(sheet["languages"], random),
            place="home" if homes[index] or country != "IT" else "site",
            country=country,
            hours=hours[index],
            clients=tuple(teams[index].get("clients", sheet["clients"])),
        )
        email = address(first, family, domain)
        name = f"{first} {family}"
        crowd.append(AccountSheet(email, name, ("operator",), None, operator, simulated=True))
    return crowd


def _levels(skills: dict[str, int], random: Random) -> dict[str, int]:
    """Spread the team's usual levels by one up or down: nobody is a copy of the next."""
    return {code: min(5, max(1, lvl + random.choice((-1, 0, 1)))) for code, lvl in skills.items()}


def _languages(shares: dict[str, float], random: Random) -> tuple[str, ...]:
    return tuple(code for code, share in shares.items() if random.random() < share)
