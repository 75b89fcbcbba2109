"""Every screen there is, as router and server tell, and the ways in which people look at one."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from starlette.routing import Route

from ascolto.web.rooms import PAGE_ROUTES
from support.browsing import EVERY_RULE, LONG, RULES_OF_COLOUR, barriers

ROUTER = Path(__file__).parents[2] / "web" / "desk" / "src" / "app" / "router.tsx"
_ROUTE = re.compile(
    r"const (\w+) = createRoute\(\{\s*getParentRoute: \(\) => (\w+),\s*(path|id): \"([^\"]+)\""
)
# What may be wider than the screen, as two ways of reading belong to it: tables, boards and code.
_WIDER = """() => {
  const root = document.documentElement;
  const wide = root.scrollWidth > innerWidth ? [`page ${root.scrollWidth} > ${innerWidth}`] : [];
  const may = ".table-scroll, .roster-scroll, .wall-queues, .admin-nav, pre, input, .pill, .clip";
  return [...wide, ...[...document.querySelectorAll("body *")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
      && ["auto", "scroll"].includes(getComputedStyle(one).overflowX) && !one.matches(may)
      && one.checkVisibility({visibilityProperty: true}))
    .map((one) => `<${one.tagName.toLowerCase()} class="${one.className}"> `
      + `${one.scrollWidth} > ${one.clientWidth}`)];
}"""
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Look:
    """One way to look at a screen: how wide, how enlarged, in which colours."""

    name: str
    size: tuple[int, int] = (1280, 800)
    media: dict[str, Any] = field(default_factory=dict)

    @property
    def rules(self) -> str:
        """Return which rules this look may break: where only colours change, those of colours."""
        return RULES_OF_COLOUR if self.media else EVERY_RULE


_NARROW = Look("320 px", size=(320, 640))
_EVERY_LOOK = (
    Look("light"),
    Look("dark", media={"color_scheme": "dark"}),
    Look("more contrast", media={"contrast": "more"}),
    Look("more contrast in the dark", media={"contrast": "more", "color_scheme": "dark"}),
    Look("forced colours", media={"forced_colors": "active"}),
    # A window of 1280 px at 200 %, and one of 320 px.
    Look("200 %", size=(640, 400)),
    _NARROW,
)
# Where there is least room most is amiss; every rule looks there too.
LOOKS = _EVERY_LOOK if LONG else (_NARROW,)
_PLAIN: dict[str, Any] = {
    "color_scheme": "light",
    "contrast": "no-preference",
    "forced_colors": "none",
}


def routes_of_the_desk() -> set[str]:
    """Return the addresses of the desk's screens, as its router has them."""
    found = {name: (above, kind, path) for name, above, kind, path in _routes()}

    def address(name: str) -> str:
        if name not in found:
            return ""
        above, kind, path = found[name]
        return address(above) + ("" if kind == "id" else "/" + path.strip("/"))

    return {
        address(name).rstrip("/") or "/" for name, (_, kind, _) in found.items() if kind == "path"
    }


def _routes() -> list[tuple[str, str, str, str]]:
    text = ROUTER.read_text("utf-8")
    found = _ROUTE.findall(text)
    assert len(found) == text.count("createRoute("), "a route is written in another way"
    return found


def pages_of_the_server() -> set[str]:
    """Return the addresses of the server's own pages, for customers and others."""
    pages = [one for one in PAGE_ROUTES if isinstance(one, Route)]
    return {one.path for one in pages if "GET" in (one.methods or ())}


def faults_in_every_look(page: Page) -> list[str]:
    """Return what bars people on the page as it stands, each with the look in which it does."""
    faults = []
    for look in LOOKS:
        page.set_viewport_size({"width": look.size[0], "height": look.size[1]})
        page.emulate_media(**_PLAIN | look.media, reduced_motion="reduce")
        page.evaluate(_DRAWN)
        found = [*barriers(page, look.rules), *page.evaluate(_WIDER)]
        faults += [f"{look.name}: {one}" for one in found]
    page.emulate_media(**_PLAIN, reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 800})
    return faults
