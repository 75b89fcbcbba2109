"""A mail and a server talk once: who is named, the words, and how it ended.

What fails before the words is tried again; what fails after is uncertain: nobody can know then.
"""

import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import aiosmtplib

from ascolto.channels.email.settings import Smtp
from ascolto.channels.mailroom.access import xoauth2

LOCKED = "the server refuses our password"
_LATER = range(400, 500)
_REFUSALS = range(400, 600)
_LET_IN, _SAYS_WHY = 235, 334


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
    """How long a server may take over a word, and over having all of them."""

    word_s: float
    data_s: float


async def hand_over(
    parcel: Parcel, *, patience: Patience, begin: Callable[[list[str]], Awaitable[bool]]
) -> Ending:
    """Try once to hand a mail over.

    `begin` is told for whom, just before the words; when it says False they are not said.
    """
    smtp = _client(parcel.smtp, timeout_s=patience.word_s)
    try:
        await smtp.connect()
        if parcel.smtp.user:
            await _sign_in(smtp, parcel)
        refused = await _addressed(smtp, parcel)
        taken = [one for one in parcel.recipients if one not in refused]
        if not taken:
            smtp.close()
            return _all_refused(refused)
        if not await begin(taken):
            smtp.close()
            return Ending("queued", error="another node has it")
    except aiosmtplib.SMTPAuthenticationError as locked:
        # Somebody has to give us the right password; no mail is lost meanwhile.
        smtp.close()
        return Ending("queued", code=locked.code, error=LOCKED)
    except aiosmtplib.SMTPResponseException as no:
        smtp.close()
        return _refused(no)
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as broken:
        smtp.close()
        return Ending("queued", error=type(broken).__name__)
    except BaseException:
        smtp.close()
        raise
    ending = await _words(smtp, parcel.raw, timeout_s=patience.data_s)
    fates = dict.fromkeys(taken, _fate(ending))
    return replace(ending, fates={**fates, **{who: _fate(one) for who, one in refused.items()}})


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


async def _words(smtp: aiosmtplib.SMTP, raw: bytes, *, timeout_s: float) -> Ending:
    """Say the words; whatever breaks from here on leaves it uncertain who has them."""
    try:
        answer = await smtp.data(raw, timeout=timeout_s)
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
