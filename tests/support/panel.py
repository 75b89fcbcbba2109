"""The chat panel in its frame, by the words that a customer reads."""

import itertools
from typing import Any

from playwright.sync_api import Frame, Page

_names = itertools.count(1)
NOTHING: dict[str, Any] = {"local": {}, "session": {}, "cookie": "", "databases": []}
_KEPT = """async () => ({local: {...localStorage}, session: {...sessionStorage},
  cookie: document.cookie, databases: await indexedDB.databases()})"""


def fresh_name() -> str:
    """Return a customer's name that no other test uses."""
    return f"Teresa Bassi {next(_names)}"


class Panel:
    """The chat on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chat = page.frame_locator("iframe")

    def frame(self) -> Frame:
        """Return the frame itself."""
        return next(frame for frame in self.page.frames if "/chat/" in frame.url)

    def open(self) -> "Panel":
        """Open it with the launcher."""
        self.page.get_by_role("button", name="Serve aiuto?").click()
        self.chat.get_by_label("Come possiamo aiutarla?").wait_for()
        return self

    def begin(self, text: str, *, name: str = "", remember: bool = False) -> "Panel":
        """Write the first message and wait until it has arrived."""
        self.chat.get_by_label("Come possiamo aiutarla?").fill(text)
        if name:
            self.chat.get_by_label("Nome").fill(name)
        if remember:
            self.chat.get_by_label("Ricorda questa conversazione").check()
        self.chat.get_by_role("button", name="Inizia la chat").click()
        self.chat.get_by_text("Inviato", exact=True).wait_for()
        return self

    def write(self, text: str) -> None:
        """Write a message."""
        self.chat.get_by_label("Scriva qui").fill(text)
        self.page.keyboard.press("Enter")

    def option(self, name: str) -> None:
        """Choose from the menu."""
        self.chat.get_by_role("button", name="Altre opzioni").click()
        self.chat.locator(".menu").get_by_role("button", name=name, exact=True).click()

    def texts(self) -> list[str]:
        """Return what is in the thread."""
        return self.chat.locator("ol li:not(.system) .text").all_inner_texts()

    def kept(self) -> dict[str, Any]:
        """Return whatever the browser keeps for our origin."""
        kept: dict[str, Any] = self.frame().evaluate(_KEPT)
        return kept
