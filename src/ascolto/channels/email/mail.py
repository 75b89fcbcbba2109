"""A mail as one reads it: who, to whom, what about, the text, what hangs on it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice

from ascolto.channels.email import flowed, headers, parts
from ascolto.channels.email.addresses import Address, addresses, message_ids, moment, only_ids
from ascolto.channels.email.calendar import Invitation, read_invitation
from ascolto.channels.email.charsets import codec_of, decode
from ascolto.channels.email.html_text import to_text
from ascolto.channels.email.parts import Bodies, Part
from ascolto.channels.email.sniffing import content_type
from ascolto.channels.email.source import Source
from ascolto.channels.email.tnef import TnefFile, read_tnef
from ascolto.channels.email.uuencode import Block, around, blocks

# A text longer than this is cut for reading and search; the mail itself is always kept whole.
LONGEST_TEXT = 2_000_000
LARGEST_TNEF = 64 << 20
# So many files are taken out of the texts of a mail; further ones stay words.
MOST_UNPACKED = 100
_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
# What a page says of itself, where its part says nothing.
_META_CHARSET = re.compile(
    rb"<meta\s[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?([\w.:+-]{2,40})", re.IGNORECASE
)
_PGP_ARMOUR = re.compile(r"^-----BEGIN PGP (SIGNED )?MESSAGE-----", re.MULTILINE)


class NotAMail(ValueError):
    """The bytes have no header line at all."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that hangs on a mail; its bytes are read only when asked for."""

    name: str | None
    type: str
    cid: str | None
    disposition: str
    part: Part | None
    held: TnefFile | None = None

    @property
    def inline(self) -> bool:
        """Tell whether the text shows it in place."""
        return self.disposition == "inline" or (
            self.cid is not None and self.disposition != "attachment"
        )

    def stream(self) -> Iterator[bytes]:
        """Yield the bytes in pieces."""
        if self.held is not None:
            yield self.held.content
        elif self.part is not None:
            yield from self.part.stream()

    def seen_type(self) -> str:
        """Return the type that the content itself shows, else the one that was said."""
        head = self.held.content[:64] if self.held else self.part.content(512) if self.part else b""
        return content_type(head) or self.type


