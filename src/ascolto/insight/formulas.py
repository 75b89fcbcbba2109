"""The metric dictionary: versioned formulas over counts. A contract names an id and a version.

A published version never changes its arithmetic: a new reading of a rule is a new version.
Shares are 0..1; durations are seconds. A metric without a denominator has the value None.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from statistics import NormalDist

from ascolto.insight.model import Figure, Tally

# Below this many answers a satisfaction share says nothing and could point at a person.
CSAT_MINIMUM = 30
BACKLOG_EDGES_H = (1, 4, 8, 24, 72)
GOOD_SCORE = 4
# Figures of handling speed and habits: art. 4 L. 300/1970 keeps them from pointing at a person.
OF_PEOPLE = frozenset({"aht", "occupancy", "frt", "nrt", "transfer_rate", "csat", "reopen"})
SMALLEST_GROUP = 5
HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Part:
    """What a formula works out: numerator over denominator, with figures published beside it."""

    numerator: float
    denominator: float
    detail: Mapping[str, float]
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Formula:
    """One metric as one contract may name it."""

    id: str
    version: int
    unit: str
    statement: str
    compute: Callable[[Tally], Part]
    rising: bool = True  # whether more is better, for targets
    of_people: bool = False  # tells how operators work: never shown for a handful of them

    def of(self, tally: Tally) -> Figure:
        """Work out the figure for a tally."""
        part = self.compute(tally)
        value = part.numerator / part.denominator if part.denominator > 0 and part.shown else None
        over = part.numerator if part.shown else 0.0  # by which a division would tell it after all
        return Figure(self.id, self.version, value, self.unit, over, part.denominator, part.detail)


def withhold(
    chosen: Formula, tally: Tally, figure: Figure, *, smallest: int = SMALLEST_GROUP
) -> Figure:
    """Empty a figure that would tell how too few people work: five, or more where it is agreed."""
    if not chosen.of_people or len(set(tally.operators)) >= max(smallest, SMALLEST_GROUP):
        return figure
    return emptied(figure)


def emptied(figure: Figure) -> Figure:
    """Return a figure of which nothing is told."""
    return replace(figure, value=None, numerator=0.0, denominator=0.0, detail={}, withheld=True)


def too_few(tallies: Mapping[str, Tally], *, smallest: int = SMALLEST_GROUP) -> set[str]:
    """Return the groups of a figure on people that are to be withheld, by key.

    The total less what is shown tells of all that are withheld together: when those are too few
    people as well, the smallest group shown is withheld with them.
    """
    least = max(smallest, SMALLEST_GROUP)
    who = {key: set(tally.operators) for key, tally in tallies.items()}
    hidden = {key for key, people in who.items() if len(people) < least}
    together = set().union(*(who[key] for key in hidden))
    shown = sorted(who.keys() - hidden, key=lambda key: (len(who[key]), key))
    if 0 < len(together) < least and shown:
        hidden.add(shown[0])
    return hidden


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest-rank quantile: the smallest value with at least `share` of the values at or below."""
    ordered = sorted(values)
    return ordered[max(1, ceil(share * len(ordered))) - 1]


def _share(numerator: float, denominator: float, **detail: float) -> Part:
    return Part(numerator, denominator, detail)


def _mean(values: Sequence[float]) -> Part:
    if not values:
        return Part(0.0, 0, {})
    detail = {"p50": quantile(values, 0.5), "p90": quantile(values, 0.9), "longest": max(values)}
    return Part(sum(values), len(values), detail)


def _sl_strict(t: Tally) -> Part:
    return _share(t.answered_in_time, t.offered)


def _sl_excl_thr(t: Tally) -> Part:
    return _share(t.answered_in_time, t.offered - t.abandoned_in_time)


def _sl_excl_short(t: Tally) -> Part:
    return _share(t.answered_in_time, t.offered - t.abandoned_short)


def _sl_credit(t: Tally) -> Part:
    return _share(t.answered_in_time + t.abandoned_in_time, t.offered)


def _sl_answered(t: Tally) -> Part:
    return _share(t.answered_in_time, t.answered)


def _arera_ls(t: Tally) -> Part:
    return _share(t.answered + t.callbacks_connected, t.offered + t.callbacks_accepted)


def _agcom_20s(t: Tally) -> Part:
    return _share(sum(1 for wait in t.answered_waits if wait <= 20), t.answered)


def _agcom_wait(t: Tally) -> Part:
    return _share(sum(t.answered_waits), t.answered)


def _asa(t: Tally) -> Part:
    part = _mean(t.answered_waits)
    everybody = (*t.answered_waits, *t.lost_waits)
    if not everybody:
        return part
    over_all = {"longest": max(everybody), "mean_all": sum(everybody) / len(everybody)}
    return Part(part.numerator, part.denominator, {**part.detail, **over_all})


def _abandon_rate(t: Tally) -> Part:
    lost, offered = t.abandoned - t.abandoned_short, t.offered - t.abandoned_short
    with_short = {"with_short": t.abandoned / t.offered} if t.offered else {}
    return Part(lost, offered, with_short)


