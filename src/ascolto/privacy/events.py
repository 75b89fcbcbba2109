"""What the privacy room makes known."""

from dataclasses import dataclass
from typing import ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ViewedIndividual(Event):
    """Somebody looked at the data of one person."""

    kind: ClassVar[str] = "privacy.viewed_individual"
    view_id: str
    viewer_account_id: str
    subject_kind: str
    subject_id: str
    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class MonitoringChanged(Event):
    """An agreement on monitoring was concluded or ends at another date."""

    kind: ClassVar[str] = "privacy.monitoring_changed"
    agreement_id: str
    change: str
    fields: list[str]
    valid_from: str
    valid_to: str | None = None
