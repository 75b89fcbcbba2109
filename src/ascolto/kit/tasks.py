"""Ending tasks for certain."""

import asyncio
from typing import Any

PATIENCE_S = 1.0


async def end(*tasks: "asyncio.Task[Any]", patience_s: float = PATIENCE_S) -> None:
    """Cancel tasks until they have ended, whatever comes of them.

    Asked once, a task may go on for ever: in Python 3.11 a cancellation that meets the end of an
    `asyncio.wait_for` in the same turn of the loop is swallowed, as if nobody had asked.
    """
    going = {task for task in tasks if not task.done()}
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=patience_s)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # asked for, so that nobody is told of it when the task is forgotten