def _silent_abandon(t: Tally) -> Part:
    detail = {"of_abandoners": t.silent / t.text_gone} if t.text_gone else {}
    return Part(t.silent, t.text_requests, detail)


def _aht(t: Tally) -> Part:
    return _share(t.engaged_s, t.handled)


def _occupancy(t: Tally) -> Part:
    return _share(t.handling_s, t.handling_s + t.ready_s)


def _backlog_age(t: Tally) -> Part:
    ages = t.open_ages_s
    if not ages:
        return Part(0.0, 0, {"open": 0.0})
    low = 0
    detail: dict[str, float] = {"open": float(len(ages)), "p90": quantile(ages, 0.9)}
    for edge in BACKLOG_EDGES_H:
        inside = sum(1 for age in ages if low * HOUR_S <= age < edge * HOUR_S)
        detail[f"under_{edge}h"] = float(inside)
        low = edge
    detail["older"] = float(sum(1 for age in ages if age >= low * HOUR_S))
    detail["overdue"] = t.overdue / len(ages)
    return Part(sum(ages), len(ages), detail)


def _csat(t: Tally) -> Part:
    n = len(t.scores)
    good = sum(1 for score in t.scores if score >= GOOD_SCORE)
    detail = {"response_rate": n / t.closed} if t.closed else {}
    if n >= CSAT_MINIMUM:
        detail["low"], detail["high"] = _interval(good, n)
    return Part(good, n, detail, shown=n >= CSAT_MINIMUM)


def _interval(good: int, n: int) -> tuple[float, float]:
    """Return where a share lies with 95 % confidence (Wilson's score interval, 1927)."""
    z = NormalDist().inv_cdf(0.975)
    middle = (good + z * z / 2) / (n + z * z)
    half = z * sqrt(good * (n - good) / n + z * z / 4) / (n + z * z)
    return middle - half, middle + half


def _formula(
    name: str,
    compute: Callable[[Tally], Part],
    statement: str,
    *,
    unit: str = "share",
    rising: bool = True,
) -> Formula:
    return Formula(name, 1, unit, statement, compute, rising, name in OF_PEOPLE)


_ALL = (
    _formula("sl_strict", _sl_strict, "A≤T / (A+Ab)"),
    _formula("sl_excl_thr", _sl_excl_thr, "A≤T / (A+Ab−Ab≤T)"),
    _formula("sl_excl_short", _sl_excl_short, "A≤T / (A+Ab−Ab<s)"),
    _formula("sl_credit", _sl_credit, "(A≤T+Ab≤T) / (A+Ab)"),
    _formula("sl_answered", _sl_answered, "A≤T / A"),
    _formula("arera_ls", _arera_ls, "(connected + called back) / asked for a person"),
    _formula("agcom_20s", _agcom_20s, "answers within 20 s of the request / answers"),
    _formula("agcom_wait", _agcom_wait, "Σ (answer − request) / answers", unit="s", rising=False),
    _formula("asa", _asa, "Σ wait of answered / answered", unit="s", rising=False),
    _formula("abandon_rate", _abandon_rate, "(Ab − Ab<s) / (A+Ab − Ab<s)", rising=False),
    _formula(
        "silent_abandon",
        _silent_abandon,
        "text customers gone without a signal / text customers",
        rising=False,
    ),
    _formula(
        "aht",
        _aht,
        "engaged seconds (concurrency shared) / handled",
        unit="s",
        rising=False,
    ),
    _formula("occupancy", _occupancy, "handling / (handling + ready)", rising=False),
    _formula("frt", lambda t: _mean(t.first_replies_s), "first reply", unit="s", rising=False),
    _formula("nrt", lambda t: _mean(t.next_replies_s), "next reply", unit="s", rising=False),
    _formula("ttr", lambda t: _mean(t.resolutions_s), "close, calendar", unit="s", rising=False),
    _formula(
        "ttr_business",
        lambda t: _mean(t.business_resolutions_s),
        "close, business clock, stopped while the customer owes an answer",
        unit="s",
        rising=False,
    ),
    _formula("backlog_age", _backlog_age, "mean age of what is open", unit="s", rising=False),
    _formula(
        "transfer_rate",
        lambda t: _share(t.transferred, t.handled),
        "transferred / handled, consults excluded",
        rising=False,
    ),
    _formula(
        "reopen",
        lambda t: _share(t.reopened, t.closed),
        "reopened / closed conversations",
        rising=False,
    ),
    _formula("csat", _csat, "scores 4-5 of 5 / scores, hidden under 30"),
)

FORMULAS: Mapping[tuple[str, int], Formula] = {(f.id, f.version): f for f in _ALL}


def formula(name: str, version: int | None = None) -> Formula | None:
    """Find the named version, or the newest one when no version is given; None when unknown."""
    if version is not None:
        return FORMULAS.get((name, version))
    versions = [f for f in _ALL if f.id == name]
    return max(versions, key=lambda f: f.version, default=None)
