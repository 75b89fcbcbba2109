"""The job behind the stored mails: each is read, taken in or set aside with a reason."""

import asyncio
import errno
import ipaddress
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest

import asyncpg
import structlog

from ascolto.channels import (
    events,
    store,
    store_mail,
    store_mail_in,
    store_mail_out,
    store_mail_raw,
    store_mail_threads,
)
from ascolto.channels.email.mail import NotAMail, read_mail
from ascolto.channels.email.names import Names
from ascolto.channels.email.verification import Peer, verify_sender
from ascolto.channels.mailroom.mailboxes import mailbox_of, reply_key
from ascolto.channels.mailroom.naming import Silent, SystemNames
from ascolto.channels.mailroom.portions import (
    BATCH,
    BATCH_BYTES,
    Opened,
    Shut,
    batches,
    groups,
    size,
)
from ascolto.channels.mailroom.reading import Letter, read_letter
from ascolto.channels.mailroom.taking_in import Unplaceable, known_of, take_in
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming, Read
from ascolto.channels.webhooks.reach import is_public
from ascolto.conversations.files import takes_files
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.jobs import AWAY
from ascolto.kit.scanning import NotScannable, Scanner, ScannerAway, ScannerBroke
from ascolto.kit.secretbox import SealError, server_box
from ascolto.kit.settings import Settings
from ascolto.kit.tasks import end

EVERY_S = 0.5
AT_ONCE = 40
MOST_ATTEMPTS = 5
# So many names are asked for at once, whoever wants to know them.
ASKERS = 16
# A mail that ends the process with it is tried again after this, and set aside at last.
AGAIN = timedelta(seconds=20)
_BROKE = "scanner_broke"
# No mail's fault: the database goes away, or its disk is full. Narrower than `kit.jobs.AWAY`, which
# takes every word of the database for one: a statement that a mail makes fail is that mail's fault.
NO_MAILS_FAULT = (
    ConnectionError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError,
    asyncpg.DiskFullError, asyncpg.TooManyConnectionsError, asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError,
)  # fmt: skip
# What a disk or the machine says of itself. A disk with room for a few bytes takes no large mail.
DISKS_FAULT = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE}

log = structlog.get_logger(__name__)


async def take_in_mail(services: Services) -> None:
    """Read for ever what has come."""
    silent, askers = Silent(), ThreadPoolExecutor(ASKERS, thread_name_prefix="names")
    intake = Intake(
        services.db, services.settings, names=lambda: SystemNames(silent=silent, askers=askers)
    )
    try:
        while True:
            try:
                while await intake.round():
                    pass
            except AWAY as error:
                log.warning("intake.waits", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)
    finally:
        intake.stop()
        askers.shutdown(wait=False, cancel_futures=True)


