"""The engine at virtual time, held to Erlang's formulas, and its promises to what came."""

import random
from math import exp, sqrt
from statistics import fmean, stdev

from ascolto.routing import engine as e
from ascolto.routing.engine.virtual import Outcome, VirtualDay, poisson

SERVICE_S = 180.0


def erlang_c(servers: int, load: float) -> float:
    """The share who wait at all, with `load` erlangs offered (Erlang 1917)."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def erlang_a(servers: int, per_s: float, patience_s: float) -> tuple[float, float]:
    """The share who give up and the mean wait of all (Palm 1957), from the balance of states."""
    weight, total, queued = 1.0, 1.0, 0.0
    for n in range(1, servers + 2000):
        death = min(n, servers) / SERVICE_S + max(0, n - servers) / patience_s
        weight *= per_s / death
        total += weight
        queued += max(0, n - servers) * weight
    mean_queue = queued / total
    return mean_queue / patience_s / per_s, mean_queue / per_s


def a_day(
    servers: int, per_s: float, hours: float, *, patience_s: float | None = None, seed: int = 7
) -> list[Outcome]:
    day = VirtualDay(e.Engine())
    day.plan([e.QueueConfigured(0.0, e.QueuePolicy("calls", "acme", "voice"))])
    for number in range(servers):
        operator = e.Operator(f"op{number:03}", frozenset({"acme"}), {}, channels={"voice": 1})
        day.plan([e.OperatorConfigured(0.0, operator)])
        day.plan([e.PresenceChanged(0.0, operator.id, "available")])
    arrivals = poisson(
        random.Random(seed),
        per_s=per_s,
        until=hours * 3600,
        item=lambda name, at: e.WorkItem(name, "acme", "calls", "voice", at),
        handle_s=lambda chance: chance.expovariate(1 / SERVICE_S),
        patience_s=None
        if patience_s is None
        else (lambda chance: chance.expovariate(1 / patience_s)),
    )
    return [o for o in day.run(arrivals) if o.arrival.item.enqueued_at > 3600]


def mean_and_error(values: list[float], batches: int = 20) -> tuple[float, float]:
    """The mean and its standard error from the means of batches, which are nearly independent."""
    size = len(values) // batches
    means = [fmean(values[n * size : (n + 1) * size]) for n in range(batches)]
    return fmean(values), stdev(means) / sqrt(batches)


def test_at_virtual_time_the_engine_waits_as_erlang_c_says() -> None:
    servers, per_s = 10, 7.0 / SERVICE_S
    outcomes = a_day(servers, per_s, hours=400)
    waits = [o.waited_s for o in outcomes if o.waited_s is not None]
    share, drain = erlang_c(servers, 7.0), (servers - 7.0) / SERVICE_S
    for measured, formula in (
        (mean_and_error(waits), share / drain),
        (mean_and_error([float(w > 0) for w in waits]), share),
        (mean_and_error([float(w <= 20) for w in waits]), 1 - share * exp(-drain * 20)),
    ):
        mean, error = measured
        assert abs(mean - formula) < 4 * error
        assert error < 0.15 * formula


def test_with_impatient_customers_it_loses_as_many_as_erlang_a_says() -> None:
    servers, per_s, patience_s = 10, 11.0 / SERVICE_S, 120.0
    outcomes = a_day(servers, per_s, hours=80, patience_s=patience_s)
    lost, wait = erlang_a(servers, per_s, patience_s)
    for measured, formula in (
        (mean_and_error([float(o.left_at is not None) for o in outcomes]), lost),
        (mean_and_error([o.waited_s for o in outcomes if o.waited_s is not None]), wait),
    ):
        mean, error = measured
        assert abs(mean - formula) < 4 * error
        assert error < 0.05 * formula


def test_the_same_seed_gives_the_same_day() -> None:
    first, second = (a_day(3, 0.02, hours=3, patience_s=100.0, seed=5) for _ in range(2))
    assert [repr(outcome) for outcome in first] == [repr(outcome) for outcome in second]


def told(outcomes: list[Outcome]) -> list[tuple[e.Estimate, float]]:
    return [
        (o.promised, o.waited_s)
        for o in outcomes
        if o.answered_at is not None and o.waited_s is not None and o.promised.seconds is not None
    ]


def test_four_waits_in_five_lie_in_the_promised_range() -> None:
    for patience_s, per_s in ((None, 9.3 / SERVICE_S), (300.0, 11.0 / SERVICE_S)):
        outcomes = a_day(10, per_s, hours=60, patience_s=patience_s)
        pairs = [(p, w) for p, w in told(outcomes) if p.seconds and p.seconds > 0]
        assert len(pairs) > 1000
        inside = fmean(float((p.low or 0) <= w <= (p.high or 0)) for p, w in pairs)
        assert 0.72 <= inside <= 0.88
        mean = fmean(w for _, w in pairs)
        bias = fmean((p.seconds or 0) - w for p, w in pairs)
        error = fmean(abs((p.seconds or 0) - w) for p, w in pairs)
        assert abs(bias) < 0.15 * mean
        assert error < 0.75 * mean


def test_a_promise_grows_with_who_is_ahead_and_shrinks_with_who_gives_up() -> None:
    outcomes = a_day(4, 6.0 / SERVICE_S, hours=10, patience_s=200.0)
    by_ahead = {o.promised.ahead: o.promised.seconds for o in outcomes[-200:]}
    known = sorted((ahead, s) for ahead, s in by_ahead.items() if s is not None and ahead > 0)
    assert known[-1][1] > known[0][1]
