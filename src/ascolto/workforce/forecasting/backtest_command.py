"""`ascolto workforce backtest`: what each model would have been worth on the last days."""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ascolto.workforce.errors import WorkforceError
from ascolto.workforce.forecasting.asked import calendar_asked, history_asked, refuse
from ascolto.workforce.forecasting.backtest import CHOSEN, Backtest, Worth, backtest
from ascolto.workforce.forecasting.history import History

_IN_PERCENT = ("wape", "day_total_wape", "bias", "coverage90", "relative_width90")


def main(args: argparse.Namespace) -> int:
    """Judge and print; exit 2 when the file or the question is not in order."""
    try:
        history = history_asked(args)
        found = backtest(
            history,
            calendar=calendar_asked(args, history),
            origins=args.origins,
            horizons=tuple(dict.fromkeys(args.horizon_days)),
        )
    except WorkforceError as refusal:
        return refuse("backtest", refusal)
    notes = [*history.notes, *_shortened(found, args.origins)]
    if args.json:
        print(json.dumps(as_json(found, history, notes)))
        return 0
    print(
        f"{found.origins} origins, {found.scored_days} days judged, "
        f"{found.mean_per_interval:,.1f} calls an interval, "
        f"chance alone {100 * found.poisson_floor:.2f} %"
    )
    heading = ("days", "model", "wape", "day", "bias", "mase", "cover", "width", "ms/fit")
    print(_line(*heading))
    for worth in found.worth:
        print(
            _line(
                f"1-{worth.horizon_days}" if worth.horizon_days > 1 else "1",
                worth.model,
                *(f"{100 * getattr(worth, name):.2f}" for name in _IN_PERCENT[:3]),
                f"{worth.mase:.3f}",
                *(f"{100 * getattr(worth, name):.1f}" for name in _IN_PERCENT[3:]),
                f"{1000 * worth.seconds_per_fit:.2f}",
            )
        )
    for note in notes:
        print(f"note: {note}")
    return 0


def _line(days: str, model: str, *figures: str) -> str:
    return f"{days:>5} {model:28}" + "".join(f"{figure:>8}" for figure in figures)


def _shortened(found: Backtest, origins: int) -> list[str]:
    """Say where less was judged than was asked for."""
    if found.origins == origins:
        return []
    return [f"{found.origins} origins of {origins}: before them there is too little history"]


def as_json(found: Backtest, history: History, notes: Sequence[str]) -> dict[str, Any]:
    """Return the figures; errors, coverage and width in percent of the volume."""
    horizons: dict[str, Any] = {}
    for worth in found.worth:
        mine = horizons.setdefault(str(worth.horizon_days), {"models": {}})
        if worth.model == CHOSEN:
            mine[CHOSEN] = _figures(worth)
        else:
            mine["models"][worth.model] = _figures(worth)
    return {
        "interval_minutes": history.interval_minutes,
        "origins": found.origins,
        "scored_days": found.scored_days,
        "mean_per_interval": found.mean_per_interval,
        "poisson_floor_wape": 100.0 * found.poisson_floor,
        "percent": list(_IN_PERCENT),
        "horizons": horizons,
        "chosen": found.chosen,
        "notes": list(notes),
    }


def _figures(worth: Worth) -> dict[str, float | None]:
    told = {}
    for name, value in asdict(worth).items():
        if name in {"model", "horizon_days"}:
            continue
        shown = 100.0 * value if name in _IN_PERCENT else value
        told[name] = round(shown, 6) if math.isfinite(shown) else None
    return told
