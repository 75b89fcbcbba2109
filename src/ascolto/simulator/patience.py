"""How long customers wait, how they leave, and whether they come back. Pure."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Patience:
    """What the scenario says about waiting (seconds of life, not of the clock on the wall)."""

    mean_s: float = 600.0
    instant_share: float = 0.08
    instant_max_s: float = 5.0
    silent_share: float = 0.5
    redial_share: float = 0.35
    redial_within_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Temper:
    """One customer's temper, drawn before he writes."""

    waits_s: float
    leaves_silently: bool
    redials_after_s: float | None


def draw_temper(patience: Patience, random: Random) -> Temper:
    """Draw how long a customer waits for the first answer and what he does without it."""
    if random.random() < patience.instant_share:
        waits = random.random() * patience.instant_max_s
    else:
        waits = random.expovariate(1 / patience.mean_s)
    redials = random.random() < patience.redial_share
    return Temper(
        waits_s=waits,
        leaves_silently=random.random() < patience.silent_share,
        redials_after_s=random.random() * patience.redial_within_s if redials else None,
    )
