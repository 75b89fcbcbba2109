"""Delivery and feedback reports: which recipients, for good or for now, about which mail.

Fields of RFC 3464 (delivery), RFC 5965 (feedback), RFC 8098 (disposition), and the plain text of
those who send none of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ascolto.channels.email import headers
from ascolto.channels.email import kind_words as words
from ascolto.channels.email.addresses import message_ids
from ascolto.channels.email.mail import Mail, part_text
from ascolto.channels.email.parts import Part

DELIVERY = ("message/delivery-status", "message/global-delivery-status")
FEEDBACK = ("message/feedback-report",)
DISPOSITION = ("message/disposition-notification", "message/global-disposition-notification")
RETURNED = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_MOST_TEXT = 200_000
_MOST_WORDS = 4_000
_MOST_TOLD = 100
# Not a program's version ("v4.6.1").
_STATUS = re.compile(r"(?<![\w.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d(?:[ -]|: ?)(?:#?[245]\.\d{1,3}\.\d{1,3}|[A-Za-z<])")
_TEXT_ID = re.compile(
    r"(?im)^[\s>|*:]{0,8}(?:x-)?(?:original[ -])?message-id\s?:\s{0,9}<?([^<>\s]{3,998})>?"
)
# The same as the programs of other languages write it in a notice.
_NAMED_ID = re.compile(
    r"(?im)^[\s>|*-]{0,8}(?:message[ _]?id|id (?:del )?messaggio|identificativo (?:del )?messaggio|"
    r"(?:nachrichten|mail)-?id|id (?:del? )?mensa(?:je|gem)|(?:id|identifiant) (?:du )?message|"
    r"bericht-?id|id wiadomości)(?: originale?)?\s?[:=]\s{0,9}<?([^<>\s]{1,400}@[^<>\s]{1,400})>?"
)
_JSON_ID = re.compile(
    r"\"name\"\s?:\s?\"Message-ID\"\s?,\s?\"value\"\s?:\s?\"\s?<?([^\"<>\s]{3,500})>?\s?\"",
    re.IGNORECASE,
)
_JSON_SENT_ID = re.compile(r"\"messageId\"\s?:\s?\"<?([^\"<>\s]{3,500})>?\"")
ADDRESS = re.compile(r"[\w.+=%/~!#$&'*{}|^-]{1,64}@[\w.-]{1,190}\w")
_JSON_KIND = re.compile(
    r"\"bounceType\"\s?:\s?\"(Permanent|Transient|Undetermined)\"|"
    r"\"(?:notification|event)Type\"\s?:\s?\"DeliveryDelay\""
)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_DELAYED = re.compile(
    r"delay|still being retried|not yet been delivered|warning: could not send|in ritardo|"
    r"verzögert|"
    r"retard[ée]|retras|atrasad|vertraagd",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of one recipient; status as in "5.1.1", empty when the report gives none."""

    address: str
    action: str
    status: str
    diagnostic: str
    # Whom the sender had named, where that was somebody else: the address leads on to `address`.
    named: str = ""


def own_parts(root: Part) -> Iterator[Part]:
    """Yield the parts of the mail itself, not those of mails that it carries."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        if not part.is_message:
            waiting.extend(reversed(part.children))


def groups(part: Part) -> list[dict[str, str]]:
    """Return the groups of fields of a report part; the first is about the whole mail."""
    raw = part.content(1 << 18).replace(b"\r\n", b"\n").strip(b"\n")
    out = []
    for block in re.split(rb"\n[ \t]*\n", raw)[:500]:
        fields, _ = headers.read_block(block + b"\n", 0, len(block) + 1)
        found: dict[str, str] = {}
        for name, value in fields:
            found.setdefault(name, headers.text(value))
        if found:
            out.append(found)
    return out


def recipients(mail: Mail) -> list[Recipient]:
    """Return what the report says of each recipient, from its fields, else from its headers."""
    out = []
    for part in own_parts(mail.root):
        if part.type not in DELIVERY:
            continue
        for group in groups(part):
            last = _typed(group.get("final-recipient", ""))
            first = _named(group.get("original-recipient", ""))
            if last or first:
                out.append(
                    Recipient(
                        last or first,
                        _action(group.get("action", "")),
                        (_STATUS.search(group.get("status", "")) or [""])[0],
                        group.get("diagnostic-code", "").partition(";")[2].strip(),
                        first if first.lower() != last.lower() else "",
                    )
                )
    if out:
        return out
    failed = " ".join(mail.root.all("x-failed-recipients"))
    text = mail.text[:_MOST_TEXT]
    fate = _by_words(mail, text)
    action = "delayed" if fate is False else "failed"
    status = (_STATUS.search(text) or [""])[0]
    named = [Recipient(one, action, status, "") for one in ADDRESS.findall(failed)]
    return named or _told_of(mail, text, "" if fate is None else action)


def _told_of(mail: Mail, text: str, action: str) -> list[Recipient]:
    """Return the mailboxes that a text names above the returned mail, each with its own status."""
    below = words.RETURNED_BELOW.search(text)
    text = text[: below.start() if below else _MOST_WORDS][:_MOST_WORDS]
    ours = {one.address.lower() for name in ("from", "to", "cc") for one in mail.people(name)}
    ours.update(one.lower() for one in _TEXT_ID.findall(text))
    found = [one for one in ADDRESS.finditer(text) if one[0].lower() not in ours]
    ends = [one.start() for one in found[1:]] + [len(text)] * bool(found)
    out: dict[str, Recipient] = {}
    for one, end in zip(found, ends, strict=True):
        status = (_STATUS.search(text, one.end(), end) or [""])[0]
        held = out.get(one[0].lower())
        if held is None or not held.status:
            out[one[0].lower()] = Recipient(one[0], action, status, "")
    return list(out.values())[:_MOST_TOLD]


def _action(value: str) -> str:
    """Return an action's own word, without what some add: "expanded (to an alias)"."""
    return next(iter(re.findall(r"[a-z]+", value.lower())), "")


