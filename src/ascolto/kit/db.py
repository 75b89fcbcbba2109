"""The database: one pool, one transaction per request, tenancy that fails closed.

Nothing else opens a connection. A transaction names its tenant before the first statement;
row-level security refuses, with an error, every statement made without one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, TypeVar

import asyncpg
import orjson

from ascolto.kit.clock import Clock, SystemClock
from ascolto.kit.ids import is_id
from ascolto.kit.outbox import Event, Frame, insert_statements
from ascolto.kit.together import one_statement

Record: TypeAlias = asyncpg.Record
Isolation = Literal["read committed", "repeatable read"]
T = TypeVar("T")
Memory = dict[tuple[Any, ...], tuple[int, Any]]


# A database that went silent is told to callers within half a minute, before they give up on us.
_CONNECT_S = 5.0
_TURN_S = 8.0
_STATEMENT_S = 15.0
# Pieces of configuration that a process remembers; beyond, it begins to remember anew.
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: an account, a customer, a token, the system or a model."""

    kind: str
    id: str
    name: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the shape kept with each event."""
        return {"kind": self.kind, "id": self.id, "name": self.name}


SYSTEM = Actor(kind="system", id="ascolto")


class Tx:
    """One open transaction: who, for which tenant, and what it will have said when it ends."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        *,
        tenant_id: str,
        actor: Actor,
        clients: frozenset[str] | None,
        now: datetime,
        memory: Memory,
    ) -> None:
        """Wrap a connection on which the transaction has begun."""
        self._connection = connection
        self.tenant_id = tenant_id
        self.actor = actor
        self.clients = clients
        self.now = now
        self.statements = 1
        # What `known` goes by; only a door that never changes the configuration reads it.
        self.stamp: int | None = None
        # Where the stream stood when a door looked (`stream_cursor`).
        self.horizon: int | None = None
        self._memory = memory
        self._learned: Memory = {}
        self._events: list[Event] = []
        self._frames: list[Frame] = []
        self._put: list[tuple[str, Sequence[Any]]] = []

    async def fetch(self, sql: str, *args: Any) -> list[Record]:
        """Run a query and return all rows."""
        await self.write_put()
        self.statements += 1
        rows: list[Record] = await self._connection.fetch(sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: Any, apart: bool = False) -> Record | None:
        """Run a query and return its first row or None; `apart` as for `fetchval`."""
        if not apart:
            await self.write_put()
        self.statements += 1
        return await self._connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any, apart: bool = False) -> Any:
        """Run a query and return the first value of its first row.

        `apart` says that it has to do with no row that was put: these need not be written before.
        """
        if not apart:
            await self.write_put()
        self.statements += 1
        return await self._connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement and return how many rows it touched."""
        await self.write_put()
        return await self._execute(sql, *args)

    async def _execute(self, sql: str, *args: Any) -> int:
        self.statements += 1
        tag = await self._connection.execute(sql, *args)
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement over many rows of arguments."""
        await self.write_put()
        self.statements += 1
        await self._connection.executemany(sql, rows)

    def put(self, sql: str, *args: Any) -> None:
        """Write a row of which nothing is asked back, at the latest as the transaction ends.

        What has been put is written together: before the next statement that may read it, or in
        the one that writes what is said of it all. `sql` is a lone INSERT, UPDATE or DELETE
        without a WITH; rows that are put together must not be each other's to change.
        """
        self._put.append((sql, args))

    async def write_put(self) -> None:
        """Write what has been put until now: for who puts very many rows, in parts."""
        if self._put:
            sql, args = one_statement(self._put)
            self._put.clear()
            await self._execute(sql, *args)

    async def known(self, key: tuple[str, ...], load: Callable[[], Awaitable[T]]) -> T:
        """Return a piece of configuration, which must not be changed in place.

        It is loaded again as soon as anything of the organisation's configuration has changed
        (`kit.stamped` tables). A transaction that does not know the stamp always loads; what one
        has loaded, the others know after its commit: loading may write.
        """
        if self.stamp is None:
            return await load()
        place = (self.tenant_id, self.clients, *key)
        kept = self._learned.get(place) or self._memory.get(place)
        if kept is not None and kept[0] == self.stamp:
            found: T = kept[1]
            return found
        found = await load()
        self._learned[place] = (self.stamp, found)
        return found

    def remember(self) -> None:
        """Let later transactions know what this one has loaded, as it is committed now."""
        if len(self._memory) + len(self._learned) > _REMEMBERED:
            self._memory.clear()
        self._memory.update(self._learned)

    async def narrow(self, clients: Collection[str] | None) -> None:
        """Limit every later statement to these clients (None lifts the limit to the tenant)."""
        self.clients = None if clients is None else frozenset(clients)
        await self.execute("SELECT set_config('ascolto.clients', $1, true)", scope_text(clients))

    async def sign(self, actor: Actor, *, why: str = "") -> None:
        """Say who changes the configuration in this transaction, and why, for its ledger."""
        signed = orjson.dumps(actor.as_json()).decode()
        await self.execute(
            "SELECT set_config('ascolto.actor', $1, true), set_config('ascolto.why', $2, true),"
            " set_config('ascolto.now', $3, true)",
            signed, why, self.now.isoformat(),
        )  # fmt: skip

    def emit(self, event: Event, *frames: Frame) -> None:
        """Say what happened: written with the transaction, heard only after its commit."""
        self._events.append(event)
        self._frames.extend(frames)

    def show(self, *frames: Frame) -> None:
        """Send frames that tell no new fact, such as a draft followed on a second device."""
        self._frames.extend(frames)

    @property
    def speaks(self) -> bool:
        """Tell whether anything will be heard of this transaction."""
        return bool(self._events or self._frames)

    async def flush(self) -> None:
        """Write what was put and the pending events and frames, in one statement."""
        if self.speaks:
            self._put += insert_statements(
                self.tenant_id, self.now, self.actor.as_json(), self._events, self._frames
            )
        await self.write_put()


