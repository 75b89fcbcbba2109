"""Forecasts and requirements: how good on public data, how fast, and beside which simple rivals.

The data are a US bank's calls of 2003 and an Israeli bank's of 1999 (January to June), read from
`../shared/data/workforce` beside the checkout; without them only speed is measured. The protocol:
an origin a day on the last 30 days, every model fitted anew at each, days absent not judged. The
rivals are the simple models of the product itself and, where the extra `bench` is installed, those
of statsforecast, on the same origins in the same run. Times are processor seconds of this process,
with one thread.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeAlias

import numpy as np

from ascolto.workforce.forecasting.backtest import Backtest, backtest
from ascolto.workforce.forecasting.calendars import calendar_for
from ascolto.workforce.forecasting.forecast import forecast
from ascolto.workforce.forecasting.history import History, history_of
from ascolto.workforce.forecasting.intraday import reforecast
from ascolto.workforce.forecasting.lead import _factored, fit, predict
from ascolto.workforce.forecasting.panel import panel_of
from ascolto.workforce.forecasting.reading import read_history
from ascolto.workforce.forecasting.rolling import MODELS, origins_of, roll
from ascolto.workforce.staffing import erlang, kernels
from ascolto.workforce.staffing.requirement import Promise, required_uncertain
from ascolto.workforce.staffing.skills import Group, Skill, required_mix, simulate_mix
from outside import erlang_c_rate, judged_outside
from report import Figure, publish

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "workforce"
BANK = DATA / "bank_calls_5min_2003.csv"
TECHNION = DATA / "technion_bank_1999_30min_jan_jun.csv"
RIVALS = [name for name in MODELS if name != "lead"]
Rivals: TypeAlias = dict[int, dict[str, float]]
QUEUES = 6  # measured; the figure is for 200


def figure(
    name: str,
    measured: float,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    """Return a figure with its bar."""
    return Figure(name=name, measured=measured, unit=unit, at_least=at_least, at_most=at_most)


def cpu(work: Callable[[], object], *, times: int = 1) -> float:
    """Return the processor seconds of one call."""
    work()
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


def judged(path: Path, country: str, horizons: tuple[int, ...], minutes: int | None) -> Backtest:
    """Judge all models on a public history and print what each is worth."""
    history = read_history(path, interval_minutes=minutes)
    calendar = calendar_for(country, first=history.days[0], last=history.days[-1])
    found = backtest(history, calendar=calendar, horizons=horizons)
    print(
        f"{path.name}, {history.interval_minutes} min: WAPE % (day total %), cover, width, ms/fit"
    )
    for name in ("chosen", *MODELS):
        each = [found.of(name, days) for days in horizons]
        told = "  ".join(f"{100 * e.wape:6.2f} ({100 * e.day_total_wape:5.2f})" for e in each)
        first = each[0]
        print(
            f"  {name:20} {told}  {100 * first.coverage90:5.1f} "
            f"{100 * first.relative_width90:6.1f} {1000 * first.seconds_per_fit:6.2f}"
        )
    return found


def outside(path: Path, country: str, horizons: tuple[int, ...], minutes: int | None) -> Rivals:
    """Judge the outside rivals on a public history, print them, and return the WAPE of each."""
    history = read_history(path, interval_minutes=minutes)
    calendar = calendar_for(country, first=history.days[0], last=history.days[-1])
    return judged_outside(panel_of(history, calendar), horizons)


def bank_figures() -> list[Figure]:
    """Return the bank by half hours and by five minutes."""
    found = judged(BANK, "US", (1, 5), 30)
    others = outside(BANK, "US", (1, 5), 30)
    figures = []
    for days, bars in ((1, (5.2, 3.6, 22.0)), (5, (5.4, 3.7, 25.0))):
        worth, ahead = found.of("chosen", days), f"1-{days} days" if days > 1 else "1 day"
        wape, total, width = bars
        figures += [
            figure(f"bank 30 min, {ahead}: WAPE", 100 * worth.wape, "%", at_most=wape),
            *(
                figure(f"bank 30 min, {ahead}: {name}", 100 * other, "%")
                for name, other in others[days].items()
            ),
            figure(f"bank, {ahead}: day total", 100 * worth.day_total_wape, "%", at_most=total),
            figure(f"bank, {ahead}: cover, low", 100 * worth.coverage90, "%", at_least=88),
            figure(f"bank, {ahead}: cover, high", 100 * worth.coverage90, "%", at_most=93),
            figure(f"bank, {ahead}: width", 100 * worth.relative_width90, "%", at_most=width),
        ]
    fine = judged(BANK, "US", (1, 5), None)
    for days, bar in ((1, 7.6), (5, 7.7)):
        wape = 100 * fine.of("chosen", days).wape
        figures.append(figure(f"bank 5 min, {days} days: WAPE", wape, "%", at_most=bar))
    return [*figures, *intraday_figures()]


def intraday_figures() -> list[Figure]:
    """Return the error of the rest of the bank's day, forecast anew during it."""
    history = read_history(BANK, interval_minutes=30)
    calendar = calendar_for("US", first=history.days[0], last=history.days[-1])
    panel = panel_of(history, calendar)
    rolled = roll(panel, origins_of(panel, most=75), 1)
    said, actual = rolled.said["lead"][:, 0], rolled.actual()[:, 0]
    figures = []
    for hour, bar in ((10, 4.45), (12, 4.35)):
        seen = int((history.minutes < hour * 60).sum())
        off = volume = before = 0.0
        for place in range(len(said) - 30, len(said)):
            if np.isnan(actual[place]).any():
                continue
            mean = reforecast(
                said[place],
                actual[place, :seen],
                past_expected=said[place - 40 : place],
                past_actual=actual[place - 40 : place],
                interval_minutes=30,
            ).mean
            off += np.abs(mean[seen:] - actual[place, seen:]).sum()
            before += np.abs(said[place, seen:] - actual[place, seen:]).sum()
            volume += actual[place, seen:].sum()
        name = f"bank, rest of the day at {hour}:00"
        figures += [
            figure(name, 100 * off / volume, "%", at_most=bar),
            figure(f"{name}, a day ahead", 100 * before / volume, "%"),
        ]
    return figures


