"""Says that something is still going on, for whatever takes longer than a person likes to wait."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FIRST_S = 2.0
EVERY_S = 5.0


@contextmanager
def ticking(
    say: Callable[[str], None], what: str, *, first_s: float = FIRST_S, every_s: float = EVERY_S
) -> Iterator[None]:
    """Say "what … 2 s" after two seconds of a block and every five after them; nothing if quick."""
    begun = time.monotonic()
    over = threading.Event()

    def tick() -> None:
        pause_s = first_s
        while not over.wait(pause_s):
            say(f"{what} … {time.monotonic() - begun:.0f} s")
            pause_s = every_s

    ticker = threading.Thread(target=tick, name="ticker", daemon=True)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()
