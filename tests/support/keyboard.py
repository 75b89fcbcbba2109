"""Somebody at a desk who has no mouse: every key is pressed where the focus is, and is counted."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

# Where the mouse was used after all. `focus()` and `press()` of a locator would put the focus too.
_TOUCHED = """
window.touched = 0;
document.addEventListener("pointerdown", () => { window.touched += 1; }, true);
"""
_HELD = "(one) => one === document.activeElement"
_WHERE = "() => document.activeElement?.outerHTML.slice(0, 160)"


@dataclass
class Keyboard:
    """The keys of one page, from before it is loaded."""

    page: Page
    pressed: int = 0

    def __post_init__(self) -> None:
        """Notice a mouse."""
        self.page.add_init_script(_TOUCHED)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def write(self, text: str) -> None:
        """Write where the focus is."""
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def reach(self, wanted: Locator, *, by: str = "Tab", most: int = 60) -> None:
        """Go on with a key until something has the focus; fail when that takes too many."""
        wanted.wait_for()
        for left in range(most, -1, -1):
            if wanted.evaluate(_HELD):
                return
            if left:
                self.press(by)
        raise AssertionError(f"{most} times {by}, and then at {self.page.evaluate(_WHERE)}")

    def untouched(self) -> bool:
        """Return whether the page was used without a mouse."""
        return int(self.page.evaluate("window.touched")) == 0
