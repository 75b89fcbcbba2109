"""What a client's contract says about its service level: a formula by id and version.

One rule for the wait that counts as in time, and for the share that is promised: what the contract
says; where it says nothing, what the queue promised at the moment of the request.
"""

from dataclasses import dataclass
from typing import Any

from ascolto.insight.formulas import Formula, formula
from ascolto.insight.model import CAUSES, CUSTOMER_CAUSES, Counting
from ascolto.tenancy.settings import BadValue, declare

LONGEST_WAIT_S = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """The formula a client is measured by, what it counts, and the target it promises.

    `threshold_s` and `target` None leave the wait and the share to each queue.
    """

    formula_id: str
    version: int
    threshold_s: float | None = None
    short_s: float = 5.0
    internal_transfers: bool = False
    causes: frozenset[str] = CUSTOMER_CAUSES
    target: float | None = None

    @property
    def formula(self) -> Formula:
        """Return the named formula; `read_terms` has made sure that it exists."""
        found = formula(self.formula_id, self.version)
        if found is None:
            raise LookupError(f"{self.formula_id} version {self.version}")
        return found

    def counting(self, queue_target_s: float) -> Counting:
        """Return what is counted for a queue that promises an answer within some seconds."""
        return Counting(
            threshold_s=queue_target_s if self.threshold_s is None else self.threshold_s,
            short_s=self.short_s,
            internal_transfers=self.internal_transfers,
            causes=self.causes,
        )

    def target_of(self, queue_share: float) -> float:
        """Return the promised share for a queue that promises one of its own."""
        return queue_share if self.target is None else self.target

    def document(self) -> dict[str, Any]:
        """Return the JSON shape that is stored and shown."""
        return {
            "formula": self.formula_id,
            "version": self.version,
            "threshold_s": self.threshold_s,
            "short_s": self.short_s,
            "internal_transfers": self.internal_transfers,
            "causes": sorted(self.causes),
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
    threshold = value.get("threshold_s")
    return Terms(
        name,
        version,
        threshold_s=None if threshold is None else _seconds(threshold),
        short_s=_seconds(value.get("short_s", 5)),
        internal_transfers=internal,
        causes=_causes(value.get("causes", sorted(CUSTOMER_CAUSES))),
        target=_target(value.get("target")),
    )


def _seconds(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_WAIT_S:
        raise BadValue("seconds from 0 to a day")
    return float(value)


def _target(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise BadValue("a target above 0 and at most 1, or null for each queue's own")
    return float(value)


def _causes(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadValue("a list of causes of requests")
    if not value or not CAUSES.issuperset(value):
        raise BadValue("one or more causes out of " + ", ".join(sorted(CAUSES)))
    return frozenset(value)


DEFAULT_TERMS = Terms("sl_strict", 1)

SERVICE_LEVEL = declare(
    "insight.service_level",
    default=DEFAULT_TERMS,
    parse=read_terms,
    meaning=(
        "The formula, thresholds and target by which a client's service level is measured;"
        " threshold_s and target null leave them to each queue."
    ),
)
