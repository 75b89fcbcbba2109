"""Lays the rows of a file out as days by intervals, and names the holes."""

from collections import Counter
from datetime import date

import numpy as np

from ascolto.workforce.forecasting.history import (
    DAY_MINUTES,
    Floats,
    History,
    Whole,
    clock_times,
    history_of,
)
from ascolto.workforce.forecasting.rows import Fault, Faults, Row

_USUALLY = 0.5


def arrange(
    rows: list[Row],
    *,
    faults: Faults,
    step: int,
    wanted: int,
    timezone: str | None,
    gaps: str,
    notes: list[str],
) -> History:
    """Return the history of rows that are `step` minutes apart, in intervals of `wanted`."""
    offset = rows[0].minute % step
    if wanted < step or wanted % step or DAY_MINUTES % wanted or (offset and wanted != step):
        faults.add(rows[0].number, f"intervals of {step} minutes cannot become {wanted}")
        faults.stop()
    minutes = np.arange(offset, DAY_MINUTES, step)
    counts, times = _by_day(rows, minutes, step, timezone, notes)
    last_row = {row.at.date(): row.number for row in rows}
    holes = _holes(counts, times, minutes)
    for day, missing in holes.items():
        told = f"{len(missing)} intervals of {day} are missing, {_clock(missing[0])} the first"
        if gaps == "refuse":
            faults.add(last_row[day], f"{told} (the day's last row; --gaps unknown leaves it out)")
        else:
            first = _clock(missing[0])
            notes.append(
                Fault(
                    f"{told}: nothing of that day is used",
                    "holes",
                    n=len(missing),
                    day=day,
                    first=first,
                )
            )
            del counts[day]
    faults.stop()
    if wanted != step:
        minutes, counts, times = _added_up(counts, times, wanted, step, notes)
    used = np.flatnonzero(~np.isnan(np.array(list(counts.values()))).all(axis=0))
    if not used.size:
        faults.add(rows[0].number, f"no {wanted} minutes of any day are told as a whole")
        faults.stop()
    return history_of(
        {day: row[used] for day, row in counts.items()},
        minutes=minutes[used],
        interval_minutes=wanted,
        timezone=timezone,
        times_by_day={day: row[used] for day, row in times.items()},
        notes=tuple(notes),
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _by_day(
    rows: list[Row], minutes: Whole, step: int, timezone: str | None, notes: list[str]
) -> tuple[dict[date, Floats], dict[date, Whole]]:
    """Return the mean of each interval of each day (NaN: not told) and how often it happened."""
    counts: dict[date, Floats] = {}
    times: dict[date, Whole] = {}
    for row in rows:
        day = row.at.date()
        if day not in counts:
            counts[day] = np.full(minutes.size, np.nan)
            times[day] = np.zeros(minutes.size, np.int64)
        place = (row.minute - int(minutes[0])) // step
        told = 0.0 if np.isnan(counts[day][place]) else counts[day][place]
        counts[day][place] = told + row.calls
        times[day][place] += 1
    for day, row_times in times.items():
        happened = clock_times(day, minutes, timezone)
        once = minutes[(happened > 1) & (row_times == 1)]
        if once.size:
            clock = _clock(int(once[0]))
            text = f"{clock} of {day} comes twice and is told once: read as one of them"
            notes.append(Fault(text, "told_once", at=clock, day=day))
        counts[day] /= np.maximum(row_times, 1)
        skipped = (happened == 0) & np.isnan(counts[day])
        if skipped.any():
            # What did not happen is filled so that the day can be compared; it is never scored.
            there = ~np.isnan(counts[day])
            counts[day][skipped] = np.interp(minutes[skipped], minutes[there], counts[day][there])
        row_times[(row_times == 0) & (happened > 0)] = 1
    return counts, times


def _holes(
    counts: dict[date, Floats], times: dict[date, Whole], minutes: Whole
) -> dict[date, list[int]]:
    """Return the minutes of each day that other days of its weekday have and the day has not.

    Of a weekday that is there only once, all other days are asked, and only within its hours.
    """
    days = list(counts)
    there = ~np.isnan(np.array([counts[day] for day in days]))
    weekdays = np.array([day.weekday() for day in days])
    found: dict[date, list[int]] = {}
    for place, day in enumerate(days):
        others = weekdays == day.weekday()
        others[place] = False
        missing = ~there[place] & (times[day] > 0)
        if not missing.any():
            continue
        if others.any():
            missing &= there[others].mean(axis=0) >= _USUALLY
        elif len(days) > 1:
            others = np.arange(len(days)) != place
            told = np.flatnonzero(there[place])
            missing[: told[0]] = missing[told[-1] :] = False
            missing &= there[others].mean(axis=0) >= _USUALLY
        else:
            missing[:] = False
        if missing.any():
            found[day] = minutes[missing].tolist()
    return dict(sorted(found.items()))


def _added_up(
    counts: dict[date, Floats],
    times: dict[date, Whole],
    wanted: int,
    step: int,
    notes: list[str],
) -> tuple[Whole, dict[date, Floats], dict[date, Whole]]:
    """Return longer intervals; one that is not there as a whole is left out, and said so."""
    parts = wanted // step
    starts = np.arange(0, DAY_MINUTES, wanted)
    summed, happened = {}, {}
    cut: Counter[str] = Counter()
    for day, row in counts.items():
        groups = row.reshape(-1, parts)
        summed[day] = groups.sum(axis=1)
        happened[day] = times[day].reshape(-1, parts).min(axis=1)
        partly = np.isnan(summed[day]) & ~np.isnan(groups).all(axis=1)
        cut.update(_clock(int(minute)) for minute in starts[partly])
    for clock, days in cut.items():
        text = f"the {wanted} minutes from {clock} are only partly told on {days} days, left out"
        notes.append(Fault(text, "partly", minutes=wanted, at=clock, n=days))
    text = f"intervals of {step} minutes added up to {wanted}"
    notes.append(Fault(text, "added_up", step=step, minutes=wanted))
    return starts, summed, happened
