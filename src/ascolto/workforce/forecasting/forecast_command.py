"""`ascolto workforce forecast`: from a history in CSV to expected volumes in CSV or JSON."""

import argparse
import csv
import io
import json
import sys
from datetime import datetime
from typing import Any

from ascolto.workforce.errors import WorkforceError
from ascolto.workforce.forecasting.asked import calendar_asked, history_asked, refuse
from ascolto.workforce.forecasting.forecast import Forecast, forecast
from ascolto.workforce.forecasting.side_files import read_edits


def main(args: argparse.Namespace) -> int:
    """Forecast and write; exit 2 when the files or the question are not in order."""
    try:
        history = history_asked(args)
        made = forecast(
            history,
            calendar=calendar_asked(args, history),
            horizon_days=args.horizon_days,
            levels=args.levels,
            model=args.model,
            edits=read_edits(args.edits) if args.edits else (),
        )
    except WorkforceError as refusal:
        return refuse("forecast", refusal)
    if args.output:
        try:
            args.output.write_text(as_csv(made), "utf-8")
        except OSError as failure:
            print(f"ascolto workforce forecast: {args.output}: {failure.strerror}", file=sys.stderr)
            return 2
    if args.json:
        print(json.dumps(as_json(made)))
    elif not args.output:
        print(as_csv(made), end="")
    if not args.json:
        for note in made.notes:
            print(f"note: {note}", file=sys.stderr)
        if args.explain:
            for line in _explained(made):
                print(line, file=sys.stderr)
    return 0


def _written(at: datetime) -> str:
    return at.isoformat(sep=" ")


def as_csv(made: Forecast) -> str:
    """Return the columns interval_start, mean and one per quantile (q0.5)."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["interval_start", "mean", *(f"q{level:g}" for level in made.quantiles)])
    for row, column, at in made.starts():
        values = [made.mean[row, column], *(q[row, column] for q in made.quantiles.values())]
        lines.writerow([_written(at), *(f"{value:.4f}" for value in values)])
    return out.getvalue()


def as_json(made: Forecast) -> dict[str, Any]:
    """Return everything that is known of a forecast."""
    why = {reason.day: reason for reason in made.why}
    totals = (made.mean * made.times).sum(axis=1)
    return {
        "interval_minutes": made.interval_minutes,
        "timezone": made.timezone,
        "spread_measured": made.measured,
        "notes": list(made.notes),
        "days": [
            {
                "day": day.isoformat(),
                "calls": round(float(totals[row]), 4),
                "model": made.models[row],
                "weights": {name: round(share, 4) for name, share in made.mixes[row].items()},
                "usual": round(why[day].usual, 4) if day in why else None,
                "because": {
                    name: round(factor, 4)
                    for name, factor in (why[day].factors if day in why else {}).items()
                },
            }
            for row, day in enumerate(made.days)
        ],
        "edits": [
            {
                "from": _written(each.edit.begins),
                "until": _written(each.edit.ends),
                "reason": each.edit.reason,
                "calls_before": round(each.before, 4),
                "calls_after": round(each.after, 4),
            }
            for each in made.edits
        ],
        "intervals": [
            {
                "interval_start": _written(at),
                "mean": round(float(made.mean[row, column]), 4),
                **{
                    f"q{level:g}": round(float(values[row, column]), 4)
                    for level, values in made.quantiles.items()
                },
                "rate_cv": round(float(made.rate_cv[row, column]), 4),
            }
            for row, column, at in made.starts()
        ],
    }


def _explained(made: Forecast) -> list[str]:
    lines = []
    for reason in made.why:
        factors = ", ".join(f"{name} × {factor:.3f}" for name, factor in reason.factors.items())
        lines.append(f"{reason.day}: {reason.total:,.0f} = {reason.usual:,.0f} usual; {factors}")
    return lines
