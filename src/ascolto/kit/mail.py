"""Outgoing mail: a row of the transaction that wants it sent, and a sender that empties the row.

With no SMTP server configured the rows stay, for an administrator to read. A text may hold a
single-use link: it is emptied as soon as the mail is sent or has expired.
"""

import asyncio
import smtplib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import structlog

from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.ids import new_id

# Ten tries, each waiting twice as long: half a minute at first, some four hours at last.
_TRIES = 10
_FIRST_WAIT = timedelta(seconds=30)
# While a sender works on a mail the others leave it alone for so long.
_LEASE = timedelta(minutes=2)
_TIMEOUT_S = 20.0
# The longest line that a mail may have (RFC 5322, 2.1.1).
_LINE = 998

_log = structlog.get_logger("ascolto.mail")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it lies in the outbox."""

    id: str
    purpose: str
    recipient: str
    subject: str
    body: str | None
    queued_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str | None
    # Where its reader says that they want no more of these.
    unsubscribe: str | None


async def queue_mail(
    tx: Tx, *, purpose: str, to: str, subject: str, body: str, expires_at: datetime | None = None,
    unsubscribe: str | None = None,
) -> str:  # fmt: skip
    """Ask for a mail to be sent once the transaction has committed; return its id.

    A mail that its reader did not ask for carries the address at which they say "no more": a
    page to look at, which takes the one-click POST of RFC 8058 too. Answers carry none.
    """
    mail_id = new_id()
    await tx.execute(
        "INSERT INTO kit.outgoing_mail (tenant_id, id, purpose, recipient, subject, body,"
        " queued_at, expires_at, next_try_at, unsubscribe)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9)",
        tx.tenant_id, mail_id, purpose, to, subject, body, tx.now, expires_at, unsubscribe,
    )  # fmt: skip
    return mail_id


async def recall_mail(tx: Tx, mail_ids: Sequence[str]) -> int:
    """Send these mails no more, as far as they have not left; return how many that were."""
    rows = await tx.fetch(
        "UPDATE kit.outgoing_mail SET body = NULL, unsubscribe = NULL, last_error = 'recalled'"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND sent_at IS NULL AND body IS NOT NULL"
        " RETURNING id",
        tx.tenant_id, list(mail_ids),
    )  # fmt: skip
    return len(rows)


_MAIL = (
    "id, purpose, recipient, subject, body, queued_at, sent_at, attempts, last_error, unsubscribe"
)


async def list_mail(tx: Tx, *, before: str | None, limit: int) -> list[Mail]:
    """Return the mails of an organisation, newest first."""
    rows = await tx.fetch(
        f"SELECT {_MAIL} FROM kit.outgoing_mail"  # noqa: S608 - a constant of this file
        " WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        tx.tenant_id, before, limit,
    )  # fmt: skip
    return [Mail(**row) for row in rows]


async def get_mail(tx: Tx, mail_id: str) -> Mail | None:
    """Return one mail."""
    row = await tx.fetchrow(
        f"SELECT {_MAIL} FROM kit.outgoing_mail"  # noqa: S608 - a constant of this file
        " WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, mail_id,
    )  # fmt: skip
    return Mail(**row) if row else None


@dataclass(frozen=True, slots=True)
class Smtp:
    """Where mail goes: smtp://user:password@host:port?from=address, or smtps://, smtp+starttls://."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None
    sender: str

    @classmethod
    def from_url(cls, url: str) -> "Smtp":
        """Read the address of a mail server."""
        parts = urlsplit(url)
        ports = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
        if parts.scheme not in ports or not parts.hostname:
            raise ValueError("a mail server is smtp://, smtps:// or smtp+starttls://host:port")
        return cls(
            host=parts.hostname,
            port=parts.port or ports[parts.scheme],
            security=parts.scheme,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            sender=parse_qs(parts.query).get("from", [f"ascolto@{parts.hostname}"])[0],
        )

    def send(self, mail: Mail, *, domain: str) -> None:
        """Hand one mail to the server; blocks, so it runs in a thread."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.queued_at)
        message["Message-ID"] = f"<{mail.id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        if mail.unsubscribe:
            message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
            if mail.unsubscribe.startswith("https:"):  # RFC 8058 asks for nothing less
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # Not every server takes eight bits (RFC 6152).
        message.set_content(mail.body or "", cte="quoted-printable")
        # A long address in a header stays in one piece: folded it would be encoded, and no link.
        message.policy = default.clone(max_line_length=_LINE)
        kind = smtplib.SMTP_SSL if self.security == "smtps" else smtplib.SMTP
        with kind(self.host, self.port, timeout=_TIMEOUT_S) as server:
            if self.security == "smtp+starttls":
                server.starttls()
            if self.user is not None:
                server.login(self.user, self.password or "")
            server.send_message(message)


class MailSender:
    """Empties the outbox of every organisation; several nodes may run one each."""

    def __init__(
        self,
        db: Database,
        *,
        tenants: Callable[[], Awaitable[Sequence[str]]],
        smtp_url: str | None,
        every_s: float = 5.0,
    ) -> None:
        """Know the organisations by a function and the mail server by its address."""
        self._db = db
        self._tenants = tenants
        self._smtp = Smtp.from_url(smtp_url) if smtp_url else None
        self._every_s = every_s

    async def run(self) -> None:
        """Look after the outbox until cancelled; a mail not marked as sent is tried again."""
        while True:
            try:
                await self.round()
            except (
                OSError,
                TimeoutError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
            ) as trouble:  # the database is away: later
                _log.warning("mail_round_failed", error=type(trouble).__name__)
            await asyncio.sleep(self._every_s)

    async def round(self) -> int:
        """Send what is due once, empty what has expired; return how many were sent."""
        sent = 0
        for tenant_id in await self._tenants():
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                await _empty_expired(tx)
                due = await _lease(tx) if self._smtp is not None else []
            for mail in due:
                sent += await self._deliver(tenant_id, mail)
        return sent

    async def _deliver(self, tenant_id: str, mail: Mail) -> int:
        if self._smtp is None:
            return 0
        error: str | None = None
        try:
            await asyncio.to_thread(self._smtp.send, mail, domain=self._smtp.host)
        except Exception as failed:  # noqa: BLE001 - what breaks one mail loses no other
            # The server's words may repeat the recipient: keep the kind and the code only.
            code = getattr(failed, "smtp_code", "")
            error = f"{type(failed).__name__} {code}".strip()
            _log.warning("mail_failed", mail_id=mail.id, error=error, attempts=mail.attempts)
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            await _record(tx, mail, error=error)
        return int(error is None)


async def _empty_expired(tx: Tx) -> None:
    await tx.execute(
        "UPDATE kit.outgoing_mail SET body = NULL, unsubscribe = NULL,"
        " last_error = COALESCE(last_error, 'expired')"
        " WHERE tenant_id = $1 AND body IS NOT NULL AND expires_at <= $2",
        tx.tenant_id, tx.now,
    )  # fmt: skip


async def _lease(tx: Tx) -> list[Mail]:
    rows = await tx.fetch(
        "UPDATE kit.outgoing_mail SET next_try_at = $3, attempts = attempts + 1"  # noqa: S608 - a constant of this file
        " WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM kit.outgoing_mail"
        "  WHERE tenant_id = $1 AND sent_at IS NULL AND body IS NOT NULL AND next_try_at <= $2"
        "  AND attempts < $4 ORDER BY next_try_at LIMIT 20 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_MAIL}",
        tx.tenant_id, tx.now, tx.now + _LEASE, _TRIES,
    )  # fmt: skip
    return [Mail(**row) for row in rows]


async def _record(tx: Tx, mail: Mail, *, error: str | None) -> None:
    if error is None:
        await tx.execute(
            "UPDATE kit.outgoing_mail SET sent_at = $3, body = NULL, unsubscribe = NULL,"
            " last_error = NULL"
            " WHERE tenant_id = $1 AND id = $2",
            tx.tenant_id, mail.id, tx.now,
        )  # fmt: skip
        return
    wait = _FIRST_WAIT * 2 ** min(mail.attempts - 1, 20)
    await tx.execute(
        "UPDATE kit.outgoing_mail SET last_error = $3, next_try_at = $4"
        " WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, mail.id, error, tx.now + wait,
    )  # fmt: skip
