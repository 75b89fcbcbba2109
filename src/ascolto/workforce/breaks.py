"""A shift of some length with its breaks laid as the rules want them. Pure."""

from typing import Any

from ascolto.workforce.rostering.layouts import MEAL, Layout, layouts_of
from ascolto.workforce.rostering.legal import Rules

STEP = 15
MEAL_MINUTES = 30


def laid_out(minutes: int, *, queue_id: str | None, meal_minutes: int) -> list[dict[str, Any]]:
    """Return the parts of a shift on one queue: stretches as even as can be, breaks between.

    `minutes` is the whole length, a multiple of 15. A meal lies within where what is left of the
    shift is longer than the law's six hours.
    """
    rules = Rules()
    meal = meal_minutes if minutes - meal_minutes > rules.break_beyond_minutes else 0
    layouts = layouts_of(
        paid_minutes=minutes - meal, meal_minutes=meal, interval_minutes=STEP, rules=rules
    )
    total = minutes // STEP
    layout = min(layouts, key=lambda one: _unevenness(one, total))
    at, parts = 0, []
    for pause in layout:
        parts.append(_work((pause.offset - at) * STEP, queue_id))
        kind = "meal" if pause.kind == MEAL else "pause"
        parts.append({"kind": kind, "minutes": pause.length * STEP})
        at = pause.offset + pause.length
    parts.append(_work((total - at) * STEP, queue_id))
    return parts


def _unevenness(layout: Layout, total: int) -> int:
    begins = [0, *(pause.offset + pause.length for pause in layout)]
    ends = [*(pause.offset for pause in layout), total]
    stretches = [end - begin for begin, end in zip(begins, ends, strict=True)]
    return max(stretches) - min(stretches)


def _work(minutes: int, queue_id: str | None) -> dict[str, Any]:
    told = {} if queue_id is None else {"queue_id": queue_id}
    return {"kind": "queue", "minutes": minutes, **told}
