"""A queue's forecast: expected volume and quantiles of every interval of the days to come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from ascolto.workforce.errors import BadFigure, TooLittle
from ascolto.workforce.forecasting.calendars import Calendar
from ascolto.workforce.forecasting.choosing import alone, choose
from ascolto.workforce.forecasting.edits import Edit, Edited, apply
from ascolto.workforce.forecasting.explaining import DayReason, reasons
from ascolto.workforce.forecasting.history import Flags, Floats, History, Whole
from ascolto.workforce.forecasting.panel import MONTH_WEEKS, Panel, panel_of
from ascolto.workforce.forecasting.rolling import (
    BANDS,
    NAMES,
    Mix,
    Rolled,
    band_of,
    origins_of,
    roll,
    say,
)
from ascolto.workforce.forecasting.rows import Fault
from ascolto.workforce.forecasting.spread import marked_days, spreads

FEWEST_LEAD_DAYS = 15
"""With less, the simplest model that knows of weekdays speaks, and notes say what is not known."""
_ORIGINS = 30
_MOST_DAYS_AHEAD = 731
_FALLBACK = "profile_and_level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Days to come (rows) by intervals (columns); a closed day is all 0."""

    days: tuple[date, ...]
    minutes: Whole
    interval_minutes: int
    timezone: str | None
    mean: Floats
    quantiles: dict[float, Floats]
    rate_cv: Floats
    """How far the rate may be off, relative to it: what staffing needs beside the calls' chance."""
    times: Whole
    mixes: tuple[Mix, ...]
    """Who spoke for each day, by weight."""
    measured: bool
    """Whether the spread was measured on past forecasts or had to be assumed."""
    why: tuple[DayReason, ...]
    edits: tuple[Edited, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Return the names of who spoke for each day, the weightiest first."""
        return tuple(" + ".join(sorted(mix, key=lambda one: -mix[one])) for mix in self.mixes)

    def starts(self) -> list[tuple[int, int, datetime]]:
        """Return row, column and start of every interval that happens, in order."""
        zone = ZoneInfo(self.timezone) if self.timezone else None
        found: list[tuple[int, int, datetime]] = []
        for row, day in enumerate(self.days):
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            for column, minute in enumerate(self.minutes.tolist()):
                at = midnight + timedelta(minutes=minute)
                happens = range(int(self.times[row, column]))
                found.extend((row, column, at.replace(fold=fold)) for fold in happens)
        if zone is not None:
            found.sort(key=lambda each: each[2].timestamp())
        return found


def forecast(
    history: History,
    *,
    calendar: Calendar | None = None,
    horizon_days: int = 28,
    levels: Sequence[float] = (0.5, 0.9),
    model: str = "chosen",
    edits: Sequence[Edit] = (),
) -> Forecast:
    """Forecast the next open days of a history.

    `levels` are quantiles between 0 and 1; `model` is one of `rolling.NAMES` instead of the one
    that did best; edits replace what was forecast, each with its reason. Raises TooLittle where
    there is no history and BadFigure for what cannot be asked.
    """
    _check(history, horizon_days, levels, model)
    calendar = calendar or Calendar()
    panel = panel_of(history, calendar, horizon=horizon_days)
    origin, known = panel.past, int(history.known.sum())
    rolled = _rolled(panel, horizon_days, known)
    if model != "chosen":
        mixes = alone(model)
    elif rolled is None:
        mixes = alone(_FALLBACK)
    else:
        mixes = choose(rolled, origin)
    bands = band_of(horizon_days)
    mean = _said_together(panel, [mixes[band] for band in bands])
    spread = spreads(rolled, origin, mixes)
    marked = marked_days(panel)[origin:]
    closed, about = _closed(panel, calendar)
    mean[closed] = 0.0
    mean = np.where(panel.times[origin:] > 0, mean, 0.0)
    each = [spread.of(band, marked=bool(marks)) for band, marks in zip(bands, marked, strict=True)]
    shape = [(each[ahead], mean[ahead]) for ahead in range(horizon_days)]
    made = Forecast(
        days=panel.days[origin:],
        minutes=history.minutes,
        interval_minutes=history.interval_minutes,
        timezone=history.timezone,
        mean=mean,
        quantiles={q: np.array([one.quantile(row, q) for one, row in shape]) for q in levels},
        rate_cv=np.array([one.rate_cv(row) for one, row in shape]),
        times=panel.times[origin:],
        mixes=tuple(mixes[band] for band in bands),
        measured=all(one.measured for one in each),
        why=reasons(panel, origin, mean, closed),
        notes=(*history.notes, *_limits(panel, known, spread.ordinary[0].measured), *about),
    )
    return _edited(made, edits)


def _check(history: History, horizon_days: int, levels: Sequence[float], model: str) -> None:
    if not history.known.any():
        raise TooLittle(
            Fault(
                "no day of the history is known: what was never seen cannot be forecast", "no_past"
            )
        )
    if horizon_days < 1:
        raise BadFigure(f"a forecast looks at least 1 day ahead, not {horizon_days}")
    if horizon_days > _MOST_DAYS_AHEAD:
        raise BadFigure(f"a forecast looks at most {_MOST_DAYS_AHEAD} days ahead")
    for level in levels:
        if not 0.0 < level < 1.0:
            raise BadFigure(f"a quantile lies between 0 and 1, not at {level:g}")
    if model not in {"chosen", *NAMES}:
        raise BadFigure(f"there is no model {model}; there are chosen, {', '.join(NAMES)}")


def _rolled(panel: Panel, horizon_days: int, known: int) -> Rolled | None:
    origins = origins_of(panel, most=_ORIGINS)
    if known < FEWEST_LEAD_DAYS or not origins:
        return None
    return roll(panel, origins, min(horizon_days, BANDS[-1]))


def _said_together(panel: Panel, mixes: list[Mix]) -> Floats:
    """Return what is said of the days to come, each by its own mix of models."""
    names = {name for mix in mixes for name in mix}
    said = {name: say({name: 1.0}, panel, panel.past, len(mixes)) for name in names}
    days = [
        np.sum([share * said[name][ahead] for name, share in mix.items()], axis=0)
        for ahead, mix in enumerate(mixes)
    ]
    return np.array(days)


def _closed(panel: Panel, calendar: Calendar) -> tuple[Flags, list[Fault]]:
    """Return which coming days are taken to be closed, and what is said of holidays."""
    origin = panel.past
    past_off = [row for row in range(origin) if panel.days[row] in calendar.holidays]
    closed = np.zeros(len(panel.days) - origin, bool)
    said: list[Fault] = []
    for ahead, day in enumerate(panel.days[origin:]):
        name = calendar.holidays.get(day)
        if name is None:
            continue
        same = [row for row in past_off if calendar.holidays[panel.days[row]] == name]
        like = same or past_off
        if like and not panel.known[like].any():
            closed[ahead] = True
            text = f"{day} {name}: closed, as {len(like)} such days of the history were"
            said.append(Fault(text, "holiday_closed", day=day, n=len(like)))
        elif not same:
            seen = "other holidays" if like else "days that are none: no holiday is in the history"
            text = f"{day} {name}: not seen before, forecast from {seen}"
            said.append(Fault(text, "holiday_others" if like else "holiday_none", day=day))
    return closed, said


def _limits(panel: Panel, known: int, measured: bool) -> list[Fault]:  # noqa: FBT001 — one fact
    week = len({weekday for weekday in range(7) if panel.hours[weekday].any()})
    said: list[Fault] = []
    seen = set(panel.weekdays[np.flatnonzero(panel.known)].tolist())
    unseen = [day for day in range(7) if panel.hours[day].any() and day not in seen]
    if known < week or unseen:
        text = f"{known} known days: weekdays never seen are taken as the mean day"
        said.append(Fault(text, "days_never", n=known))
    elif known < 3 * week:
        text = f"{known} known days: a weekday seen once or twice is half believed"
        said.append(Fault(text, "days_seldom", n=known))
    if known < FEWEST_LEAD_DAYS:
        text = "less than three weeks: no choice between models, no calendar effects"
        said.append(Fault(text, "three_weeks"))
    elif known < MONTH_WEEKS * week:
        said.append(Fault("less than nine weeks: no effects of the month", "nine_weeks"))
    if not measured:
        text = "the spread is assumed (a day may be off by 15%), not measured"
        said.append(Fault(text, "assumed"))
    if known < 52 * week:
        text = "less than a year: what comes back once a year is not known"
        said.append(Fault(text, "a_year"))
    return said


def _edited(made: Forecast, edits: Sequence[Edit]) -> Forecast:
    if not edits:
        return made
    changed, done = apply(edits, made.starts(), made.mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(made.mean > 0, changed / made.mean, 1.0)
    return replace(
        made,
        mean=changed,
        quantiles={
            level: np.where(made.mean > 0, values * factor, changed)
            for level, values in made.quantiles.items()
        },
        edits=tuple(done),
    )
