"""A mail and a server talk once: who is named, the words, and how it ended.

A server has a mail once it has seen the lone dot that ends its words, and not before (RFC 5321,
4.1.1.4). What fails before the dot is tried again; what fails after is uncertain: nobody can know
then.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import aiosmtplib

from ascolto.channels.email.settings import Smtp
from ascolto.channels.mailroom.access import xoauth2

LOCKED = "the server refuses our password"
TAKEN_OVER = "another node has it"
_LATER = range(400, 500)
_REFUSALS = range(400, 600)
_LET_IN, _SAYS_WHY, _GO_ON, _TAKEN = 235, 334, 354, 250
_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)
# So much of a large mail goes on the wire before we wait for it to be taken.
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail ready to go: its bytes and id, and the server that takes it."""

    raw: bytes
    mail_id: str
    envelope_from: str
    recipients: list[str]
    smtp: Smtp
    password: str
    # The provider's token, where the server takes no passwords.
    token: str | None
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
    # Nothing was tried: the mail waits for somebody to mend what it needs, and loses no attempt.
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take over one word, a mail's words, and what it says of them.

    Up to the dot all of it together takes at most `whole_s`, and a word for each further recipient.
    """

    word_s: float
    data_s: float
    answer_s: float
    whole_s: float


async def hand_over(
    parcel: Parcel, *, patience: Patience, begin: Callable[[list[str]], Awaitable[bool]]
) -> Ending:
    """Try once to hand a mail over.

    `begin` is told for whom, just before the dot that ends the words; when it says False the dot
    is not sent, and the server has no mail.
    """
    smtp = _client(parcel.smtp, timeout_s=patience.word_s)
    whole_s = patience.whole_s + patience.word_s * (len(parcel.recipients) - 1)
    try:
        async with asyncio.timeout(whole_s) as limit:
            await smtp.connect()
            if parcel.smtp.user:
                await _sign_in(smtp, parcel)
            refused = await _addressed(smtp, parcel)
            taken = [one for one in parcel.recipients if one not in refused]
            if not taken:
                return _all_refused(refused)
            ending = await _said(
                smtp, parcel.raw, patience=patience, begin=lambda: _at_last(limit, begin, taken)
            )
    except aiosmtplib.SMTPAuthenticationError as locked:
        # Somebody has to give us the right password; no mail is lost meanwhile.
        return Ending("queued", code=locked.code, error=LOCKED)
    except aiosmtplib.SMTPResponseException as no:
        return _refused(no)
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as broken:
        return Ending("queued", error=type(broken).__name__)
    finally:
        smtp.close()
    fates = dict.fromkeys(taken, _fate(ending))
    return replace(ending, fates={**fates, **{who: _fate(one) for who, one in refused.items()}})


async def _at_last(
    limit: asyncio.Timeout, begin: Callable[[list[str]], Awaitable[bool]], taken: list[str]
) -> bool:
    """Ask for the dot; from here on nothing is broken off halfway."""
    if limit.expired():
        raise TimeoutError
    limit.reschedule(None)
    return await begin(taken)


async def _sign_in(smtp: aiosmtplib.SMTP, parcel: Parcel) -> None:
    if parcel.token is None:
        await smtp.login(parcel.smtp.user, parcel.password)
        return
    if smtp.is_ehlo_or_helo_needed:
        await smtp.ehlo()
    shown = xoauth2(parcel.smtp.user, parcel.token)
    answer = await smtp.execute_command(b"AUTH", b"XOAUTH2", shown)
    if answer.code == _SAYS_WHY:
        answer = await smtp.execute_command(b"")
    if answer.code != _LET_IN:
        raise aiosmtplib.SMTPAuthenticationError(answer.code, answer.message)


async def _said(
    smtp: aiosmtplib.SMTP, raw: bytes, *, patience: Patience, begin: Callable[[], Awaitable[bool]]
) -> Ending:
    """Say the words, and the dot if `begin` lets us.

    Not by the library, which says both at once: here is the last moment at which a mail can be
    kept back.
    """
    answer = await smtp.execute_command(b"DATA")
    if answer.code != _GO_ON:
        return _no(answer, otherwise="queued")
    # Not every loop's transports are of the class that their kind is named by.
    protocol, transport = smtp.protocol, cast("asyncio.WriteTransport | None", smtp.transport)
    if protocol is None or transport is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    transport.set_write_buffer_limits(high=0)  # what has gone has left this process
    writer = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
    # Whoever has heard enough may say so at any moment.
    answering = asyncio.create_task(protocol.read_response())
    try:
        async with asyncio.timeout(patience.data_s):
            await _words(writer, raw, answering)
        if not answering.done() and not await begin():
            return Ending("queued", error=TAKEN_OVER)
        if answering.done():
            return await _kept_back(answering)
        writer.write(b".\r\n")
        return await _last_word(answering, timeout_s=patience.answer_s)
    finally:
        answering.cancel()
        writer.close()


async def _words(writer: asyncio.StreamWriter, raw: bytes, answering: asyncio.Task[Any]) -> None:
    words = _LINE_END.sub(b"\r\n", raw)
    words = _DOT.sub(b"..", words if words.endswith(b"\r\n") else words + b"\r\n")
    with contextlib.suppress(ConnectionError):  # then the answer says so, or says why
        for at in range(0, len(words), _PIECE):
            writer.write(words[at : at + _PIECE])
            await writer.drain()
            if answering.done():
                return
        return
    await asyncio.wait((answering,))


async def _kept_back(answering: asyncio.Task[aiosmtplib.SMTPResponse]) -> Ending:
    """Return how it ended before the dot: whatever was said, the mail was not taken."""
    try:
        return _no(await answering, otherwise="queued")
    except aiosmtplib.SMTPResponseException as no:
        return _refused(no)
    except (aiosmtplib.SMTPException, OSError) as broken:
        return Ending("queued", error=type(broken).__name__)


async def _last_word(
    answering: asyncio.Task[aiosmtplib.SMTPResponse], *, timeout_s: float
) -> Ending:
    """Return what the server makes of a mail; without a word of it nobody knows who has it."""
    try:
        async with asyncio.timeout(timeout_s):
            answer = await answering
    except aiosmtplib.SMTPResponseException as garbled:
        return Ending("uncertain", code=garbled.code, error="no proper answer")
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as broken:
        return Ending("uncertain", error=type(broken).__name__)
    if answer.code == _TAKEN:
        return Ending("accepted", code=answer.code)
    return _no(answer, otherwise="uncertain")


def _no(answer: aiosmtplib.SMTPResponse, *, otherwise: str) -> Ending:
    if answer.code not in _REFUSALS:  # no refusal: after the dot it may have been taken
        return Ending(otherwise, code=answer.code, error="no proper answer")
    # An answer is an answer: the server says that it has not taken it.
    return _refused(aiosmtplib.SMTPResponseException(answer.code, answer.message))


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


async def _addressed(smtp: aiosmtplib.SMTP, parcel: Parcel) -> dict[str, Ending]:
    """Name sender and recipients; return those that the server does not take, with its word.

    Where it offers reports they are asked for, under the mail's own id (RFC 3461).
    """
    if smtp.is_ehlo_or_helo_needed:
        with contextlib.suppress(aiosmtplib.SMTPHeloError):  # then it is asked the old way
            await smtp.ehlo()
    reports = bool(parcel.notify) and smtp.supports_extension("dsn")
    await smtp.mail(
        parcel.envelope_from,
        options=["RET=HDRS", f"ENVID={xtext(parcel.mail_id)}"] if reports else [],
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
