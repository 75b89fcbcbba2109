"""A process of its own for each roster: it says how far it is, and is ended when it is not wanted.

Unlike the calculating process, which answers within moments, this one works for as long as was
asked, so each roster has its own and a planner's other questions do not wait behind it.
"""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from ascolto.workforce.errors import CannotCalculate, CannotForecast

_LINE_LIMIT = 64 << 20
# Beside the seconds asked for: the first roster of a fresh folder compiles for up to a minute.
BESIDE_S = 180.0

Hear = Callable[[dict[str, Any]], Awaitable[bool]]
"""Hears how far it is; False ends the work."""


async def compose(question: dict[str, Any], *, hear: Hear) -> dict[str, Any] | None:
    """Return the roster, or None when whoever hears does not want it any more.

    Raises CannotForecast when no roster can be made from the question, CannotCalculate when the
    process breaks.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ascolto.workforce.composing",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_LIMIT,
        # A Ctrl-C at the terminal is for the server, which ends this process in its own time.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(BESIDE_S + 2 * float(question["seconds"])):
            return await _told(process, question, hear)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise CannotCalculate("The making of the roster was interrupted.") from error
    finally:
        await _end(process)


async def _told(
    process: asyncio.subprocess.Process, question: dict[str, Any], hear: Hear
) -> dict[str, Any] | None:
    if process.stdin is None or process.stdout is None:
        raise OSError("the composing process has no pipes")
    process.stdin.write(orjson.dumps(question) + b"\n")
    await process.stdin.drain()
    while True:
        said: dict[str, Any] = orjson.loads(await process.stdout.readuntil(b"\n"))
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


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await process.wait()
