"""`ascolto workforce erlang`: one queue's figures, by formula."""

import argparse
import json
import math
import os
import sys
from typing import Any

from ascolto.workforce.compiling import PLAIN
from ascolto.workforce.errors import BadFigure

PERCENTILES = (0.5, 0.8, 0.9, 0.95)


def main(args: argparse.Namespace) -> int:
    """Print what operators achieve, or how many it takes and what those achieve."""
    # One answer is there before a compiler would be.
    os.environ.setdefault(PLAIN, "1")
    try:
        told = answer(args)
    except BadFigure as refusal:
        print(f"ascolto workforce erlang: {refusal}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps({name: _finite(value) for name, value in told.items()}))
    else:
        for name, value in told.items():
            print(f"{name:20} {value if isinstance(value, (str, int)) else format(value, '.10g')}")
    return 0


def answer(args: argparse.Namespace) -> dict[str, Any]:
    """Return the figures asked for; raise BadFigure for what cannot be."""
    from ascolto.workforce.staffing import erlang  # noqa: PLC0415 — after PLAIN is set

    _check(args)
    load = args.calls / args.interval_s * args.aht_s
    target_s = 0.0 if args.target_s is None else args.target_s
    operators = args.operators
    if operators is None:
        operators = _required(args, load, target_s)
    if args.formula == "b":
        got = erlang.blocking(load, operators)
    elif args.formula == "c":
        got = erlang.patient(load, operators, aht_s=args.aht_s, target_s=target_s)
    else:
        got = erlang.impatient(
            load, operators, aht_s=args.aht_s, target_s=target_s, patience_s=args.patience_s
        )
    told = {
        "formula": args.formula,
        "load": load,
        "operators": operators,
        "occupancy": got.occupancy,
        "service_level": got.service_level,
    }
    if args.formula == "b":
        return {**told, "blocked": got.blocked}
    told |= {
        "target_s": target_s,
        "wait_probability": got.wait_probability,
        "asa_s": got.mean_wait_s,
        "waited_longer": got.waited_longer,
        "abandoned": got.abandoned,
        "waiting": got.waiting,
    }
    for share in PERCENTILES:
        told[f"wait_p{share * 100:.0f}_s"] = erlang.wait_percentile_s(
            load,
            operators,
            share=share,
            aht_s=args.aht_s,
            patience_s=args.patience_s if args.formula == "a" else None,
        )
    return told


def _check(args: argparse.Namespace) -> None:
    from ascolto.workforce.staffing.erlang import check_positive  # noqa: PLC0415 — as above

    check_positive(args.calls, name="--calls", zero=True)
    check_positive(args.interval_s, name="--interval-s")
    check_positive(args.aht_s, name="--aht-s")
    wanted = {"--service-level": args.service_level, "--max-blocked": args.max_blocked}
    asked = [name for name, value in wanted.items() if value is not None]
    if args.formula != "b" and "--max-blocked" in asked:
        raise BadFigure("--max-blocked belongs to Erlang B")
    if (args.operators is None) == (not asked):
        raise BadFigure("give either --operators or what they should achieve (--service-level)")
    if len(asked) > 1:
        raise BadFigure("give one of --service-level and --max-blocked")
    if args.max_occupancy is not None and (args.formula == "b" or args.operators is not None):
        raise BadFigure("--max-occupancy bounds how many it takes, with Erlang C or A")
    if args.formula == "a" and args.patience_s is None:
        raise BadFigure("Erlang A needs --patience-s")
    if args.formula != "a" and args.patience_s is not None:
        raise BadFigure("--patience-s belongs to Erlang A")
    if args.formula != "b" and args.service_level is not None and args.target_s is None:
        raise BadFigure("--service-level needs --target-s")


def _required(args: argparse.Namespace, load: float, target_s: float) -> int:
    from ascolto.workforce.staffing import erlang  # noqa: PLC0415 — as above

    if args.formula == "b":
        most = args.max_blocked if args.max_blocked is not None else 1.0 - args.service_level
        return erlang.required_blocking(load, max_blocked=most)
    found = erlang.required(
        load,
        aht_s=args.aht_s,
        target_s=target_s,
        service_level=args.service_level,
        patience_s=args.patience_s,
        max_occupancy=1.0 if args.max_occupancy is None else args.max_occupancy,
    )
    if int(found) < 0:
        raise BadFigure("no number of operators achieves that")
    return int(found)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
