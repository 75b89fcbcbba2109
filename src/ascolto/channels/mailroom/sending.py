"""Mails of ours on their way: one attempt at a time, and honest about what nobody can know.

Before the dot that ends the words goes on the wire the row says so, in a transaction of its own.
What fails before is tried again; what fails after is uncertain, and only a person or a rule sends
it again, under the same id. A node that dies leaves rows that tell the two apart.

Each mail goes in a task of its own, so one that is slow holds up nobody. Every organisation may
have one under way whatever the others do; further ones as long as the server has room for them.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

import structlog

from ascolto.channels import store_mail_out
from ascolto.channels.mailroom.access import Access, NoAccess
from ascolto.channels.mailroom.composing import Unsendable
from ascolto.channels.mailroom.packing import packed
from ascolto.channels.mailroom.settling import lose, settle
from ascolto.channels.mailroom.talking import LOCKED, Ending, Parcel, Patience, hand_over
from ascolto.channels.store_mail_out import OutMail
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.jobs import AWAY
from ascolto.kit.secretbox import SealError, server_box
from ascolto.kit.settings import Settings
from ascolto.kit.tasks import end

EVERY_S = 0.5
# Of one organisation, and of all of them together beyond the first of each.
AT_ONCE = 8
MOST_AT_ONCE = 64
# Longer than packing and an attempt up to its last word may last, and from there to the answer.
LEASE = timedelta(minutes=5)
PATIENCE = Patience(word_s=30.0, data_s=120.0, answer_s=120.0, whole_s=240.0)

log = structlog.get_logger(__name__)


async def send_mail(services: Services) -> None:
    """Send for ever what is due."""
    post = Post(services.db, services.settings)
    try:
        while True:
            try:
                await post.begin()
            except AWAY as error:
                log.warning("mail_out.waits", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)
    finally:
        await post.stop()


class Post:
    """Sends the mails of every organisation; several nodes may run one each."""

    def __init__(
        self, db: Database, settings: Settings, *, lease: timedelta = LEASE,
        patience: Patience = PATIENCE, most_at_once: int = MOST_AT_ONCE,
    ) -> None:  # fmt: skip
        """Prepare; `begin` takes what is due under way, `round` also waits for it."""
        self._db = db
        self._settings = settings
        self._lease = lease
        self._patience = patience
        self._most = most_at_once
        self._access = Access(
            db, box=server_box(settings.data), allow_private=settings.allow_private_webhooks
        )
        self._going: dict[asyncio.Task[None], str] = {}

    async def round(self) -> int:
        """Send what is due once; return how many mails were tried."""
        begun = await self.begin()
        await asyncio.gather(*self._going)
        return begun

    async def begin(self) -> int:
        """Take what is due under way, as far as there is room; return how many mails that is."""
        async with self._db.connection() as connection:
            tenants = await store_mail_out.tenants_with_mail_out(connection, self._db.clock.now())
        begun = 0
        busy = Counter(self._going.values())
        for tenant_id in sorted(tenants, key=lambda one: busy[one]):
            room = self._room(tenant_id)
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                for lost in await store_mail_out.free_abandoned(tx):
                    await lose(tx, lost)
                mails = await store_mail_out.lease_due(
                    tx,
                    lease=self._lease,
                    limit=room,
                    each=timedelta(seconds=self._patience.word_s),
                )
            for mail in mails:
                task = asyncio.create_task(self._one(tenant_id, mail), name="send mail")
                self._going[task] = tenant_id
                task.add_done_callback(self._ended)
            begun += len(mails)
        return begun

    async def stop(self) -> None:
        """Give up what is under way; its rows say how far it came."""
        await end(*self._going)

    def _room(self, tenant_id: str) -> int:
        """Return how many more mails of an organisation may be under way."""
        busy = Counter(self._going.values())
        beyond_the_first = len(self._going) - len(busy)
        first = 0 if busy[tenant_id] else 1
        further = min(AT_ONCE - busy[tenant_id] - first, self._most - beyond_the_first)
        return first + max(0, further)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._going.pop(task, None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            # The row keeps its lease, and what is said of it when that has run out.
            if isinstance(fault, AWAY):
                log.warning("mail_out.waits", error=type(fault).__name__)
            else:
                log.error("mail_out.failed", exc_info=fault)

    async def _one(self, tenant_id: str, mail: OutMail) -> None:
        try:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                parcel, by_token = await packed(tx, mail, set_up=self._settings)
            if by_token:
                token = await self._access.token(tenant_id, mail.channel_id)
                parcel = replace(parcel, token=token)
        except NoAccess as refused:  # somebody has to mend it, and the mailbox says so
            ending = Ending("queued", error=str(refused), waits=True)
        except (Unsendable, SealError) as wrong:
            ending = Ending("failed", error=str(wrong))
        except (Refusal, OSError) as away:  # a file that is away: counted, and told at last
            ending = Ending("queued", error=getattr(away, "code", type(away).__name__))
        except AWAY:
            raise
        except Exception as unforeseen:  # our own fault: as long as for any other, then told
            log.exception("mail_out.not_packed", mail_id=mail.id, attempt=mail.attempts)
            ending = Ending("queued", error=type(unforeseen).__name__)
        else:
            ending = await self._attempt(tenant_id, mail, parcel)
            if parcel.token is not None and ending.error == LOCKED:
                await self._access.spoil(tenant_id, mail.channel_id, parcel.token)
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            await settle(tx, mail, ending)

    def _attempt(self, tenant_id: str, mail: OutMail, parcel: Parcel) -> Awaitable[Ending]:
        async def begin(taken: list[str]) -> bool:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                return await store_mail_out.begin_data(tx, mail, lease=self._lease, addresses=taken)

        return hand_over(parcel, patience=self._patience, begin=begin)
