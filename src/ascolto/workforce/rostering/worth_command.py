"""`ascolto workforce worth`: what each kind of flexibility in an instance is worth."""

import argparse
import json
import sys
from dataclasses import asdict

from ascolto.workforce.rostering.instance import InstanceError, load_instance


def main(args: argparse.Namespace) -> int:
    """Print the hours with and without each rule; 2 when the instance cannot be read."""
    from ascolto.workforce.rostering.worth import worth  # noqa: PLC0415 — compiles

    try:
        found = worth(load_instance(args.instance), seconds=args.seconds, seed=args.seed)
    except InstanceError as error:
        print(error, file=sys.stderr)
        return 2
    if args.json:
        told = [{**asdict(one), "hours_gained": one.hours_gained} for one in found]
        print(json.dumps({"seconds": args.seconds, "seed": args.seed, "rules": told}))
        return 0
    for one in found:
        print(
            f"{one.rule}: {one.hours_gained:+.1f} hours of {one.with_it.required:.0f} covered;"
            f" missing {one.without_it.missing:.1f} -> {one.with_it.missing:.1f},"
            f" too many {one.without_it.excess:.1f} -> {one.with_it.excess:.1f},"
            f" paid {one.without_it.paid:.1f} -> {one.with_it.paid:.1f}"
        )
    return 0
