"""Marks in a written answer: bold, italic, lists, quotes and links, as HTML for who can show it.

The text is the truth: what is searched, kept, erased and read on the desk is the text with its
marks, and the HTML of a mail is made of it when it leaves. Nobody hands in HTML. The desk shows
the same marks (`features/work/rich/marks.ts`); both are held to `tests/support/marks.json`.
"""

import html
import re
from collections.abc import Iterator
from itertools import groupby

_INLINE = re.compile(
    r"\[(?P<words>[^\[\]\n]{1,300})\]\((?P<to>(?:https?://|mailto:)[^\s()<>\"]{1,1000})\)"
    r"|(?P<bare>https?://[^\s<>\"]{1,1000}[^\s<>\".,;:!?)])"
    r"|\*\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*\*"
    r"|(?<!\w)_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"
)
_BULLET = re.compile(r"- (?=\S)")
_NUMBER = re.compile(r"[0-9]{1,3}\. (?=\S)")
_QUOTE = re.compile(r"> ?")
# A quote within quotes of quotes: deeper than this nobody has written by hand.
_DEEPEST = 8


def as_html(text: str) -> str | None:
    """Return the HTML of a text with marks; None when it has none and is best sent as it is."""
    body = "".join(_blocks(text.strip("\n").split("\n")))
    return body if re.search(r"<(?!/?p>|br>)", body) else None


def _blocks(lines: list[str], *, depth: int = 0) -> Iterator[str]:
    for kind, group in groupby(lines, key=_kind):
        part = list(group)
        match kind:
            case "blank":
                continue
            case "quote" if depth < _DEEPEST:
                bare = [_QUOTE.sub("", line, count=1) for line in part]
                inner = "".join(_blocks(bare, depth=depth + 1))
                yield f"<blockquote>{inner}</blockquote>"
            case "bullet":
                items = [f"<li>{_inline(_BULLET.sub('', line, count=1))}</li>" for line in part]
                yield f"<ul>{''.join(items)}</ul>"
            case "number":
                yield from _numbered(part)
            case _:
                yield f"<p>{'<br>'.join(_inline(line) for line in part)}</p>"


def _numbered(lines: list[str]) -> Iterator[str]:
    """Keep the numbers that were written: a list goes on while each follows the one before."""
    points = [line.split(". ", 1) for line in lines]
    follows = enumerate(points)
    for _, run in groupby(follows, key=lambda at: int(at[1][0]) - at[0]):
        part = [point for _, point in run]
        start = int(part[0][0])
        items = "".join(f"<li>{_inline(words)}</li>" for _, words in part)
        yield f'<ol start="{start}">{items}</ol>' if start != 1 else f"<ol>{items}</ol>"


def _kind(line: str) -> str:
    if not line.strip():
        return "blank"
    if line.startswith(">"):
        return "quote"
    if _BULLET.match(line):
        return "bullet"
    return "number" if _NUMBER.match(line) else "words"


def _inline(text: str) -> str:
    done: list[str] = []
    at = 0
    for found in _INLINE.finditer(text):
        done.append(html.escape(text[at : found.start()]))
        at = found.end()
        if (to := found["to"] or found["bare"]) is not None:
            done.append(f'<a href="{html.escape(to)}">{html.escape(found["words"] or to)}</a>')
        elif found["bold"] is not None:
            done.append(f"<strong>{_inline(found['bold'])}</strong>")
        else:
            done.append(f"<em>{_inline(found['italic'])}</em>")
    return "".join([*done, html.escape(text[at:])])