def scope_text(clients: Collection[str] | None) -> str:
    """Return the setting that row-level security reads: `*` or a list of client ids."""
    if clients is None:
        return "*"
    for client in clients:
        _require_id(client)
    return "{" + ",".join(sorted(clients)) + "}"


def _require_id(text: str) -> None:
    if not is_id(text):
        raise ValueError(f"not an id: {text!r}")


# Text that the database makes of a moment, as in its JSON, is in the session's zone: a server of
# one's own may have any, and what is compared and shown must not depend on it.
SPEAKS = {"timezone": "UTC"}


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """Teach a connection our wire forms: ids as text, JSON as dict, and the bounded role."""
    await connection.set_builtin_type_codec(
        "uuid", schema="pg_catalog", codec_name="text", format="text"
    )
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=lambda value: orjson.dumps(value).decode(),
            decoder=orjson.loads,
            format="text",
        )
    # A server of one's own may log us in as the owner: step down to the role that RLS binds.
    if await connection.fetchval("SELECT current_user <> 'ascolto_app'"):
        await connection.execute("SET ROLE ascolto_app")


async def _keep(_: asyncpg.Connection) -> None:
    """Leave a returned connection as it is: every setting we make ends with its transaction."""


class Database:
    """The pool of connections and the only door to them."""

    def __init__(self, pool: asyncpg.Pool, *, dsn: str, clock: Clock) -> None:
        """Wrap an open pool; use `Database.open`."""
        self._pool = pool
        self.dsn = dsn
        self.clock = clock
        self._listeners: list[Callable[[], None]] = []
        self._memory: Memory = {}
        self.statements = 0
        self.transactions = 0

    @classmethod
    async def open(cls, dsn: str, *, clock: Clock | None = None, size: int = 10) -> "Database":
        """Open a pool of up to `size` connections on a PostgreSQL address."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min(4, size),  # a standby that takes over has no time to connect
            max_size=size,
            init=prepare_connection,
            reset=_keep,
            server_settings=SPEAKS,
            timeout=_CONNECT_S,
            command_timeout=_STATEMENT_S,
            max_inactive_connection_lifetime=0,
        )
        return cls(pool, dsn=dsn, clock=clock or SystemClock())

    async def close(self) -> None:
        """Close every connection, waiting a little for those in use."""
        try:
            await asyncio.wait_for(self._pool.close(), timeout=5)
        except TimeoutError:
            self._pool.terminate()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call a function after each commit that said something (the relay's doorbell)."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def transaction(
        self,
        tenant_id: str,
        *,
        actor: Actor,
        clients: Collection[str] | None = None,
        isolation: Isolation = "read committed",
    ) -> AsyncIterator[Tx]:
        """Open a transaction for one tenant; it commits at the end, or leaves nothing."""
        _require_id(tenant_id)
        begin = (
            f"BEGIN ISOLATION LEVEL {isolation};"
            f"SET LOCAL ascolto.tenant = '{tenant_id}';"
            f"SET LOCAL ascolto.clients = '{scope_text(clients)}'"
        )
        connection = await self._acquire()
        try:
            tx = Tx(
                connection,
                tenant_id=tenant_id,
                actor=actor,
                clients=None if clients is None else frozenset(clients),
                now=self.clock.now(),
                memory=self._memory,
            )
            try:
                await connection.execute(begin)
                yield tx
                await tx.flush()
                await connection.execute("COMMIT")
                tx.remember()
            except asyncpg.InternalClientError as error:
                # A server that dies in mid-answer leaves the driver confused: the line is lost.
                await _abandon(connection)
                raise asyncpg.InterfaceError("the connection to the database broke") from error
            except TimeoutError:
                connection.terminate()  # it may be frozen: it would not hear a ROLLBACK either
                raise
            except BaseException:
                await _abandon(connection)
                raise
        finally:
            await self._pool.release(connection)
        self.statements += tx.statements + 1
        self.transactions += 1
        if tx.speaks:
            for listener in self._listeners:
                listener()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a bare connection with no tenant: for what stands above tenants, as the relay."""
        connection = await self._acquire()
        try:
            yield connection
        except asyncpg.InternalClientError as error:
            raise asyncpg.InterfaceError("the connection to the database broke") from error
        finally:
            await self._pool.release(connection)

    async def _acquire(self) -> asyncpg.Connection:
        try:
            return await self._pool.acquire(timeout=_TURN_S)
        except (asyncpg.InternalClientError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            # A server that just died may have left a socket without a file, or half an answer.
            raise asyncpg.InterfaceError("the database cannot be reached") from error

    async def dedicated(self, *, application_name: str = "ascolto") -> asyncpg.Connection:
        """Open a connection of one's own, to listen or to hold a lock; the caller closes it."""
        connection = await asyncpg.connect(
            self.dsn,
            command_timeout=60,
            server_settings={**SPEAKS, "application_name": application_name},
        )
        await prepare_connection(connection)
        return connection


async def _abandon(connection: asyncpg.Connection) -> None:
    """Roll back, or drop the connection when even that fails (a cancelled task, a dead server)."""
    try:
        await asyncio.wait_for(asyncio.shield(connection.execute("ROLLBACK")), timeout=5)
    except BaseException:  # noqa: BLE001 - whatever it was, the first error is the one to tell
        connection.terminate()
