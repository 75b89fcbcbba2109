"""One organisation's routing while this node leads it: memory decides, PostgreSQL agrees.

The engine is rebuilt from rows, then follows the stream. Its decisions are committed in batches,
each fenced by the epoch and guarded by every row's state; the next batch gathers while one is
under way. Whatever the database does not agree with is read again: rows are the truth.
"""

import asyncio
import contextlib
import time
from collections import deque

import structlog

from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.outbox import StoredEvent
from ascolto.kit.tasks import end
from ascolto.routing import (
    engine,
    events,
    floor,
    roster,
    rules,
    store,
    store_leader,
    store_presence,
    store_queues,
)
from ascolto.routing.actions import tell_presence
from ascolto.routing.commits import BATCH, Commits
from ascolto.routing.model import LIVE, Queue, WorkItem
from ascolto.routing.translate import ENDS, READS_ROW, RELOADS, asked, to_engine

LOAD_TURN = 200
RECONCILE_S = 2.0
RECONCILE_SHARE = 50.0
FLOOR_S = 1.0
HEARING_TURN_S = 0.015

log = structlog.get_logger(__name__)


class Leadership:
    """The lead of one organisation, from the taking of the lock to its loss."""

    def __init__(self, db: Database, *, tenant_id: str, node_id: str, backend_pid: int) -> None:
        """Prepare; `run` leads until the lead is lost or the task is cancelled."""
        self._db = db
        self.tenant_id = tenant_id
        self._node_id = node_id
        self._backend_pid = backend_pid
        self.engine = engine.Engine()
        self.ready = asyncio.Event()
        self._inbox: deque[StoredEvent] = deque()
        self._wake = asyncio.Event()
        self._commits = Commits(db, tenant_id=tenant_id, wake=self._wake)
        self.queues: dict[str, Queue] = {}
        self._doubted: set[str] = set()
        self._later: dict[str, None] = {}
        self._floor = floor.FloorFeed()
        # Neither a look at all rows nor a word to the floor may keep a customer waiting.
        self._looking: asyncio.Task[dict[str, tuple[str, str | None]]] | None = None
        self._looking_since = self._look_took = 0.0
        self._standing: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    def hear(self, event: StoredEvent) -> None:
        """Take in an event of the stream; called in order, must not block."""
        self._inbox.append(event)
        self._wake.set()

    def prepare(self) -> asyncio.Task[None]:
        """Begin to read what no leader changes, while the one who leads is only feared lost."""
        self._standing = asyncio.create_task(self._load_standing(), name="load people")
        return self._standing

    async def spare(self) -> None:
        """Let go what was prepared: who leads has been heard again."""
        if self._standing is not None:
            await end(self._standing)

    async def run(self) -> None:
        """Lead."""
        await self._begin()
        self.ready.set()
        try:
            due_reconcile = due_floor = time.monotonic()
            while True:
                await self._end_commits()
                await self._hear_all()
                self._tick()
                if not self._later:
                    self._commits.begin()
                now = time.monotonic()
                if self._rules.changes_at <= self._db.clock.now():
                    await self._reload_rules()
                if now >= due_reconcile:
                    due_reconcile = now + self._look(now)
                await self._compare()
                self._end_telling()
                if now >= due_floor:
                    due_floor = now + FLOOR_S
                    self._tell_floor()
                await self._sleep(min(due_reconcile, due_floor) - time.monotonic())
        finally:
            await self._commits.stop()
            await end(*(task for task in (self._looking, self._telling) if task is not None))

    @property
    def epoch(self) -> int:
        """Return the number of this lead: what carries an earlier one is refused."""
        return self._commits.epoch

    async def _end_commits(self) -> None:
        refused = self._commits.ended()
        if refused:
            await self._read_again(refused, force=True)
        if self._later and self._commits.idle:
            later, self._later = self._later, {}
            await self._read_again(list(later))

    # -- beginning -----------------------------------------------------------------------------

    async def _begin(self) -> None:
        """Begin an epoch and load what there is; what changes from now on is heard.

        No leader changes who works here or by which rules, so these are read while an earlier
        leader's last commit is waited for; presence, which it may change, and work after that.
        """
        # What was heard of work and presence while preparing lies in the rows that are read now.
        self._inbox = deque(e for e in self._inbox if e.kind in RELOADS or e.kind in roster.EVENTS)
        standing = self._standing or self.prepare()
        try:
            async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
                self._commits.epoch = await store_leader.begin_epoch(
                    tx, node_id=self._node_id, backend_pid=self._backend_pid
                )
                tx.emit(events.LeaderChanged(epoch=self.epoch, node_id=self._node_id))
            await standing
        finally:
            await end(standing)
        async with self._db.transaction(
            self.tenant_id, actor=SYSTEM, isolation="repeatable read"
        ) as tx:
            await self._load_presence(tx)
            await self._load_work(tx)
        log.info("leader.begun", tenant_id=self.tenant_id, epoch=self.epoch)

    async def _load_standing(self) -> None:
        async with self._db.transaction(
            self.tenant_id, actor=SYSTEM, isolation="repeatable read"
        ) as tx:
            await self._load_rules(tx)
            await self._load_pace(tx)
            await self._load_people(tx)

    async def _load_rules(self, tx: Tx) -> None:
        at = self._seconds()
        self.queues = {queue.id: queue for queue in await store_queues.list_queues(tx)}
        self._rules = await rules.read_rules(tx, self.queues.values())
        for cost in self._rules.costs:
            self._feed(engine.ChannelConfigured(at, cost))
        for queue in self.queues.values():
            openings = self._rules.openings.get(queue.id)
            self._feed(engine.QueueConfigured(at, queue.policy(), openings))

    async def _load_pace(self, tx: Tx) -> None:
        """Go on from what the leader before measured of each queue."""
        for row in await store_queues.read_now(tx):
            if row["pace"] is not None:
                self._feed(engine.QueuePaced(self._seconds(), row["queue_id"], row["pace"]))

    async def _load_people(self, tx: Tx) -> None:
        at = self._seconds()
        for operator in await roster.operators(tx):
            self._feed(engine.OperatorConfigured(at, operator))

    async def _load_presence(self, tx: Tx) -> None:
        at = self._seconds()
        for known in await store_presence.all_presence(tx):
            due = known.break_due_at
            self._feed(engine.BreakDue(at, known.operator_id, due.timestamp() if due else None))
            self._feed(
                engine.PresenceChanged(
                    known.since.timestamp(), known.operator_id, known.state, known.told_country
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
        self._commits.versions[item.id] = item.v
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
        self._commits.decided.extend(self.engine.handle(event))

    def _tick(self) -> None:
        timer = self.engine.next_timer()
        now = self._seconds()
        if timer is not None and timer <= now:
            self._feed(engine.Tick(now))

    async def _hear_all(self) -> None:
        reread: dict[str, None] = {}
        paused = time.monotonic()
        while self._inbox:
            if time.monotonic() - paused > HEARING_TURN_S:
                if not self._later:
                    self._commits.begin()
                await asyncio.sleep(0)  # whoever hears much must not seem to have fallen silent
                paused = time.monotonic()
            await self._hear_one(self._inbox.popleft(), reread)
        if reread:
            await self._read_again(list(reread))

    async def _hear_one(self, event: StoredEvent, reread: dict[str, None]) -> None:
        """Follow one event, or note that its row is to be read."""
        if event.kind in READS_ROW:
            if self._follow_new(event):
                return
            reread[event.body["work_item_id"]] = None
        elif event.kind in RELOADS:
            if event.body.get("key", rules.CHANNELS.key) in rules.FOLLOWED:
                await self._reload_rules()
        elif event.kind in roster.EVENTS:
            await self._reload_person(event)
        else:
            for heard in to_engine(event):
                if isinstance(heard, engine.OfferAccepted) and not self._expects(heard):
                    reread[heard.item_id] = None
                else:
                    self._follow(event)
                    self._feed(heard)

    def _follow_new(self, event: StoredEvent) -> bool:
        """Take in new work from its event alone; False when its row has to be read.

        If the row has moved on since, the events of that follow, and a claim of it is refused.
        """
        new = asked(event)
        if new is None:
            return False
        item, version = new
        if item.queue_id not in self.queues or item.id in self._commits.in_flight:
            return False
        if self.engine.held_by(item.id) is not None:
            return False
        self._commits.versions[item.id] = version
        self._feed(engine.ItemEnqueued(self._seconds(), item))
        return True

    def _follow(self, event: StoredEvent) -> None:
        """Count a row's version along; a wrong count only costs one more reading."""
        item_id = event.body.get("work_item_id")
        if event.kind in ENDS:
            self._commits.versions.pop(item_id or "", None)
        elif item_id in self._commits.versions:
            self._commits.versions[item_id] += 1

    def _expects(self, accepted: engine.OfferAccepted) -> bool:
        """Tell whether the engine knows of the offer that was taken."""
        return self.engine.held_by(accepted.item_id) == ("offered", accepted.operator_id)

    async def _reload_rules(self) -> None:
        """Read them again: once for all changes heard of until now, which are committed."""
        self._inbox = deque(event for event in self._inbox if event.kind not in RELOADS)
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            await self._load_rules(tx)

    async def _reload_person(self, event: StoredEvent) -> None:
        operator_id = event.body.get("operator_id")
        if operator_id is None:
            return
        async with self._commits.fenced() as tx:
            operator = await roster.operator(tx, operator_id)
            if operator is not None:
                known = await store_presence.follow_record(
                    tx, operator_id=operator_id, country=operator.country
                )
                if known is not None:
                    tell_presence(tx, known, known.state)
        at = self._seconds()
        if operator is None:
            self._feed(engine.OperatorRemoved(at, operator_id))
        else:
            self._feed(engine.OperatorConfigured(at, operator))

    async def _read_again(self, item_ids: list[str], *, force: bool = False) -> None:
        """Take rows as they are now, unless they are what the engine has read already.

        What is being committed just now is read after that: its row is about to change.
        """
        self._later.update(dict.fromkeys(i for i in item_ids if i in self._commits.in_flight))
        wanted = [i for i in item_ids if i not in self._commits.in_flight]
        if not wanted:
            return
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            found = {item.id: item for item in await store.work_by_ids(tx, wanted)}
        moved = []
        for item_id in wanted:
            item = found.get(item_id)
            known = self.engine.held_by(item_id) is not None
            if force or not (known and item and item.v == self._commits.versions.get(item_id)):
                moved.append(item_id)
        self._forget(moved)
        for item_id in moved:
            item = found.get(item_id)
            if item is not None and item.state in LIVE:
                self._take_in(item)

    def _forget(self, item_ids: list[str]) -> None:
        """Drop what was believed and decided about some pieces of work."""
        self._commits.forget(item_ids)
        for item_id in item_ids:
            if self.engine.held_by(item_id) is not None:
                self._feed(engine.ItemCancelled(self._seconds(), item_id))

    # -- keeping true --------------------------------------------------------------------------

    def _look(self, now: float) -> float:
        """Begin to read all rows, and return in how many seconds to do it again.

        A large backlog costs more to compare, so it is compared less often; while it is handed out,
        all of it is on its way and nothing is told.
        """
        if self._looking is not None or len(self._commits.decided) > BATCH:
            return FLOOR_S
        self._looking = asyncio.create_task(self._live_states(), name="look")
        self._looking.add_done_callback(lambda _: self._wake.set())
        self._looking_since = now
        return max(RECONCILE_S, RECONCILE_SHARE * self._look_took)

    async def _live_states(self) -> dict[str, tuple[str, str | None]]:
        async with self._db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            return await store.live_states(tx)

    async def _compare(self) -> None:
        """Compare memory with the rows as read; what differs twice in a row is read again."""
        if self._looking is None or not self._looking.done():
            return
        rows = self._looking.result()
        self._looking = None
        believed = self.engine.items()
        # What is decided and not yet committed differs by its nature.
        coming = self._commits.undecided() | self._commits.in_flight
        different = {
            item_id
            for item_id in rows.keys() | believed.keys()
            if rows.get(item_id) != believed.get(item_id) and item_id not in coming
        }
        stubborn = different & self._doubted
        self._doubted = different - stubborn
        self._look_took = time.monotonic() - self._looking_since
        if stubborn:
            log.warning("leader.reconciled", tenant_id=self.tenant_id, items=len(stubborn))
            await self._read_again(sorted(stubborn), force=True)

    def _tell_floor(self) -> None:
        if self._telling is None:
            self._telling = asyncio.create_task(self._publish_floor(), name="floor")
            self._telling.add_done_callback(lambda _: self._wake.set())

    def _end_telling(self) -> None:
        """Raise what went wrong with the word to the floor."""
        if self._telling is not None and self._telling.done():
            told, self._telling = self._telling, None
            told.result()

    async def _publish_floor(self) -> None:
        smallest = self._rules.smallest_groups
        rows = self._floor.rows(self.engine, self.queues, smallest=smallest)
        people = roster.groups(self.engine.crowds(), smallest=smallest)
        async with self._commits.fenced() as tx:
            await self._floor.publish(tx, rows, people)

    async def _sleep(self, at_most: float) -> None:
        timer = self.engine.next_timer()
        wait = max(0.0, at_most)
        if timer is not None:
            wait = min(wait, max(0.0, timer - self._seconds()))
        if self._inbox or (self._commits.can_begin and not self._later):
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), timeout=wait)
        self._wake.clear()

    def _seconds(self) -> float:
        return self._db.clock.now().timestamp()