def technion_figures() -> list[Figure]:
    """Return the second centre beside the best of the rivals and the mean of four weeks.

    With the holidays of its country and without any; the outside rivals know of none.
    """
    horizons = (1, 5, 28)
    others = outside(TECHNION, "none", horizons, None)
    figures = []
    for country in ("IL", "none"):
        found = judged(TECHNION, country, horizons, None)
        centre = f"second centre, holidays {country}"
        for days in horizons:
            own = (found.of(rival, days).wape for rival in RIVALS)
            best = min(*own, *others[days].values())
            wape = 100 * found.of("chosen", days).wape
            name = f"{centre}, {days} days: WAPE (bar: best rival)"
            figures.append(figure(name, wape, "%", at_most=round(100 * best, 4)))
            figures += [
                figure(f"second centre, {days} days: {rival}", 100 * other, "%")
                for rival, other in (others[days].items() if country == "IL" else ())
            ]
        over = found.of("chosen", 28).wape / found.of("same_weekday_mean", 28).wape
        figures.append(figure(f"{centre}, 28 days over mean of 4 weeks", over, "×", at_most=1.01))
    return figures


def made_queue(seed: int) -> History:
    """Return a year of half hours, every day and night."""
    chance = np.random.default_rng(seed)
    shape = 2.0 + 60.0 * np.exp(-(((np.arange(48) - 26) / 8.0) ** 2))
    first = date(2025, 1, 1)
    days = [first + timedelta(number) for number in range(365)]
    level = np.exp(0.02 * chance.standard_normal(365).cumsum())
    counts = {
        day: chance.poisson(shape * size * (0.3 if day.weekday() == 6 else 1.0)).astype(float)
        for day, size in zip(days, level.tolist(), strict=True)
    }
    return history_of(counts, minutes=np.arange(0, 1440, 30), interval_minutes=30)


