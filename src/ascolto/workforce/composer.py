"""A process of its own for each roster: it says how far it is, and is ended when it is not wanted.

Unlike the calculating process, which answers within moments, this one works for as long as was
asked, so each roster has its own and a planner's other questions do not wait behind it.
"""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from typing import Any

from ascolto.workforce import process
from ascolto.workforce.errors import CannotCalculate, CannotForecast

# Beside the seconds asked for: the first roster of a fresh folder compiles for up to a minute.
BESIDE_S = 180.0

Hear = Callable[[dict[str, Any]], Awaitable[bool]]
"""Hears how far it is; False ends the work."""


async def compose(question: dict[str, Any], *, hear: Hear) -> dict[str, Any] | None:
    """Return the roster, or None when whoever hears does not want it any more.

    Raises CannotForecast when no roster can be made from the question, CannotCalculate when the
    process breaks.
    """
    composing = await process.begin("composing")
    try:
        at_most_s = float(question["seconds"]) * question.get("searches", 1)
        async with asyncio.timeout(BESIDE_S + 2 * at_most_s):
            return await _told(composing, question, hear)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise CannotCalculate("The making of the roster was interrupted.") from error
    finally:
        await process.end(composing)


async def _told(composing: Process, question: dict[str, Any], hear: Hear) -> dict[str, Any] | None:
    await process.tell(composing, question)
    while True:
        said = await process.hear(composing)
        if "progress" in said:
            if not await hear(said["progress"]):
                return None
        elif "refused" in said:
            raise CannotForecast(said["refused"])
        elif "failed" in said:
            raise CannotCalculate("The making of the roster failed.", why=said["failed"])
        else:
            answer: dict[str, Any] = said["answer"]
            return answer
