"""A process of its own for each roster: it says how far it is, and is ended when it is not wanted.

Unlike the calculating process, which answers within moments, this one works for as long as was
asked, so each roster has its own and a planner's other questions do not wait behind it.
"""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from typing import Any

from ascolto.workforce import process
from ascolto.workforce.errors import CannotCalculate, cannot_forecast

# Beside the seconds asked for, of its own work: the first roster of a fresh folder compiles for up
# to a minute. A clock on the wall would end what a busy machine only lets wait.
BESIDE_S = 180.0
# It says every two seconds how far it is; what is silent for so long has broken.
SILENT_S = 120.0

Hear = Callable[[dict[str, Any]], Awaitable[bool]]
"""Hears how far it is; False ends the work."""


async def compose(question: dict[str, Any], *, hear: Hear) -> dict[str, Any] | None:
    """Return the roster, or None when whoever hears does not want it any more.

    Raises CannotForecast when no roster can be made from the question, CannotCalculate when the
    process breaks.
    """
    composing = await process.begin("composing")
    try:
        asked_s = float(question["seconds"]) * question.get("searches", 1)
        return await _told(composing, question, hear, at_most_s=BESIDE_S + 2 * asked_s)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise CannotCalculate(
            "The making of the roster was interrupted.", reason="interrupted"
        ) from error
    finally:
        await process.end(composing)


async def _told(
    composing: Process, question: dict[str, Any], hear: Hear, *, at_most_s: float
) -> dict[str, Any] | None:
    await process.tell(composing, question)
    while True:
        async with asyncio.timeout(SILENT_S):
            said = await process.hear(composing)
        if said.get("worked_s", 0.0) > at_most_s:
            raise TimeoutError
        if "progress" in said:
            if not await hear(said["progress"]):
                return None
        elif "refused" in said:
            raise cannot_forecast(said)
        elif "failed" in said:
            raise CannotCalculate(
                "The making of the roster failed.", reason="failed", why=said["failed"]
            )
        else:
            answer: dict[str, Any] = said["answer"]
            return answer
