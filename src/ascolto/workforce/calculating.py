"""The process that calculates: a question per line of its input, an answer per line of its output.

It knows no database and no server. It ends when its input does, also when the server was killed.
"""

import math
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson

from ascolto.kit.clock import midnight
from ascolto.tenancy.hours import OpeningHours
from ascolto.workforce.errors import BadFigure, TooLittle, WorkforceError
from ascolto.workforce.forecasting.accuracy import Ledger, Score, score_days
from ascolto.workforce.forecasting.arranging import arrange
from ascolto.workforce.forecasting.calendars import Event, calendar_for
from ascolto.workforce.forecasting.forecast import Forecast, forecast
from ascolto.workforce.forecasting.history import History, days_after
from ascolto.workforce.forecasting.rows import Fault, Faults, Row
from ascolto.workforce.model import LEVELS
from ascolto.workforce.ruling import note_told
from ascolto.workforce.staffing.comparing import WhatIf, side_by_side
from ascolto.workforce.staffing.erlang import required
from ascolto.workforce.staffing.requirement import (
    Promise,
    expected,
    promise_of,
    required_uncertain,
    with_shrinkage,
)
from ascolto.workforce.tables import as_told, read_imported
from ascolto.workforce.teaching import lesson_of, rest_of_today
from ascolto.workforce.trying import try_levers

_NICE = 10
_MOST_SILENT_DAYS = 62


def main() -> None:
    """Answer until there is no more question."""
    os.nice(_NICE)  # whoever waits for an answer to a customer comes first
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(orjson.dumps(_said(line)) + b"\n")
        sys.stdout.buffer.flush()


