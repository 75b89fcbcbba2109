"""One dispatcher a node: leads the organisations whose lock it gets, stands by for the others."""

import asyncio
from datetime import datetime

import asyncpg
import structlog

from ascolto.kit.db import Database
from ascolto.kit.outbox import StoredEvent
from ascolto.kit.relay import Relay
from ascolto.kit.tasks import end
from ascolto.routing import store_leader
from ascolto.routing.commits import LeadLostError
from ascolto.routing.leadership import Leadership
from ascolto.routing.translate import RELOADS

TURN_S = 0.03
ANXIOUS_TURN_S = 0.01
TENANTS_S = 2.0
LEASE_S = 0.12
HEARS = ("routing.", "people.", *RELOADS)
LOST = (LeadLostError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

log = structlog.get_logger(__name__)


class Dispatcher:
    """Campaigns for every organisation's lead and runs those that were won."""

    def __init__(self, db: Database, relay: Relay, *, node_id: str) -> None:
        """Prepare; `start` begins the campaign."""
        self._db = db
        self._node_id = node_id
        self._tenants: list[str] = []
        self._leads: dict[str, tuple[Leadership, asyncio.Task[None]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None
        self._prepared: dict[str, Leadership] = {}
        self._heard: dict[str, tuple[datetime, float]] = {}
        self._last_turn = 0.0
        relay.add_event_listener(self._hear)

    async def start(self) -> None:
        """Begin to campaign."""
        self._task = asyncio.create_task(self._run(), name="dispatcher")

    async def stop(self) -> None:
        """Give up every lead, so that a standby takes over at once."""
        if self._task is not None:
            await end(self._task)
        await self._drop_all()

    def leading(self, tenant_id: str) -> Leadership | None:
        """Return the lead of an organisation when this node has it and it is ready."""
        lead = self._leads.get(tenant_id)
        return lead[0] if lead is not None and lead[0].ready.is_set() else None

    def _hear(self, event: StoredEvent) -> None:
        if not event.kind.startswith(HEARS):
            return
        led = self._leads.get(event.tenant_id)
        lead = led[0] if led is not None else self._prepared.get(event.tenant_id)
        if lead is not None:
            lead.hear(event)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        refresh_at = 0.0
        while True:
            try:
                connection = await self._connected()
                now = loop.time()
                if now >= refresh_at:
                    refresh_at = now + TENANTS_S
                    self._tenants = await store_leader.tenants_to_lead(connection)
                await self._campaign(connection)
                if await self._watch_others(connection):
                    await self._campaign(connection)  # its locks are free: no time to lose
                await self._reap(connection)
            except Exception as error:  # noqa: BLE001 - whatever it is, a node must go on trying to lead
                log.warning(
                    "dispatcher.lost_database", error=type(error).__name__, detail=str(error)
                )
                await self._drop_all()
            await asyncio.sleep(ANXIOUS_TURN_S if self._prepared else TURN_S)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            # The locks went with the connection: whatever was led is led no longer.
            await self._drop_all()
            self._connection = await self._db.dedicated(
                application_name=store_leader.APPLICATION_NAME
            )
            # It holds locks and says that it lives: nothing here is worth a wait for the disk.
            await self._connection.execute("SET synchronous_commit = off")
            self._tenants = await store_leader.tenants_to_lead(self._connection)
        return self._connection

    async def _campaign(self, connection: asyncpg.Connection) -> None:
        if self._leads:
            await store_leader.beat(connection)
        wanted = [tenant for tenant in self._tenants if tenant not in self._leads]
        if not wanted:
            return
        for tenant_id in await store_leader.try_locks(connection, wanted):
            lead = self._prepared.pop(tenant_id, None) or self._lead(connection, tenant_id)
            task = asyncio.create_task(lead.run(), name=f"lead {tenant_id}")
            self._leads[tenant_id] = (lead, task)

    def _lead(self, connection: asyncpg.Connection, tenant_id: str) -> Leadership:
        return Leadership(
            self._db,
            tenant_id=tenant_id,
            node_id=self._node_id,
            backend_pid=connection.get_server_pid(),
        )

    async def _watch_others(self, connection: asyncpg.Connection) -> bool:
        """End the session of leaders that have gone silent (a frozen process, a dead network).

        Tells whether any was ended.
        Silence is counted on this node's own clock and only while this node itself is punctual:
        when the whole machine stands still, nobody is to blame.
        """
        now = asyncio.get_running_loop().time()
        punctual = now - self._last_turn < LEASE_S / 2
        self._last_turn = now
        others = set(self._tenants) - self._leads.keys()
        if not others:
            return False
        ended = False
        for tenant_id, (pid, beat) in (await store_leader.beats(connection)).items():
            heard, since = self._heard.get(tenant_id, (None, now))
            if heard != beat or not punctual or tenant_id not in others:
                self._heard[tenant_id] = (beat, now)
                if tenant_id in self._prepared:
                    await self._prepared.pop(tenant_id).spare()
            elif now - since > LEASE_S:
                self._heard[tenant_id] = (beat, now)
                # What it was in the midst of may have begun a little after its last word.
                if await store_leader.end_session(
                    connection, backend_pid=pid, silent_s=LEASE_S / 2
                ):
                    ended = True
                    log.warning("dispatcher.ended_silent_leader", tenant_id=tenant_id)
            elif now - since > LEASE_S / 2 and tenant_id not in self._prepared:
                self._prepared[tenant_id] = self._lead(connection, tenant_id)
                self._prepared[tenant_id].prepare()
        return ended

    async def _reap(self, connection: asyncpg.Connection) -> None:
        for tenant_id, (_, task) in list(self._leads.items()):
            if not task.done():
                continue
            error = task.exception()
            if isinstance(error, LOST):
                log.warning("leader.lost", tenant_id=tenant_id, error=type(error).__name__)
            elif error is not None:
                log.error("leader.failed", tenant_id=tenant_id, exc_info=error)
            del self._leads[tenant_id]
            await store_leader.release_lock(connection, tenant_id)

    async def _drop_all(self) -> None:
        leads, self._leads = self._leads, {}
        prepared, self._prepared = self._prepared, {}
        await end(*(task for _, task in leads.values()))
        for lead in prepared.values():
            await lead.spare()
        if self._connection is not None and not self._connection.is_closed():
            self._connection.terminate()
        self._connection = None
