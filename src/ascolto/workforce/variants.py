"""A contract as it holds for one person: nothing of it that they have not agreed to. Pure."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from ascolto.workforce.exchanging import SHORT_SHIFT
from ascolto.workforce.rostering.instance import Terms, can_split

_SHORT = SHORT_SHIFT // timedelta(minutes=1)


def variant_of(
    contract_id: str,
    terms_of: Mapping[str, Mapping[str, Any]],
    *,
    free: Collection[int],
    short: bool,
    split: bool,
) -> dict[str, Any] | None:
    """Return a contract under a name that tells what is left of it; None where no length is.

    Without the weekdays that are `free`; shifts and parts under three hours only for who agrees to
    `short` ones, split days only for who agrees to those.
    """
    terms = dict(terms_of[contract_id])
    lengths = [one for one in terms["shift_minutes"] if short or one >= _SHORT]
    if not lengths:
        return None
    name = contract_id + "".join(f"-{day}" for day in sorted(set(free)))
    if len(lengths) < len(terms["shift_minutes"]):
        name += "-long"
    terms["shift_minutes"] = lengths
    for key in ("bands", "elastic_bands"):
        told = [
            {**band, "weekdays": [day for day in band["weekdays"] if day not in free]}
            for band in terms.get(key) or ()
        ]
        terms[key] = [band for band in told if band["weekdays"]] or told[:1]
    if (parted := _split(terms, short=short) if split else None) is not None:
        name += "-split" if parted == terms["split"] else "-split-long"
    if "split" in terms:
        terms["split"] = parted
    return {**terms, "id": name}


def _split(terms: Mapping[str, Any], *, short: bool) -> dict[str, Any] | None:
    """Return what a contract tells of split days, with parts as long as somebody agrees to."""
    told = Terms.model_validate(terms).split
    if told is None:
        return None
    parts = told.part_minutes if short else max(told.part_minutes, _SHORT)
    found = {**terms["split"], "part_minutes": parts}
    return found if can_split(Terms.model_validate({**terms, "split": found})) else None
