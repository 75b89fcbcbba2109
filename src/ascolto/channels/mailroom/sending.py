"""Mails of ours on their way: one attempt at a time, and honest about what nobody can know.

Before the words go on the wire the row says so, in a transaction of its own. What fails before is
tried again; what fails after is uncertain, and only a person or a rule sends it again, under the
same id. A node that dies leaves rows that tell the two apart.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import aiosmtplib
import structlog

from ascolto import conversations
from ascolto.channels import (
    events,
    store,
    store_mail,
    store_mail_out,
    store_mail_threads,
    store_mail_to,
)
from ascolto.channels.email.settings import Smtp
from ascolto.channels.mailroom.accounting import tell_message
from ascolto.channels.mailroom.composing import Draft, Unsendable, answer_address, composed
from ascolto.channels.mailroom.forwarding import enclosed, passed_on
from ascolto.channels.mailroom.mailboxes import mailbox_of, opened, reply_key
from ascolto.channels.mailroom.words import say
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.store_mail_to import Addressee
from ascolto.conversations import Message
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.jobs import AWAY
from ascolto.kit.secretbox import SealError, server_box
from ascolto.kit.settings import Settings

EVERY_S = 0.5
AT_ONCE = 8
# Longer than any attempt lasts up to its words, and with them.
LEASE = timedelta(minutes=3)
TIMEOUT_S = 30.0
DATA_TIMEOUT_S = 120.0
MOST_ATTEMPTS = 12
MOST_LINES = 50
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=4)
_LATER = range(400, 500)
_REFUSALS = range(400, 600)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail ready to go: its bytes, and the server that takes it."""

    raw: bytes
    envelope_from: str
    recipients: list[str]
    smtp: Smtp
    password: str
    # Which reports are asked for, where the server offers them: as NOTIFY says it.
    notify: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended."""

    state: str
    code: int | None = None
    error: str | None = None
    # What became of it for each recipient that was tried: state and why.
    fates: dict[str, tuple[str, str]] = field(default_factory=dict)


async def send_mail(services: Services) -> None:
    """Send for ever what is due."""
    post = Post(services.db, services.settings)
    while True:
        try:
            await post.round()
        except AWAY as error:
            log.warning("mail_out.waits", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)


class Post:
    """Sends the mails of every organisation; several nodes may run one each."""

    def __init__(
        self, db: Database, settings: Settings, *, lease: timedelta = LEASE,
        timeout_s: float = TIMEOUT_S, data_timeout_s: float = DATA_TIMEOUT_S,
    ) -> None:  # fmt: skip
        """Prepare; `round` does it once."""
        self._db = db
        self._settings = settings
        self._lease = lease
        self._timeout_s = timeout_s
        self._data_timeout_s = data_timeout_s

    async def round(self) -> int:
        """Send what is due once; return how many mails were tried."""
        async with self._db.connection() as connection:
            tenants = await store_mail_out.tenants_with_mail_out(connection, self._db.clock.now())
        tried = 0
        for tenant_id in tenants:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                for lost in await store_mail_out.free_abandoned(tx):
                    await tell_message(tx, lost, state="uncertain")
                    await _tell(tx, lost, "uncertain", why="")
                mails = await store_mail_out.lease_due(
                    tx,
                    lease=self._lease,
                    limit=AT_ONCE,
                    each=timedelta(seconds=self._timeout_s),
                )
            await asyncio.gather(*(self._one(tenant_id, mail) for mail in mails))
            tried += len(mails)
        return tried

    async def _one(self, tenant_id: str, mail: OutMail) -> None:
        try:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                parcel = await self._packed(tx, mail)
        except (Unsendable, SealError) as wrong:
            ending = Ending("failed", error=str(wrong))
        except (Refusal, OSError) as away:  # a file that is away: counted, and told at last
            ending = Ending("queued", error=getattr(away, "code", type(away).__name__))
        else:
            ending = await self._attempt(tenant_id, mail, parcel)
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            await _settle(tx, mail, ending)

    async def _packed(self, tx: Tx, mail: OutMail) -> Parcel:
        channel = await store.get_channel(tx, mail.channel_id)
        if channel is None:
            raise Unsendable("the mailbox is closed")
        settings = channel.email()
        smtp = settings.smtp or self._trap()
        if smtp is None:
            raise Unsendable("no server to send by is set")
        box = server_box(self._settings.data)
        mailbox = await mailbox_of(tx, channel, box=box)
        key = reply_key(mailbox, box=box)
        thread = await store_mail_threads.get_thread(tx, mail.thread_id)
        if thread is None:
            raise Unsendable("its thread is no longer there")
        raw = await store_mail_out.raw_of(tx, mail.id)
        if raw is None:
            draft = await _draft(tx, mail, number=thread.number, folder=self._settings.attachments)
            dkim_key = opened(mailbox, "dkim", box=box)
            written = await asyncio.to_thread(composed, draft, settings, key=key, dkim_key=dkim_key)
            raw = await store_mail_out.keep_raw(tx, mail, written)
        back = answer_address(settings, number=thread.number, key=key)
        waiting = [
            one.address
            for one in await store_mail_to.of_mail(tx, mail.id)
            if one.state not in store_mail_to.REACHED and one.state not in ("failed", "bounced")
        ]
        notify = "FAILURE,DELAY" if mail.automatic else "SUCCESS,FAILURE,DELAY"
        return Parcel(
            raw,
            back,
            waiting,
            smtp,
            opened(mailbox, "smtp", box=box),
            notify if settings.delivery_reports else "",
        )

    def _trap(self) -> Smtp | None:
        """Return our own trap in the demo, where nothing may leave the machine."""
        if not self._settings.demo or self._settings.mail_port is None:
            return None
        return Smtp(host="127.0.0.1", port=self._settings.mail_port, security="none")

    async def _attempt(self, tenant_id: str, mail: OutMail, parcel: Parcel) -> Ending:
        smtp = _client(parcel.smtp, timeout_s=self._timeout_s)
        try:
            await smtp.connect()
            if parcel.smtp.user:
                await smtp.login(parcel.smtp.user, parcel.password)
            refused = await _addressed(smtp, mail, parcel)
            taken = [one for one in parcel.recipients if one not in refused]
            if not taken:
                smtp.close()
                return _all_refused(refused)
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                ours = await store_mail_out.begin_data(tx, mail, lease=self._lease, addresses=taken)
            if not ours:
                smtp.close()
                return Ending("queued", error="another node has it")
        except aiosmtplib.SMTPAuthenticationError as locked:
            # Somebody has to give us the right password; no mail is lost meanwhile.
            smtp.close()
            return Ending("queued", code=locked.code, error="the server refuses our password")
        except aiosmtplib.SMTPResponseException as no:
            smtp.close()
            return _refused(no)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as broken:
            smtp.close()
            return Ending("queued", error=type(broken).__name__)
        ending = await self._words(smtp, parcel.raw)
        fates = dict.fromkeys(taken, _fate(ending))
        return replace(ending, fates={**fates, **{who: _fate(one) for who, one in refused.items()}})

    async def _words(self, smtp: aiosmtplib.SMTP, raw: bytes) -> Ending:
        """Say the words; whatever breaks from here on leaves it uncertain who has them."""
        try:
            answer = await smtp.data(raw, timeout=self._data_timeout_s)
        except aiosmtplib.SMTPResponseException as refused:
            if refused.code not in _REFUSALS:  # no refusal: it may have been taken
                return Ending("uncertain", code=refused.code, error="no proper answer")
            # An answer is an answer: the server says that it has not taken it.
            return _refused(refused)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as broken:
            return Ending("uncertain", error=type(broken).__name__)
        finally:
            smtp.close()
        return Ending("accepted", code=answer.code)


def _client(server: Smtp, *, timeout_s: float) -> aiosmtplib.SMTP:
    secured = server.security != "none"
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=timeout_s,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=ssl.create_default_context() if secured else None,
    )


async def _addressed(smtp: aiosmtplib.SMTP, mail: OutMail, parcel: Parcel) -> dict[str, Ending]:
    """Name sender and recipients; return those that the server does not take, with its word.

    Where it offers reports they are asked for, under the mail's own id (RFC 3461).
    """
    if smtp.is_ehlo_or_helo_needed:
        with contextlib.suppress(aiosmtplib.SMTPHeloError):  # then it is asked the old way
            await smtp.ehlo()
    reports = bool(parcel.notify) and smtp.supports_extension("dsn")
    await smtp.mail(
        parcel.envelope_from,
        options=["RET=HDRS", f"ENVID={xtext(mail.mail_id)}"] if reports else [],
    )
    refused = {}
    for one in parcel.recipients:
        options = [f"NOTIFY={parcel.notify}", f"ORCPT=rfc822;{xtext(one)}"] if reports else []
        try:
            await smtp.rcpt(one, options=options)
        except aiosmtplib.SMTPResponseException as no:
            if no.code < 0 or not smtp.is_connected:
                raise  # the line is gone: nothing was said of this one
            refused[one] = _refused(no)
    return refused


def xtext(text: str) -> str:
    """Return a text as parameters of SMTP carry it (RFC 3461 §4)."""
    return "".join(
        one if "!" <= one <= "~" and one not in "+=" else f"+{ord(one):02X}" for one in text
    )


def _all_refused(refused: dict[str, Ending]) -> Ending:
    """Return how an attempt ended that no recipient came through: again if one may yet."""
    fates = {who: _fate(one) for who, one in refused.items()}
    ends = sorted(refused.values(), key=lambda one: one.state != "queued")
    return replace(ends[0], fates=fates) if ends else Ending("failed", error="no recipient")


def _fate(ending: Ending) -> tuple[str, str]:
    state = "waiting" if ending.state == "queued" else ending.state
    return state, "" if state == "accepted" else ending.error or ""


def _refused(refused: aiosmtplib.SMTPResponseException) -> Ending:
    # The server's words may repeat the recipient, who is on the row already.
    state = "queued" if refused.code in _LATER or refused.code < 0 else "failed"
    return Ending(state, code=refused.code, error=str(refused.message)[:300])


async def _draft(tx: Tx, mail: OutMail, *, number: int, folder: Path) -> Draft:
    message = await conversations.get_message(tx, mail.message_id)
    if message is None:
        raise Unsendable("its message is no longer there")
    addressees = await store_mail_to.of_mail(tx, mail.id)
    draft = Draft(
        mail_id=mail.mail_id,
        number=number,
        to=[one.address for one in addressees if one.role == "to"],
        cc=[one.address for one in addressees if one.role == "cc"],
        subject=mail.subject,
        text=message.text,
        references=(),
        answers=None,
        automatic=mail.automatic,
        at=message.at,
    )
    if mail.kind == "forward":
        return await passed_on(tx, draft, message, folder=folder)
    before = [
        one for one in await store_mail_threads.ids_of_thread(tx, mail.thread_id)
        if one != mail.mail_id
    ]  # fmt: skip
    last = await store_mail.last_of_conversation(tx, mail.conversation_id)
    answers = last.mail_id if last and last.mail_id else None
    return replace(
        draft,
        text="\n\n".join([message.text, *await _notices(tx, message)]),
        references=before,
        answers=answers or (before[-1] if before else None),
        files=await enclosed(tx, message, folder=folder),
    )


async def _notices(tx: Tx, message: Message) -> list[str]:
    """Return what the system has told the customer since the last answer."""
    before = await conversations.list_messages(
        tx,
        conversation_id=message.conversation_id,
        after_seq=None,
        before_seq=message.seq,
        limit=MOST_LINES,
        public_only=True,
    )
    told: list[str] = []
    for line in before:
        match line.author.kind:
            case conversations.AuthorKind.SYSTEM:
                told.append(line.text)
            case conversations.AuthorKind.CUSTOMER:
                pass
            case _:
                told.clear()
    return told


async def _settle(tx: Tx, mail: OutMail, ending: Ending) -> None:
    gave_up = ending.state == "queued" and mail.attempts >= MOST_ATTEMPTS
    if gave_up:
        error = f"gave up after {mail.attempts} attempts: {ending.error}"
        ending = replace(ending, state="failed", error=error)
    wait = min(_FIRST_WAIT * 2 ** (mail.attempts - 1), _LONGEST_WAIT)
    before = await store_mail_to.of_mail(tx, mail.id)
    state, why = _standing(ending, before, last=mail.attempts >= MOST_ATTEMPTS)
    settled = await store_mail_out.settle_attempt(
        tx, mail, state=state, code=ending.code, error=why, again_at=tx.now + wait,
        taken=any(fate == "accepted" for fate, _ in ending.fates.values()),
    )  # fmt: skip
    if not settled:
        return
    fates = ending.fates
    if state in ("failed", "bounced"):
        gone = {one.address: ("failed", why or "") for one in before if one.state == "waiting"}
        fates = {**gone, **fates}
        fates = {
            who: ("failed", said) if fate == "waiting" else (fate, said)
            for who, (fate, said) in fates.items()
        }
    await store_mail_to.settle(tx, mail.id, fates)
    if state != "queued":
        await tell_message(tx, mail, state=state)
    if state in ("failed", "uncertain", "bounced"):
        await _tell(tx, mail, "uncertain" if state == "uncertain" else "failed", why=why or "")


def _standing(ending: Ending, before: Sequence[Addressee], *, last: bool) -> tuple[str, str | None]:
    """Return how a mail stands after an attempt: taken for some only, it is not done with."""
    if ending.state != "accepted":
        return ending.state, ending.error
    known = {one.address: (one.state, one.why) for one in before if one.state == "failed"}
    fates = {**known, **ending.fates}
    open_still = [f"{who}: {why}" for who, (fate, why) in fates.items() if fate == "waiting"]
    lost = [f"{who}: {why}" for who, (fate, why) in fates.items() if fate == "failed"]
    if open_still and not last:
        return "queued", "; ".join(open_still)[:300]
    missed = [*lost, *open_still]
    return ("bounced", "; ".join(missed)[:300]) if missed else ("accepted", None)


async def _tell(tx: Tx, mail: OutMail, what: str, *, why: str) -> None:
    """Tell those who work on the conversation."""
    if what == "uncertain":
        tx.emit(
            events.MailUncertain(
                client_id=mail.client_id,
                mail_id=mail.id,
                channel_id=mail.channel_id,
                conversation_id=mail.conversation_id,
            )
        )
    conversation = await conversations.get(tx, mail.conversation_id)
    if conversation is not None:
        await conversations.add_note(
            tx,
            conversation_id=conversation.id,
            operator_id=None,
            text=say(what, language=conversation.language, why=why),
            nonce=f"out-{mail.id}-{mail.attempts}",
        )
