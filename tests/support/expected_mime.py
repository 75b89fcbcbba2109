"""Compares what was read with the expected JSON that another parser's authors made for their mails.

Compared, for the mail and for each mail inside it: the tree of parts; each part's content type; the
text of each text part, blanks folded; the bytes of each other part; the names of attachments; which
parts are the text and which the HTML. Left open, because the expected set does not say it:

- where its text or name has U+FFFD (a letter that its parser could not read), any letter will do;
- uuencoded parts, which its parser leaves as they are, are compared as they are;
- parts that it calls broken (`is_encoding_problem`) may be shown as text or not;
- parts with nothing in them may be there or not.
"""

import re
from collections.abc import Iterator
from typing import Any

from ascolto.channels.email import parts
from ascolto.channels.email.charsets import decode
from ascolto.channels.email.mail import part_text
from ascolto.channels.email.parts import Part


def differences(root: Part, expected: dict[str, Any]) -> list[str]:
    """Return what differs, each as a word and the number of the part; empty when all is equal."""
    wanted = expected["parts"]
    ours = [part for part in _flat(root) if not _is_empty(part)]
    kept = [number for number, want in enumerate(wanted) if not _wants_nothing(want, wanted)]
    out: list[str] = []
    if len(ours) != len(kept):
        return [f"structure: {len(ours)} parts for {len(kept)}"]
    for number, part in zip(kept, ours, strict=True):
        out.extend(f"{word} of part {number}" for word in _part(part, wanted[number]))
    found = parts.bodies(root)
    place = {id(part): number for number, part in zip(kept, ours, strict=True)}
    for name, chosen in (("text", found.text), ("html", found.html)):
        # The expected lists show pictures in place too; here they hang on the mail.
        want_body = [i for i in expected[f"{name}_body"] if i in kept]
        want_body = [i for i in want_body if _kind(wanted[i]) in ("Text", "Html")]
        shown = [place[id(part)] for part in chosen if id(part) in place]
        shown = [i for i in shown if i in want_body or not wanted[i]["is_encoding_problem"]]
        if shown != want_body:
            out.append(f"which parts are the {name}")
    names = [part.name for part in found.attachments if part.name]
    want_names = [name for name in (_name(wanted[i]) for i in expected["attachments"]) if name]
    if len(names) != len(want_names) or not all(map(_same_text, names, want_names)):
        out.append(f"attachment names: {names} for {want_names}")
    return out


def _flat(part: Part) -> Iterator[Part]:
    yield part
    if not part.type.startswith("message/"):
        for child in part.children:
            yield from _flat(child)


def _is_empty(part: Part) -> bool:
    if part.is_multipart:
        return all(_is_empty(child) for child in part.children)
    return not part.is_message and not part.content().strip()


def _wants_nothing(want: dict[str, Any], wanted: list[dict[str, Any]]) -> bool:
    body = want["body"]
    if not isinstance(body, dict):
        return True
    kind = _kind(want)
    if kind == "Multipart":
        return all(_wants_nothing(wanted[i], wanted) for i in body[kind])
    return kind != "Message" and not (
        body[kind].strip() if kind in ("Text", "Html") else body[kind]
    )


def _kind(want: dict[str, Any]) -> str:
    body = want["body"]
    return body if isinstance(body, str) else str(next(iter(body)))


def _content_type(want: dict[str, Any]) -> dict[str, Any]:
    said = [h["value"] for h in want["headers"] if h["name"] == "content_type"]
    said = [value["ContentType"] for value in said if isinstance(value, dict)]
    return dict(said[-1]) if said else {}


def _part(part: Part, want: dict[str, Any]) -> list[str]:
    said, kind = _content_type(want), _kind(want)
    out = []
    if said and part.type != f"{said['c_type']}/{said['c_subtype']}".lower():
        out.append("type")
    body: Any = want["body"][kind]
    if kind == "Message" and part.is_message:
        out.extend(differences(part.children[0], body))
    elif kind in ("Message", "Multipart"):
        if part.is_multipart != (kind == "Multipart"):
            out.append("structure")
    elif not _same_body(part, body):
        out.append("text" if kind in ("Text", "Html") else "bytes")
    return out


def _same_body(part: Part, body: Any) -> bool:
    raw = part.source[part.start : part.end]
    as_it_is = part.encoding == "x-uuencode"
    if isinstance(body, str):
        return _same_text(decode(raw) if as_it_is else part_text(part), body)
    if as_it_is:
        return raw.split() == bytes(body).split()
    return part.content() == bytes(body)


def _same_text(ours: str, wanted: str) -> bool:
    ours, wanted = " ".join(ours.split()), " ".join(wanted.split())
    if "\ufffd" not in wanted:
        return ours == wanted
    pieces = (re.escape(piece) for piece in re.split("\ufffd+", wanted))
    return re.fullmatch(".{1,8}".join(pieces), ours, re.DOTALL) is not None


def _name(want: dict[str, Any]) -> str | None:
    for header, attribute in (("content_disposition", "filename"), ("content_type", "name")):
        for field in want["headers"]:
            value = field["value"]
            if field["name"] == header and isinstance(value, dict) and "ContentType" in value:
                for one in value["ContentType"]["attributes"] or []:
                    if one["name"] == attribute and one["value"]:
                        return str(one["value"])
    return None
