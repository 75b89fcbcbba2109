"""The relay: one reader per process of the one ordered stream of events and frames.

Order is (xid, id) below the oldest transaction still open, so every node reads the same
sequence and no late commit can slip in behind the cursor. A doorbell wakes the reader: a local
one after each commit, and one coalesced NOTIFY for the other nodes, if there are any. NOTIFY
stays outside business transactions because it would serialise their commits.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import structlog

from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.outbox import StoredEvent, StoredFrame
from ascolto.kit.tasks import end

CHANNEL = "ascolto"
EPHEMERAL_CHANNEL = "ascolto_live"
_COALESCE_S = 0.001
_POLL_S = 1.0
_BATCH = 2_000
_PENDING_RETRY_S = 0.002
# Every node rings once a second whatever happens; whoever rang lately is there to be rung for.
_ALONE_AFTER_S = 5.0

log = structlog.get_logger(__name__)

EventListener = Callable[[StoredEvent], None]
FrameListener = Callable[[StoredFrame], None]
EphemeralListener = Callable[[str], None]


class Relay:
    """Reads the stream and hands each event and frame to those who asked, in order."""

    def __init__(self, db: Database, *, node_id: str | None = None) -> None:
        """Prepare a relay on a database; `start` begins to read."""
        self._db = db
        self.node_id = node_id or new_id()
        self.position: tuple[int, int] = (0, 0)
        self._events: list[EventListener] = []
        self._frames: list[FrameListener] = []
        self._ephemeral: list[EphemeralListener] = []
        self._bell = asyncio.Event()
        self._rung_here = False
        self._company_until = 0.0
        self._rang_at = -math.inf
        self._task: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None
        self._ready = asyncio.Event()
        self._deaf_since: float | None = None
        self._turned = asyncio.Condition()
        db.on_commit(self.doorbell)

    def add_event_listener(self, listener: EventListener) -> None:
        """Hear every event of every tenant, in order; the listener must not block."""
        self._events.append(listener)

    def add_frame_listener(self, listener: FrameListener) -> None:
        """Hear every frame of every tenant, in order; the listener must not block."""
        self._frames.append(listener)

    def add_ephemeral_listener(self, listener: EphemeralListener) -> None:
        """Hear what passes without being stored (typing, viewing), as the text that was sent."""
        self._ephemeral.append(listener)

    def doorbell(self) -> None:
        """Say that something was committed here."""
        self._rung_here = True
        self._bell.set()

    async def send_ephemeral(self, payload: str) -> None:
        """Pass a text of at most 7,900 bytes to every node, this one included, unstored."""
        if len(payload.encode()) > 7_900:
            raise ValueError("an ephemeral payload must fit one notification")
        async with self._db.connection() as connection:
            await connection.execute("SELECT pg_notify($1, $2)", EPHEMERAL_CHANNEL, payload)

    async def start(self) -> None:
        """Begin to read from the present end of the stream."""
        await self._connect(from_now=True)
        self._task = asyncio.create_task(self._run(), name="relay")

    def deaf_s(self) -> float:
        """Return for how many seconds every attempt to read has failed; 0 if the last did not."""
        return 0.0 if self._deaf_since is None else time.monotonic() - self._deaf_since

    async def stop(self) -> None:
        """Stop reading."""
        if self._task:
            await end(self._task)
        if self._connection and not self._connection.is_closed():
            await self._connection.close(timeout=2)

    async def _connect(self, *, from_now: bool) -> None:
        self._connection = await self._db.dedicated()
        await self._connection.add_listener(CHANNEL, self._heard)
        await self._connection.add_listener(EPHEMERAL_CHANNEL, self._heard_ephemeral)
        if from_now:
            horizon = await self._connection.fetchval("SELECT kit.stream_horizon()")
            self.position = (int(horizon), 0)
        self._ready.set()

    def _heard(self, *args: Any) -> None:
        if args[-1] != self.node_id:
            now = time.monotonic()
            if now >= self._company_until:
                self._rang_at = -math.inf  # a newcomer shall know of us at once
            self._company_until = now + _ALONE_AFTER_S
            self._bell.set()

    def _heard_ephemeral(self, *args: Any) -> None:
        for listener in self._ephemeral:
            listener(args[-1])

    async def _run(self) -> None:
        pause = 0.05
        while True:
            try:
                if self._connection is None or self._connection.is_closed():
                    await self._connect(from_now=False)
                await self._turn()
                pause, self._deaf_since = 0.05, None
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, a node without its ears must try again
                log.warning("relay.lost_database", error=type(error).__name__, detail=str(error))
                if self._deaf_since is None:
                    self._deaf_since = time.monotonic()
                if self._connection and not self._connection.is_closed():
                    self._connection.terminate()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _turn(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), timeout=_POLL_S)
        self._bell.clear()
        connection = self._connection
        assert connection is not None  # noqa: S101 - _run connects before each turn
        pending = True
        while pending:
            count, pending = await self._read(connection)
            if pending and count < _BATCH:
                await asyncio.sleep(_PENDING_RETRY_S)
            await self._ring(connection)  # our own listeners first: most of it is heard here
        await asyncio.sleep(_COALESCE_S)

    async def _ring(self, connection: asyncpg.Connection) -> None:
        """Ring for the other nodes: at each commit while there are any, else once in a while."""
        now = time.monotonic()
        due = now - self._rang_at >= _POLL_S
        rung, self._rung_here = self._rung_here, False  # what comes meanwhile is rung for anew
        if due or (rung and now < self._company_until):
            self._rang_at = now
            await connection.execute(f"NOTIFY {CHANNEL}, '{self.node_id}'")

    async def _read(self, connection: asyncpg.Connection) -> tuple[int, bool]:
        """Read one batch; return its size and whether committed rows wait above the horizon."""
        rows = await connection.fetch(
            "SELECT * FROM kit.read_stream($1, $2, $3)",
            self.position[0],
            self.position[1],
            _BATCH,
        )
        pending = False
        for row in rows:
            if row["source"] == "pending":
                pending = True
                continue
            self._deliver(row)
            self.position = (row["xid"], row["id"])
        return len(rows), pending or len(rows) >= _BATCH

    def _deliver(self, row: asyncpg.Record) -> None:
        if row["source"] == "event":
            _tell(self._events, event_of(row))
        else:
            _tell(self._frames, frame_of(row))


def _tell(listeners: Sequence[Callable[[Any], None]], item: StoredEvent | StoredFrame) -> None:
    for listener in listeners:
        try:
            listener(item)
        except Exception:  # one listener's fault must not deafen the others
            log.exception("relay.listener_failed", kind=item.kind)


def event_of(row: asyncpg.Record) -> StoredEvent:
    """Build an event from a row of the stream."""
    return StoredEvent(
        tenant_id=row["tenant_id"],
        id=row["id"],
        xid=row["xid"],
        at=row["at"],
        kind=row["kind"],
        version=row["version"],
        client_id=row["client_id"],
        actor_json=row["actor"],
        body_json=row["body"],
    )


def frame_of(row: asyncpg.Record) -> StoredFrame:
    """Build a frame from a row of the stream."""
    return StoredFrame(
        tenant_id=row["tenant_id"],
        id=row["id"],
        xid=row["xid"],
        topic=row["topic"],
        kind=row["kind"],
        client_id=row["client_id"],
        body_json=row["body"],
    )
