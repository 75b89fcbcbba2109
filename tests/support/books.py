"""The books after a storm: what must hold in the database whatever was killed meanwhile."""

from collections import Counter
from dataclasses import dataclass

from ascolto.kit.db import SYSTEM, Database

_LETS_GO = {"routing.offer_expired", "routing.offer_declined"}
_ENDS = {"routing.wrap_ended", "routing.abandoned", "routing.cancelled"}


@dataclass(frozen=True)
class Settled:
    """How the ledger stands: every conversation is counted once on the right side."""

    received: int
    handled: int
    waiting: int
    in_hand: int
    quarantined: int


async def settle(database: Database) -> Settled:
    """Check every invariant of every organisation and return the sums; raises AssertionError."""
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT id FROM tenancy.list_tenant_ids() AS t(id)")
    total: Counter[str] = Counter()
    for row in rows:
        total += await _settle_one(database, row["id"])
    sums = Settled(
        *(total[k] for k in ("received", "handled", "waiting", "in_hand", "quarantined"))
    )
    assert sums.received == sums.handled + sums.waiting + sums.in_hand + sums.quarantined, sums
    return sums


async def _settle_one(database: Database, tenant_id: str) -> Counter[str]:
    async with database.transaction(tenant_id, actor=SYSTEM, isolation="repeatable read") as tx:
        holes = await tx.fetch(
            """
            SELECT c.id FROM conversations.conversation c
              LEFT JOIN conversations.message m
                ON m.tenant_id = c.tenant_id AND m.conversation_id = c.id
             GROUP BY c.id, c.last_seq
            HAVING count(m.id) <> c.last_seq OR coalesce(max(m.seq), 0) <> c.last_seq
            """
        )
        assert not holes, f"{len(holes)} threads have holes in their numbers"
        disordered = await tx.fetchval(
            "SELECT count(*) FROM (SELECT at < lag(at) OVER (PARTITION BY conversation_id"
            " ORDER BY seq) AS back FROM conversations.message WHERE kind = 'message') x WHERE back"
        )
        assert disordered == 0, f"{disordered} messages stand before an earlier one"
        strays = await tx.fetchval(
            """
            SELECT count(*) FROM conversations.conversation c
              JOIN routing.work_item w ON w.id = c.work_item_id
             WHERE (c.state = 'waiting') <> (w.state IN ('waiting', 'offered'))
                OR (c.state = 'active') <> (w.state = 'active')
                OR (c.state IN ('active', 'wrapup')
                    AND c.operator_id IS DISTINCT FROM w.operator_id)
            """
        )
        assert strays == 0, f"{strays} conversations disagree with their work"
        orphans = await tx.fetchval(
            """
            SELECT count(*) FROM routing.work_item w
             WHERE w.state IN ('waiting', 'offered', 'active', 'wrapup')
               AND NOT EXISTS (SELECT 1 FROM conversations.conversation c
                                WHERE c.id = w.ref AND c.work_item_id = w.id)
            """
        )
        assert orphans == 0, f"{orphans} pieces of work belong to nothing"
        events = await tx.fetch(
            "SELECT kind, body FROM kit.event WHERE kind LIKE 'routing.%' ORDER BY xid, id"
        )
        _nobody_shares_work([(row["kind"], row["body"]) for row in events])
        states = await tx.fetch(
            "SELECT CASE WHEN state = 'closed' THEN 'handled'"
            " WHEN state IN ('open', 'waiting') THEN 'waiting' ELSE 'in_hand' END AS side,"
            " count(*) AS n FROM conversations.conversation GROUP BY 1"
        )
        sums = Counter({row["side"]: row["n"] for row in states})
        aside = await tx.fetch(
            "SELECT count(*) FILTER (WHERE released_at IS NULL) AS kept,"
            " count(released_at) AS let_go FROM conversations.quarantine"
        )
        sums["quarantined"] = aside[0]["kept"]
        sums["handled"] += aside[0]["let_go"]
        # From what was told, not from the same rows: the two sides must not agree by themselves.
        sums["received"] = await tx.fetchval(
            "SELECT count(*) FROM kit.event"
            " WHERE kind IN ('conversations.arrived', 'conversations.quarantined')"
        )
    return sums


async def stored_nonces(database: Database) -> set[str]:
    """Return the nonces of all that people have written, of every organisation."""
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT id FROM tenancy.list_tenant_ids() AS t(id)")
    found: set[str] = set()
    for row in rows:
        async with database.transaction(row["id"], actor=SYSTEM) as tx:
            nonces = await tx.fetch(
                "SELECT nonce FROM conversations.message"
                " WHERE author_kind IN ('customer', 'operator') AND kind = 'message'"
            )
            assert all(nonce["nonce"] for nonce in nonces)
            assert len({nonce["nonce"] for nonce in nonces}) == len(nonces)
            found |= {nonce["nonce"] for nonce in nonces}
    return found


def _nobody_shares_work(events: list[tuple[str, dict[str, str]]]) -> None:
    """Replay the log: a piece of work is with one operator at a time, and ends once."""
    holder: dict[str, str | None] = {}
    ended: set[str] = set()
    for kind, body in events:
        item = body.get("work_item_id")
        if item is None:
            continue
        who = body.get("operator_id")
        assert item not in ended, f"{kind} after the end of {item}"
        if kind == "routing.offered":
            assert holder.get(item) is None, f"{item} offered to {who}, held by {holder[item]}"
            holder[item] = who
        elif kind == "routing.answered":
            assert holder.get(item) == who, f"{item} answered by {who}, held by {holder.get(item)}"
        elif kind in _LETS_GO:
            assert holder.get(item) == who, f"{item} let go by {who}, held by {holder.get(item)}"
            holder[item] = None
        elif kind in {"routing.requeued", "routing.transferred", "routing.overflowed"}:
            holder[item] = None
        elif kind in _ENDS:
            ended.add(item)
