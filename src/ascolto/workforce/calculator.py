"""A process of its own for all that computes: the server's loop never waits for arrays.

The server writes a question as one line of JSON and reads one line back. The process is begun when
it is first needed, ends when the server does (its input ends), and is begun anew when it fails.
"""

import asyncio
import contextlib
import sys
from dataclasses import dataclass, field
from typing import Any

import orjson

from ascolto.workforce.errors import CannotCalculate, CannotForecast

# A long answer is one line too: a quarter of intervals with their quantiles.
_LINE_LIMIT = 64 << 20
# The first question of a fresh folder compiles for up to half a minute.
PATIENCE_S = 120.0


@dataclass(slots=True)
class Calculator:
    """Asks the calculating process one question after the other."""

    patience_s: float = PATIENCE_S
    _process: asyncio.subprocess.Process | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, what: str, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; raises CannotForecast when it is refused, CannotCalculate else."""
        line = orjson.dumps({"what": what, "question": question}) + b"\n"
        async with self._turn:
            try:
                said = await asyncio.wait_for(self._said(line), timeout=self.patience_s)
            except BaseException as error:
                # Whoever stops listening leaves an answer behind that is nobody's: begin anew.
                await self._end()
                if isinstance(error, OSError | TimeoutError | asyncio.IncompleteReadError):
                    raise CannotCalculate(
                        "The calculation was interrupted.", retry_after_s=5
                    ) from error
                raise
        if "refused" in said:
            raise CannotForecast(said["refused"])
        if "failed" in said:
            raise CannotCalculate("The calculation failed.", why=said["failed"])
        answer: dict[str, Any] = said["answer"]
        return answer

    async def stop(self) -> None:
        """End the process."""
        await self._end()

    async def _said(self, line: bytes) -> dict[str, Any]:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await _begin()
        if process.stdin is None or process.stdout is None:
            raise OSError("the calculating process has no pipes")
        process.stdin.write(line)
        await process.stdin.drain()
        said: dict[str, Any] = orjson.loads(await process.stdout.readuntil(b"\n"))
        return said

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _begin() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ascolto.workforce.calculating",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_LIMIT,
        # A Ctrl-C at the terminal is for the server, which ends this process in its own time.
        start_new_session=True,
    )
