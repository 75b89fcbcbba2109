"""A mail of ours as bytes: fixed id, thread headers, signature, footer, files, DKIM."""

import contextlib
import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import dkim

from ascolto.channels.email.html_clean import clean
from ascolto.channels.email.loops import OWN_LOOP_HEADER
from ascolto.channels.email.reply_tokens import reply_address, subject_tag
from ascolto.channels.email.settings import EmailSettings

# The first mail and the latest: what clients thread by, in a line that every server takes.
MOST_REFERENCES = 20
_SIGNED = (b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to", b"references",
           b"reply-to", b"mime-version", b"content-type")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a mail of ours says and where it belongs."""

    mail_id: str
    number: int
    to: Sequence[str]
    subject: str
    text: str
    references: Sequence[str]
    answers: str | None
    automatic: bool
    at: datetime
    cc: Sequence[str] = ()
    files: Sequence[Enclosure] = ()
    # The same words with their marks shown; who cannot show them reads the text.
    html: str | None = None


class Unsendable(ValueError):
    """A mail that cannot be written; the text says why."""


def answer_address(settings: EmailSettings, *, number: int, key: bytes) -> str:
    """Return the address to which answers go and bounces come back."""
    if not settings.plus_addresses:
        return settings.address
    return reply_address(settings.address, str(number), key=key)


def answer_subject(subject: str, *, number: int, settings: EmailSettings) -> str:
    """Return the subject of an answer, with the tag if it is wanted and not there."""
    bare = " ".join(subject.split())[:300]
    said = bare if bare[:3].lower() == "re:" else f"Re: {bare}"
    tag = subject_tag(str(number))
    return said if not settings.subject_tag or tag in said else f"{said} {tag}"


def forward_subject(subject: str, *, number: int, settings: EmailSettings) -> str:
    """Return the subject of a mail that is passed on, with the tag if it is wanted."""
    said = f"Fwd: {' '.join(subject.split())[:300]}"
    tag = subject_tag(str(number))
    return said if not settings.subject_tag or tag in said else f"{said} {tag}"


def composed(draft: Draft, settings: EmailSettings, *, key: bytes, dkim_key: str) -> bytes:
    """Return a mail as it goes over the wire; the same draft gives the same words."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=200))
    back = answer_address(settings, number=draft.number, key=key)
    try:
        local, _, domain = settings.address.partition("@")
        message["From"] = Address(display_name=settings.name, username=local, domain=domain)
        message["To"] = ", ".join(draft.to)
        if draft.cc:
            message["Cc"] = ", ".join(draft.cc)
        if back != settings.address:
            message["Reply-To"] = back
        message["Subject"] = draft.subject
        message["Date"] = format_datetime(draft.at)
        message["Message-ID"] = f"<{draft.mail_id}>"
        references = [one for one in draft.references if _is_plain(one)]
        if draft.answers and _is_plain(draft.answers):
            message["In-Reply-To"] = f"<{draft.answers}>"
        if references:
            shown = references[:1] + references[1:][-MOST_REFERENCES:]
            message["References"] = " ".join(f"<{one}>" for one in shown)
        message["Auto-Submitted"] = "auto-replied" if draft.automatic else "no"
        message[OWN_LOOP_HEADER] = str(draft.number)
        message.set_content(_body(draft.text, settings), cte="quoted-printable")
        if draft.html is not None:
            body = _html_body(draft.html, settings)
            message.add_alternative(body, subtype="html", cte="quoted-printable")
        for file in draft.files:
            main, _, sub = file.type.partition("/")
            # A mail in a mail goes as bytes: parsed and written anew it would not be the same.
            if main == "message":
                main, sub = "application", "octet-stream"
            message.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
        raw = message.as_bytes()
    except (ValueError, IndexError, UnicodeError, KeyError) as wrong:
        raise Unsendable(f"{type(wrong).__name__}: {wrong}"[:200]) from wrong
    return _signed(raw, settings, key=dkim_key)


def _is_plain(mail_id: str) -> bool:
    """Tell whether an id can stand in a header: others' ids may hold anything."""
    return mail_id.isascii() and mail_id.isprintable() and not set(mail_id) & set("<> ")


def _body(text: str, settings: EmailSettings) -> str:
    parts = [text.strip("\n")]
    if settings.signature.strip():
        parts.append(f"-- \n{settings.signature.strip()}")
    if settings.footer.strip():
        parts.append(settings.footer.strip())
    return "\n\n".join(parts) + "\n"


def _html_body(shown: str, settings: EmailSettings) -> str:
    """Return the HTML of a mail of ours, cleaned as what comes from others is."""
    below = (html.escape(text.strip()) for text in (settings.signature, settings.footer))
    parts = [shown, *(f"<p>{'<br>'.join(text.splitlines())}</p>" for text in below if text)]
    return clean("".join(parts)).html


def _signed(raw: bytes, settings: EmailSettings, *, key: str) -> bytes:
    """Put a DKIM signature before a mail (RFC 6376) where a key and a name are set."""
    if settings.dkim is None or not key:
        return raw
    present = {
        line.partition(b":")[0].lower() for line in raw.partition(b"\r\n\r\n")[0].splitlines()
    }
    with contextlib.suppress(UnicodeError):
        try:
            header = dkim.sign(
                raw,
                settings.dkim.selector.encode(),
                settings.dkim.domain.encode(),
                key.encode(),
                include_headers=[one for one in _SIGNED if one in present],
            )
        except dkim.DKIMException as wrong:
            raise Unsendable(f"DKIM: {wrong}"[:200]) from wrong
        return bytes(header) + raw
    raise Unsendable("DKIM: the key or the name is no ASCII")
