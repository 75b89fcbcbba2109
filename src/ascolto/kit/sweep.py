"""When garbage is looked for: where it costs nobody time."""

import asyncio
import gc

YOUNG = 10_000  # objects more than there were, before the young are looked through
EVERY_S = 60.0


async def sweep() -> None:
    """Look for garbage for ever: all of it once a minute, the young alone in between.

    What was made to start with stays for ever, and most of what comes later stays for long:
    looking through all of it whenever some hundred objects were made stopped everybody, for a
    tenth of a second at a time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 1_000_000)
    while True:
        await asyncio.sleep(EVERY_S)
        gc.collect()