def _typed(value: str) -> str:
    """Return the address of a field such as "rfc822; a@b" (RFC 3464 §2.3.2)."""
    return value.partition(";")[2].strip().strip("<>") or value.strip()


def _named(value: str) -> str:
    """Return an original recipient; some servers hand it on as it stood in SMTP's parameter.

    Digits behind a plus are as often somebody's own: read as a code only where they must be one.
    """
    said = _typed(value)
    return _decoded(said) if "@" not in said else re.sub(r"\+(2B|3D)", _decoded_one, said)


def _decoded_one(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _decoded(text: str) -> str:
    """Return what a parameter of SMTP held (RFC 3461 §4)."""
    return _XTEXT.sub(_decoded_one, text)


def permanent(mail: Mail, found: Sequence[Recipient]) -> bool | None:
    """Tell whether sending again is useless: True, False (try again), None when nothing says."""
    said = [one for one in found if one.status or one.action]
    if said:
        return any(
            one.status.startswith("5") or (not one.status and one.action == "failed")
            for one in said
        )
    return _by_words(mail, mail.text[:_MOST_TEXT])


def _by_words(mail: Mail, text: str) -> bool | None:
    """Tell from a report's text whether its server has given up (see `permanent`)."""
    kind = _JSON_KIND.search(text.replace('\\"', '"'))
    if kind:
        return None if kind[1] == "Undetermined" else kind[1] == "Permanent"
    if _DELAYED.search(mail.subject) or words.TRIES_ON.search(text[:_MOST_WORDS]):
        return False
    below = words.RETURNED_BELOW.search(text)
    # What a mail carries that came back (versions, amounts) counts only where nothing else says.
    for said in (text[: below.start() if below else _MOST_TEXT], text):
        code = _STATUS.search(said) or _REPLY_CODE.search(said)
        if code:
            return code[1] == "5"
        if words.GIVEN_UP.search(said[:_MOST_WORDS]):
            return True
    return None


def envelope_id(mail: Mail) -> str | None:
    """Return the id under which the sender asked for reports (RFC 3464 §2.2.1), decoded."""
    for part in own_parts(mail.root):
        if part.type in DELIVERY:
            said = next(iter(groups(part)), {}).get("original-envelope-id", "").strip()
            if said:
                return _decoded(said)[:998]
    return None


def original_id(mail: Mail) -> str | None:
    """Return the id of the mail that a report speaks of: from its own words, surest first."""
    for part in own_parts(mail.root):
        found = _id_in_part(part)
        if not found and part is not mail.root:
            # Returned headers that slipped into a part's own.
            found = _first_id(" ".join(part.all("message-id")))
        if found:
            return found
    for name in ("x-riferimento-message-id", "x-original-message-id", "original-message-id"):
        found = _first_id(" ".join(mail.root.all(name)))
        if found:
            return found
    text = _whole_text(mail).replace('\\"', '"')
    for form in (_TEXT_ID, _JSON_ID, _JSON_SENT_ID, _NAMED_ID):
        said = form.search(text)
        if said:
            return said[1]
    # Returned headers under a boundary that does not fit, or in no part at all.
    below = mail.root.source[mail.root.start : mail.root.start + _MOST_TEXT].decode("latin-1")
    loose = _TEXT_ID.search(below)
    if loose:
        return loose[1]
    answered = mail.in_reply_to or mail.references
    return answered[-1] if answered else None


def _whole_text(mail: Mail) -> str:
    """Return every text of the mail itself: returned headers also come as odd attachments."""
    out, size = [], 0
    for part in own_parts(mail.root):
        if size < _MOST_TEXT and not part.children and part.type.startswith("text/"):
            said = mail.text if part.type == "text/html" else part_text(part)
            out.append(said[:_MOST_TEXT])
            size += len(out[-1])
    return "\n".join(out) if out else mail.text[:_MOST_TEXT]


def _id_in_part(part: Part) -> str | None:
    if part.is_message:
        return _first_id(" ".join(part.children[0].all("message-id")))
    if part.type in RETURNED:
        block = part.content(1 << 18).lstrip(b"\r\n")
        fields, _ = headers.read_block(block, 0, len(block))
        values = [headers.unfold(value) for name, value in fields if name == "message-id"]
        return _first_id(" ".join(values))
    if part.type in (*DELIVERY, *DISPOSITION, *FEEDBACK):
        for group in groups(part):
            for name in ("original-message-id", "x-original-message-id"):
                found = _first_id(group.get(name, ""))
                if found:
                    return found
    elif part.type.startswith(("message/", "application/octet")) and not part.children:
        # A returned mail under a type of its own, or one that lost its beginning.
        text = part.content(1 << 16).decode("latin-1")
        said = _TEXT_ID.search(text)
        return said[1] if said else None
    return None


def _first_id(value: str) -> str | None:
    found = message_ids(value)
    return found[0] if found else None
