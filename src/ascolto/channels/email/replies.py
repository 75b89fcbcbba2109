"""What is new in a reply, what it quotes, and the signature; the three together lose nothing.

Lines are first told apart: quoted lines, introductions ("Il giorno … ha scritto:"), header blocks
("Da: … Inviato: …") and separators. What follows an introduction without quote marks is quoted to
the end. A quoted block between two pieces of new text stays visible when it is being answered piece
by piece, because the answers mean nothing without it.
"""

import re
from dataclasses import dataclass

from ascolto.channels.email.html_text import QUOTE_MARK, SIGNATURE_MARK
from ascolto.channels.email.introductions import (
    block_length,
    introduction_length,
    is_original_line,
    is_passed_on,
    is_rule,
)
from ascolto.channels.email.signatures import postscript, signature_start

MOST_LINES = 2_500
_QUOTED = re.compile(r"\s{0,8}(?:>|\|\s|»)")
_PROMPT = re.compile(r">>>(?: [^>]|$)|\.\.\. ")
_LONG_ENOUGH_TO_WRAP = 60
_TEXT, _QUOTE, _INTRO = "t", "q", "i"


@dataclass(frozen=True, slots=True)
class Reply:
    """The pieces of a reply, each without blank lines around it."""

    visible: str
    quoted: str
    signature: str


def split(text: str) -> Reply:
    """Split a reply's text; a mail that is only passed on is itself what is visible."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    rest = lines[MOST_LINES:]
    lines = lines[:MOST_LINES]
    kinds, end = _kinds(lines)
    shown, quoted = _shown(lines, kinds, end)
    # What is longer than anybody writes is not looked into; it stays where it was.
    (quoted if end < len(lines) or (kinds and kinds[-1] == _QUOTE) else shown).extend(
        lines[end:] + rest
    )
    start, cut = signature_start(shown)
    signature = shown[start:cut]
    # Below a phone's last line stands only what it quotes.
    quoted = shown[cut:] + quoted
    visible = _without_rules(shown[:start])
    begin, finish = postscript(signature)
    if begin < finish:
        visible += ["", *signature[begin:finish]]
        signature = signature[:begin] + signature[finish:]
    reply = Reply(_joined(visible), _joined(quoted), _joined(signature))
    if not reply.visible and _is_passed_on(reply.quoted):
        # Nothing but a mail passed on: that is what was meant to be read.
        return Reply(reply.quoted, "", reply.signature)
    return reply


def _is_passed_on(quoted: str) -> bool:
    """Tell whether a text begins as a mail that is passed on: said so, or by its header block."""
    lines = quoted.split("\n", 24)[:24]
    return is_passed_on(lines[0]) or (not is_rule(lines[0]) and block_length(lines, 0) > 0)


def _kinds(lines: list[str]) -> tuple[list[str], int]:
    """Return the kind of each line, and from which line on all is quoted."""
    kinds: list[str] = []
    while len(kinds) < len(lines):
        at = len(kinds)
        if _QUOTED.match(lines[at]):
            kinds.append(_QUOTE)
            continue
        length = _introduction(lines, at)
        if length is None:
            kinds.append(_TEXT)
        elif length and _quotes_follow(lines, at + length):
            kinds.extend(_INTRO * length)
        else:
            return kinds, at
    return kinds, len(lines)


def _introduction(lines: list[str], at: int) -> int | None:
    """Return how many lines introduce quoted lines here, 0 if all below is quoted, None if none."""
    if lines[at] == QUOTE_MARK:
        return _marked_length(lines, at)
    if is_original_line(lines[at]) or block_length(lines, at):
        return 0
    return introduction_length(lines, at) or None


def _marked_length(lines: list[str], at: int) -> int:
    """Return how many lines introduce the quoted lines below a client's own mark; 0: no such."""
    for length in range(1, 9):
        following = lines[at + length : at + length + 1]
        if not following:
            return 0
        if _QUOTED.match(following[0]):
            return length
    return 0


def _quotes_follow(lines: list[str], at: int) -> bool:
    for line in lines[at : at + 4]:
        if line and line != QUOTE_MARK:
            return _QUOTED.match(line) is not None
    return False


