"""The desk with 5,000 open conversations and 50 changes a second, in a real Chromium.

What is measured is the main thread's CPU by Chromium's own account (`Performance.getMetrics` in
thread ticks): on a machine that does other things too, a wall clock would measure those. The
server is the stand-in of `web/desk/dev`, which speaks the desk's protocol from memory; what an
action costs is told without what the background costs in the same time.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import CDPSession, Page, sync_playwright

from report import Figure, publish

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.running import free_port

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How busy the desk is, and for how long each thing is looked at."""

    rows: int = 5_000
    rate: int = 50
    watched_s: float = 8.0
    rested_s: float = 3.0
    keys: int = 60
    moves: int = 25
    wheels: int = 60
    palettes: int = 5
    # A shift of eight hours, in which each half hour is lived in some seconds: changes come at
    # twelve times the busiest rate, and conversations are opened, written in and left.
    # DESK_SHIFT_S says how many seconds a half hour lasts: 150 of them are all 1.4 million changes
    # of such a shift.
    shift_rate: int = 600
    half_hours: int = 16
    half_hour_s: float = 2.5
    # So many conversations that nobody has opened yet are opened in each half hour: what a cache
    # keeps of every one of them would add up, and what it keeps of five would not be seen.
    opened: int = 20


# Long enough to see that everything can still be measured; its figures are worth nothing.
SHORT = Stretch(
    rows=60,
    rate=5,
    watched_s=2.0,
    rested_s=0.5,
    keys=5,
    moves=3,
    wheels=5,
    palettes=1,
    shift_rate=20,
    half_hours=5,
    half_hour_s=0.5,
    opened=2,
)
# What was loaded late and is kept once is loaded by then, counted in half hours.
WARM = 4
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Says in each frame whether some place within the list shows nothing.
_WATCH = """() => {
  const list = document.querySelector('[role=listbox]');
  const box = list.getBoundingClientRect();
  const heights = [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => box.top + box.height * part);
  window.seen = { frames: 0, blank: 0, on: true };
  const look = () => {
    if (!window.seen.on) return;
    window.seen.frames += 1;
    const middle = box.left + box.width / 2;
    const at = (y) => document.elementFromPoint(middle, y)?.closest('[role=option]');
    if (heights.some((y) => !at(y))) window.seen.blank += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


class Watched:
    """A page and its main thread's account."""

    def __init__(self, page: Page, protocol: CDPSession, *, rested_s: float) -> None:
        """Begin to count; what nothing costs is looked at for `rested_s` before each act."""
        self.page = page
        self._rested_s = rested_s
        self._protocol = protocol
        protocol.send("Performance.enable", {"timeDomain": "threadTicks"})

    def cpu_ms(self) -> float:
        """Return how long the main thread has worked since the page began, in milliseconds."""
        found = self._protocol.send("Performance.getMetrics")["metrics"]
        return 1000.0 * next(each["value"] for each in found if each["name"] == "TaskDuration")

    def heap_mb(self) -> float:
        """Return what is still needed, in megabytes."""
        self._protocol.send("HeapProfiler.collectGarbage")
        return float(self._protocol.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    def cost(self, act: Callable[[], Any], *, times: int) -> float:
        """Return what one of several acts costs beyond the background, in milliseconds of CPU."""
        idle = self.idle_ms(self._rested_s)
        begun, at = self.cpu_ms(), time.monotonic()
        for _ in range(times):
            act()
            self.page.wait_for_timeout(40)
        self.page.wait_for_timeout(200)
        spent, lasted = self.cpu_ms() - begun, time.monotonic() - at
        return max(0.0, spent - idle * lasted) / times

    def idle_ms(self, seconds: float) -> float:
        """Return what a second costs while nobody does anything, in milliseconds of CPU."""
        begun, at = self.cpu_ms(), time.monotonic()
        self.page.wait_for_timeout(seconds * 1000)
        return (self.cpu_ms() - begun) / (time.monotonic() - at)


@contextlib.contextmanager
def stand_in(rows: int) -> Iterator[str]:
    """Run the stand-in server with all its conversations."""
    port = free_port()
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("There is no node here.")
    script = str(ROOT / "web/desk/dev/server.mjs")
    command = [node, script, "--port", str(port), "--rows", str(rows)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{url}/api/v1/session")
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def measured(page: Page, protocol: CDPSession, url: str, day: Stretch) -> list[Figure]:
    """Live a busy stretch at the desk and return what it cost."""
    watched = Watched(page, protocol, rested_s=day.rested_s)
    heard: list[object] = []
    page.on("websocket", lambda line: line.on("framereceived", lambda _: heard.append(None)))
    page.goto(f"{url}/desk/work")
    page.get_by_role("option").first.wait_for()
    page.wait_for_timeout(1500)
    startup = watched.cpu_ms()
    page.get_by_role("option").nth(2).click()
    field = page.get_by_label("Risposta al cliente")
    field.wait_for()
    page.wait_for_timeout(1000)

    httpx.get(f"{url}/dev/storm", params={"rate": day.rate})
    page.wait_for_timeout(1000)
    heard.clear()
    background = watched.idle_ms(day.watched_s)
    # A quiet line would cost nothing, and say nothing.
    if len(heard) < day.rate * day.watched_s * 0.8:
        raise RuntimeError(f"Only {len(heard)} changes reached the desk.")

    field.click()
    key = watched.cost(lambda: page.keyboard.press("e"), times=day.keys)
    page.keyboard.press("Escape")
    letter = watched.cost(typing_in_a_mail(page), times=day.keys)
    page.keyboard.press("Escape")
    page.get_by_role("option").nth(3).focus()
    move = watched.cost(lambda: page.keyboard.press("j"), times=day.moves)
    frame, blank, frames = scrolled(watched, day)
    palette = watched.cost(lambda: opened_palette(page), times=day.palettes)
    elements = float(page.evaluate("document.querySelectorAll('*').length"))

    heard.clear()
    heaps, opened = lived_shift(watched, url, day)
    changes = len(heard)
    if changes < day.shift_rate * day.half_hour_s * day.half_hours * 0.2:
        raise RuntimeError(f"Only {changes} changes reached the desk in the shift.")
    if opened < day.opened * day.half_hours * 0.9:
        raise RuntimeError(f"Only {opened} conversations were opened in the shift.")
    print("heap, each half hour, MB:", " ".join(f"{one:.1f}" for one in heaps))
    return [
        Figure(name="startup, main thread", measured=startup, unit="ms", at_most=500.0),
        Figure(name="background", measured=background, unit="ms/s", at_most=150.0),
        Figure(name="a keystroke", measured=key, unit="ms", at_most=10.0),
        Figure(name="a keystroke in a mail", measured=letter, unit="ms", at_most=10.0),
        Figure(name="J", measured=move, unit="ms", at_most=30.0),
        Figure(name="a frame of scrolling", measured=frame, unit="ms", at_most=12.0),
        Figure(name=f"blank frames of {frames}", measured=blank, unit="", at_most=0.0),
        Figure(name="the palette, opened and asked", measured=palette, unit="ms", at_most=100.0),
        Figure(name="elements", measured=elements, unit="", at_most=1500.0),
        Figure(name="heap, highest of a shift", measured=max(heaps), unit="MB", at_most=120.0),
        Figure(
            name=f"heap grown in a shift of {changes} frames, {opened} opened",
            measured=max(0.0, min(heaps[-WARM:]) - min(heaps[WARM : 2 * WARM])),
            unit="MB",
            at_most=3.0,
        ),
    ]


def typing_in_a_mail(page: Page) -> Callable[[], Any]:
    """Open a mail, wait for the field that shows an answer as it will look, and return a key."""
    page.get_by_role("option").filter(has_text="E-mail").first.click()
    field = page.locator("[contenteditable][role=textbox]")
    field.wait_for()
    field.click()
    return lambda: page.keyboard.press("e")


def lived_shift(watched: Watched, url: str, day: Stretch) -> tuple[list[float], int]:
    """Live a shift of eight hours.

    Return the heap at the end of each half hour, in megabytes, and how many conversations were
    opened.
    """
    page = watched.page
    heaps: list[float] = []
    opened: set[str] = set()
    for half_hour in range(day.half_hours):
        httpx.get(f"{url}/dev/storm", params={"rate": day.shift_rate})
        ends = time.monotonic() + day.half_hour_s
        for _ in range(day.opened):
            page.keyboard.press("j")
            page.get_by_label("Risposta al cliente").wait_for()
            opened.add(page.url)
        field = page.get_by_label("Risposta al cliente")
        field.fill(f"Sono le {half_hour // 2 + 9}")
        field.fill("")
        page.keyboard.press("Escape")
        opened_palette(page)
        page.wait_for_timeout(max(0.0, ends - time.monotonic()) * 1000)
        httpx.get(f"{url}/dev/storm", params={"rate": 0})
        page.wait_for_timeout(500)
        heaps.append(watched.heap_mb())
    return heaps, len(opened)


def scrolled(watched: Watched, day: Stretch) -> tuple[float, float, int]:
    """Scroll through the list; return the CPU of a frame, blank frames, and frames."""
    page = watched.page
    box = page.get_by_role("listbox").first.bounding_box()
    if box is None:
        raise RuntimeError("The list is not to be seen.")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    idle = watched.idle_ms(day.rested_s)
    page.evaluate(_WATCH)
    begun, at = watched.cpu_ms(), time.monotonic()
    for _ in range(day.wheels):
        page.mouse.wheel(0, 240)
        page.wait_for_timeout(16)
    page.wait_for_timeout(300)
    spent, lasted = watched.cpu_ms() - begun, time.monotonic() - at
    seen = page.evaluate("() => { window.seen.on = false; return window.seen; }")
    own = max(0.0, spent - idle * lasted)
    return own / max(1, seen["frames"]), float(seen["blank"]), int(seen["frames"])


def opened_palette(page: Page) -> None:
    """Open the palette, ask it for a name, and close it."""
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    palette.get_by_role("combobox").wait_for()  # its code comes with the first time
    page.keyboard.press("g")
    page.wait_for_timeout(120)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    palette.wait_for(state="detached")


def main() -> int:
    """Measure and publish; with --short only see that all can be measured."""
    short = "--short" in sys.argv[1:]
    day = SHORT if short else Stretch()
    if seconds := os.environ.get("DESK_SHIFT_S"):
        day = replace(day, half_hour_s=float(seconds))
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        print("no Chromium here: `make browser` installs Debian's")
        return 1
    with stand_in(day.rows) as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = chromium.new_page(locale="it-IT", viewport={"width": 1440, "height": 900})
        protocol = page.context.new_cdp_session(page)
        figures = measured(page, protocol, url, day)
        if shot := os.environ.get("BENCH_PICTURE"):
            page.screenshot(path=shot)
        chromium.close()
    if short:
        print("Measured, and worth nothing:", *(figure.name for figure in figures), sep="\n")
        return 0
    return 0 if publish("desk", figures) else 1


if __name__ == "__main__":
    sys.exit(main())
