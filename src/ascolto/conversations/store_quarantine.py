"""Statements on what could not be placed, and the count that shows that nothing was lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that came in and could not be placed."""

    id: str
    client_id: str | None
    channel: str
    reason: str
    content: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """What came in during a time, and where each of it is now: the sides add up."""

    received: int
    handled: int
    waiting: int
    in_hand: int
    quarantined: int

    @property
    def balanced(self) -> bool:
        """Tell whether everything that came in is somewhere."""
        return self.received == self.handled + self.waiting + self.in_hand + self.quarantined


async def add_quarantine(
    tx: Tx,
    quarantine_id: str,
    *,
    client_id: str | None,
    channel: str,
    reason: str,
    content: dict[str, Any],
) -> None:
    """Keep what could not be placed."""
    await tx.execute(
        "INSERT INTO conversations.quarantine (tenant_id, id, client_id, channel, reason, content,"
        " at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.tenant_id, quarantine_id, client_id, channel, reason, content, tx.now,
    )  # fmt: skip


async def list_quarantine(tx: Tx, *, limit: int, after: str | None = None) -> list[Quarantined]:
    """Return what is set aside now, the oldest first, after an id."""
    rows = await tx.fetch(
        "SELECT id, client_id, channel, reason, content, at FROM conversations.quarantine"
        " WHERE tenant_id = $1 AND released_at IS NULL AND ($3::uuid IS NULL OR id > $3)"
        " ORDER BY id LIMIT $2",
        tx.tenant_id, limit, after,
    )  # fmt: skip
    return [Quarantined(**row) for row in rows]


async def release_quarantine(tx: Tx, quarantine_id: str) -> bool:
    """Note that something set aside was dealt with."""
    return await tx.execute(
        "UPDATE conversations.quarantine SET released_at = $3, released_by = $4"
        " WHERE tenant_id = $1 AND id = $2 AND released_at IS NULL",
        tx.tenant_id, quarantine_id, tx.now, tx.actor.as_json(),
    ) == 1  # fmt: skip


async def ledger(tx: Tx, *, since: datetime, until: datetime) -> Ledger:
    """Count what came in within [since, until) by the log, and where it is by the rows."""
    received = await tx.fetchval(
        "SELECT count(*) FROM kit.event WHERE tenant_id = $1 AND at >= $2 AND at < $3"
        " AND kind IN ('conversations.arrived', 'conversations.quarantined')",
        tx.tenant_id, since, until,
    )  # fmt: skip
    sides = await tx.fetch(
        "SELECT CASE WHEN state = 'closed' THEN 'handled'"
        " WHEN state IN ('open', 'waiting') THEN 'waiting' ELSE 'in_hand' END AS side,"
        " count(*) AS n FROM conversations.conversation"
        " WHERE tenant_id = $1 AND opened_at >= $2 AND opened_at < $3 GROUP BY 1",
        tx.tenant_id, since, until,
    )  # fmt: skip
    aside = await tx.fetchrow(
        "SELECT count(*) FILTER (WHERE released_at IS NULL) AS kept,"
        " count(released_at) AS released FROM conversations.quarantine"
        " WHERE tenant_id = $1 AND at >= $2 AND at < $3",
        tx.tenant_id, since, until,
    )  # fmt: skip
    count = {row["side"]: row["n"] for row in sides}
    kept, released = (aside["kept"], aside["released"]) if aside else (0, 0)
    return Ledger(
        received=received,
        handled=count.get("handled", 0) + released,
        waiting=count.get("waiting", 0),
        in_hand=count.get("in_hand", 0),
        quarantined=kept,
    )
