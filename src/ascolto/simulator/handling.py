"""How people work: reaction, turns of a conversation, wrap-up, breaks and drop-outs. Pure."""

from dataclasses import dataclass
from random import Random

from ascolto.simulator.arrivals import lognormal, poisson

SHIFT_S = 8 * 3_600.0


@dataclass(frozen=True, slots=True)
class Handling:
    """What the scenario says about work (seconds of life)."""

    reaction_s: float = 4.0
    miss_share: float = 0.01
    cv: float = 0.9
    reply_gap_s: float = 45.0
    reply_gap_cv: float = 0.8
    turns_mean: float = 3.0
    wrap_up_s: float = 30.0
    first_contact_resolution: float = 0.74
    transfer_share: float = 0.09
    repeat_share: float = 0.40  # of those whose matter was not resolved, within
    repeat_within_s: float = 7 * 86_400.0
    survey_share: float = 0.3
    break_every_s: float = 7_200.0
    break_s: float = 900.0
    drop_out_per_day: float = 0.02
    drop_out_min_s: float = 60.0
    drop_out_max_s: float = 900.0
    absence_share: float = 0.07
    no_show_share: float = 0.015
    late_share: float = 0.03
    late_min_s: float = 300.0
    late_max_s: float = 2_700.0


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation as it will go: the operator's pauses before each reply, and the end."""

    reaction_s: float
    misses: bool
    replies_s: tuple[float, ...]
    customer_gaps_s: tuple[float, ...]
    wrap_up_s: float
    resolved: bool
    score: int | None
    transfers: bool = False
    repeats_after_s: float | None = None


def draw_talk(handling: Handling, *, aht_s: float, random: Random) -> Talk:
    """Draw a conversation whose operator time has the queue's mean and the trade's spread."""
    turns = 1 + min(8, int(random.expovariate(1 / max(0.01, handling.turns_mean - 0.5))))
    wrap_up = lognormal(handling.wrap_up_s, 0.5, random)
    talk = max(0.0, lognormal(aht_s, handling.cv, random) - wrap_up)
    weights = [0.2 + random.random() for _ in range(turns)]
    resolved = random.random() < handling.first_contact_resolution
    repeats = not resolved and random.random() < handling.repeat_share
    answered = random.random() < handling.survey_share
    return Talk(
        reaction_s=lognormal(handling.reaction_s, 0.6, random),
        misses=random.random() < handling.miss_share,
        replies_s=tuple(talk * weight / sum(weights) for weight in weights),
        customer_gaps_s=tuple(
            lognormal(handling.reply_gap_s, handling.reply_gap_cv, random) for _ in range(turns)
        ),
        wrap_up_s=wrap_up,
        resolved=resolved,
        score=_score(random, resolved=resolved) if answered else None,
        transfers=random.random() < handling.transfer_share,
        repeats_after_s=random.random() * handling.repeat_within_s if repeats else None,
    )


def _score(random: Random, *, resolved: bool) -> int:
    weights = (2, 3, 8, 27, 60) if resolved else (30, 25, 20, 15, 10)
    return random.choices((1, 2, 3, 4, 5), weights)[0]


@dataclass(frozen=True, slots=True)
class Interruption:
    """A stretch in which an operator does not work: a break he declares, or a lost line."""

    at_s: float
    lasts_s: float
    kind: str


def draw_interruptions(
    handling: Handling, *, length_s: float, at_home: bool, random: Random
) -> list[Interruption]:
    """Draw the breaks (staggered, one per stretch worked) and drop-outs of a shift, in order.

    Lines drop out at home alone, on average `drop_out_per_day` times in eight hours.
    """
    found: list[Interruption] = []
    at = random.random() * handling.break_every_s
    while at < length_s:
        found.append(Interruption(at, handling.break_s, "break"))
        at += handling.break_every_s + handling.break_s
    drop_outs = poisson(handling.drop_out_per_day * length_s / SHIFT_S, random) if at_home else 0
    for _ in range(drop_outs):
        lasts = random.uniform(handling.drop_out_min_s, handling.drop_out_max_s)
        found.append(Interruption(random.random() * length_s, lasts, "drop_out"))
    return sorted(found, key=lambda interruption: interruption.at_s)


@dataclass(frozen=True, slots=True)
class Attendance:
    """Whether somebody who is planned comes: "works", "late", "absent" (told) or "no_show"."""

    kind: str
    late_s: float = 0.0


def draw_attendance(handling: Handling, random: Random) -> Attendance:
    """Draw how one planned person's day begins."""
    chance = random.random()
    for kind, share in (
        ("absent", handling.absence_share),
        ("no_show", handling.no_show_share),
        ("late", handling.late_share),
    ):
        if chance < share:
            late = random.uniform(handling.late_min_s, handling.late_max_s)
            return Attendance(kind, late if kind == "late" else 0.0)
        chance -= share
    return Attendance("works")
