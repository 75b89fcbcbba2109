"""Where a signature begins: the delimiter, a phone's last line, a farewell, a legal notice."""

import re

from ascolto.channels.email import reply_words as words
from ascolto.channels.email.html_text import SIGNATURE_MARK

_DELIMITER = re.compile(
    rf"{SIGNATURE_MARK}$|"
    r"\s{0,3}(?:--|—|––|- -)\s{0,3}$|\s{0,3}[—–─]{3,80}\s{0,3}$"
)
_FOOTER_RULE = re.compile(r"\s{0,3}_{2,80}\s{0,3}$")
_SENT_FROM = re.compile(rf"[\s*_<\[-]{{0,8}}(?:{words.SENT_FROM})\b.{{0,80}}$", re.IGNORECASE)
_DEVICES = re.compile(words.DEVICES, re.IGNORECASE)
_POSTSCRIPT = re.compile(
    r"\s{0,3}p\.? ?s\.?\s?(?:[:,–—-]|[^\W\d]|$)|\s{0,3}n\.?b\.?\s?:", re.IGNORECASE
)
_THREE_DASHES = re.compile(r"\s{0,3}(?:---|\*\*\*|===)\s{0,3}$")
_NAME = re.compile(r"(?:[A-ZÀ-ÝĀ-Ž][\w.'’-]{0,30}\s{0,2}){1,5}[,.]?")
_LONGEST_NOTICE = 8
_LONGEST_SIGNATURE = 12
_LONGEST_FOOTER = 30
_LONGEST_LINE = 90
_HEAD_OF_SENT_FROM = 110
# A signature is short; further up nobody signs.
_LOOKED_AT = 80


def signature_start(lines: list[str]) -> tuple[int, int]:
    """Return where the signature begins and where it ends in the shown lines of a reply.

    What follows the end is what a phone put below its last line: quoted text.
    """
    size = len(lines)
    while size and not lines[size - 1].strip():
        size -= 1
    start, end = size, size
    phone = _sent_from(lines, size)
    if phone is not None:
        start, end = phone, phone + 1
        if _is_short(lines, phone + 1, size):
            end = size  # a signature may go on below it
    for at in range(max(0, start - _LOOKED_AT), start):
        if _begins(lines, at, start):
            return _before_blank(lines, at), max(end, start)
    return _before_blank(lines, start), end


def postscript(signature: list[str]) -> tuple[int, int]:
    """Return from where to where a postscript stands below a name: it is no signature."""
    for at in range(1, len(signature)):
        if _POSTSCRIPT.match(signature[at]) and not signature[at - 1].strip():
            below = signature[at:]
            blank = next((n for n, line in enumerate(below) if not line.strip()), len(below))
            return at, at + blank
    return len(signature), len(signature)


def _sent_from(lines: list[str], size: int) -> int | None:
    for at in range(size):
        line = lines[at]
        if len(line) > _HEAD_OF_SENT_FROM or not _SENT_FROM.match(line):
            continue
        if not _DEVICES.search(line) and any(one.strip() for one in lines[at + 1 : size]):
            continue  # "Sent by registered mail", and the letter goes on
        alone = at == 0 or not lines[at - 1].strip() or at + 1 == size
        said = line.rstrip()
        ends_sentence = said.endswith((".", "!", "?", ",")) and "<" not in said
        if said.endswith(".") and at + 1 == size and _DEVICES.search(said):
            ends_sentence = False  # "Sent with Proton Mail secure email." ends the mail
        if alone and not ends_sentence and len(said.split()) <= 12:
            return at
    return None


def _is_short(lines: list[str], begin: int, end: int) -> bool:
    filled = [line for line in lines[begin:end] if line.strip()]
    return not filled or (
        _DELIMITER.match(filled[0]) is not None and len(filled) <= _LONGEST_SIGNATURE
    )


def _begins(lines: list[str], at: int, end: int) -> bool:
    line = lines[at]
    if not line.strip() or len(line) > 400:
        return False
    below = [one for one in lines[at + 1 : end] if one.strip()]
    if line == SIGNATURE_MARK:
        # Some write below the signature that their program has put on top.
        return any(one.strip() for one in lines[:at]) and len(below) <= _LONGEST_FOOTER
    if _DELIMITER.match(line) or (_THREE_DASHES.match(line) and _is_card(below)):
        return True
    if _FOOTER_RULE.match(line):
        return 0 < len(below) <= _LONGEST_FOOTER
    if len(line) <= _LONGEST_LINE and (words.FAREWELL.fullmatch(line) or _with_name(line)):
        return _is_signature(below)
    return at > 0 and len(below) <= _LONGEST_FOOTER and _is_notice([line, *below])


def _with_name(line: str) -> bool:
    """Tell whether a line is a farewell with a name behind it: "Cordiali saluti, Ada Bianchi"."""
    found = words.FAREWELL_AND_NAME.fullmatch(line)
    if found is None or not _NAME.fullmatch(found["name"]):
        return False
    said = line[: found.start("name")].strip(" ,.")
    return len(said) > 5 or said.lower() in ("vg", "lg", "mfg", "mvg", "rgds")


def _is_card(below: list[str]) -> bool:
    """Tell whether lines are somebody's name, house and numbers, and no sentences."""
    short = all(len(line) <= 60 and not line.rstrip().endswith((".", "?", "!")) for line in below)
    return 0 < len(below) <= 6 and short and bool(_NAME.fullmatch(below[0].strip()))


def _is_notice(lines: list[str]) -> bool:
    """Tell whether lines begin with a legal notice, or that of a virus scanner."""
    if words.TITLED_NOTICE.match(lines[0]):
        return True
    if not words.NOTICE.match(lines[0]):
        return False
    said = " ".join(lines[:_LONGEST_NOTICE])
    return words.ONLY_IN_NOTICES.search(said) is not None and not words.ASKS.search(said)


def _is_signature(below: list[str]) -> bool:
    """Tell whether lines below a farewell can be a name, a job, numbers and a legal notice."""
    for number, line in enumerate(below):
        if _is_notice(below[number:]) or _FOOTER_RULE.match(line) or _DELIMITER.match(line):
            return True
        if number >= _LONGEST_SIGNATURE or len(line) > _LONGEST_LINE:
            return False
    return True


def _before_blank(lines: list[str], at: int) -> int:
    while at and not lines[at - 1].strip():
        at -= 1
    return at
