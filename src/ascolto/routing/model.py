"""Routing's nouns as they lie in the database, and their reading for the engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ascolto.routing import engine


class WorkState(StrEnum):
    """Where a piece of work stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    WRAPUP = "wrapup"
    DONE = "done"
    CANCELLED = "cancelled"


LIVE = (WorkState.WAITING, WorkState.OFFERED, WorkState.ACTIVE, WorkState.WRAPUP)


class PresenceState(StrEnum):
    """What an operator is doing, as far as offers are concerned."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    BREAK = "break"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue: whose it is, which channel it serves, its promise and its rules."""

    id: str
    client_id: str
    name: str
    channel: str
    priority: int
    rings: list[dict[str, Any]]
    offer_timeout_s: float
    target_s: float
    target_share: float
    long_work_s: float
    wrap_up_s: float
    overflow_queue_id: str | None
    overflow_after_s: float | None
    calendar_id: str | None
    eu_only: bool
    message: str
    v: int

    def policy(self) -> engine.QueuePolicy:
        """Return the queue as the engine reads it."""
        return engine.QueuePolicy(
            id=self.id,
            client_id=self.client_id,
            channel=self.channel,
            priority=self.priority,
            rings=tuple(
                engine.Ring(float(ring["after_s"]), needs_of(ring["needs"])) for ring in self.rings
            ),
            offer_timeout_s=self.offer_timeout_s,
            target_s=self.target_s,
            overflow_queue_id=self.overflow_queue_id,
            overflow_after_s=self.overflow_after_s,
            long_work_s=self.long_work_s,
            eu_only=self.eu_only,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """A piece of work: opaque to routing but for what decides who can take it."""

    id: str
    client_id: str
    queue_id: str
    channel: str
    ref: str
    card: dict[str, Any]
    state: WorkState
    priority: int | None
    due_at: datetime | None
    needs: list[list[Any]]
    language: str | None
    eu_only: bool
    preferred_operator: str | None
    preferred_until: datetime | None
    excluded: list[str]
    barred: list[str]
    to_head: bool
    operator_id: str | None
    offer_expires_at: datetime | None
    enqueued_at: datetime
    answered_at: datetime | None
    estimated_wait_s: float | None
    v: int

    def as_asked(self) -> dict[str, Any]:
        """Return what new work asks for, as an event carries it; `translate.asked` reads it."""
        return {
            "v": self.v,
            "enqueued_at": self.enqueued_at.timestamp(),
            "priority": self.priority,
            "due_at": self.due_at.timestamp() if self.due_at else None,
            "needs": self.needs,
            "language": self.language,
            "preferred_operator": self.preferred_operator,
            "preferred_until": self.preferred_until.timestamp() if self.preferred_until else None,
            "eu_only": self.eu_only,
            "barred": self.barred,
        }

    def for_engine(self) -> engine.WorkItem:
        """Return the work as the engine reads it."""
        return engine.WorkItem(
            id=self.id,
            client_id=self.client_id,
            queue_id=self.queue_id,
            channel=self.channel,
            enqueued_at=self.enqueued_at.timestamp(),
            priority=self.priority,
            due_at=self.due_at.timestamp() if self.due_at else None,
            needs=needs_of(self.needs),
            language=self.language,
            preferred_operator=self.preferred_operator,
            preferred_until=self.preferred_until.timestamp() if self.preferred_until else None,
            excluded=frozenset(self.excluded),
            barred=frozenset(self.barred),
            eu_only=self.eu_only,
            to_head=self.to_head,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """An operator's state and since when, and where the session is.

    `country` is what the session told (`country_told`), else what the operator's record says.
    """

    operator_id: str
    state: PresenceState
    since: datetime
    place: str | None
    country: str | None
    country_told: bool
    reason: str | None
    break_due_at: datetime | None
    v: int

    @property
    def told_country(self) -> str | None:
        """Return the country that the session itself has told."""
        return self.country if self.country_told else None

    def as_json(self) -> dict[str, Any]:
        """Return the wire shape of frames and snapshots."""
        return {
            "operator_id": self.operator_id,
            "state": self.state,
            "since": self.since.isoformat(),
            "place": self.place,
            "country": self.country,
            "reason": self.reason,
            "break_due_at": self.break_due_at.isoformat() if self.break_due_at else None,
            "v": self.v,
        }


def needs_of(pairs: list[list[Any]]) -> tuple[engine.SkillNeed, ...]:
    """Read [["code", level], …] as the engine's skill needs."""
    return tuple(engine.SkillNeed(str(code), int(level)) for code, level in pairs)


PlannedBreak = tuple[datetime, timedelta]
"""When a break of the roster begins, and how long it lasts."""


@dataclass(frozen=True, slots=True)
class BreakDue:
    """When somebody's next break is due, by their own word or by the roster.

    Those planned up to `taken_to` were taken with the last pause. At `held_at` it was due, and
    the person had work in hand and could not go.
    """

    operator_id: str
    due_at: datetime | None
    by_hand: bool
    taken_to: datetime | None
    held_at: datetime | None = None

    def after(
        self, planned: Iterable[PlannedBreak], *, at: datetime, patience: timedelta
    ) -> datetime | None:
        """Return when it is due at a moment, by what is planned.

        One's own word stands until it is forgotten. A break of the roster ends with its own
        length, from when the hands were free: whoever does not go then does not want it, and is
        kept from no long work. What has been taken, early or not, is not due again.
        """
        if self.by_hand and self.due_at is not None and at < self.due_at + patience:
            return self.due_at
        for begins, length in sorted(planned):
            free_at = begins if self.held_at is None else max(begins, self.held_at)
            taken = self.taken_to is not None and begins <= self.taken_to
            if not taken and at < min(free_at + length, begins + patience):
                return begins
        return None
