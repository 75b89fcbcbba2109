"""What callers hear while the database is away: a clear "in a moment", within bounds, no 500."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import httpx
import psutil
import pytest

from ascolto.kit.postgres import EmbeddedPostgres, temporary_postgres
from ascolto.kit.postgres.postmaster import living_postmaster
from support.running import RunningServer, running_server

SIGN_IN = {
    "tenant": "aurelia",
    "email": "operatrice@aurelia.example",
    "password": "ascolto-demo",
}
ASKED = ("/api/v1/session", "/api/v1/desk", "/api/v1/conversations?view=mine", "/api/v1/health")
# A frozen database answers nothing: a caller must hear of it before browsers and proxies give up.
LONGEST_S = 30.0


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    with temporary_postgres(durable=True) as server:
        yield server


@pytest.fixture
def server(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    # One session asks here as often as many would; what is looked at is not how often it may.
    monkeypatch.setenv("ASCOLTO_API_PER_SECOND", "100000")
    with running_server(postgres.urls(), demo=True) as running:
        yield running


@pytest.fixture
async def desk(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=LONGEST_S) as http:
        signed = await http.post("/api/v1/session", json=SIGN_IN, headers={"Origin": server.url})
        assert signed.is_success, signed.text
        yield http


def processes_of(postgres: EmbeddedPostgres) -> list[psutil.Process]:
    cluster = postgres._cluster
    assert cluster is not None
    postmaster = living_postmaster(cluster.directory)
    assert postmaster is not None
    return [postmaster, *postmaster.children(recursive=True)]


def check(answer: httpx.Response, server: RunningServer) -> None:
    failed = [line for line in server.log().splitlines() if "request.failed" in line]
    assert answer.status_code in {200, 503}, (answer.request.url.path, *failed)
    if answer.status_code == 503 and not answer.request.url.path.endswith("/health"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"]
        assert answer.json()["code"] == "unavailable"


async def test_a_killed_database_is_told_as_a_moment_s_pause_and_comes_back(
    postgres: EmbeddedPostgres, server: RunningServer, desk: httpx.AsyncClient
) -> None:
    heard: Counter[int] = Counter()
    over = asyncio.Event()

    async def keep_asking(path: str) -> None:
        while not over.is_set():
            answer = await desk.get(path)
            check(answer, server)
            heard[answer.status_code] += 1
            await asyncio.sleep(0.01)

    callers = [asyncio.create_task(keep_asking(path)) for path in ASKED for _ in range(3)]
    for _ in range(3):
        await asyncio.sleep(0.5)
        processes_of(postgres)[0].kill()
        async with asyncio.timeout(60):
            while not (await desk.get("/api/v1/desk")).is_success:
                await asyncio.sleep(0.05)
    over.set()
    await asyncio.gather(*callers)
    assert heard[503] > 0
    assert heard[200] > 0


async def test_a_frozen_database_holds_no_caller_for_ever(
    postgres: EmbeddedPostgres, server: RunningServer, desk: httpx.AsyncClient
) -> None:
    frozen = processes_of(postgres)
    for process in frozen:
        process.send_signal(signal.SIGSTOP)
    try:
        answers = await asyncio.gather(*(desk.get(path) for path in ASKED for _ in range(10)))
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)
    assert {answer.status_code for answer in answers} == {503}
    for answer in answers:
        check(answer, server)
    async with asyncio.timeout(60):
        while not (await desk.get("/api/v1/desk")).is_success:
            await asyncio.sleep(0.05)
