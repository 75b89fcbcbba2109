"""What all virtual people of a run share: time, chance, books, and a line to the server."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from ascolto.simulator.ledger import Books, Entry
from ascolto.simulator.report import SimulatorReport
from ascolto.simulator.scenario import QueueLoad, Scenario

# Answers of a server that is coming up, going down or busy: the same request is sent again.
PASSING = frozenset({429, 502, 503, 504})


class LineLost(Exception):
    """The server did not answer within the time a person would keep trying."""


@dataclass
class World:
    """One run: its scenario, its clock (`speed` seconds of life in one of the wall), its books."""

    scenario: Scenario
    url: str
    http: httpx.AsyncClient
    random: Random
    report: SimulatorReport
    speed: float = 1.0
    give_up_s: float = 60.0
    books: Books = field(default_factory=Books)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    keep_books: bool = True
    tokens: dict[str, str] = field(default_factory=dict)
    queues: dict[str, QueueLoad] = field(default_factory=dict)  # by the server's ids
    reasons: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # by client
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def live(self, seconds: float) -> None:
        """Let so many seconds of life pass, or fewer when the run ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), timeout=max(0.0, seconds) / self.speed)

    @property
    def over(self) -> bool:
        """Tell whether the run is ending."""
        return self.stop.is_set()

    def enter(self, conversation_id: str, *, author: str, nonce: str, text: str) -> Entry:
        """Write a message that is about to be sent into the books, if they are kept."""
        if not self.keep_books:
            return Entry(conversation_id, author, nonce, text)
        return self.books.write(conversation_id, author=author, nonce=nonce, text=text)

    def chance(self) -> Random:
        """Return a new source of chance for one person, seeded from the run's own."""
        return Random(self.random.getrandbits(64))

    def spawn(self, name: str, coroutine: Any) -> asyncio.Task[Any]:
        """Start a task whose failure is counted, never silent."""
        task = asyncio.create_task(coroutine, name=name)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report.errors[f"{type(error).__name__} in {task.get_name()}"] += 1

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        token: str | None = None,
        cookies: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
    ) -> httpx.Response:
        """Send a request, again and again while the line is broken; 4xx answers are returned."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        deadline = time.monotonic() + self.give_up_s
        pause = 0.05
        while True:
            try:
                answer = await self.http.request(
                    method, self.url + path, json=body, headers=headers, params=params
                )
            except httpx.TransportError as error:
                trouble = type(error).__name__
            else:
                if answer.status_code not in PASSING:
                    return self._counted(answer, path)
                trouble = f"HTTP {answer.status_code}"
                pause = max(pause, _asked_pause(answer))
            if time.monotonic() + pause > deadline:
                raise LineLost(f"{method} {path}: {trouble}")
            await asyncio.sleep(pause * (0.5 + self.random.random()))
            pause = min(pause * 2, 1.0)

    def _counted(self, answer: httpx.Response, path: str) -> httpx.Response:
        if answer.status_code >= 500:
            self.report.errors[f"HTTP {answer.status_code} {_shape(path)}"] += 1
        return answer

    def refused(self, answer: httpx.Response, what: str) -> None:
        """Count an unexpected refusal by its code."""
        self.report.errors[f"{what}: {code_of(answer)}"] += 1


def code_of(answer: httpx.Response) -> str:
    """Return the problem code of a refusal, or its status."""
    with contextlib.suppress(ValueError):
        body = answer.json()
        if isinstance(body, dict) and body.get("code"):
            return str(body["code"])
    return f"HTTP {answer.status_code}"


def _asked_pause(answer: httpx.Response) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), 5.0) if asked.isdigit() else 0.0


def _shape(path: str) -> str:
    """Return a path with its ids left out, so that errors of one route add up."""
    return "/".join("…" if len(part) == 36 else part for part in path.split("/"))
