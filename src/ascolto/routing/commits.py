"""What the engine decided, made true: in batches, fenced by the epoch, guarded by rows' versions.

Offers of different work touch different rows, so two batches of them may be under way at once:
while the database writes one, the next is put together and written, and only its commit waits for
the one before, so that a leader that dies leaves no later decision without an earlier one.
Everything else (an offer taken back,
somebody set away, an overflow) follows from what came before it and is committed alone, in turn.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.outbox import Frame
from ascolto.kit.tasks import end
from ascolto.routing import engine, events, live, store_leader
from ascolto.routing.actions import tell_presence
from ascolto.routing.translate import about

BATCH = 400
AT_ONCE = 2


class LeadLostError(Exception):
    """Another node has begun a later epoch."""


@dataclass(eq=False, slots=True)
class _Batch:
    """Decisions on their way together, and whether their transaction has begun."""

    decisions: list[engine.Decision]
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[list[str]]" = field(init=False)


class Commits:
    """The decisions of one lead on their way into the database."""

    def __init__(self, db: Database, *, tenant_id: str, wake: asyncio.Event) -> None:
        """Prepare; `wake` is set whenever a batch has ended."""
        self._db = db
        self._tenant_id = tenant_id
        self._wake = wake
        self._under_way: list[_Batch] = []
        self._alone = False
        self.epoch = 0
        self.decided: deque[engine.Decision] = deque()
        self.versions: dict[str, int] = {}
        self.in_flight: set[str] = set()

    @property
    def can_begin(self) -> bool:
        """Tell whether the next batch may go before those under way have ended."""
        if not self.decided or self._alone or len(self._under_way) >= AT_ONCE:
            return False
        return not self._under_way or isinstance(self.decided[0], engine.Offer)

    @property
    def idle(self) -> bool:
        """Tell whether nothing is under way."""
        return not self._under_way

    def begin(self) -> None:
        """Send as many batches on their way as may go."""
        while self.can_begin:
            before = self._under_way[-1] if self._under_way else None
            batch = _Batch(self._next_batch())
            batch.task = asyncio.create_task(self._commit(batch, before))
            batch.task.add_done_callback(lambda _: self._wake.set())
            self._under_way.append(batch)

    def ended(self) -> list[str]:
        """Forget the batches that have ended; return the work that the database refused.

        Raises what went wrong with any of them.
        """
        refused: list[str] = []
        done = [batch for batch in self._under_way if batch.task.done()]
        self._under_way = [batch for batch in self._under_way if batch not in done]
        if not self._under_way:
            self._alone = False
        for batch in done:
            refused += batch.task.result()
        return refused

    async def wait(self) -> None:
        """Wait until nothing is under way; what came of it is for `ended` to tell."""
        if self._under_way:
            await asyncio.wait([batch.task for batch in self._under_way])

    async def stop(self) -> None:
        """Break off what is under way."""
        await end(*(batch.task for batch in self._under_way))

    def undecided(self) -> set[str | None]:
        """Return the work about which something is decided and not yet under way."""
        return {_item_of(decision) for decision in self.decided}

    def forget(self, item_ids: Collection[str]) -> None:
        """Drop what was decided and known about some pieces of work."""
        if not self.undecided().isdisjoint(item_ids):
            gone = set(item_ids)
            self.decided = deque(d for d in self.decided if _item_of(d) not in gone)
        for item_id in item_ids:
            self.versions.pop(item_id, None)

    def _next_batch(self) -> list[engine.Decision]:
        """Take the next decisions: offers as long as there are only offers, else all in turn."""
        batch: list[engine.Decision] = []
        side_by_side = bool(self._under_way)
        while self.decided and len(batch) < BATCH:
            if side_by_side and not isinstance(self.decided[0], engine.Offer):
                break
            batch.append(self.decided.popleft())
        self._alone = not all(isinstance(decision, engine.Offer) for decision in batch)
        self.in_flight.update(i for d in batch if (i := _item_of(d)) is not None)
        return batch

    @contextlib.asynccontextmanager
    async def fenced(self) -> AsyncIterator[Tx]:
        """Open a transaction that only who still leads commits, and that no freeze keeps open."""
        async with self._db.transaction(self._tenant_id, actor=SYSTEM) as tx:
            if not await store_leader.hold_epoch(tx, epoch=self.epoch):
                raise LeadLostError
            yield tx

    async def _commit(self, batch: _Batch, before: _Batch | None) -> list[str]:
        """Make a batch true after the one before; return the work that the database refused."""
        refused: list[str] = []
        try:
            if before is not None:
                await before.begun.wait()  # whose moment, the transaction's, is the earlier one
            async with self.fenced() as tx:
                batch.begun.set()
                for run in _runs(batch.decisions):
                    refused += await self._commit_run(tx, run)
                if before is not None:
                    await asyncio.shield(before.task)  # raises what it raised: nor is this true
        finally:
            batch.begun.set()
            self.in_flight.difference_update(
                i for d in batch.decisions if (i := _item_of(d)) is not None
            )
        return refused

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
        expires = [datetime.fromtimestamp(offer.expires_at, UTC) for offer in offers]
        whys = [orjson.dumps(offer.why.as_json()) for offer in offers]
        rows = await store_leader.claim_offers(
            tx,
            epoch=self.epoch,
            items=[offer.item_id for offer in offers],
            operators=[offer.operator_id for offer in offers],
            expires=expires,
            whys=[why.decode() for why in whys],
            versions=[self.versions.get(offer.item_id, -1) for offer in offers],
        )
        claimed = {row["id"]: row for row in rows}
        refused = []
        for offer, at, why in zip(offers, expires, whys, strict=True):
            row = claimed.get(offer.item_id)
            if row is None:
                refused.append(offer.item_id)
                continue
            self.versions[offer.item_id] = row["v"]
            expires_at = at.isoformat()
            tx.emit(
                events.Offered(
                    **about(row),
                    operator_id=offer.operator_id,
                    expires_at=expires_at,
                    epoch=self.epoch,
                ),
                Frame(
                    live.operator_topic(offer.operator_id),
                    "offer.made",
                    live.offer_of_row(row, expires_at=expires_at, why=orjson.Fragment(why)),
                    client_id=row["client_id"],
                ),
            )
        return refused

    async def _commit_timeouts(self, tx: Tx, run: list[engine.OfferTimedOut]) -> list[str]:
        rows = await store_leader.take_back_offers(
            tx,
            items=[d.item_id for d in run],
            operators=[d.operator_id for d in run],
            exclude=[d.missed for d in run],
        )
        for row in rows:
            self.versions[row["id"]] = row["v"]
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
        self.versions[row["id"]] = row["v"]
        tx.emit(events.Overflowed(**about(row), from_queue_id=decision.from_queue))
        return []


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