def forecast_speed() -> list[Figure]:
    """Return what a refit costs, and two hundred queues with the choice of their models."""
    queues = [made_queue(seed) for seed in range(QUEUES)]
    calendar = calendar_for("IT", first=queues[0].days[0], last=queues[0].days[-1])
    panel = panel_of(queues[0], calendar, horizon=28)

    def refit() -> None:
        _factored.cache_clear()  # as if it was the first fit of the queue
        fitted = fit(panel, panel.past)
        assert fitted is not None
        predict(fitted, 28)

    def all_queues() -> None:
        for queue in queues:
            forecast(queue, calendar=calendar, horizon_days=28)

    each = cpu(all_queues) / QUEUES
    return [
        figure(
            "a refit on a year of days, the first", 1000 * cpu(refit, times=5), "ms", at_most=20
        ),
        figure("200 queues × 1 year, chosen and forecast", 200 * each, "s", at_most=60),
    ]


def erlang_figures() -> list[Figure]:
    """Return the speed of the formulas."""
    chance = np.random.default_rng(1)
    loads = 50.0 + chance.random(1_000_000)

    def many() -> None:
        erlang.required(loads, aht_s=240, target_s=20, service_level=0.8, max_occupancy=0.9)

    def plain() -> None:
        few = loads[:200_000]
        levels, targets = np.full(few.size, 0.8), np.full(few.size, 20 / 240)
        erlang.required_waiting_arrays(few, targets, levels, 0.9)

    def one() -> None:
        erlang.impatient(600, 560, aht_s=180, target_s=300, patience_s=300)

    rival = erlang_c_rate(50.0, aht_s=240)
    last = (
        kernels.impatient(600.0, 560, 5 / 3, 5 / 3)[2],
        kernels.impatient(300.0, 270, 1.0, 4.0)[2],
    )
    underflow = max(abs(last[0] - 0.933074), abs(last[1] - 0.899111))
    return [
        figure("required operators at 50 Erl", 1 / cpu(many), "M/s", at_least=2),
        figure("the same without a compiler", 0.2 / cpu(plain), "M/s"),
        *([] if rival is None else [figure("the same by pyworkforce", rival / 1e6, "M/s")]),
        figure("Erlang A, 560 operators", 1000 * cpu(one, times=1000), "ms", at_most=0.3),
        figure("Erlang A, the two underflows: error", underflow, "", at_most=5e-7),
    ]


def requirement_figures() -> list[Figure]:
    """Return how well the promise is kept on days that may come, and with people of two skills."""
    promise = Promise(service_level=0.8, target_s=20, aht_s=240, patience_s=180)
    chance = np.random.default_rng(3)
    worst = 0.0
    for load in (20.0, 50.0, 200.0):
        for cv in (0.0, 0.05, 0.1, 0.2):
            need = required_uncertain(load, promise, rate_cv=cv)
            days = 50_000
            rates = load * (chance.gamma(1 / cv**2, cv**2, days) if cv else np.ones(days))
            fewer = chance.random(days) > need.fractional - need.operators + 1
            people = (need.operators - fewer).astype(np.int64)
            level = kernels.impatient_each(
                rates, people, np.full(days, 0.75), np.full(days, 20 / 240)
            )[:, 2]
            worst = max(worst, abs(float(rates @ level / rates.sum()) - 0.8))
    two = Promise(service_level=0.8, target_s=20, aht_s=180, patience_s=300)
    skills = [Skill("a", 10, two), Skill("b", 10, two)]
    both = [Group("both", ("a", "b"))]
    mix = required_mix(skills, both)
    again = simulate_mix(skills, both, mix.people, calls=2_000_000, seed=77)
    level = min(skill.service_level for skill in again.skills.values())
    seconds = cpu(lambda: simulate_mix(skills, both, mix.people, calls=1_000_000))
    return [
        figure("rate CV 0-20 %: off the promise, worst", 100 * worst, "points", at_most=1),
        figure("2 × 10 Erl, both skills: people", mix.people["both"], "", at_most=23),
        figure("2 × 10 Erl, simulated service level", level, "", at_least=0.8),
        figure("calls simulated, drawing included", 1 / seconds, "M/s"),
    ]


def main() -> None:
    """Measure and publish."""
    figures = []
    if BANK.is_file() and TECHNION.is_file():
        figures += bank_figures() + technion_figures()
    else:
        print(f"LEFT OUT: how good forecasts are, because {DATA} is not there.")
    figures += forecast_speed() + erlang_figures() + requirement_figures()
    publish("workforce", figures, setting={"origins": 30, "threads": 1, "queues": QUEUES})


if __name__ == "__main__":
    main()
