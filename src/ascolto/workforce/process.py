"""A process beside the server that computes: it reads and answers lines of JSON."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

import orjson

# A long answer is one line too: a quarter of intervals with their quantiles.
_LINE_LIMIT = 64 << 20
# Small matrices in many turns: more threads than one wait for each other and take cores from whom
# the server serves. A week's requirement of six queues took half a minute of processor time so.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


async def begin(module: str) -> Process:
    """Begin a module of this room as a process of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"ascolto.workforce.{module}",
        env={**_ONE_THREAD, **os.environ},
        stdin=PIPE,
        stdout=PIPE,
        limit=_LINE_LIMIT,
        # A Ctrl-C at the terminal is for the server, which ends this process in its own time.
        start_new_session=True,
    )


async def tell(process: Process, line: dict[str, Any]) -> None:
    """Write a line to a process."""
    if process.stdin is None:
        raise OSError("the process has no pipes")
    process.stdin.write(orjson.dumps(line) + b"\n")
    await process.stdin.drain()


async def hear(process: Process) -> dict[str, Any]:
    """Wait for a line of a process; raises IncompleteReadError when it has ended."""
    if process.stdout is None:
        raise OSError("the process has no pipes")
    said: dict[str, Any] = orjson.loads(await process.stdout.readuntil(b"\n"))
    return said


async def end(process: Process) -> None:
    """End a process, whatever it is at."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await process.wait()
