"""`ascolto workforce roster`, `check` and `instance`: rosters from and to files."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ascolto.workforce.documents import Unreadable, text_of, why_not_writable
from ascolto.workforce.rostering.checking import examine_text
from ascolto.workforce.rostering.instance import InstanceError, load_instance

PROGRESS_EVERY_S = 1.0


def make(args: argparse.Namespace) -> int:
    """Make a roster, print it and what it costs; 2 when the instance cannot be read."""
    from ascolto.workforce.rostering.bounding import bound  # noqa: PLC0415 — compiles
    from ascolto.workforce.rostering.fairness import fairness  # noqa: PLC0415 — as above
    from ascolto.workforce.rostering.problem import problem_of  # noqa: PLC0415 — as above
    from ascolto.workforce.rostering.roster import cost_json, roster_json  # noqa: PLC0415 — as above
    from ascolto.workforce.rostering.search import Stand, search  # noqa: PLC0415 — as above

    if args.output is not None and (why := why_not_writable(args.output)) is not None:
        return _refuse(why)
    try:
        problem = problem_of(load_instance(args.instance))
    except InstanceError as error:
        return _refuse(str(error))
    told = -PROGRESS_EVERY_S

    def tell(stand: Stand) -> bool:
        nonlocal told
        if stand.seconds - told >= PROGRESS_EVERY_S and not args.quiet:
            told = stand.seconds
            print(f"{stand.seconds:6.1f} s  cost {stand.cost:,.0f}", file=sys.stderr)
        return True

    found = search(problem, seconds=args.seconds, seed=args.seed, progress=tell)
    share = args.seconds / 4 if args.bound_seconds is None else args.bound_seconds
    least = bound(problem, seconds=share, cost=found.cost)
    cost = cost_json(problem, found.weeks, found.cover)
    answer = {
        **roster_json(problem, found.weeks, found.cover),
        "cost": cost,
        "bound": {
            "at_least": round(least, 3),
            "gap": round(1 - least / cost["total"], 4) if cost["total"] else 0.0,
            "optimal": "not claimed",
        },
        "search": {
            "seed": args.seed,
            "seconds": round(found.stand.seconds, 3),
            "planned": found.stand.planned,
            "sweeps": found.stand.sweeps,
            "tries": found.stand.tries,
        },
        "fairness": fairness(problem, found.weeks),
    }
    text = json.dumps(answer, indent=None if args.json else 1)
    if args.json or args.output is None:
        print(text)
    else:
        _summary(answer)
    return 0 if args.output is None else _write(args.output, text)


def _summary(answer: dict[str, Any]) -> None:
    cost, least = answer["cost"], answer["bound"]
    print(f"cost {cost['total']:,.0f}, no roster costs less than {least['at_least']:,.0f}")
    print(f"missing {cost['missing']:g} and too many {cost['excess']:g} of {cost['required']:g}")
    kept = cost["days_off_asked"] - cost["days_off_refused"]
    print(f"days off kept {kept} of {cost['days_off_asked']}")
    print(f"shifts outside the wished start {cost['starts_outside_wish']}")
    if cost["units_short"]:
        print(f"NOT GIVEN: {cost['units_short']} shifts or units of contracts")


def check(args: argparse.Namespace) -> int:
    """Examine a roster; 1 with violations, 2 when a document cannot be read."""
    try:
        load_instance(args.instance)
        texts = text_of(args.instance), text_of(args.roster)
    except (InstanceError, Unreadable) as error:
        return _refuse(str(error))
    try:
        examined = examine_text(*texts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return _refuse(f"{args.roster}: not a roster: {type(error).__name__} {error}")
    if args.json:
        violations = [violation.as_json() for violation in examined.violations]
        print(json.dumps({"violations": violations, "cost": examined.cost}, indent=2))
    else:
        for violation in examined.violations:
            print(f"{violation.day} {violation.person}: {violation.text} ({violation.article})")
        print(f"{len(examined.violations)} violations, cost {examined.cost['total']:,.6g}")
    return 1 if examined.violations else 0


def invent(args: argparse.Namespace) -> int:
    """Write an invented instance, the same for the same seed."""
    from ascolto.workforce.rostering.generating import generate  # noqa: PLC0415 — needs numpy

    if args.people < 1:
        return _refuse("--people: at least one")
    instance = generate(
        people=args.people, start_every_minutes=args.start_every_minutes, seed=args.seed
    )
    text = instance.model_dump_json(by_alias=True, exclude_none=True)
    if args.output is None:
        print(text)
        return 0
    return _write(args.output, text)


def main(args: argparse.Namespace) -> int:
    """Answer whichever of the three was asked."""
    answers = {"roster": make, "check": check, "instance": invent}
    return answers[args.subcommand](args)


def _write(path: Path, text: str) -> int:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        return _refuse(f"{path}: {error.strerror}")
    return 0


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 2
