"""`ascolto workforce simulate`: what a scenario comes to, with the intervals of its figures."""

import argparse
import json
import sys
import time
from typing import Any

from ascolto.workforce.simulating.production import live_through
from ascolto.workforce.simulating.replications import report, simulate
from ascolto.workforce.simulating.scenario import ScenarioError, load_scenario

SHOWN = ("offered", "answered", "abandoned", "service_level", "asa_s")


def main(args: argparse.Namespace) -> int:
    """Simulate, print, and return 2 when the scenario cannot be read."""
    if args.times < 1:
        print("--runs: at least one", file=sys.stderr)
        return 2
    try:
        scenario = load_scenario(args.scenario)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    live = live_through if args.by == "routing" else simulate
    begin = time.process_time()
    runs = live(scenario, runs=args.times, seed=args.seed)
    spent = time.process_time() - begin
    found = {
        "simulated_by": args.by,
        "seed": args.seed,
        "processor_s": round(spent, 3),
        **report(runs, by_period=args.by_period),
    }
    if args.json:
        print(json.dumps(found, indent=2))
    else:
        _print_table(found)
    return 0


def _print_table(found: dict[str, Any]) -> None:
    print(f"{found['runs']} runs, means with their 95 % intervals")
    print(f"{'':16}" + "".join(f"{name:>26}" for name in SHOWN))
    for name, figures in (*found["queues"].items(), ("in all", found["total"])):
        print(f"{name:16}" + "".join(f"{_cell(figures[what]):>26}" for what in SHOWN))
    for name, figures in found["groups"].items():
        print(f"{name:16} occupancy {_cell(figures['occupancy'])}")


def _cell(figure: dict[str, float | None]) -> str:
    mean, low, high = figure["mean"], figure["low"], figure["high"]
    if mean is None:
        return "-"
    if low is None or high is None:
        return f"{mean:,.4g}"
    return f"{mean:,.4g} [{low:,.4g}, {high:,.4g}]"
