"""`ascolto mail`: what Ascolto makes of mails, for those who check it or move house."""

import argparse
import hashlib
import mmap
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from ascolto.channels.email.addresses import Address
from ascolto.channels.email.charsets import decode
from ascolto.channels.email.kinds import Understanding, understand
from ascolto.channels.email.mail import Attachment, Mail, NotAMail, read_mail
from ascolto.channels.email.parts import Part
from ascolto.channels.email.pec import carried_mail
from ascolto.channels.email.replies import split
from ascolto.channels.email.source import Source
from ascolto.channels.email.threads import Arrival, Threads

# Files from this size on are mapped, so that their bytes never stand in memory whole.
_MAPPED_FROM = 1 << 20


def main(args: argparse.Namespace) -> int:
    """Run one verb; returns 1 when a file could not be read, after naming it and going on."""
    failed = False
    for line in _VERBS[args.verb](args.paths):
        for missed in [line] if "error" in line else line.get("unreadable", []):
            failed = True
            sys.stderr.write(f"ascolto mail: {missed['file']}: {missed['error']}\n")
        sys.stdout.write(orjson.dumps(line).decode("utf-8") + "\n")
        sys.stdout.flush()
    return int(failed)


def parse_lines(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield one line for each mail, or one with `error` where there is none."""
    for path in paths:
        try:
            yield {"file": _name(path), **parsed(read_mail(_open(path)))}
        except (OSError, NotAMail) as reason:
            yield {"file": _name(path), "error": _said(reason)}


def visible_lines(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield the pieces of each plain reply."""
    for path in paths:
        try:
            text = _plain(path.read_bytes())
        except OSError as reason:
            yield {"file": _name(path), "error": _said(reason)}
            continue
        yield {"file": _name(path), **asdict(split(text))}


def thread_lines(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield a line for each folder: its threads as lists of files, and what could not be read."""
    threads = Threads()
    for folder in paths:
        if not folder.is_dir():
            yield {"file": _name(folder), "error": "no such folder"}
            continue
        unreadable = []
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            try:
                threads.add(arrival(_name(path.relative_to(folder)), read_mail(_open(path))))
            except (OSError, NotAMail) as reason:
                unreadable.append({"file": _name(path), "error": _said(reason)})
        yield {"folder": _name(folder), "threads": threads.threads(), "unreadable": unreadable}


_VERBS: dict[str, Callable[[list[Path]], Iterator[dict[str, Any]]]] = {
    "parse": parse_lines,
    "visible": visible_lines,
    "thread": thread_lines,
}


def _name(path: Path) -> str:
    # A file's name may be any bytes; JSON holds text.
    return os.fsencode(path).decode("utf-8", "replace")


def _said(reason: Exception) -> str:
    return (reason.strerror or str(reason)) if isinstance(reason, OSError) else str(reason)


def _open(path: Path) -> Source:
    if path.stat().st_size < _MAPPED_FROM:
        return path.read_bytes()
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _plain(raw: bytes) -> str:
    return decode(raw).replace("\r\n", "\n").replace("\r", "\n")


def arrival(key: str, mail: Mail) -> Arrival:
    """Return what threading must know of a mail read from a file."""
    sender = mail.sender
    return Arrival(
        key=key,
        message_id=mail.message_id,
        references=tuple(dict.fromkeys((*mail.references, *mail.in_reply_to))),
        sender=sender.address if sender else "",
        recipients=tuple(one.address for one in (*mail.people("to"), *mail.people("cc"))),
        subject=mail.subject,
        digest=hashlib.sha256(mail.root.source).digest(),
    )


def parsed(mail: Mail) -> dict[str, Any]:
    """Return everything that the command tells of a mail, ready to be JSON."""
    found = understand(mail)
    carried = carried_mail(mail, found.certified) if found.certified else None
    read = carried or mail
    reply = split(read.marked_text)
    return {
        "kind": found.kind,
        "from": _person(read.sender),
        "to": [_person(one) for one in read.people("to")],
        "cc": [_person(one) for one in read.people("cc")],
        "reply_to": [_person(one) for one in read.people("reply-to")],
        "subject": read.subject,
        "date": read.date.isoformat() if read.date else None,
        "message_id": read.message_id,
        "references": list(read.references),
        "in_reply_to": list(read.in_reply_to),
        "text": read.text,
        "visible": reply.visible,
        "quoted": reply.quoted,
        "signature": reply.signature,
        "html": bool(read.html),
        "attachments": [_attachment(one) for one in read.attachments],
        "original_message_id": found.original_id,
        "structure": _structure(read.root),
        "protection": list(mail.protection),
        "problems": list(mail.problems),
        "report": _report(found),
        "invitation": asdict(read.invitation) if read.invitation else None,
    }


def _person(one: Address | None) -> dict[str, str] | None:
    return None if one is None else {"name": one.name, "address": one.address}


def _attachment(one: Attachment) -> dict[str, Any]:
    size, digest = 0, hashlib.sha256()
    for piece in one.stream():
        size += len(piece)
        digest.update(piece)
    return {
        "name": one.name,
        "type": one.type,
        "seen_type": one.seen_type(),
        "size": size,
        "sha256": digest.hexdigest(),
        "cid": one.cid,
        "inline": one.inline,
    }


def _structure(root: Part) -> Any:
    """Return the tree of content types: a part's own, or [type, parts inside]."""
    order: list[Part] = list(root.walk())
    built: dict[int, Any] = {}
    for part in reversed(order):
        inside = [built.pop(id(child)) for child in part.children]
        built[id(part)] = [part.type, inside] if inside else part.type
    return built[id(root)]


def _report(found: Understanding) -> dict[str, Any] | None:
    if not found.why:
        return None
    certified = found.certified
    return {
        "why": found.why,
        "permanent": found.permanent,
        "receipt": found.receipt or None,
        "recipients": [asdict(one) for one in found.recipients],
        "certified": asdict(certified) if certified else None,
    }
