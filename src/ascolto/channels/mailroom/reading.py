"""From a mail's bytes to what taking it in needs: everything that is worked out without a database.

Runs in a thread of its own: a large mail takes longer than the loop may stand still.
"""

import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from ascolto.channels.email.authentication import sender_checks
from ascolto.channels.email.kinds import Kind, Understanding, understand
from ascolto.channels.email.loops import why_no_auto_reply
from ascolto.channels.email.mail import Attachment, Mail, read_mail
from ascolto.channels.email.pec import carried_mail
from ascolto.channels.email.replies import split
from ascolto.channels.email.reports import envelope_id
from ascolto.conversations.files import SIZE_LIMIT

MOST_FILES = 20
LARGE_FILE = 1 << 20
MOST_REFS = 100
MOST_SHOWN = 50
LONGEST_ID = 998
# A message's text is shown in a thread; the whole of a longer mail is one click away.
LONGEST_SHOWN = 19_000


@dataclass(frozen=True, slots=True)
class File:
    """Something that hung on a mail: taken out, still in it, or too large to be taken out."""

    name: str
    type: str
    data: bytes | None
    held: Attachment | None = None

    def content(self) -> bytes | None:
        """Return its bytes, None when they are too many; a large one takes its time."""
        return _taken_out(self.held) if self.held is not None else self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail, read: what it is, from whom, what it answers, what it says."""

    found: Understanding
    mail_id: str | None
    refs: tuple[str, ...]
    envelope_id: str | None
    sender: str
    sender_name: str
    reply_to: str
    recipients: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    cut: bool
    folded: bool
    no_auto_reply: str
    # Whether the sender is the one of the mail that was checked, and not of one that it carries.
    checked_sender: bool
    verified: bool
    checks: dict[str, str]
    files: tuple[File, ...] = field(default=())
    # Whether a virus scanner has found it clean; None where there is none.
    scanned: bool | None = None

    def vouched(self, checks: dict[str, str]) -> "Letter":
        """Return it with what the checks of the mail found, which speak of no other mail."""
        verified = self.checked_sender and checks.get("dmarc") == "pass"
        return replace(self, checks=checks, verified=verified)

    @property
    def is_message(self) -> bool:
        """Tell whether a person wrote it, or something that wants to be read."""
        return self.found.kind is Kind.MESSAGE


def read_letter(
    raw: bytes, *, own: Collection[str], envelope_from: str = "", trusted_hop: str = ""
) -> Letter:
    """Read a mail; raises NotAMail for bytes that are none."""
    mail = read_mail(raw)
    found = understand(mail)
    said = (carried_mail(mail, found.certified) if found.certified else None) or mail
    reply = split(said.marked_text)
    text = storable(reply.visible or said.text).strip()
    sender = said.sender
    address = (sender.address if sender else "") or envelope_from
    answers = said.people("reply-to")
    letter = Letter(
        found=found,
        mail_id=_usable(said.message_id),
        refs=_refs(said),
        envelope_id=_usable(envelope_id(mail)),
        sender=storable(address).strip().lower()[:320],
        sender_name=storable(sender.name if sender else "")[:200],
        reply_to=(answers[0].address if answers else "").lower(),
        recipients=tuple(
            one.address.lower()
            for name in ("to", "cc", "delivered-to", "x-original-to")
            for one in (*said.people(name), *(mail.people(name) if said is not mail else ()))
            if one.address
        ),
        to=_shown(said, "to"),
        cc=_shown(said, "cc"),
        subject=storable(said.subject).strip()[:998],
        text=text[:LONGEST_SHOWN],
        cut=len(text) > LONGEST_SHOWN,
        folded=bool(reply.quoted or reply.signature),
        no_auto_reply=why_no_auto_reply(mail, found, own=own) or "",
        checked_sender=said is mail and [one.address for one in mail.people("from")] == [address],
        verified=False,
        checks={},
        files=tuple(_files(said)) if found.kind is Kind.MESSAGE else (),
    )
    return letter.vouched(sender_checks(mail, trusted_hop))


def storable(text: str) -> str:
    """Return a text without what the database and JSON cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def digest(raw: bytes) -> bytes:
    """Return what tells two mails apart, byte for byte."""
    return hashlib.sha256(raw).digest()


def _usable(mail_id: str | None) -> str | None:
    return storable(mail_id)[:LONGEST_ID] or None if mail_id else None


def _shown(mail: Mail, name: str) -> tuple[str, ...]:
    found = (storable(one.address).lower()[:320] for one in mail.people(name) if one.address)
    return tuple(dict.fromkeys(found))[:MOST_SHOWN]


def _refs(mail: Mail) -> tuple[str, ...]:
    """Return the ids that a mail answers, the nearest first."""
    nearest = (*mail.in_reply_to, *reversed(mail.references[-MOST_REFS:]), *mail.references[:1])
    found = (storable(one)[:LONGEST_ID] for one in nearest)
    return tuple(dict.fromkeys(one for one in found if one and one != mail.message_id))


def _files(mail: Mail) -> list[File]:
    out: list[File] = []
    for one in mail.attachments:
        name = storable(one.name or ("mail.eml" if one.type == "message/rfc822" else "file"))
        wanted = len(out) < MOST_FILES
        # Large ones stand in memory one after the other, when their turn comes to be kept.
        large = wanted and one.part is not None and one.part.end - one.part.start > LARGE_FILE
        data = _taken_out(one) if wanted and not large else None
        out.append(File(name[:250], one.type, data, one if large else None))
    return out


def _taken_out(attachment: Attachment) -> bytes | None:
    # Its bytes become the result without being copied.
    whole = io.BytesIO()
    for piece in attachment.stream():
        if whole.tell() + len(piece) > SIZE_LIMIT:
            return None
        whole.write(piece)
    return whole.getvalue() or None
