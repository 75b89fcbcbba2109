"""Every statement of insight: it reads the log and other rooms' rows, and writes nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.kit.db import Record, Tx


@dataclass(frozen=True, slots=True)
class Logged:
    """One event as insight reads it."""

    id: int
    at: datetime
    kind: str
    client_id: str | None
    body: Mapping[str, Any]


def _logged(row: Record) -> Logged:
    return Logged(row["id"], row["at"], row["kind"], row["client_id"], row["body"])


async def events_between(
    tx: Tx, *, since: datetime, until: datetime, kinds: Collection[str], limit: int
) -> list[Logged]:
    """Return the events of some kinds in a period, at most `limit` of them."""
    rows = await tx.fetch(
        "SELECT id, at, kind, client_id, body FROM kit.event"
        " WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND kind = ANY($4::text[])"
        " ORDER BY at, id LIMIT $5",
        tx.tenant_id, since, until, list(kinds), limit,
    )  # fmt: skip
    return [_logged(row) for row in rows]


async def first_event_at(tx: Tx, *, kind: str) -> datetime | None:
    """Return when something of a kind happened first."""
    found: datetime | None = await tx.fetchval(
        "SELECT min(at) FROM kit.event WHERE tenant_id = $1 AND kind = $2", tx.tenant_id, kind
    )
    return found


async def events_after(
    tx: Tx, *, since: datetime, place: tuple[int, int], kinds: Collection[str], limit: int
) -> list[tuple[tuple[int, int], Logged]]:
    """Return the events after a place of the stream and since a moment, below the horizon."""
    rows = await tx.fetch(
        "SELECT xid::text::bigint AS xid, id, at, kind, client_id, body FROM kit.event"
        " WHERE tenant_id = $1 AND at >= $2 AND (xid, id) > ($3::bigint::text::xid8, $4::bigint)"
        " AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND kind = ANY($5::text[])"
        " ORDER BY xid, id LIMIT $6",
        tx.tenant_id, since, *place, list(kinds), limit,
    )  # fmt: skip
    return [((row["xid"], row["id"]), _logged(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class KnownQueue:
    """A queue in use or out of it, with what it promised from which moment on."""

    id: str
    client_id: str
    name: str
    archived: bool
    targets: tuple[tuple[datetime, float, float], ...]

    def share_at(self, moment: datetime) -> float:
        """Return the share of answers in time that the queue promised at a moment."""
        begun = [share for since, _, share in self.targets if since <= moment]
        return begun[-1] if begun else self.targets[0][2]


async def list_queues(tx: Tx) -> list[KnownQueue]:
    """Return all queues in scope by name, also those out of use: their past is still measured."""
    promised: dict[str, list[tuple[datetime, float, float]]] = {}
    for row in await tx.fetch(
        "SELECT queue_id, valid_from, target_s, target_share FROM routing.queue_target"
        " WHERE tenant_id = $1 ORDER BY queue_id, valid_from",
        tx.tenant_id,
    ):
        step = (row["valid_from"], row["target_s"], row["target_share"])
        promised.setdefault(row["queue_id"], []).append(step)
    rows = await tx.fetch(
        "SELECT id, client_id, name, archived_at IS NOT NULL AS archived, target_s, target_share"
        " FROM routing.queue WHERE tenant_id = $1 ORDER BY lower(name), id",
        tx.tenant_id,
    )
    return [
        KnownQueue(
            id=row["id"],
            client_id=row["client_id"],
            name=row["name"],
            archived=row["archived"],
            targets=tuple(
                promised.get(row["id"], [(tx.now, row["target_s"], row["target_share"])])
            ),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class OpenThing:
    """A conversation that was open at a moment, and by when something was owed in it."""

    client_id: str
    queue_id: str
    channel: str
    opened_at: datetime
    due_at: datetime | None


async def open_at(tx: Tx, *, at: datetime, limit: int) -> list[OpenThing]:
    """Return what was open at a moment, at most `limit` of them, the oldest first.

    The first close or reopening after that moment tells how it was then; without one it is as now.
    Due is what is due first: a reply, or the resolution where the reply was given.
    """
    rows = await tx.fetch(
        "WITH later AS ("
        "  SELECT DISTINCT ON (body->>'conversation_id')"
        "         (body->>'conversation_id')::uuid AS id, kind"
        "    FROM kit.event WHERE tenant_id = $1 AND at > $2"
        "     AND kind IN ('conversations.closed', 'conversations.reopened')"
        "   ORDER BY body->>'conversation_id', at, id)"
        " SELECT c.client_id, coalesce(c.queue_id::text, '') AS queue_id, c.channel, c.opened_at,"
        "   coalesce(c.due_at, c.resolution_due_at) AS due_at"
        "  FROM conversations.conversation c LEFT JOIN later l ON l.id = c.id"
        " WHERE c.tenant_id = $1 AND c.opened_at <= $2"
        "   AND (c.state <> 'closed' OR l.id IS NOT NULL)"
        "   AND coalesce(l.kind = 'conversations.closed', c.state <> 'closed')"
        " ORDER BY c.opened_at, c.id LIMIT $3",
        tx.tenant_id, at, limit,
    )  # fmt: skip
    return [OpenThing(**row) for row in rows]


async def events_of_operator(
    tx: Tx, *, operator_id: str, since: datetime, until: datetime, kinds: Collection[str]
) -> list[Logged]:
    """Return all that happened to what an operator answered in a period, and his presence."""
    rows = await tx.fetch(
        "WITH mine AS ("
        "  SELECT DISTINCT body->>'work_item_id' AS work, body->>'conversation_id' AS talk"
        "    FROM kit.event WHERE tenant_id = $1 AND kind = 'routing.answered'"
        "     AND at >= $3 AND at < $4 AND body->>'operator_id' = $2)"
        " SELECT id, at, kind, client_id, body FROM kit.event e"
        "  WHERE tenant_id = $1 AND at >= $3 - interval '1 day' AND at < $4 + interval '1 day'"
        "    AND kind = ANY($5::text[])"
        "    AND (e.body->>'work_item_id' IN (SELECT work FROM mine)"
        "      OR e.body->>'conversation_id' IN (SELECT talk FROM mine)"
        "      OR (kind = 'routing.presence_changed' AND e.body->>'operator_id' = $2))"
        "  ORDER BY at, id",
        tx.tenant_id, operator_id, since, until, list(kinds),
    )  # fmt: skip
    return [_logged(row) for row in rows]


async def presence_of(tx: Tx, operator_id: str) -> Record | None:
    """Return an operator's state, since when, and how much work is in their hands."""
    return await tx.fetchrow(
        "SELECT p.state, p.since, p.break_due_at,"
        "   (SELECT count(*) FROM routing.work_item w WHERE w.tenant_id = $1"
        "     AND w.operator_id = $2 AND w.ended_at IS NULL"
        "     AND w.state IN ('active', 'wrapup')) AS active"
        "  FROM routing.presence p WHERE p.tenant_id = $1 AND p.operator_id = $2",
        tx.tenant_id, operator_id,
    )  # fmt: skip


