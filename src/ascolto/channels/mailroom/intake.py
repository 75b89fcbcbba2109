"""The job behind the stored mails: each is read, taken in or set aside with a reason."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import structlog

from ascolto.channels import events, store, store_mail
from ascolto.channels.email.mail import NotAMail
from ascolto.channels.mailroom.mailboxes import mailbox_of, reply_key
from ascolto.channels.mailroom.reading import Letter, read_letter
from ascolto.channels.mailroom.scanning import NotScannable, Scanner, ScannerAway, ScannerBroke
from ascolto.channels.mailroom.taking_in import Unplaceable, take_in
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming, Read
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.secretbox import SealError, server_box
from ascolto.kit.settings import Settings

EVERY_S = 0.5
AT_ONCE = 20
MOST_ATTEMPTS = 5
# A mail that ends the process with it is tried again after this, and set aside at last.
AGAIN = timedelta(seconds=20)
_BROKE = "scanner_broke"
AWAY = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)

log = structlog.get_logger(__name__)


async def take_in_mail(services: Services) -> None:
    """Read for ever what has come."""
    intake = Intake(services.db, services.settings)
    while True:
        try:
            while await intake.round():
                pass
        except (*AWAY, asyncpg.PostgresError) as error:
            log.warning("intake.waits", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)


class Intake:
    """Takes in the mails of every organisation; several nodes may run one each."""

    def __init__(self, db: Database, settings: Settings, *, again: timedelta = AGAIN) -> None:
        """Prepare; `round` does it once."""
        self._db = db
        self._settings = settings
        self._again = again

    async def round(self) -> int:
        """Read what is due once; return how many mails were looked at."""
        async with self._db.connection() as connection:
            tenants = await store_mail.tenants_with_mail_in(connection, self._db.clock.now())
        seen = 0
        for tenant_id in tenants:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                mails = await store_mail.take_unread(tx, limit=AT_ONCE, again=self._again)
            for mail in mails:
                await self._one(tenant_id, mail)
            seen += len(mails)
        return seen

    async def _one(self, tenant_id: str, mail: Incoming) -> None:
        if mail.attempts > MOST_ATTEMPTS:
            await self._set_aside(tenant_id, mail, "too_many_attempts")
            return
        try:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                channel = await store.get_channel(tx, mail.channel_id)
                raw = await store_mail.raw_of(tx, mail.id)
            if channel is None or raw is None:
                await self._set_aside(tenant_id, mail, "mailbox_closed")
                return
            scanned = await self._scanned(raw, mail)
            letter = await asyncio.to_thread(_read, raw, channel, mail)
            letter = replace(letter, scanned=scanned)
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                await self._take(tx, channel, mail, letter)
        except ScannerAway as away:
            await self._hold(tenant_id, mail, away)
        except ScannerBroke as broke:
            log.warning("scanner.broke", mail_id=mail.id, attempt=mail.attempts, error=str(broke))
            await self._again_or_aside(tenant_id, mail, _BROKE)
        except AWAY:
            raise
        except (NotAMail, Unplaceable) as reason:
            await self._set_aside(tenant_id, mail, _reason(reason))
        except (Refusal, SealError) as refused:
            await self._set_aside(tenant_id, mail, getattr(refused, "code", "sealed"))
        except Exception as error:
            log.exception("mail.not_taken", mail_id=mail.id, attempt=mail.attempts)
            await self._again_or_aside(tenant_id, mail, type(error).__name__)

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

    async def _hold(self, tenant_id: str, mail: Incoming, away: ScannerAway) -> None:
        """Let a mail wait for the scanner; that is no fault of the mail's and no attempt."""
        log.warning("scanner.away", mail_id=mail.id, error=str(away))
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            await store_mail.put_back(
                tx, mail.id, reason=_BROKE if mail.reason == _BROKE else "scanner_away",
                at=tx.now + self._again, attempts=mail.attempts - 1,
            )  # fmt: skip

    async def _take(self, tx: Tx, channel: Channel, mail: Incoming, letter: Letter) -> None:
        held = await store_mail.hold_mail(tx, mail.id)
        if held is None or held.state != "received":
            return
        box = server_box(self._settings.data)
        mailbox = await mailbox_of(tx, channel, box=box)
        found = await take_in(
            tx,
            channel,
            held,
            letter,
            key=reply_key(mailbox, box=box),
            folder=self._settings.attachments,
        )
        await store_mail.settle(tx, mail.id, found)

    async def _again_or_aside(self, tenant_id: str, mail: Incoming, reason: str) -> None:
        if mail.attempts >= MOST_ATTEMPTS:
            await self._set_aside(tenant_id, mail, reason)
            return
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            at = tx.now + self._again * 2 ** (mail.attempts - 1)
            await store_mail.put_back(tx, mail.id, reason=reason, at=at)

    async def _set_aside(self, tenant_id: str, mail: Incoming, reason: str) -> None:
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            held = await store_mail.hold_mail(tx, mail.id)
            if held is None or held.state != "received":
                return
            await store_mail.settle(tx, mail.id, Read(state="quarantined", reason=reason[:200]))
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
