"""Who is on the line: which operators have an open socket, on any node.

An operator whose last socket is gone for `GRACE_S` seconds is set away with the reason
"line_lost": offers come back without a penalty for the person, and the router stops offering.
A node that dies leaves stale rows behind; every node sweeps, so any survivor notices.
"""

import asyncio
import contextlib

import asyncpg
import structlog

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.errors import Refusal
from ascolto.kit.tasks import end
from ascolto.web import store

GRACE_S = 15.0
SWEEP_S = 5.0

log = structlog.get_logger(__name__)


class Lines:
    """The sockets of this node's operators, told to the database, and the sweep of lost ones."""

    def __init__(self, db: Database, *, node_id: str) -> None:
        """Prepare; `start` begins the sweep."""
        self._db = db
        self._node_id = node_id
        self._open: dict[tuple[str, str], int] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run(), name="lines")

    async def stop(self) -> None:
        """Stop sweeping; rows of this node go stale by themselves."""
        if self._task:
            await end(self._task)

    async def opened(self, tenant_id: str, operator_id: str) -> None:
        """Note one more socket of an operator."""
        key = (tenant_id, operator_id)
        self._open[key] = self._open.get(key, 0) + 1
        await self._touch(tenant_id, [operator_id])

    async def closed(self, tenant_id: str, operator_id: str) -> None:
        """Note one socket less; with the last one the line begins to be lost."""
        key = (tenant_id, operator_id)
        left = self._open.get(key, 1) - 1
        if left > 0:
            self._open[key] = left
            return
        self._open.pop(key, None)
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._touch(tenant_id, [operator_id])

    async def _touch(self, tenant_id: str, operator_ids: list[str]) -> None:
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            await store.touch_lines(tx, node_id=self._node_id, operator_ids=operator_ids)

    async def _run(self) -> None:
        while True:
            try:
                await self._refresh()
                await self._sweep()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next sweep must come
                log.warning("lines.lost_database", error=type(error).__name__, detail=str(error))
            await asyncio.sleep(SWEEP_S)

    async def _refresh(self) -> None:
        by_tenant: dict[str, list[str]] = {}
        for tenant_id, operator_id in self._open:
            by_tenant.setdefault(tenant_id, []).append(operator_id)
        for tenant_id, operator_ids in by_tenant.items():
            await self._touch(tenant_id, operator_ids)

    async def _sweep(self) -> None:
        async with self._db.connection() as connection:
            tenants = await store.all_tenant_ids(connection)
        for tenant_id in tenants:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                present = await routing.present_for(tx, longer_than_s=GRACE_S)
                lost = await store.lost_lines(tx, operator_ids=present, silent_s=GRACE_S)
            for operator_id in lost:
                await self._set_away(tenant_id, operator_id)

    async def _set_away(self, tenant_id: str, operator_id: str) -> None:
        with contextlib.suppress(Refusal):
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                await routing.set_presence(
                    tx, operator_id=operator_id, state="away", reason="line_lost"
                )
                log.info("lines.lost", operator_id=operator_id)
