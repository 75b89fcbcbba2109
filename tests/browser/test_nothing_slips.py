"""What an operator has written and attached never vanishes unseen, and the list stays in place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, expect

from support.desk import Desk, Writer, clear_desk
from support.running import RunningServer

REPORT = FilePayload(name="perizia.txt", mimeType="text/plain", buffer=b"Contatore guasto.")


@pytest.fixture(autouse=True)
def cleared(house: RunningServer) -> Iterator[None]:
    """Leave no talk on the demo operators' desks: they have room for a few at once."""
    yield
    for email in ("operatrice@aurelia.example", "operatore@aurelia.example"):
        clear_desk(house.url, email, tenant="aurelia")


def test_a_note_carries_its_files_to_colleagues_alone(desk: Desk, writer: Writer) -> None:
    page = desk.take(writer)
    page.keyboard.press("n")
    page.get_by_label("Allega file").set_input_files(REPORT)
    expect(page.get_by_role("button", name="Togli perizia.txt")).to_be_visible()
    page.keyboard.press("Control+Enter")
    note = page.get_by_role("log").get_by_role("article").filter(has_text="nota interna")
    with page.expect_download() as handed:
        note.get_by_role("link", name="perizia.txt").click()
    assert handed.value.path().read_bytes() == REPORT["buffer"]
    # Its customer is neither told of it nor handed it.
    file = handed.value.url.rpartition("/")[2]
    seen = writer.get("/conversation/messages")
    assert "perizia" not in seen.text
    assert writer.get(f"/conversation/attachments/{file}").status_code == 404
