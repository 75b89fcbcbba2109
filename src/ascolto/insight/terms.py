"""What a client's contract says about its service level: a formula by id and version."""

from dataclasses import dataclass
from typing import Any

from ascolto.insight.formulas import Formula, formula
from ascolto.insight.model import Counting
from ascolto.tenancy.settings import BadValue, declare

LONGEST_WAIT_S = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """The formula a client is measured by, what it counts, and the target it promises."""

    formula_id: str
    version: int
    counting: Counting
    target: float

    @property
    def formula(self) -> Formula:
        """Return the named formula; `read_terms` has made sure that it exists."""
        found = formula(self.formula_id, self.version)
        if found is None:
            raise LookupError(f"{self.formula_id} version {self.version}")
        return found

    def document(self) -> dict[str, Any]:
        """Return the JSON shape that is stored and shown."""
        return {
            "formula": self.formula_id,
            "version": self.version,
            "threshold_s": self.counting.threshold_s,
            "short_s": self.counting.short_s,
            "internal_transfers": self.counting.internal_transfers,
            "target": self.target,
        }


def read_terms(value: Any) -> Terms:
    """Read the JSON shape, or raise BadValue with what it should be."""
    if not isinstance(value, dict):
        raise BadValue("an object with formula, version, threshold_s, short_s and target")
    name, version = value.get("formula"), value.get("version", 1)
    if not isinstance(name, str) or not isinstance(version, int):
        raise BadValue("a formula id and a whole version")
    if formula(name, version) is None:
        raise BadValue("a formula id and version of the metric dictionary")
    internal = value.get("internal_transfers", False)
    if not isinstance(internal, bool):
        raise BadValue("true or false for internal_transfers")
    counting = Counting(
        threshold_s=_seconds(value.get("threshold_s", 20)),
        short_s=_seconds(value.get("short_s", 5)),
        internal_transfers=internal,
    )
    target = value.get("target", 0.8)
    if isinstance(target, bool) or not isinstance(target, int | float) or not 0 < target <= 1:
        raise BadValue("a target above 0 and at most 1")
    return Terms(name, version, counting, float(target))


def _seconds(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_WAIT_S:
        raise BadValue("seconds from 0 to a day")
    return float(value)


DEFAULT_TERMS = Terms("sl_strict", 1, Counting(threshold_s=60, short_s=5), 0.8)

SERVICE_LEVEL = declare(
    "insight.service_level",
    default=DEFAULT_TERMS,
    parse=read_terms,
    meaning="The formula, thresholds and target by which a client's service level is measured.",
)
