"""Durable subscribers: work that must follow an event, at least once, in order.

A subscriber is a function (tx, event). Its cursor moves in the same transaction as its work, so
what it writes in our database happens exactly once however often a node dies. Several nodes may
run the same subscriber: the row of its cursor lets one of them through.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import asyncpg
import structlog

from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.outbox import StoredEvent
from ascolto.kit.relay import Relay, event_of
from ascolto.kit.tasks import end

_BATCH = 500
_POLL_S = 1.0
_REST_S = 30.0
_ATTEMPTS = 5

log = structlog.get_logger(__name__)

Handler = Callable[[Tx, StoredEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A name (its cursor's key), the kinds of event it wants, and what it does with one."""

    name: str
    kinds: tuple[str, ...]
    handler: Handler


class Rests:
    """Tells, twice a minute, that it is time to step over what somebody does not want.

    Whoever waits for what is rare would else read all that happened since at every look.
    """

    def __init__(self) -> None:
        """Let the first look step over."""
        self._since: dict[str, float] = {}

    def due(self, name: str) -> bool:
        """Tell whether it is time for the follower of this name."""
        now = asyncio.get_running_loop().time()
        due = now - self._since.get(name, now - _REST_S) >= _REST_S
        if due:
            self._since[name] = now
        return due


@dataclass
class Subscribers:
    """Every subscriber of the process, run as one task each."""

    db: Database
    relay: Relay
    table: Sequence[Subscriber]
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _bells: dict[str, list[asyncio.Event]] = field(default_factory=dict)
    _rests: Rests = field(default_factory=Rests)

    async def start(self) -> None:
        """Begin where each subscriber stopped; a new one begins with the next event."""
        for subscriber in self.table:
            bell = asyncio.Event()
            for kind in subscriber.kinds:
                self._bells.setdefault(kind, []).append(bell)
            self._tasks.append(
                asyncio.create_task(self._run(subscriber, bell), name=f"hear {subscriber.name}")
            )
        self.relay.add_event_listener(self._ring)

    async def stop(self) -> None:
        """Stop all; what was under way is rolled back and comes again."""
        await end(*self._tasks)

    def _ring(self, event: StoredEvent) -> None:
        for bell in self._bells.get(event.kind, ()):
            bell.set()

    async def _run(self, subscriber: Subscriber, bell: asyncio.Event) -> None:
        attempts = 0
        while True:
            bell.clear()
            try:
                while await self._batch(subscriber):
                    attempts = 0
                attempts = 0
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), timeout=_POLL_S)
            except asyncio.CancelledError:
                raise
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("subscriber.waits", name=subscriber.name, error=type(error).__name__)
                await asyncio.sleep(min(0.1 * 2 ** min(attempts, 5), 2))
                attempts += 1

    async def _batch(self, subscriber: Subscriber) -> bool:
        """Handle the events after the cursor; tell whether there may be more."""
        async with self.db.connection() as connection:
            place = await place_of(connection, subscriber.name)
            resting = self._rests.due(subscriber.name)
            horizon = await connection.fetchval("SELECT kit.stream_horizon()") if resting else 0
            events = await read_batch(connection, place, subscriber.kinds, limit=_BATCH)
            if resting and not events and horizon > place[0]:
                await move_place(connection, subscriber.name, place, (horizon, 0))
        for event in events:
            if not await self._one(subscriber, event, place):
                return True  # another node moved the cursor: look again
            place = (event.xid, event.id)
        return len(events) == _BATCH

    async def _one(
        self, subscriber: Subscriber, event: StoredEvent, place: tuple[int, int]
    ) -> bool:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.db.transaction(event.tenant_id, actor=SYSTEM) as tx:
                    if not await _advance(tx, subscriber.name, place, event):
                        return False
                    await subscriber.handler(tx, event)
                return True
            except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
                raise
            except Exception as error:
                if attempt < _ATTEMPTS:
                    await asyncio.sleep(0.05 * 2**attempt)
                    continue
                log.exception("subscriber.gave_up", name=subscriber.name, kind=event.kind)
                return await self._put_aside(subscriber, event, place, error)
        return True

    async def _put_aside(
        self, subscriber: Subscriber, event: StoredEvent, place: tuple[int, int], error: Exception
    ) -> bool:
        async with self.db.transaction(event.tenant_id, actor=SYSTEM) as tx:
            if not await _advance(tx, subscriber.name, place, event):
                return False
            await tx.execute(
                "INSERT INTO kit.subscriber_failure (tenant_id, id, subscriber, at, error)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                event.tenant_id,
                event.id,
                subscriber.name,
                tx.now,
                f"{type(error).__name__}: {error}"[:2_000],
            )
        return True


async def place_of(connection: asyncpg.Connection, name: str) -> tuple[int, int]:
    """Return how far a subscriber has heard; a new one begins with the next event."""
    row = await connection.fetchrow("SELECT xid, id FROM kit.subscriber WHERE name = $1", name)
    if row is None:
        await connection.execute(
            "INSERT INTO kit.subscriber (name, xid, id) VALUES ($1, kit.stream_horizon(), 0)"
            " ON CONFLICT DO NOTHING",
            name,
        )
        return await place_of(connection, name)
    return row["xid"], row["id"]


async def read_batch(
    connection: asyncpg.Connection, place: tuple[int, int], kinds: Sequence[str], *, limit: int
) -> list[StoredEvent]:
    """Return the events of some kinds after a place, for those who handle many at once."""
    rows = await connection.fetch(
        "SELECT * FROM kit.read_events($1, $2, $3, $4)", *place, list(kinds), limit
    )
    return [event_of(row) for row in rows]


async def move_place(
    connection: asyncpg.Connection, name: str, place: tuple[int, int], to: tuple[int, int]
) -> bool:
    """Move a subscriber's place; False when another node has moved it already."""
    tag = await connection.execute(
        "UPDATE kit.subscriber SET xid = $4, id = $5 WHERE name = $1 AND xid = $2 AND id = $3",
        name,
        *place,
        *to,
    )
    return bool(tag == "UPDATE 1")


async def _advance(tx: Tx, name: str, place: tuple[int, int], event: StoredEvent) -> bool:
    moved = await tx.execute(
        "UPDATE kit.subscriber SET xid = $4, id = $5 WHERE name = $1 AND xid = $2 AND id = $3",
        name,
        *place,
        event.xid,
        event.id,
    )
    return moved == 1