class Intake:
    """Takes in the mails of every organisation; several nodes may run one each."""

    def __init__(
        self, db: Database, settings: Settings, *, again: timedelta = AGAIN,
        names: Callable[[], Names] | None = None,
    ) -> None:  # fmt: skip
        """Prepare; `round` does it once. Without `names` no sender is looked into.

        They are made anew for each batch, which has one patience for all its senders.
        """
        self._names = names
        # Threads of its own, one for each mail of a batch: a sender whose names are slow takes
        # none from those who write and read files.
        self._checkers = ThreadPoolExecutor(BATCH, thread_name_prefix="sender-checks")
        self._db = db
        self._settings = settings
        self._again = again

    def stop(self) -> None:
        """Give up the checks that are under way."""
        self._checkers.shutdown(wait=False, cancel_futures=True)

    async def round(self) -> int:
        """Read what is due once; return how many mails were looked at."""
        async with self._db.connection() as connection:
            tenants = await store_mail.tenants_with_mail_in(connection, self._db.clock.now())
        seen = 0
        for tenant_id in tenants:
            try:
                seen += await self._of_one(tenant_id)
            except AWAY as error:
                log.warning("intake.waits", tenant_id=tenant_id, error=type(error).__name__)
                # Whoever stands behind is read all the same, unless the database itself is away.
                async with self._db.connection() as connection:
                    await connection.fetchval("SELECT 1")
        return seen

    async def _of_one(self, tenant_id: str) -> int:
        """Read what is due of an organisation; return how many mails were looked at."""
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            mails = await store_mail_in.take_unread(tx, limit=AT_ONCE, again=self._again)
            again = await store_mail_in.take_again(tx, again=self._again)
        await self._one_after_another(tenant_id, list(batches(mails)))
        # Alone, as it may have ended its reader: it shall take no other along.
        for batch in batches(again):
            await self._batch(tenant_id, await self._letters(tenant_id, batch))
        return len(mails) + len(again)

    async def _one_after_another(self, tenant_id: str, portions: list[list[Incoming]]) -> None:
        """Take portions in; while one is written, a thread reads the next, where both are small."""
        ahead: asyncio.Task[list[Opened]] | None = None
        try:
            for batch, following in zip_longest(portions, portions[1:]):
                opened = await (ahead or self._letters(tenant_id, batch))
                ahead = None
                if following and size(batch) + size(following) <= 2 * BATCH_BYTES:
                    ahead = asyncio.create_task(self._letters(tenant_id, following))
                await self._batch(tenant_id, opened)
                opened = []  # two large mails are never held at once
        finally:
            if ahead is not None:
                await end(ahead)

    async def _batch(self, tenant_id: str, opened: list[Opened]) -> None:
        """Take some mails in: all at once where nothing stands against it, else one by one."""
        for group in groups(opened):
            if len(group) > 1:
                try:
                    await self._take(tenant_id, group)
                except Exception as error:  # noqa: BLE001 - each tells its own below
                    log.warning("intake.one_by_one", error=type(error).__name__)
                else:
                    continue
            for one in group:
                try:
                    await self._take(tenant_id, [one])
                except Exception as error:  # noqa: BLE001 - told apart there
                    read = replace(one.mail, sender=one.letter.sender, subject=one.letter.subject)
                    await self._failed(tenant_id, read, error)

    async def _letters(self, tenant_id: str, mails: Sequence[Incoming]) -> list[Opened]:
        """Read mails; what cannot be read, or may not, is dealt with here."""
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            channels = {
                one: await store.get_channel(tx, one)
                for one in dict.fromkeys(mail.channel_id for mail in mails)
            }
            raws = await store_mail_raw.raws_of(tx, [mail.id for mail in mails])
        shut: list[Shut] = []
        for mail in mails:
            channel, raw = channels[mail.channel_id], raws.pop(mail.id, None)
            try:
                if mail.attempts > MOST_ATTEMPTS:
                    raise Unplaceable("too_many_attempts")  # noqa: TRY301 - one way to set aside
                if channel is None or raw is None:
                    raise Unplaceable("mailbox_closed")  # noqa: TRY301 - the same
                shut.append(Shut(mail, channel, raw, await self._scanned(raw, mail)))
            except Exception as error:  # noqa: BLE001 - told apart there
                await self._failed(tenant_id, mail, error)
        opened: list[Opened] = []
        names = self._names() if self._names else None
        checks = await asyncio.gather(*(self._checks(one, names) for one in shut))
        read_all = await asyncio.to_thread(_read_all, shut)
        for one, found, read in zip(shut, checks, read_all, strict=True):
            if isinstance(read, Exception):
                await self._failed(tenant_id, one.mail, read)
                continue
            letter = replace(read, scanned=one.scanned)
            if found is not None:
                letter = letter.vouched(found)
            opened.append(Opened(one.mail, one.channel, letter))
        return opened

    async def _checks(self, shut: Shut, names: Names | None) -> dict[str, str] | None:
        """Look into a sender ourselves where no server of ours stands before us; else None."""
        mail = shut.mail
        if names is None or shut.channel.email().trusted_hop or not _from_afar(mail.peer):
            return None
        peer = Peer(mail.peer, mail.helo, mail.envelope_from)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._checkers, _verified, shut.raw, peer, names)
        except NotAMail:
            return None  # which is told where it is read
        except Exception:
            # The sender stays unverified; their mail is none the worse for it.
            log.exception("sender.not_checked", mail_id=mail.id)
            return {}

    async def _failed(self, tenant_id: str, mail: Incoming, error: Exception) -> None:
        """Set a mail aside, or let it wait; raises what the database says when it is away."""
        match error:
            case ScannerAway():
                log.warning("scanner.away", mail_id=mail.id, error=str(error))
                reason = _BROKE if mail.reason == _BROKE else "scanner_away"
                await self._hold(tenant_id, mail, reason)
            case ScannerBroke():
                log.warning("scanner.broke", mail_id=mail.id, error=str(error))
                await self._again_or_aside(tenant_id, mail, _BROKE)
            case NotAMail() | Unplaceable():
                await self._set_aside(tenant_id, mail, _reason(error))
            case Refusal() | SealError():
                await self._set_aside(tenant_id, mail, getattr(error, "code", "sealed"))
            case _ if isinstance(error, NO_MAILS_FAULT) or await self._disk_away(tenant_id, error):
                log.warning("mail.waits", mail_id=mail.id, error=type(error).__name__)
                await self._hold(tenant_id, mail, f"waits: {type(error).__name__}")
            case _:
                log.error("mail.not_taken", mail_id=mail.id, attempt=mail.attempts, exc_info=error)
                await self._again_or_aside(tenant_id, mail, type(error).__name__)

    async def _disk_away(self, tenant_id: str, error: Exception) -> bool:
        """Tell whether an error is the disk's, which takes nothing just now, or the mail's own."""
        if not isinstance(error, OSError):
            return False
        if error.errno in DISKS_FAULT:
            return True
        folder = self._settings.attachments
        return not await asyncio.to_thread(takes_files, folder, tenant_id=tenant_id)

    async def _scanned(self, raw: bytes, mail: Incoming) -> bool | None:
        """Tell whether a scanner has found a mail clean; None where there is no scanner.

        Raises Unplaceable for what it found, ScannerAway where mail is held meanwhile, and
        ScannerBroke where that looks like the mail's own doing.
        """
        if self._settings.clamd is None:
            return None
        passes = self._settings.clamd_away_passes
        try:
            infection = await _infection(
                Scanner(self._settings.clamd), raw, broke=mail.reason == _BROKE
            )
        except (ScannerAway, ScannerBroke):
            if passes:
                return False
            raise
        except NotScannable as word:
            if passes:
                return False
            raise Unplaceable(f"not_scannable: {word}") from word
        if infection is not None:
            raise Unplaceable(f"infected: {infection}")
        return True

    async def _hold(self, tenant_id: str, mail: Incoming, reason: str) -> None:
        """Let a mail wait for what is away; that is no fault of the mail's and no attempt."""
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            at = tx.now + self._again
            await store_mail.put_back(tx, mail, reason=reason, at=at, attempts=mail.attempts - 1)

    async def _take(self, tenant_id: str, group: Sequence[Opened]) -> None:
        """Take in mails of one mailbox, all of them or none."""
        channel = group[0].channel
        box = server_box(self._settings.data)
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            await store_mail_threads.hold_channel(tx, channel.id)
            held = await store_mail_in.hold_unread(tx, [one.mail.id for one in group])
            key = reply_key(await mailbox_of(tx, channel, box=box), box=box)
            known = await known_of(tx, channel, [one.letter for one in group])
            found: dict[str, Read] = {}
            for one in group:
                if one.mail.id in held:
                    found[one.mail.id] = await take_in(
                        tx, channel, held[one.mail.id], one.letter, known=known, key=key,
                        folder=self._settings.attachments,
                    )  # fmt: skip
            await store_mail_in.settle(tx, found)
            writers = [one.sender for one in found.values() if one.state == "taken"]
            await store_mail_out.forget_unreachable(tx, channel_id=channel.id, addresses=writers)

    async def _again_or_aside(self, tenant_id: str, mail: Incoming, reason: str) -> None:
        if mail.attempts >= MOST_ATTEMPTS:
            await self._set_aside(tenant_id, mail, reason)
            return
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            at = tx.now + self._again * 2 ** (mail.attempts - 1)
            await store_mail.put_back(tx, mail, reason=reason, at=at)

    async def _set_aside(self, tenant_id: str, mail: Incoming, reason: str) -> None:
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            held = await store_mail.hold_mail(tx, mail.id)
            if held is None or held.state != "received":
                return
            aside = Read(
                state="quarantined", reason=reason[:200], sender=mail.sender, subject=mail.subject
            )
            await store_mail_in.settle(tx, {mail.id: aside})
            tx.emit(
                events.MailQuarantined(
                    client_id=mail.client_id, mail_id=mail.id, channel_id=mail.channel_id
                )
            )


