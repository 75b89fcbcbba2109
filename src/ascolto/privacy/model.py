"""What may be seen of a single worker, and when. Pure.

Art. 4 of law 300/1970 as the labour inspectorate reads it for contact centres: the router may use
a person's state, people may not see it, unless an agreement with the unions says which fields,
from when and until when. One's own data is always one's own to see.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ascolto.tenancy import declare
from ascolto.tenancy.settings import whole_number

MINIMUM_GROUP = declare(
    "privacy.minimum_group",
    default=5,
    parse=whole_number(least=5, most=100),
    meaning="Figures of fewer people than this are never shown on their own.",
)


class MonitoredField(StrEnum):
    """What could be shown of one person: an agreement unlocks these one by one."""

    STATE = "state"
    STATE_SINCE = "state_since"
    BREAKS = "breaks"
    ACTIVE_WORK = "active_work"
    HANDLED = "handled"
    HANDLE_TIME = "handle_time"
    WRAP_UP_TIME = "wrap_up_time"
    OCCUPANCY = "occupancy"
    MISSED_OFFERS = "missed_offers"
    ADHERENCE = "adherence"
    SURVEYS = "surveys"


class ModeKind(StrEnum):
    """How people are seen by others at a moment."""

    AGGREGATE = "aggregate"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A collective agreement or permit: its fields may be seen while it holds."""

    id: str
    title: str
    reference: str
    document_name: str
    document_sha256: str
    fields: frozenset[str]
    valid_from: datetime
    valid_to: datetime | None
    created_at: datetime

    def holds(self, at: datetime) -> bool:
        """Tell whether the agreement is in force at a moment."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class MonitoringMode:
    """Every agreement of an organisation; with none in force people are seen in aggregate."""

    agreements: tuple[Agreement, ...] = ()

    def kind(self, at: datetime) -> ModeKind:
        """Return how people are seen at a moment."""
        return ModeKind.AGREEMENT if visible_fields(self, at) else ModeKind.AGGREGATE


def visible_fields(mode: MonitoringMode, at: datetime) -> frozenset[str]:
    """Return the fields of a single person that others may see at a moment."""
    return frozenset().union(*(a.fields for a in mode.agreements if a.holds(at)))


def is_visible(mode: MonitoringMode, at: datetime, field: str, *, own: bool = False) -> bool:
    """Tell whether a field of a person may be seen: one's own always, others' by agreement."""
    return own or field in visible_fields(mode, at)


@dataclass(frozen=True, slots=True)
class View:
    """One look at one person: who looked, at whom, at what, why, when."""

    id: str
    at: datetime
    viewer_account_id: str
    viewer_name: str
    subject_kind: str
    subject_id: str
    what: str
    why: str
