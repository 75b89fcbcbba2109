"""One organisation's routing while this node leads it: memory decides, PostgreSQL agrees.

The engine is rebuilt from rows, then follows the stream. Its decisions are committed in batches,
each fenced by the epoch and guarded by every row's state; the next batch gathers while one is
under way. Whatever the database does not agree with is read again: rows are the truth.
"""

import asyncio
import contextlib
import time
from collections import deque
from datetime import UTC, datetime

import structlog

from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.outbox import Frame, StoredEvent
from ascolto.routing import engine, events, floor, live, roster, store, store_leader, store_queues
from ascolto.routing.actions import tell_presence
from ascolto.routing.model import LIVE, WorkItem
from ascolto.routing.translate import ENDS, READS_ROW, RELOADS, about, to_engine

BATCH = 400
LOAD_TURN = 200
RECONCILE_S = 2.0
FLOOR_S = 1.0

log = structlog.get_logger(__name__)


class LeadLostError(Exception):
    """Another node has begun a later epoch."""


class Leadership:
    """The lead of one organisation, from the taking of the lock to its loss."""

    def __init__(self, db: Database, *, tenant_id: str, node_id: str, backend_pid: int) -> None:
        """Prepare; `run` leads until the lead is lost or the task is cancelled."""
        self._db = db
        self.tenant_id = tenant_id
        self._node_id = node_id
        self._backend_pid = backend_pid
        self.epoch = 0
        self.engine = engine.Engine()
        self.ready = asyncio.Event()
        self._inbox: deque[StoredEvent] = deque()
        self._decisions: deque[engine.Decision] = deque()
        self._wake = asyncio.Event()
        self._commit: asyncio.Task[None] | None = None
        self._doubted: set[str] = set()
        self._versions: dict[str, int] = {}
        self._in_flight: set[str] = set()
        self._later: dict[str, None] = {}
        self._floor = floor.FloorFeed()

    def hear(self, event: StoredEvent) -> None:
        """Take in an event of the stream; called in order, must not block."""
        self._inbox.append(event)
        self._wake.set()

    async def run(self) -> None:
        """Lead."""
        await self._begin()
        self.ready.set()
        try:
            due_reconcile = due_floor = time.monotonic()
            while True:
                if self._commit is not None and self._commit.done():
                    finished, self._commit = self._commit, None
                    finished.result()
                if self._later and self._commit is None:
                    later, self._later = self._later, {}
                    await self._read_again(list(later))
                await self._hear_all()
                self._tick()
                if self._decisions and self._commit is None:
                    self._commit = asyncio.create_task(self._commit_batch())
                    self._commit.add_done_callback(lambda _: self._wake.set())
                now = time.monotonic()
                if now >= due_reconcile:
                    due_reconcile = now + RECONCILE_S
                    await self._reconcile()
                if now >= due_floor:
                    due_floor = now + FLOOR_S
                    await self._publish_floor()
                await self._sleep(min(due_reconcile, due_floor) - time.monotonic())
        finally:
            if self._commit is not None:
                self._commit.cancel()
                await asyncio.gather(self._commit, return_exceptions=True)

    # -- beginning -----------------------------------------------------------------------------

    async def _begin(self) -> None:
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            self.epoch = await store_leader.begin_epoch(
                tx, node_id=self._node_id, backend_pid=self._backend_pid
            )
            tx.emit(events.LeaderChanged(epoch=self.epoch, node_id=self._node_id))
        async with self._db.transaction(
            self.tenant_id, actor=SYSTEM, isolation="repeatable read"
        ) as tx:
            await self._load_rules(tx)
            await self._load_people(tx)
            await self._load_work(tx)
        log.info("leader.begun", tenant_id=self.tenant_id, epoch=self.epoch)

    async def _load_rules(self, tx: Tx) -> None:
        at = self._seconds()
        self.queues = {queue.id: queue for queue in await store_queues.list_queues(tx)}
        for queue in self.queues.values():
            self._feed(engine.QueueConfigured(at, queue.policy()))

    async def _load_people(self, tx: Tx) -> None:
        at = self._seconds()
        for operator in await roster.operators(tx):
            self._feed(engine.OperatorConfigured(at, operator))
        for presence in await store.all_presence(tx):
            due = presence.break_due_at
            self._feed(engine.BreakDue(at, presence.operator_id, due.timestamp() if due else None))
            self._feed(
                engine.PresenceChanged(
                    presence.since.timestamp(),
                    presence.operator_id,
                    presence.state,
                    presence.country,
                )
            )

    async def _load_work(self, tx: Tx) -> None:
        items = await store.live_work(tx)
        # What is under way first, so that capacity is known before anything waiting is offered.
        for number, item in enumerate(sorted(items, key=lambda item: item.state == "waiting")):
            self._take_in(item)
            if number % LOAD_TURN == LOAD_TURN - 1:
                await asyncio.sleep(0)  # a long backlog must not silence the other organisations

    def _take_in(self, item: WorkItem) -> None:
        if item.queue_id not in self.queues:
            return  # its queue arrives with the next reload
        self._versions[item.id] = item.v
        at = self._seconds()
        if item.state == "waiting":
            self._feed(engine.ItemEnqueued(at, item.for_engine()))
        elif item.operator_id is not None:
            expires = item.offer_expires_at.timestamp() if item.offer_expires_at else None
            self._feed(
                engine.ItemRestored(at, item.for_engine(), item.state, item.operator_id, expires)
            )

    # -- hearing -------------------------------------------------------------------------------

    def _feed(self, event: engine.Event) -> None:
        self._decisions.extend(self.engine.handle(event))

    def _tick(self) -> None:
        timer = self.engine.next_timer()
        now = self._seconds()
        if timer is not None and timer <= now:
            self._feed(engine.Tick(now))

    async def _hear_all(self) -> None:
        reread: dict[str, None] = {}
        while self._inbox:
            event = self._inbox.popleft()
            if event.kind in READS_ROW:
                reread[event.body["work_item_id"]] = None
            elif event.kind in RELOADS:
                await self._reload_rules()
            elif event.kind in roster.EVENTS:
                await self._reload_person(event)
            elif (heard := to_engine(event)) is not None:
                if isinstance(heard, engine.OfferAccepted) and not self._expects(heard):
                    reread[heard.item_id] = None
                else:
                    self._follow(event)
                    self._feed(heard)
        if reread:
            await self._read_again(list(reread))

    def _follow(self, event: StoredEvent) -> None:
        """Count a row's version along; a wrong count only costs one more reading."""
        item_id = event.body.get("work_item_id")
        if event.kind in ENDS:
            self._versions.pop(item_id or "", None)
        elif item_id in self._versions:
            self._versions[item_id] += 1

    def _expects(self, accepted: engine.OfferAccepted) -> bool:
        """Tell whether the engine knows of the offer that was taken."""
        return self.engine.held_by(accepted.item_id) == ("offered", accepted.operator_id)

    async def _reload_rules(self) -> None:
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            await self._load_rules(tx)

    async def _reload_person(self, event: StoredEvent) -> None:
        operator_id = event.body.get("operator_id")
        if operator_id is None:
            return
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            operator = await roster.operator(tx, operator_id)
        at = self._seconds()
        if operator is None:
            self._feed(engine.OperatorRemoved(at, operator_id))
        else:
            self._feed(engine.OperatorConfigured(at, operator))

    async def _read_again(self, item_ids: list[str], *, force: bool = False) -> None:
        """Take rows as they are now, unless they are what the engine has read already.

        What is being committed just now is read after that: its row is about to change.
        """
        self._later.update(dict.fromkeys(i for i in item_ids if i in self._in_flight))
        wanted = [i for i in item_ids if i not in self._in_flight]
        if not wanted:
            return
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            found = {item.id: item for item in await store.work_by_ids(tx, wanted)}
        moved = []
        for item_id in wanted:
            item = found.get(item_id)
            known = self.engine.held_by(item_id) is not None
            if force or not (known and item and item.v == self._versions.get(item_id)):
                moved.append(item_id)
        self._forget(moved)
        for item_id in moved:
            item = found.get(item_id)
            if item is not None and item.state in LIVE:
                self._take_in(item)

    def _forget(self, item_ids: list[str]) -> None:
        """Drop what was believed and decided about some pieces of work."""
        if not self._undecided().isdisjoint(item_ids):
            gone = set(item_ids)
            self._decisions = deque(d for d in self._decisions if _item_of(d) not in gone)
        for item_id in item_ids:
            self._versions.pop(item_id, None)
            if self.engine.held_by(item_id) is not None:
                self._feed(engine.ItemCancelled(self._seconds(), item_id))

    def _undecided(self) -> set[str | None]:
        """Return the work about which something is decided and not yet being committed."""
        return {_item_of(decision) for decision in self._decisions}

    # -- committing ----------------------------------------------------------------------------

    async def _commit_batch(self) -> None:
        batch: list[engine.Decision] = []
        while self._decisions and len(batch) < BATCH:
            batch.append(self._decisions.popleft())
        rejected: list[str] = []
        self._in_flight = {item_id for d in batch if (item_id := _item_of(d)) is not None}
        try:
            async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
                if not await store_leader.hold_epoch(tx, epoch=self.epoch):
                    raise LeadLostError
                for run in _runs(batch):
                    rejected += await self._commit_run(tx, run)
        finally:
            self._in_flight = set()
        if rejected:
            await self._read_again(rejected, force=True)

    async def _commit_run(self, tx: Tx, run: list[engine.Decision]) -> list[str]:
        first = run[0]
        if isinstance(first, engine.Offer):
            return await self._commit_offers(tx, [d for d in run if isinstance(d, engine.Offer)])
        if isinstance(first, engine.OfferTimedOut):
            return await self._commit_timeouts(
                tx, [d for d in run if isinstance(d, engine.OfferTimedOut)]
            )
        rejected = []
        for decision in run:
            if isinstance(decision, engine.SetAway):
                changed = await store_leader.set_away(
                    tx, operator_id=decision.operator_id, reason=decision.reason
                )
                if changed is not None:
                    tell_presence(tx, *changed)
            elif isinstance(decision, engine.Overflowed):
                rejected += await self._commit_overflow(tx, decision)
        return rejected

    async def _commit_offers(self, tx: Tx, offers: list[engine.Offer]) -> list[str]:
        rows = await store_leader.claim_offers(
            tx,
            epoch=self.epoch,
            items=[offer.item_id for offer in offers],
            operators=[offer.operator_id for offer in offers],
            expires=[datetime.fromtimestamp(offer.expires_at, UTC) for offer in offers],
            whys=[offer.why.as_json() for offer in offers],
            versions=[self._versions.get(offer.item_id, -1) for offer in offers],
        )
        for row in rows:
            self._versions[row["id"]] = row["v"]
            expires_at = row["offer_expires_at"].isoformat()
            tx.emit(
                events.Offered(
                    **about(row),
                    operator_id=row["operator_id"],
                    expires_at=expires_at,
                    epoch=self.epoch,
                ),
                Frame(
                    live.operator_topic(row["operator_id"]),
                    "offer.made",
                    live.offer_of_row(row, expires_at=expires_at),
                    client_id=row["client_id"],
                ),
            )
        taken = {row["id"] for row in rows}
        return [offer.item_id for offer in offers if offer.item_id not in taken]

    async def _commit_timeouts(self, tx: Tx, run: list[engine.OfferTimedOut]) -> list[str]:
        rows = await store_leader.take_back_offers(
            tx,
            items=[d.item_id for d in run],
            operators=[d.operator_id for d in run],
            exclude=[d.missed for d in run],
        )
        for row in rows:
            self._versions[row["id"]] = row["v"]
            tx.emit(
                events.OfferExpired(**about(row), operator_id=row["operator_id"]),
                Frame(
                    live.operator_topic(row["operator_id"]),
                    "offer.withdrawn",
                    {"work_item_id": row["id"], "reason": "expired"},
                    client_id=row["client_id"],
                ),
            )
        back = {row["id"] for row in rows}
        return [d.item_id for d in run if d.item_id not in back]

    async def _commit_overflow(self, tx: Tx, decision: engine.Overflowed) -> list[str]:
        row = await store_leader.overflow(
            tx,
            item_id=decision.item_id,
            from_queue=decision.from_queue,
            to_queue=decision.to_queue,
        )
        if row is None:
            return [decision.item_id]
        self._versions[row["id"]] = row["v"]
        tx.emit(events.Overflowed(**about(row), from_queue_id=decision.from_queue))
        return []

    # -- keeping true --------------------------------------------------------------------------

    async def _reconcile(self) -> None:
        """Compare memory with rows; what differs twice in a row is read again."""
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            rows = await store.live_states(tx)
        believed = self.engine.items()
        # What is decided and not yet committed differs by its nature.
        coming = self._undecided() | self._in_flight
        different = {
            item_id
            for item_id in rows.keys() | believed.keys()
            if rows.get(item_id) != believed.get(item_id) and item_id not in coming
        }
        stubborn = different & self._doubted
        self._doubted = different - stubborn
        if stubborn:
            log.warning("leader.reconciled", tenant_id=self.tenant_id, items=len(stubborn))
            await self._read_again(sorted(stubborn), force=True)

    async def _publish_floor(self) -> None:
        rows = self._floor.rows(self.engine, self.queues)
        people = roster.groups(self.engine.crowds())
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            await self._floor.publish(tx, rows, people)

    async def _sleep(self, at_most: float) -> None:
        timer = self.engine.next_timer()
        wait = max(0.0, at_most)
        if timer is not None:
            wait = min(wait, max(0.0, timer - self._seconds()))
        if self._inbox or (self._decisions and self._commit is None):
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), timeout=wait)
        self._wake.clear()

    def _seconds(self) -> float:
        return self._db.clock.now().timestamp()


def _item_of(decision: engine.Decision) -> str | None:
    return None if isinstance(decision, engine.SetAway) else decision.item_id


def _runs(batch: list[engine.Decision]) -> list[list[engine.Decision]]:
    """Cut a batch into runs of one sort, keeping order."""
    runs: list[list[engine.Decision]] = []
    for decision in batch:
        if runs and type(runs[-1][0]) is type(decision):
            runs[-1].append(decision)
        else:
            runs.append([decision])
    return runs
