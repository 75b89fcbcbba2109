"""Mail fetched from its server: every number once, stored in the transaction that moves on.

No time windows and no marks on the server: the cursor is the folder's UIDVALIDITY and the last
UID that is ours. The server's word that something came (IDLE) is renewed every minute or so, with
a look of our own behind it. Each night the server's numbers are laid beside ours.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import structlog

from ascolto.channels import events, store, store_mail, store_mail_in
from ascolto.channels.email.settings import Imap
from ascolto.channels.mailroom.access import Access, NoAccess
from ascolto.channels.mailroom.imap import BEGINNING, LARGEST, ImapClient, ImapError, ImapRefused
from ascolto.channels.mailroom.mailboxes import mailbox_of, opened
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Mailbox
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.http import Services
from ascolto.kit.ids import new_id
from ascolto.kit.jobs import AWAY
from ascolto.kit.secretbox import SealError, SecretBox, server_box
from ascolto.kit.tasks import end

LOOK_S = 2.0
AGAIN_S = 15.0
NIGHTLY = timedelta(hours=24)
# Longer than the longest wait for the server (29 minutes would be its limit) and a large mail.
LEASE = timedelta(minutes=3)
LONGEST_IDLE_S = 60.0
BATCH_MAILS = 20
BATCH_BYTES = 8 << 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """A mailbox to be read: where, by whom, and what changes when its settings do."""

    tenant_id: str
    channel: Channel
    imap: Imap
    secret: str | None


async def fetch_mail(services: Services) -> None:
    """Read every mailbox for ever, each in a task of its own that ends when its settings change."""
    box = server_box(services.settings.data)
    node = services.relay.node_id
    running: dict[tuple[str, str, int], asyncio.Task[None]] = {}
    try:
        while True:
            try:
                wanted = await _wanted(services.db, box)
            except AWAY as error:
                log.warning("mailboxes.wait", error=type(error).__name__)
                await asyncio.sleep(LOOK_S)
                continue
            keys = {_key(post): post for post in wanted}
            for key in running.keys() - keys.keys():
                running.pop(key).cancel()
            for key in keys.keys() - running.keys():
                fetcher = Fetcher(
                    services.db, keys[key], box=box, node=node,
                    allow_private=services.settings.allow_private_webhooks,
                )  # fmt: skip
                running[key] = asyncio.create_task(fetcher.run(), name="fetch mail")
            await asyncio.sleep(LOOK_S)
    finally:
        await end(*running.values())


def _key(post: Post) -> tuple[str, str, int]:
    return post.tenant_id, post.channel.id, hash((post.channel.v, post.secret))


async def _wanted(db: Database, box: SecretBox) -> list[Post]:
    async with db.connection() as connection:
        tenants = await store_mail.tenants_with_mailboxes(connection)
    found = []
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            for channel in await store.list_channels(tx):
                imap = channel.email().imap if channel.kind == "email" and channel.active else None
                if imap is not None:
                    mailbox = await mailbox_of(tx, channel, box=box)
                    found.append(Post(tenant_id, channel, imap, mailbox.imap_secret))
    return found


class Fetcher:
    """Reads one mailbox; other nodes stand by."""

    def __init__(
        self, db: Database, post: Post, *, box: SecretBox, node: str, allow_private: bool = False
    ) -> None:
        """Prepare; `run` reads for ever, `once` a single time."""
        self._db = db
        self._access = Access(db, box=box, allow_private=allow_private)
        self._post = post
        self._box = box
        self._node = node

    async def run(self) -> None:
        """Read for ever; what goes wrong is shown on the mailbox and tried again."""
        while True:
            try:
                mailbox = await self._lease()
                if mailbox is not None:
                    await self._session(mailbox)
            except (ImapError, NoAccess, SealError, ssl.SSLError, OSError, TimeoutError) as error:
                await self._troubled(error)
            except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("mailbox.waits", error=type(error).__name__)
            except Exception:
                log.exception("mailbox.failed", channel_id=self._post.channel.id)
            await asyncio.sleep(AGAIN_S)

    async def once(self) -> int:
        """Read what is new and return how many mails that was."""
        mailbox = await self._lease()
        if mailbox is None:
            return 0
        async with self._client(mailbox) as client:
            return await self._read(client)

    @contextlib.asynccontextmanager
    async def _client(self, mailbox: Mailbox) -> AsyncIterator[ImapClient]:
        """Sign in by the password, or by a token; one that is refused is not shown again."""
        post, token = self._post, None
        if post.channel.email().oauth is not None:
            token = await self._access.token(post.tenant_id, post.channel.id)
        password = opened(mailbox, "imap", box=self._box)
        try:
            async with ImapClient(post.imap, password=password, token=token) as client:
                yield client
        except ImapRefused:
            if token is not None:
                await self._access.spoil(post.tenant_id, post.channel.id, token)
            raise

    async def _lease(self) -> Mailbox | None:
        async with self._db.transaction(self._post.tenant_id, actor=SYSTEM) as tx:
            await mailbox_of(tx, self._post.channel, box=self._box)
            return await store_mail.lease_mailbox(
                tx, channel_id=self._post.channel.id, node=self._node, lease=LEASE
            )

    async def _session(self, mailbox: Mailbox) -> None:
        wait = min(float(self._post.imap.every_s), LONGEST_IDLE_S)
        async with self._client(mailbox) as client:
            while True:
                await self._read(client)
                leased = await self._lease()
                if leased is None:
                    return
                due = leased.reconciled_at is None or (
                    self._db.clock.now() - leased.reconciled_at >= NIGHTLY
                )
                if due or leased.reconcile_now:
                    await self._reconcile(client)
                if b"IDLE" in client.capabilities:
                    await client.idle(wait)
                else:
                    await asyncio.sleep(wait)

    async def _read(self, client: ImapClient) -> int:
        """Store everything after the cursor; a folder numbered anew is read from its front."""
        channel, imap = self._post.channel, self._post.imap
        folder = await client.examine(imap.folder)
        async with self._db.transaction(self._post.tenant_id, actor=SYSTEM) as tx:
            before = await store_mail.get_mailbox(tx, channel.id)
            skip = imap.skip_existing and before is not None and before.uidvalidity is None
            await store_mail.begin_reading(
                tx,
                channel_id=channel.id,
                uidvalidity=folder.uidvalidity,
                first_uid=folder.uidnext if skip else 1,
            )
            mailbox = await store_mail.get_mailbox(tx, channel.id)
        if mailbox is None:
            return 0
        uids = await client.uids_from(mailbox.last_uid + 1)
        await self._store(client, folder.uidvalidity, uids, moving=True)
        await self._settled()
        return len(uids)

    async def _settled(self) -> None:
        async with self._db.transaction(self._post.tenant_id, actor=SYSTEM) as tx:
            await store_mail.set_trouble(tx, channel_id=self._post.channel.id, trouble=None)

    async def _store(
        self, client: ImapClient, uidvalidity: int, uids: list[int], *, moving: bool
    ) -> None:
        """Fetch mails and store them in small batches, each with the cursor behind it."""
        for start in range(0, len(uids), BATCH_MAILS):
            some = uids[start : start + BATCH_MAILS]
            sizes = await client.sizes(some)
            for portion in _portions(some, sizes):
                # Held by nothing here: while the next is fetched, the last has to be gone.
                await self._commit(
                    uidvalidity,
                    await _fetched(client, portion, sizes),
                    cursor=portion[-1] if moving else None,
                )

    async def _commit(
        self, uidvalidity: int, batch: list[tuple[int, bytes, bool]], *, cursor: int | None
    ) -> None:
        async with self._db.transaction(self._post.tenant_id, actor=SYSTEM) as tx:
            mails = [
                NewMail(
                    id=new_id(),
                    raw=raw,
                    sha256=digest(raw),
                    uid=(uidvalidity, uid),
                    hindrance="too_large" if large else None,
                )
                for uid, raw, large in batch
            ]
            await store_mail_in.add_mails(tx, self._post.channel, source="imap", mails=mails)
            if cursor is not None:
                await store_mail.move_cursor(
                    tx, channel_id=self._post.channel.id, uidvalidity=uidvalidity, uid=cursor
                )

    async def reconcile(self) -> dict[str, Any]:
        """Lay the server's numbers beside ours, fetch what is missing, and say what was found."""
        mailbox = await self._lease()
        if mailbox is None:
            raise ImapError("another node reads this mailbox")
        async with self._client(mailbox) as client:
            await self._read(client)
            return await self._reconcile(client)

    async def _reconcile(self, client: ImapClient) -> dict[str, Any]:
        channel = self._post.channel
        folder = await client.examine(self._post.imap.folder)
        async with self._db.transaction(self._post.tenant_id, actor=SYSTEM) as tx:
            mailbox = await store_mail.get_mailbox(tx, channel.id)
            ours = await store_mail.known_uids(
                tx, channel_id=channel.id, uidvalidity=folder.uidvalidity
            )
        first = mailbox.first_uid if mailbox else 1
        theirs = await client.uids_from(first)
        missing = [uid for uid in theirs if uid not in ours]
        await self._store(client, folder.uidvalidity, missing, moving=False)
        async with self._db.transaction(self._post.tenant_id, actor=SYSTEM) as tx:
            after = await store_mail.known_uids(
                tx, channel_id=channel.id, uidvalidity=folder.uidvalidity
            )
            result = {
                "uidvalidity": folder.uidvalidity,
                "server": len(theirs),
                "ours": len(after & set(theirs)),
                "were_missing": missing[:100],
                "missing": [uid for uid in theirs if uid not in after][:100],
            }
            await store_mail.set_reconciled(tx, channel_id=channel.id, result=result)
        return result

    async def _troubled(self, error: Exception) -> None:
        if isinstance(error, NoAccess):  # which the mailbox shows already
            log.warning("mailbox.no_access", channel_id=self._post.channel.id, error=str(error))
            return
        said = _named(error)
        log.warning("mailbox.troubled", channel_id=self._post.channel.id, error=said)
        try:
            async with self._db.transaction(self._post.tenant_id, actor=SYSTEM) as tx:
                if await store_mail.set_trouble(
                    tx, channel_id=self._post.channel.id, trouble=said[:300]
                ):
                    tx.emit(
                        events.MailboxTroubled(
                            client_id=self._post.channel.client_id,
                            channel_id=self._post.channel.id,
                        )
                    )
        except AWAY as away:
            log.warning("mailbox.waits", error=type(away).__name__)


