"""Outside rivals on the same data: statsforecast and mlforecast, pyworkforce, OR-tools' CP-SAT.

They come with the extra `bench` and are left out where it is not installed. Those of statsforecast
are of day totals, spread over the day by each weekday's profile of six weeks: of what it offers
that does best on the bank's calls, and by far cheaper than a model of every half hour.
"""

import importlib
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascolto.workforce.forecasting.panel import Model, Panel
from ascolto.workforce.forecasting.rolling import origins_of, roll

PROFILE_WEEKS = 6
HOW = "uv pip install -r requirements/bench.lock"


def imported(name: str) -> Any | None:
    """Return an outside module; None, and a line that says how to have it, where it is missing."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        print(f"LEFT OUT: rivals of {name.partition('.')[0]}, which is not installed ({HOW}).")
        return None


def _filled(panel: Panel, origin: int) -> NDArray[np.float64]:
    """Return the counts before an origin; an absent day is as its last four weekdays were."""
    counts = panel.counts[:origin].copy()
    for row in np.flatnonzero(np.isnan(counts).any(axis=1)):
        same = np.flatnonzero(panel.weekdays[:row] == panel.weekdays[row])[-4:]
        counts[row] = counts[same].mean(axis=0) if same.size else np.nanmean(counts, axis=0)
    return counts


def _spread(make: Callable[[int], Any]) -> Model:
    """Return the model of day totals that a library makes for a season, spread by a profile."""

    def said(panel: Panel, origin: int, horizon: int) -> NDArray[np.float64]:
        counts = _filled(panel, origin)
        season = int(panel.hours.any(axis=1).sum())
        totals = np.asarray(make(season).forecast(y=counts.sum(axis=1), h=horizon)["mean"])
        found = np.zeros((horizon, counts.shape[1]))
        for ahead in range(horizon):
            same = np.flatnonzero(panel.weekdays[:origin] == panel.weekdays[origin + ahead])
            shape = counts[same[-PROFILE_WEEKS:]].sum(axis=0)
            found[ahead] = totals[ahead] * shape / shape.sum()
        return found

    return said


def forecasters() -> Mapping[str, Model]:
    """Return statsforecast's models of day totals and mlforecast's of intervals, by name."""
    found: dict[str, Model] = {}
    if (models := imported("statsforecast.models")) is not None:
        found |= {
            "AutoARIMA, day totals": _spread(lambda m: models.AutoARIMA(season_length=m)),
            "AutoTheta, day totals": _spread(lambda m: models.AutoTheta(season_length=m)),
            "AutoETS, day totals": _spread(lambda m: models.AutoETS(season_length=m)),
        }
    learners, trees = imported("mlforecast"), imported("lightgbm")
    if learners is not None and trees is not None:
        found["mlforecast, LightGBM"] = _trees(learners, trees)
    return found


def _trees(mlforecast: Any, lightgbm: Any) -> Model:
    """Return gradient-boosted trees over lags of intervals, each answer the next one's lag."""

    def said(panel: Panel, origin: int, horizon: int) -> NDArray[np.float64]:
        counts = _filled(panel, origin)
        columns, week = counts.shape[1], int(panel.hours.any(axis=1).sum())

        def interval(numbers: Any) -> Any:
            return numbers % columns

        def weekday(numbers: Any) -> Any:
            return panel.weekdays[np.asarray(numbers) // columns]

        trees = lightgbm.LGBMRegressor(n_estimators=100, n_jobs=1, verbosity=-1, random_state=0)
        asked = mlforecast.MLForecast(
            models={"trees": trees}, freq=1, lags=[1, columns, week * columns, 2 * week * columns],
            date_features=[interval, weekday], num_threads=1,
        )  # fmt: skip
        pandas = imported("pandas")
        assert pandas is not None
        flat = counts.ravel()
        rows = {"unique_id": 0, "ds": np.arange(flat.size), "y": flat}
        asked.fit(pandas.DataFrame(rows), static_features=[])
        found = asked.predict(h=horizon * columns)["trees"].to_numpy()
        return np.maximum(found, 0.0).reshape(horizon, columns)

    return said


def judged_outside(panel: Panel, horizons: tuple[int, ...]) -> dict[int, dict[str, float]]:
    """Print and return the WAPE of each rival over the last 30 origins, by horizon."""
    models = forecasters()
    found: dict[int, dict[str, float]] = {days: {} for days in horizons}
    if not models:
        return found
    rolled = roll(panel, origins_of(panel, most=30), max(horizons), models=models)
    actual = rolled.actual()
    for name, said in rolled.said.items():
        for days in horizons:
            came = actual[:, :days]
            known = ~np.isnan(came).any(axis=2)
            off = np.abs(said[:, :days] - came)[known].sum()
            found[days][name] = float(off / came[known].sum())
        told = "  ".join(f"{100 * found[days][name]:6.2f}        " for days in horizons)
        print(f"  {name:22} {told} {1000 * rolled.seconds[name]:10.0f} ms/fit")
    return found


def erlang_c_rate(load: float, *, aht_s: float, times: int = 500) -> float | None:
    """Return how many required operators pyworkforce's Erlang C finds in a second."""
    library = imported("pyworkforce.queuing")
    if library is None:
        return None
    begun = time.process_time()
    for n in range(times):
        library.ErlangC(
            transactions=(load + n / times) * 60 / (aht_s / 60), aht=aht_s / 60, interval=60,
            asa=20 / 60,
        ).required_positions(service_level=0.8, max_occupancy=0.9)  # fmt: skip
    return times / (time.process_time() - begun)


def covered(
    demand: NDArray[np.float64], shapes: Mapping[str, list[int]]
) -> tuple[float, float] | None:
    """Return the cost and the seconds of pyworkforce's fewest people for days of intervals.

    `shapes` tells of each type of shift in which intervals it works. What it costs is their number
    per type times its intervals of work.
    """
    library = imported("pyworkforce.scheduling")
    if library is None:
        return None
    length = {name: sum(works) for name, works in shapes.items()}
    begun, cost = time.process_time(), 0.0
    for day in demand:
        answer = library.MinRequiredResources(
            num_days=1, periods=len(day), shifts_coverage=dict(shapes), cost_dict=length,
            required_resources=[day.astype(int).tolist()], max_period_concurrency=10_000,
            max_shift_concurrency=10_000, max_search_time=10.0, num_search_workers=1,
        ).solve()  # fmt: skip
        cost += sum(length[one["shift"]] * one["resources"] for one in answer["resources_shifts"])
    return cost, time.process_time() - begun


def covered_by_cp_sat(
    demand: NDArray[np.float64], shapes: Mapping[str, list[int]]
) -> tuple[float, float, bool] | None:
    """Return cost, seconds and whether proven of CP-SAT's cheapest shifts, as `covered` does."""
    library = imported("ortools.sat.python.cp_model")
    if library is None:
        return None
    works, begun = np.array(list(shapes.values())), time.process_time()
    cost, proven = 0.0, True
    for day in demand:
        model = library.CpModel()
        people = [model.new_int_var(0, int(day.max()), name) for name in shapes]
        for at, needed in enumerate(day.astype(int).tolist()):
            model.add(sum(people[n] for n in np.flatnonzero(works[:, at])) >= needed)
        model.minimize(
            sum(int(length) * one for length, one in zip(works.sum(1), people, strict=True))
        )
        solver = library.CpSolver()
        solver.parameters.num_workers, solver.parameters.max_time_in_seconds = 1, 10.0
        proven &= solver.solve(model) == library.OPTIMAL
        cost += solver.objective_value
    return cost, time.process_time() - begun, proven