@dataclass(eq=False)
class Mail:
    """A mail that has been read; parts of it are worked out when first asked for."""

    root: Part
    bodies: Bodies
    tnef: list[TnefFile] = field(default_factory=list)

    @property
    def sender(self) -> Address | None:
        """Return who wrote, the first when there are several."""
        found = self.people("from")
        whole = next((one for one in found if "@" in one.address), None)
        if whole is None:
            # An address that was encoded with its name; `people` tells that it stands nowhere.
            read = addresses(headers.words(" ".join(self.root.all("from"))))
            whole = next((one for one in read if "@" in one.address), None)
        return whole or next((one for one in found if one.address), found[0] if found else None)

    def people(self, name: str) -> tuple[Address, ...]:
        """Return the addresses of a field, of all its lines."""
        return tuple(one for value in self.root.all(name) for one in addresses(value))

    @cached_property
    def subject(self) -> str:
        """Return the subject, empty when there is none."""
        return self.root.header("subject")

    @cached_property
    def date(self) -> datetime | None:
        """Return when it says it was written."""
        raw = self.root.raw("date")
        return None if raw is None else moment(headers.unfold(raw))

    @cached_property
    def message_id(self) -> str | None:
        """Return its id without brackets; a hint, never a key: ids are missing and come twice."""
        said = " ".join(self.root.all("message-id"))
        found = message_ids(said) or (said,)
        # Some write an id without brackets and without a house.
        return found[0] if found[0] and " " not in found[0] else None

    @cached_property
    def in_reply_to(self) -> tuple[str, ...]:
        """Return the ids it answers, without what is only somebody's address."""
        said = [re.sub(r"\([^()]*\)", " ", value) for value in self.root.all("in-reply-to")]
        return only_ids(message_ids(" ".join(said)), self._addresses())

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Return the ids of the mails before it, oldest first, without brackets."""
        found = message_ids(" ".join(self.root.all("references")), bare=True)
        return only_ids(found, self._addresses())

    def _addresses(self) -> set[str]:
        return {one.address for name in ("from", "to", "cc") for one in self.people(name)}

    @cached_property
    def html(self) -> str:
        """Return the HTML as it came (never to be shown before it is cleaned)."""
        found = [part for part in self.bodies.html if part.type == "text/html"]
        return "\n".join(part_text(part) for part in found)[:LONGEST_TEXT]

    @cached_property
    def text(self) -> str:
        """Return the text: the plain parts, and those in HTML turned into text."""
        return self._text(marked=False)

    @cached_property
    def marked_text(self) -> str:
        """Return the text with marks where a client's quote container begins."""
        return self._text(marked=True)

    def _text(self, *, marked: bool) -> str:
        said, size = [], 0
        unopened = [part for part in self.bodies.attachments if _is_words(part)]
        for part in sorted((*self.bodies.text, *unopened), key=lambda one: one.start):
            if size >= LONGEST_TEXT:
                break
            words = self._around.get(id(part))
            body = part_text(part) if words is None else _as_text(words, part)
            if part.type == "text/html":
                body = to_text(body, marked=marked)
            elif flowed.is_flowed(part):
                body = flowed.joined(body, part)
            said.append(body)
            size += len(body)
        # Some send an empty plain part beside the HTML that says it all.
        if not any(one.strip() for one in said) and self.html:
            said = [to_text(self.html, marked=marked)]
        if not any(one.strip() for one in said):
            said.extend(file.content.decode("utf-8") for file in self.tnef if file.is_body)
        return "\n".join(said)[:LONGEST_TEXT]

    @cached_property
    def attachments(self) -> list[Attachment]:
        """Return what hangs on the mail; what winmail.dat wraps stands in its place."""
        out: list[Attachment] = []
        for part in self.bodies.attachments:
            if _is_words(part):
                continue
            wrapped = [f for f in self.tnef if f.part is part and not f.is_body]
            out.extend(Attachment(f.name, f.type, f.cid, "attachment", None, f) for f in wrapped)
            if not wrapped:
                out.append(Attachment(part.name, part.type, part.cid, part.disposition, part))
        return [*out, *(file for _, _, files in self._unpacked for file in files)]

    @cached_property
    def _around(self) -> dict[int, bytes]:
        return {id(part): words for part, words, _ in self._unpacked}

    @cached_property
    def _unpacked(self) -> list[tuple[Part, bytes, list[Attachment]]]:
        """Return the texts that files are written into: the words around, and the files."""
        out, room = [], MOST_UNPACKED
        for part in self.bodies.text:
            if part.type == "text/plain" and part.encoding in ("", "x-uuencode"):
                found = list(islice(blocks(part.source, part.start, part.end), room))
                if not found:
                    continue
                words = around(part.source, part.start, part.end, found)
                if not (part.encoding and _is_one_text(found, words)):
                    room -= len(found)
                    out.append((part, words, [_file(one, part) for one in found]))
        return out

    @cached_property
    def invitation(self) -> Invitation | None:
        """Return what a calendar part says, None when there is none that can be read."""
        for part in self.root.walk():
            if part.type in ("text/calendar", "application/ics"):
                found = read_invitation(part_text(part))
                if found is not None:
                    return found
        return None

    @cached_property
    def protection(self) -> tuple[str, ...]:
        """Return how it is signed or sealed: smime_signed, smime_encrypted, pgp_signed, ..."""
        found = [_protection(part) for part in self.root.walk()]
        armour = _PGP_ARMOUR.search(self.text[:100_000])
        if armour:
            found.append("pgp_signed" if armour[1] else "pgp_encrypted")
        return tuple(dict.fromkeys(one for one in found if one))

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Return what was broken and how it was read all the same."""
        found = [part.problem for part in self.root.walk()]
        return tuple(dict.fromkeys(one for one in found if one))


def read_mail(source: Source) -> Mail:
    """Read a mail; only bytes without a single header line are refused (NotAMail)."""
    root = parts.read(source)
    if not root.fields:
        raise NotAMail("empty" if not len(source) else "no header line: this is not a mail")
    mail = Mail(root, parts.bodies(root))
    for part in mail.bodies.attachments:
        named = (part.name or "").lower()
        wraps = part.type in _TNEF_TYPES or named == "winmail.dat"
        if wraps and part.end - part.start <= LARGEST_TNEF:
            mail.tnef.extend(read_tnef(part.content(), part))
    return mail


def _is_one_text(found: list[Block], words: bytes) -> bool:
    """Tell whether a text was only sent that way: nothing stands around it, and it is no file."""
    content = found[0].content
    alone = len(found) == 1 and not words.strip()
    return alone and b"\0" not in content and not content_type(content[:512])


def _file(block: Block, part: Part) -> Attachment:
    name = decode(block.name, part.parameters.get("charset"))
    kind = content_type(block.content[:512]) or "application/octet-stream"
    held = TnefFile(part, name, kind, content=block.content)
    return Attachment(name, kind, None, "attachment", None, held)


def _is_words(part: Part) -> bool:
    """Tell whether a part is called a multipart and is only text, which people want to see."""
    return part.is_unopened and part.disposition != "attachment" and part.name is None


def part_text(part: Part) -> str:
    """Return a text part's text with line feeds, cut where nobody reads on."""
    return _as_text(part.content(2 * LONGEST_TEXT), part)


def _as_text(raw: bytes, part: Part) -> str:
    charset = part.parameters.get("charset")
    if part.type == "text/html" and codec_of(charset) in (None, "ascii"):
        said = _META_CHARSET.search(raw, 0, 4096)
        charset = said[1].decode("ascii") if said and not _is_utf8(raw) else charset
    text = decode(raw[: 2 * LONGEST_TEXT], charset)
    return text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_TEXT]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except ValueError:
        return False
    return True


def _protection(part: Part) -> str | None:
    kind = part.type
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        signed = "signed" in part.parameters.get("smime-type", "")
        return "smime_signed" if signed else "smime_encrypted"
    protocol = part.parameters.get("protocol", "").lower()
    if kind == "multipart/signed":
        return (
            "pgp_signed" if "pgp" in protocol else "smime_signed" if "pkcs7" in protocol else None
        )
    if kind == "multipart/encrypted":
        return "pgp_encrypted"
    return None