def _leave_with(parent: int) -> None:
    """End in the midst of a question whose asker was killed: nobody would hear the answer."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(0)


def _said(line: bytes) -> dict[str, Any]:
    try:
        asked = orjson.loads(line)
        return {"answer": QUESTIONS[asked["what"]](asked["question"])}
    except WorkforceError as refusal:
        told = note_told(refusal.args[0]) if refusal.args else {}
        return {"refused": str(refusal), "because": told}
    except Exception as failure:  # noqa: BLE001 - the next question is answered all the same
        return {"failed": f"{type(failure).__name__}: {failure}"}


def history_of_past(past: dict[str, Any]) -> History:
    """Return what came, on one grid; from the log's first day on, silence is a count of 0."""
    minutes, zone = int(past["minutes"]), ZoneInfo(past["timezone"])
    if past["longest"] and minutes % past["longest"]:
        text = (
            f"the history is told in intervals of {past['longest']} minutes: they cannot be cut"
            f" into {minutes}"
        )
        raise BadFigure(Fault(text, "too_coarse", n=past["longest"], minutes=minutes))
    sums: dict[float, float] = defaultdict(float)
    for at, offered in zip(past["at"], past["offered"], strict=True):
        sums[at // (60 * minutes) * (60 * minutes)] += offered
    if not sums:
        text = "nothing has come to this queue yet: bring in a history, or wait a while"
        raise TooLittle(Fault(text, "nothing_came"))
    log_from = date.fromisoformat(past["log_from"])
    until = date.fromisoformat(past["until"])
    for at in _open_intervals(past["hours"], log_from, until, zone, minutes):
        sums.setdefault(at, 0.0)
    rows = [
        Row(number, datetime.fromtimestamp(at, zone), sums[at])
        for number, at in enumerate(sorted(sums), start=2)
    ]
    return arrange(
        rows,
        faults=Faults(Path("history")),
        step=minutes,
        wanted=minutes,
        timezone=zone.key,
        gaps="unknown",
        notes=[],
    )


def _open_intervals(
    document: dict[str, Any] | None, first: date, until: date, zone: ZoneInfo, minutes: int
) -> list[float]:
    hours = OpeningHours.from_document(document) if document else None
    at = midnight(first, zone).timestamp()
    end = midnight(until, zone).timestamp()
    found = []
    while at < end:
        if hours is None or hours.is_open(datetime.fromtimestamp(at, zone)):
            found.append(at)
        at += 60 * minutes
    return found


def make_forecast(question: dict[str, Any]) -> dict[str, Any]:
    """Forecast the next open days from today on; days that a past does not reach are skipped."""
    history = history_of_past(question["past"])
    today = date.fromisoformat(question["past"]["until"])
    silent = (today - history.days[-1]).days - 1
    if silent > _MOST_SILENT_DAYS:
        text = f"the history ends {silent} days ago: what it would say is out of date"
        raise TooLittle(Fault(text, "out_of_date", n=silent))
    skipped = sum(1 for day in days_after(history, max(silent, 1)) if day < today)
    events = [Event(date.fromisoformat(day), kind, name) for day, kind, name in question["events"]]
    calendar = calendar_for(
        question["country"], first=history.days[0], last=history.days[-1], events=events
    )
    made = forecast(
        history,
        calendar=calendar,
        horizon_days=skipped + question["horizon_days"],
        levels=LEVELS,
        model=question["model"],
    )
    return {
        "timezone": history.timezone,
        "history_from": history.days[0].isoformat(),
        "history_until": history.days[-1].isoformat(),
        "measured": made.measured,
        "lesson": lesson_of(history, calendar),
        "notes": [
            note_told(one)
            for one in (*made.notes, *_unlearnt(events, history, made.days[skipped:]))
        ],
        "days": _days(made, events)[skipped:],
        "intervals": [
            [
                at.timestamp(),
                float(made.mean[row, column]),
                *(float(made.quantiles[level][row, column]) for level in LEVELS),
                float(made.rate_cv[row, column]),
            ]
            for row, column, at in made.starts()
            if row >= skipped
        ],
    }


def _unlearnt(events: list[Event], history: History, coming: Sequence[date]) -> list[Fault]:
    """Say which coming events are of a kind that no past day has had: what they do is unknown."""
    known = set(history.days)
    learnt = {event.kind for event in events if event.day in known}
    ahead = {event.kind for event in events if event.day in set(coming)}
    return [
        Fault(
            f"no past day has had an event like {kind!r}: what it does is not known",
            "unlearnt",
            kind=kind,
        )
        for kind in sorted(ahead - learnt)
    ]


def _days(made: Forecast, events: list[Event]) -> list[dict[str, Any]]:
    why = {reason.day: reason for reason in made.why}
    totals = (made.mean * made.times).sum(axis=1)
    return [
        {
            "day": day.isoformat(),
            "calls": float(totals[row]),
            "model": made.models[row],
            "usual": why[day].usual if day in why else None,
            "because": why[day].factors if day in why else {},
            "events": [event.name or event.kind for event in events if event.day == day],
        }
        for row, day in enumerate(made.days)
    ]


def require(question: dict[str, Any]) -> dict[str, Any]:
    """Return the people that each interval takes to keep a promise."""
    minutes, at_once = question["minutes"], question["concurrency"]
    promise = promise_of(question)
    rates = np.array([one["mean"] for one in question["intervals"]]) / (60.0 * minutes)
    loads = rates * promise.aht_s
    cvs = np.array([one["rate_cv"] for one in question["intervals"]])
    if question["model"] == "c":
        places = required(
            loads,
            aht_s=promise.aht_s,
            target_s=promise.target_s,
            service_level=promise.service_level,
            max_occupancy=promise.max_occupancy,
        )
    else:
        places = required_uncertain(loads, promise, rate_cv=cvs).operators
    people = -(-places // at_once)
    paid = with_shrinkage(people, question["shrinkage"]).paid
    # A number so near to a whole one is that one: 1 / (1 - 0.5) is not quite 2.
    paid_people = np.ceil(np.round(paid, 6)).astype(np.int64)
    return {
        "aht_s": promise.aht_s,
        "intervals": [
            {
                "load": float(loads[n]),
                "operators": int(people[n]),
                "paid": int(paid_people[n]),
                "with_absences": float(paid[n]),
                **_achieved(float(loads[n]), int(people[n]) * at_once, promise, float(cvs[n])),
            }
            for n in range(loads.size)
        ],
    }


def compare(question: dict[str, Any]) -> dict[str, Any]:
    """Return a day of each scenario, side by side."""
    minutes = question["minutes"]
    whats = [
        WhatIf(
            promise=promise_of(one),
            growth=one["growth"],
            shrinkage=one["shrinkage"],
            block=one["block"],
        )
        for one in question["scenarios"]
    ]
    means = np.array([one["mean"] for one in question["intervals"]])
    cvs = np.array([one["rate_cv"] for one in question["intervals"]])
    found = side_by_side(means, cvs, whats, minutes=minutes, slack=question["slack"])
    return {"scenarios": found}


def _achieved(load: float, places: int, promise: Promise, rate_cv: float) -> dict[str, Any]:
    """Return what so many achieve on average over the days that may come."""
    if load <= 0.0:
        return {"service_level": None, "occupancy": None, "abandoned": None}
    got = expected(load, places, promise, rate_cv=rate_cv)
    return {
        "service_level": got.service_level,
        "occupancy": got.occupancy,
        "abandoned": got.abandoned,
    }


def score(question: dict[str, Any]) -> dict[str, Any]:
    """Score single days of a published forecast, each by itself.

    A day on which the queue was closed, or of which nothing can be said, has a volume of 0.
    """
    later = history_of_past(question["past"])
    told = question["forecast"]
    zone = ZoneInfo(told["timezone"])
    by_day: dict[str, list[list[float]]] = defaultdict(list)
    for at, mean in told["intervals"]:
        by_day[datetime.fromtimestamp(at, zone).date().isoformat()].append([at, mean])
    days = []
    for day in question["days"]:
        found = _ledger({**told, "intervals": by_day[day]}, later) if by_day[day] else None
        days.append({"day": day, "ledger": found})
    return {"days": days}


def _ledger(said: dict[str, Any], later: History) -> dict[str, Any] | None:
    zone = ZoneInfo(said["timezone"])
    columns = {int(minute): column for column, minute in enumerate(later.minutes)}
    by_day: dict[date, Any] = {}
    for at, mean in said["intervals"]:
        local = datetime.fromtimestamp(at, zone)
        row = by_day.setdefault(local.date(), np.zeros(later.minutes.size))
        column = columns.get(local.hour * 60 + local.minute)
        if column is not None:
            row[column] = mean
    past = later.until(date.fromisoformat(said["history_until"]) + timedelta(days=1))
    if not past.known.any():
        return None
    days = sorted(by_day)
    found = score_days(days, np.array([by_day[day] for day in days]), past=past, later=later)
    return _shown(found) if found.published.days else None


def _shown(ledger: Ledger) -> dict[str, Any]:
    def of(score: Score) -> dict[str, float | None]:
        return {
            "wape": _finite(score.wape),
            "day_total_wape": _finite(score.day_total_wape),
            "bias": _finite(score.bias),
        }

    return {
        "days": ledger.published.days,
        "volume": ledger.published.volume,
        "published": of(ledger.published),
        "last_week": of(ledger.naive),
        "four_weeks": of(ledger.same_weekday_mean),
        "chance": _finite(ledger.poisson_floor),
    }


def _finite(figure: float) -> float | None:
    return figure if math.isfinite(figure) else None


def read_table(question: dict[str, Any]) -> dict[str, Any]:
    """Read a table of what came before, judged row by row."""
    found = read_imported(
        question["text"],
        timezone=question["timezone"],
        separator=question["separator"],
        columns=question["columns"],
    )
    return as_told(found)


QUESTIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "forecast": make_forecast,
    "require": require,
    "compare": compare,
    "read_table": read_table,
    "score": score,
    "levers": try_levers,
    "rest": rest_of_today,
}

if __name__ == "__main__":
    main()