async def _infection(scanner: Scanner, raw: bytes, *, broke: bool) -> str | None:
    """Ask the scanner; about a mail over which it broke before only when it is well otherwise.

    What breaks it then is the mail; what breaks it else may be anything.
    """
    if broke and not await scanner.works():
        raise ScannerAway("not well")
    return await scanner.infection(raw)


def _from_afar(peer: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(peer))
    except ValueError:
        return False


def _verified(raw: bytes, peer: Peer, names: Names) -> dict[str, str]:
    return verify_sender(read_mail(raw), raw, peer, names)


def _read_all(shut: Sequence[Shut]) -> list[Letter | Exception]:
    """Read mails; what went wrong with one stands in its place."""
    read: list[Letter | Exception] = []
    for one in shut:
        try:
            read.append(_read(one.raw, one.channel, one.mail))
        except Exception as error:  # noqa: BLE001 - told where it stands
            read.append(error)
    return read


def _read(raw: bytes, channel: Channel, mail: Incoming) -> Letter:
    settings = channel.email()
    return read_letter(
        raw,
        own=settings.own_addresses,
        envelope_from=mail.envelope_from,
        trusted_hop=settings.trusted_hop,
    )


def _reason(error: Exception) -> str:
    return "not_a_mail" if isinstance(error, NotAMail) else str(error)