def _shown(lines: list[str], kinds: list[str], end: int) -> tuple[list[str], list[str]]:
    kinds = _with_wrapped_lines(lines[:end], _without_false_quotes(lines[:end], kinds))
    pieces = _pieces(lines, kinds)
    # Quoted, answered, quoted, answered: then the quoted lines belong to the answers.
    marks = "".join(mark for mark, _, _ in pieces)
    last_text = marks.rfind(_TEXT)
    interleaved = re.search("q[i]?t[i]?q", marks) is not None and last_text > marks.find(_QUOTE)
    shown: list[str] = []
    quoted: list[str] = []
    for number, (mark, begin, finish) in enumerate(pieces):
        visible = mark == _TEXT or (mark == _QUOTE and interleaved and number < last_text)
        (shown if visible else quoted).extend(lines[begin:finish])
    return shown, quoted


def _without_false_quotes(lines: list[str], kinds: list[str]) -> list[str]:
    """Count as text what only begins with ">": a prompt's lines, "> 100 kWh" amid a sentence."""
    out = list(kinds)
    if _INTRO in kinds or QUOTE_MARK in lines:
        return out
    for begin, finish in _runs(kinds):
        prompts = all(_PROMPT.match(line) for line in lines[begin:finish])
        if prompts or _is_own(lines, kinds, begin, finish):
            out[begin:finish] = [_TEXT] * (finish - begin)
    return out


def _is_own(lines: list[str], kinds: list[str], begin: int, finish: int) -> bool:
    """Tell whether the writer set lines off: amid a paragraph, or below a colon."""
    above = [line for line in lines[:begin] if line]
    below = next((kinds[at] for at in range(finish, len(lines)) if lines[at]), None)
    if not above or below != _TEXT or kinds[begin - 1] != _TEXT:
        return False
    amid = bool(lines[begin - 1] and lines[finish])
    return amid or (above[-1].endswith(":") and not re.search(r"[@\d]", above[-1]))


def _runs(kinds: list[str]) -> list[tuple[int, int]]:
    """Return where runs of quoted lines begin and end."""
    return [found.span() for found in re.finditer(_QUOTE + "+", "".join(kinds))]


def _with_wrapped_lines(lines: list[str], kinds: list[str]) -> list[str]:
    """Count the tail of a quoted line as quoted that broke off without a mark of its own."""
    out = list(kinds)
    for at in range(1, len(lines)):
        before, line = lines[at - 1], lines[at]
        if (
            out[at] == _TEXT
            and out[at - 1] == _QUOTE
            and kinds[at - 1] == _QUOTE
            and len(before) >= _LONG_ENOUGH_TO_WRAP
            and line[:1].islower()
            and (at + 1 == len(lines) or out[at + 1] == _QUOTE or not lines[at + 1])
        ):
            out[at] = _QUOTE
    return out


def _pieces(lines: list[str], kinds: list[str]) -> list[tuple[str, int, int]]:
    """Return runs of one kind as (kind, begin, end); blank lines belong to what is before them."""
    pieces: list[tuple[str, int, int]] = []
    for at, kind in enumerate(kinds):
        blank = not lines[at] or lines[at] == QUOTE_MARK
        if pieces and (blank or pieces[-1][0] == kind):
            pieces[-1] = (pieces[-1][0], pieces[-1][1], at + 1)
        else:
            pieces.append((_TEXT if blank else kind, at, at + 1))
    if len(pieces) > 1 and not "".join(lines[pieces[0][1] : pieces[0][2]]).strip():
        kind, _, end = pieces[1]
        pieces[:2] = [(kind, pieces[0][1], end)]
    return pieces


def _without_rules(lines: list[str]) -> list[str]:
    """Leave out the lines of dashes that stood between the new text and the quoted one."""
    end = len(lines)
    while end and (not lines[end - 1] or is_rule(lines[end - 1])):
        end -= 1
    return lines[:end]


def _joined(lines: list[str]) -> str:
    return (
        "\n".join(line for line in lines if line not in (QUOTE_MARK, SIGNATURE_MARK))
        .strip("\n")
        .strip()
    )
