"""Markup that cannot be forgotten to be escaped: text is text until it is made an element."""

import html
import re
from collections.abc import Iterable
from typing import Final

from ascolto.kit.words import direction

_VOID: Final = frozenset({"input", "link", "meta", "br"})
_ADDRESS = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?]")


class Markup(str):
    """Text that is HTML already; only this module makes it."""

    __slots__ = ()


Inside = str | Markup | Iterable["str | Markup"] | None


def el(tag: str, /, *inside: Inside, **attributes: str | bool | int | None) -> Markup:
    """Return an element; every plain text inside and every attribute is escaped.

    An attribute's last underscore goes, the others become hyphens; False and None leave one out.
    """
    opened = [tag]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        named = key.rstrip("_").replace("_", "-")
        opened.append(named if value is True else f'{named}="{html.escape(str(value))}"')
    if tag in _VOID:
        return Markup(f"<{' '.join(opened)}>")
    return Markup(f"<{' '.join(opened)}>{joined(*inside)}</{tag}>")


def joined(*parts: Inside) -> Markup:
    """Return parts one after the other, text escaped."""
    out: list[str] = []
    for part in parts:
        if part is None:
            continue
        if isinstance(part, Markup):
            out.append(part)
        elif isinstance(part, str):
            out.append(html.escape(part))
        else:
            out.append(joined(*part))
    return Markup("".join(out))


def linked(text: str) -> Markup:
    """Return what somebody of ours wrote, with its web addresses as links."""
    out: list[Markup] = []
    at = 0
    for found in _ADDRESS.finditer(text):
        out.append(joined(text[at : found.start()]))
        out.append(el("a", found[0], href=found[0], rel="noopener noreferrer nofollow"))
        at = found.end()
    return joined(*out, text[at:])


def document(*, language: str, title: str, body: Markup) -> str:
    """Return a whole page."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="robots", content="noindex"),
        el("title", title),
        el("link", rel="stylesheet", href="/help.css"),
    )
    return "<!doctype html>\n" + el(
        "html", head, el("body", body), lang=language, dir=direction(language)
    )
