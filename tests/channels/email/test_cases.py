"""Mails and replies as systems and people write them, in tables of our own (`cases/`)."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from ascolto.channels.email.command import arrival, parsed
from ascolto.channels.email.html_text import to_text
from ascolto.channels.email.kinds import understand
from ascolto.channels.email.mail import read_mail
from ascolto.channels.email.replies import split
from ascolto.channels.email.threads import Threads

CASES = Path(__file__).parent / "cases"
FATES = {"permanent": True, "passing": False, "unsaid": None}


def told(name: str) -> list[tuple[str, str]]:
    """Return the cases of a table, each as its head and what stands below."""
    _, *cases = (CASES / name).read_text("utf-8").split("\n=== ")
    return [(head, body) for head, _, body in (case.partition("\n") for case in cases)]


def folded(text: str) -> str:
    return " ".join(text.split())


def with_bytes(text: str) -> bytes:
    r"""Return the bytes of a table's mail, "\xE8" for one that is no UTF-8."""
    return re.sub(rb"\\x([0-9A-F]{2})", lambda it: bytes([int(it[1], 16)]), text.encode())


def said_of(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the tables may ask about a mail, from what the command tells."""
    sender, files = found["from"] or {}, found["attachments"]
    return {
        **found,
        "text": found["text"].strip(),
        "from": sender.get("name"),
        "address": sender.get("address"),
        "to": [one["address"] for one in found["to"]],
        "files": [[one["name"], one["type"], one["size"]] for one in files],
        "file_names": [one["name"] for one in files],
        "cids": [one["cid"] for one in files],
    }


@pytest.mark.parametrize(("head", "raw"), told("kinds.txt"))
def test_a_mail_is_taken_for_what_it_is_and_tied_to_what_it_speaks_of(head: str, raw: str) -> None:
    _, kind, fate, original = head.split(" | ")
    found = understand(read_mail(raw.encode()))
    assert found.kind == kind, found.why
    assert fate == "any" or found.permanent is FATES[fate]
    assert original in ("any", found.original_id or "none")


@pytest.mark.parametrize(("head", "body"), told("replies.txt"))
def test_only_what_is_new_in_a_reply_is_visible(head: str, body: str) -> None:
    text, _, visible = body.rpartition("\n<<< visible\n")
    assert folded(split(text).visible) == folded(visible), head


@pytest.mark.parametrize(("head", "body"), told("pages.txt"))
def test_only_what_is_new_in_a_page_is_visible(head: str, body: str) -> None:
    page, _, visible = body.rpartition("\n<<< visible\n")
    assert folded(split(to_text(page, marked=True)).visible) == folded(visible), head


@pytest.mark.parametrize(("head", "body"), told("mails.txt"))
def test_a_mail_that_was_malformed_is_read_as_it_was_meant(head: str, body: str) -> None:
    raw, _, wanted = body.rpartition("\n<<< read\n")
    for ending in (b"\n", b"\r\n"):
        found = said_of(parsed(read_mail(with_bytes(raw).replace(b"\n", ending))))
        for name, value in json.loads(wanted).items():
            if name == "starts":
                assert folded(found["text"]).startswith(value), head
            elif name == "contains":
                assert value in found["text"], head
            elif name == "has_file":
                assert value in found["files"], head
            else:
                assert found[name] == value, head


@pytest.mark.parametrize(("head", "body"), told("threads.txt"))
def test_mails_find_their_threads_in_any_order(head: str, body: str) -> None:
    mails, _, wanted = body.rpartition("\n<<< threads\n")
    arrivals = [
        arrival(str(number), read_mail(f"{said}\n\n{number}".encode()))
        for number, said in enumerate(mails.split("\n---\n"), 1)
    ]
    for seed in range(20):
        random.Random(seed).shuffle(arrivals)
        built = Threads()
        for one in arrivals:
            built.add(one)
        found = sorted(" ".join(sorted(thread)) for thread in built.threads())
        assert found == sorted(wanted.strip().split("\n")), head
