"""What `ascolto workforce` understands: one row for each subcommand.

Nothing heavy is imported here: a subcommand's module is imported when it is called, and it has
`main(args) -> int`. A new subcommand is a new row of `SUBCOMMANDS`.
"""

import argparse
import math
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

OnePlace = tuple[tuple[str, ...], Mapping[str, Any]]
"""One argument: its flags (or its name) and what argparse is told of it."""


def at(*flags: str, **told: Any) -> OnePlace:
    """Describe one argument as `ArgumentParser.add_argument` would take it."""
    return flags, told


class Subcommand(NamedTuple):
    """One word after `ascolto workforce`, the module that answers it, and its arguments."""

    name: str
    runs: str
    about: str
    arguments: tuple[OnePlace, ...]


def numbers(text: str) -> tuple[float, ...]:
    """Read numbers separated by commas, such as 0.5,0.9."""
    return tuple(float(part) for part in text.split(","))


def whole_numbers(text: str) -> tuple[int, ...]:
    """Read whole numbers separated by commas, such as 1,5."""
    return tuple(int(part) for part in text.split(","))


def seed(text: str) -> int:
    """Read what chance begins with: a whole number, 0 or more."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("0 or more")
    return number


def seconds(text: str) -> float:
    """Read how long something may take: more than 0 and not for ever."""
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError("more than 0")
    return number


JSON = at("--json", action="store_true", help="print one JSON document")
HISTORY = (
    at("history", type=Path, help="CSV with the columns interval_start and calls"),
    at("--interval", metavar="30min", help="length of an interval; longer than the file's adds up"),
    at("--country", default="none", choices=("IT", "US", "IL", "none"), help="public holidays"),
    at("--events", type=Path, metavar="CSV", help="own events: date,name[,kind]"),
    at("--timezone", metavar="ZONE", help="such as Europe/Rome: whose clocks change"),
    at("--separator", default=",", choices=(",", ";", "tab"), help="between columns (%(default)s)"),
    at(
        "--gaps",
        default="refuse",
        choices=("refuse", "unknown"),
        help="a day with a hole: refuse the file, or take nothing of that day (%(default)s)",
    ),
)

SUBCOMMANDS = (
    Subcommand(
        "forecast",
        "ascolto.workforce.forecasting.forecast_command",
        "expected volume of each interval to come, with quantiles",
        (
            *HISTORY,
            at("--horizon-days", type=int, required=True, help="days after the last one"),
            at("--levels", type=numbers, default=(0.5, 0.9), help="quantiles (0.5,0.9)"),
            at("--model", default="chosen", help="one model's name instead of the chosen one"),
            at("--edits", type=Path, metavar="CSV", help="from,until,calls or factor,reason"),
            at("--explain", action="store_true", help="say why each day is what it is"),
            at("-o", "--output", type=Path, metavar="CSV", help="where to write (now: here)"),
            JSON,
        ),
    ),
    Subcommand(
        "backtest",
        "ascolto.workforce.forecasting.backtest_command",
        "how well each model would have done, an origin a day",
        (
            *HISTORY,
            at("--origins", type=int, default=30, help="how many last days (%(default)s)"),
            at("--horizon-days", type=whole_numbers, default=(1, 5), help="such as 1,5"),
            JSON,
        ),
    ),
    Subcommand(
        "erlang",
        "ascolto.workforce.staffing.erlang_command",
        "Erlang B, C or A: what so many operators achieve, or how many it takes",
        (
            at("formula", choices=("b", "c", "a"), help="b blocks, c waits, a waits and gives up"),
            at("--calls", type=float, required=True, help="calls in an interval"),
            at("--interval-s", type=float, default=1800.0, help="its length (%(default)g)"),
            at("--aht-s", type=float, required=True, help="mean handling time"),
            at("--operators", "--agents", dest="operators", type=int, help="people at work"),
            at("--service-level", type=float, help="share to answer within the target, 0 to 1"),
            at("--target-s", type=float, help="seconds within which an answer counts"),
            at("--patience-s", type=float, help="mean patience (Erlang A)"),
            at("--max-occupancy", type=float, help="never busier than this share"),
            at("--max-blocked", type=float, help="Erlang B: share that may be turned away"),
            JSON,
        ),
    ),
    Subcommand(
        "simulate",
        "ascolto.workforce.simulating.simulate_command",
        "what a scenario of arrivals and people comes to, with intervals",
        (
            at("scenario", type=Path, help="JSON, as docs/rosters.md describes it"),
            at("--runs", dest="times", type=int, default=100, help="replications (%(default)s)"),
            at("--seed", type=seed, default=0, help="the same seed gives the same runs"),
            at(
                "--by",
                choices=("compiled", "routing"),
                default="compiled",
                help="the compiled week, or the very routing engine with its rings and overflow",
            ),
            at("--by-period", action="store_true", help="figures of each period too"),
            JSON,
        ),
    ),
    Subcommand(
        "roster",
        "ascolto.workforce.rostering.roster_command",
        "who works when: shifts, breaks and queues for named people",
        (
            at("instance", type=Path, help="JSON, as docs/rosters.md describes it"),
            at("--seconds", type=seconds, default=10.0, help="how long to search (%(default)g)"),
            at("--bound-seconds", type=seconds, help="for the bound (a quarter of the search)"),
            at("--seed", type=seed, default=0, help="the same seed and steps give the same roster"),
            at("--quiet", action="store_true", help="no progress"),
            at("-o", "--output", type=Path, metavar="JSON", help="where to write (now: here)"),
            JSON,
        ),
    ),
    Subcommand(
        "worth",
        "ascolto.workforce.rostering.worth_command",
        "what flexibility is worth: hours covered with each rule and without it",
        (
            at("instance", type=Path, help="JSON, as docs/rosters.md describes it"),
            at("--seconds", type=seconds, default=5.0, help="for each search (%(default)g)"),
            at("--seed", type=seed, default=0, help="the same for every search (%(default)s)"),
            JSON,
        ),
    ),
    Subcommand(
        "check",
        "ascolto.workforce.rostering.roster_command",
        "examine a roster: every rule with its article; exit 1 with violations",
        (
            at("instance", type=Path, help="what the roster was made for"),
            at("roster", type=Path, help="what `ascolto workforce roster` wrote, or anybody"),
            JSON,
        ),
    ),
    Subcommand(
        "instance",
        "ascolto.workforce.rostering.roster_command",
        "an invented instance to measure rosters by",
        (
            at("--people", type=int, default=50, help="how many (%(default)s)"),
            at("--start-every-minutes", type=int, default=15, choices=(15, 30, 60)),
            at("--seed", type=seed, default=0),
            at("-o", "--output", type=Path, metavar="JSON", help="where to write (now: here)"),
        ),
    ),
)


def describe(parser: argparse.ArgumentParser) -> None:
    """Tell the parser every subcommand and its arguments."""
    words = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    for subcommand in SUBCOMMANDS:
        about = subcommand.about
        added = words.add_parser(subcommand.name, help=about, description=about)
        for flags, told in subcommand.arguments:
            added.add_argument(*flags, **told)
        added.set_defaults(answers=subcommand.runs)


def main(args: argparse.Namespace) -> int:
    """Answer one subcommand and return the process's exit status."""
    return cast("int", import_module(args.answers).main(args))
