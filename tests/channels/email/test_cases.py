"""Mails and replies as systems and people write them, in tables of our own (`cases/`)."""

from pathlib import Path

import pytest

from ascolto.channels.email.html_text import to_text
from ascolto.channels.email.kinds import understand
from ascolto.channels.email.mail import read_mail
from ascolto.channels.email.replies import split

CASES = Path(__file__).parent / "cases"
FATES = {"permanent": True, "passing": False, "unsaid": None}


def told(name: str) -> list[tuple[str, str]]:
    """Return the cases of a table, each as its head and what stands below."""
    _, *cases = (CASES / name).read_text("utf-8").split("\n=== ")
    return [(head, body) for head, _, body in (case.partition("\n") for case in cases)]


def folded(text: str) -> str:
    return " ".join(text.split())


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