async def people_by_team(tx: Tx) -> list[Record]:
    """Return, by the clients one works for and team, how many there are, are here, doing what."""
    return await tx.fetch(
        "WITH load AS ("
        "  SELECT operator_id, count(*) AS n FROM routing.work_item"
        "   WHERE tenant_id = $1 AND ended_at IS NULL AND state IN ('active', 'wrapup')"
        "   GROUP BY operator_id),"
        " served AS ("
        "  SELECT operator_id, array_agg(client_id ORDER BY client_id) AS clients"
        "    FROM people.operator_client WHERE tenant_id = $1 AND valid_to IS NULL"
        "   GROUP BY operator_id)"
        " SELECT s.clients, coalesce(t.name, '') AS team, count(*) AS n,"
        "   count(*) FILTER (WHERE p.state IN ('available', 'busy')) AS present,"
        "   count(*) FILTER (WHERE p.state = 'available' AND l.n IS NULL) AS available,"
        "   count(*) FILTER (WHERE p.state = 'break') AS on_break,"
        "   count(*) FILTER (WHERE p.state IN ('available', 'busy', 'break')"
        "     AND coalesce(p.place, o.place) = 'home') AS at_home"
        "  FROM people.operator o"
        "  JOIN served s ON s.operator_id = o.id"
        "  LEFT JOIN people.team t ON t.tenant_id = $1 AND t.id = o.team_id"
        "  LEFT JOIN routing.presence p ON p.tenant_id = $1 AND p.operator_id = o.id"
        "  LEFT JOIN load l ON l.operator_id = o.id"
        " WHERE o.tenant_id = $1 AND o.archived_at IS NULL"
        " GROUP BY s.clients, t.name ORDER BY s.clients, t.name",
        tx.tenant_id,
    )
