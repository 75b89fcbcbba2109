"""A process of its own for all that computes: the server's loop never waits for arrays.

The server writes a question as one line of JSON and reads one line back. The process is begun when
it is first needed, ends when the server does (its input ends), and is begun anew when it fails.
"""

import asyncio
from asyncio.subprocess import Process
from dataclasses import dataclass, field
from typing import Any, Protocol

from ascolto.kit.clock import Clock
from ascolto.kit.db import Database
from ascolto.workforce import process
from ascolto.workforce.errors import CannotCalculate, cannot_forecast

# The first question of a fresh folder compiles for up to half a minute.
PATIENCE_S = 120.0


@dataclass(slots=True)
class Calculator:
    """Asks the calculating process one question after the other."""

    patience_s: float = PATIENCE_S
    _process: Process | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, what: str, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; raises CannotForecast when it is refused, CannotCalculate else."""
        line = {"what": what, "question": question}
        async with self._turn:
            try:
                said = await asyncio.wait_for(self._said(line), timeout=self.patience_s)
            except BaseException as error:
                # Whoever stops listening leaves an answer behind that is nobody's: begin anew.
                await self._end()
                if isinstance(error, OSError | TimeoutError | asyncio.IncompleteReadError):
                    raise CannotCalculate(
                        "The calculation was interrupted.", retry_after_s=5, reason="interrupted"
                    ) from error
                raise
        if "refused" in said:
            raise cannot_forecast(said)
        if "failed" in said:
            raise CannotCalculate("The calculation failed.", reason="failed", why=said["failed"])
        answer: dict[str, Any] = said["answer"]
        return answer

    async def stop(self) -> None:
        """End the process."""
        await self._end()

    async def _said(self, line: dict[str, Any]) -> dict[str, Any]:
        if self._process is None or self._process.returncode is not None:
            self._process = await process.begin("calculating")
        await process.tell(self._process, line)
        return await process.hear(self._process)

    async def _end(self) -> None:
        ending, self._process = self._process, None
        if ending is not None:
            await process.end(ending)


class Works(Protocol):
    """What making forecasts and rosters takes of a process: rows, the time, and who calculates."""

    db: Database
    clock: Clock
    calculator: Any