# What a mailbox shows of an error that is none of its server's own words, the narrowest first.
_NAMES: tuple[tuple[type[Exception], str], ...] = (
    (SealError, "sealed"),
    (ssl.SSLCertVerificationError, "untrusted"),
    (ssl.SSLError, "not_secure"),
    (socket.gaierror, "unknown_host"),
    (TimeoutError, "too_slow"),
)


def _named(error: Exception) -> str:
    """Return what the mailbox shows: a word that desks have a sentence for, and the server's own.

    The libraries' texts name addresses and files of ours, so that only the kind of error is told.
    """
    if isinstance(error, ImapError):
        return f"{'refused' if isinstance(error, ImapRefused) else 'answered'}: {error}"
    return next((name for kind, name in _NAMES if isinstance(error, kind)), "unreachable")


def _portions(uids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """Yield the numbers of mails that are fetched and stored at once: a large one alone."""
    portion: list[int] = []
    held = 0
    for uid in uids:
        size = sizes.get(uid, LARGEST)
        if portion and held + size > BATCH_BYTES:
            yield portion
            portion, held = [], 0
        portion.append(uid)
        held += size
    yield portion


async def _fetched(
    client: ImapClient, uids: Sequence[int], sizes: Mapping[int, int]
) -> list[tuple[int, bytes, bool]]:
    """Return the mails that are still there, and of each whether it is only its beginning."""
    found: list[tuple[int, bytes, bool]] = []
    for uid in uids:
        large = sizes.get(uid, 0) > LARGEST
        raw = await client.fetch(uid, first=BEGINNING if large else None)
        if raw is not None:
            found.append((uid, raw, large))
    return found
