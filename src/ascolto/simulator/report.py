"""What a run has done, as a table for people and JSON for programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from ascolto.simulator.ledger import Audit


@dataclass(slots=True)
class SimulatorReport:
    """The figures of one run; waits are seconds of life (clock time × speed)."""

    scenario: str
    speed: float = 1.0
    clock_s: float = 0.0
    operators: int = 0
    customers: int = 0
    started: int = 0
    refused: int = 0
    sent: int = 0
    accepted: int = 0
    answered: int = 0
    abandoned: int = 0
    silent: int = 0
    closed: int = 0
    surveyed: int = 0
    offers: int = 0
    offers_taken: int = 0
    offers_gone: int = 0
    reconnects: int = 0
    redials: int = 0
    repeats: int = 0
    transfers: int = 0
    no_replies: int = 0
    with_reason: int = 0
    drop_outs: int = 0
    absent: int = 0
    no_shows: int = 0
    late: int = 0
    waits_s: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    audit: Audit = field(default_factory=Audit)
    nonces: set[str] = field(default_factory=set, repr=False)  # of all that was ever sent

    def document(self) -> dict[str, Any]:
        """Return the JSON shape."""
        return {
            "scenario": self.scenario,
            "speed": self.speed,
            "clock_s": round(self.clock_s, 1),
            "operators": self.operators,
            "customers": self.customers,
            "conversations": {"started": self.started, "refused": self.refused},
            "messages": {
                "sent": self.sent,
                "accepted": self.accepted,
                "stored": self.audit.stored,
                "missing": self.audit.missing,
                "doubled": self.audit.doubled,
                "altered": self.audit.altered,
                "out_of_order": self.audit.out_of_order,
            },
            "answered": self.answered,
            "abandoned": self.abandoned,
            "silent": self.silent,
            "closed": self.closed,
            "surveyed": self.surveyed,
            "offers": {
                "made": self.offers,
                "taken": self.offers_taken,
                "gone": self.offers_gone,
            },
            "reconnects": self.reconnects,
            "redials": self.redials,
            "repeats": self.repeats,
            "transfers": self.transfers,
            "no_replies": self.no_replies,
            "with_reason": self.with_reason,
            "staff": {
                "absent": self.absent,
                "no_shows": self.no_shows,
                "late": self.late,
                "drop_outs": self.drop_outs,
            },
            "waits_s": spread(self.waits_s),
            "errors": dict(self.errors.most_common()),
            "clean": self.audit.clean,
        }

    def table(self) -> str:
        """Return the lines shown at the end of a run."""
        lines = [
            ("scenario", f"{self.scenario} at {self.speed:g}x, {self.clock_s:.0f} s by the clock"),
            ("people", f"{self.customers} customers, {self.operators} operators"),
            ("conversations", f"{self.started} started, {self.answered} answered"),
            ("left", f"{self.abandoned} abandoned, {self.silent} of them without a sign"),
            (
                "came again",
                f"{self.redials} after leaving, {self.repeats} with the same matter",
            ),
            (
                "ended",
                (
                    f"{self.closed} closed, {self.with_reason} with a reason,"
                    f" {self.no_replies} without a reply, {self.transfers} handed on"
                ),
            ),
            (
                "messages",
                (
                    f"{self.sent} sent, {self.accepted} accepted; of the {self.audit.accepted} in"
                    f" conversations begun here {self.audit.stored} stored"
                ),
            ),
            (
                "staff",
                (
                    f"{self.absent} absent, {self.no_shows} did not come, {self.late} late,"
                    f" {self.drop_outs} lines dropped"
                ),
            ),
            ("offers", f"{self.offers} made, {self.offers_taken} taken, {self.offers_gone} gone"),
            ("wait", _words(self.waits_s)),
            ("ledger", "balanced" if self.audit.clean else f"NOT BALANCED: {self.audit}"),
            ("errors", ", ".join(f"{k} x{n}" for k, n in self.errors.most_common()) or "none"),
        ]
        return "\n".join(f"{name:<14} {text}" for name, text in lines)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return n, p50, p90, p99 and the longest of some values (nearest rank)."""
    if not values:
        return {"n": 0}
    ordered = sorted(values)

    def rank(share: float) -> float:
        return round(ordered[max(1, ceil(share * len(ordered))) - 1], 4)

    return {
        "n": len(ordered),
        "p50": rank(0.5),
        "p90": rank(0.9),
        "p99": rank(0.99),
        "longest": round(ordered[-1], 4),
    }


def _words(values: Sequence[float]) -> str:
    found = spread(values)
    if not found["n"]:
        return "nobody was answered"
    return f"p50 {found['p50']:.0f} s, p90 {found['p90']:.0f} s, longest {found['longest']:.0f} s"
