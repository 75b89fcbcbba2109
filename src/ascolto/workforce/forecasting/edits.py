"""Changes by hand to a forecast: every one says why, and keeps what it replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.forecasting.history import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change from one local time until another, the later one excluded.

    Either `factor` on every interval, or `calls` in all of them together, spread as forecast.
    """

    begins: datetime
    ends: datetime
    reason: str
    factor: float | None = None
    calls: float | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit and what it did: the volume of its intervals before and after."""

    edit: Edit
    before: float
    after: float


def apply(
    edits: Sequence[Edit], starts: Sequence[tuple[int, int, datetime]], mean: Floats
) -> tuple[Floats, list[Edited]]:
    """Return the changed volumes and what each edit did, in order; a later edit sees an earlier.

    `starts` are row, column and start of each interval. Raises BadFigure for an edit without a
    reason, with no or two effects, or that touches no interval.
    """
    changed = mean.copy()
    done = []
    for edit in edits:
        _check(edit)
        touched = [
            (row, column)
            for row, column, at in starts
            if edit.begins <= at.replace(tzinfo=None) < edit.ends
        ]
        if not touched:
            raise BadFigure(f"no forecast interval from {edit.begins} until {edit.ends}")
        rows, columns = (np.array(part) for part in zip(*touched, strict=True))
        before = float(changed[rows, columns].sum())
        once = tuple(np.unique(np.array(touched), axis=0).T)
        if edit.factor is not None:
            changed[once] *= edit.factor
        elif before > 0:
            changed[once] *= float(edit.calls or 0.0) / before
        else:
            changed[once] = float(edit.calls or 0.0) / len(touched)
        done.append(Edited(edit, before, float(changed[rows, columns].sum())))
    return changed, done


def _check(edit: Edit) -> None:
    if not edit.reason.strip():
        raise BadFigure(f"the edit from {edit.begins} gives no reason")
    if (edit.factor is None) == (edit.calls is None):
        raise BadFigure(f"the edit from {edit.begins} needs either calls or a factor")
    figure = edit.factor if edit.factor is not None else edit.calls
    if figure is None or not np.isfinite(figure) or figure < 0:
        raise BadFigure(f"the edit from {edit.begins} needs a figure of 0 or more")
    if edit.ends <= edit.begins:
        raise BadFigure(f"the edit from {edit.begins} ends before it begins")
