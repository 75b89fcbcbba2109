"""The whole server from outside: a customer's arrival and words, until they stand on a desk.

Real `ascolto up` processes, the load in this one; all share the machine's cores, so the figures
are those of a server that has less than one core to itself.
"""

import asyncio
import contextlib
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
import uvloop

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.outbox import Frame
from ascolto.kit.postgres import EmbeddedPostgres, PostgresUrls, temporary_postgres
from ascolto.kit.postgres.cluster import home_of
from customers import Customers
from limit import committed_inserts
from onlookers import Onlooker, look_on
from report import Figure, publish
from seats import KEY, Heard, House, Seat, furnish, sit_down

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.running import RunningServer

OPERATORS = 500
ARRIVALS_PER_S = 100.0
MESSAGES_PER_S = 200.0
TALKS = 500
SECONDS = 8.0
CROWDS = {1_000: 30.0, 5_000: 200.0}  # sockets: the bar for the last of a hundred, in ms
ROUNDS = 10
IDLE_S = 3.0
_STATEMENT = re.compile(
    r"LOG:  (?:statement|execute [^:]+): (?!BEGIN|COMMIT|ROLLBACK|SET|LISTEN|NOTIFY)"
)


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] * 1000


async def at_rate(rate: float, seconds: float, send: Any) -> list[Any]:
    """Call a coroutine function at a steady rate and return what they returned."""
    started, sent = time.perf_counter(), 0
    tasks: list[asyncio.Task[Any]] = []
    while (passed := time.perf_counter() - started) < seconds:
        while sent < passed * rate:
            tasks.append(asyncio.create_task(send(sent)))
            sent += 1
        await asyncio.sleep(0.002)
    return await asyncio.gather(*tasks)


async def arrivals(
    customers: Customers, heard: Heard, *, seconds: float = SECONDS
) -> tuple[list[str], list[float]]:
    """Send customers in; return their tokens and the seconds until each stood on a desk."""

    async def come(number: int) -> tuple[str, str, float]:
        sent_at = time.perf_counter()
        body = await customers.post(
            f"/public/v1/chat/{KEY}/conversations",
            {"nonce": new_id(), "text": f"Buongiorno {number}", "language": "it"},
        )
        return body["conversation_id"], body["token"], sent_at

    opened = await at_rate(ARRIVALS_PER_S, seconds, come)
    await asyncio.sleep(2.0)
    delays = [heard.offers[c] - at for c, _, at in opened if c in heard.offers]
    assert len(delays) == len(opened), f"{len(opened) - len(delays)} were offered to nobody"
    return [token for _, token, _ in opened], delays


async def messages(
    customers: Customers, heard: Heard, tokens: list[str], *, name: str = "bench"
) -> list[float]:
    """Let customers write; return the seconds until each message stood on a desk."""
    sent: dict[str, float] = {}

    async def write(number: int) -> None:
        nonce = f"{name}-{number}"
        sent[nonce] = time.perf_counter()
        await customers.post(
            "/public/v1/conversation/messages",
            {"text": f"Messaggio {number}", "nonce": nonce},
            token=tokens[number % len(tokens)],
        )

    await at_rate(MESSAGES_PER_S, SECONDS, write)
    await asyncio.sleep(1.0)
    found = [heard.messages[nonce] - at for nonce, at in sent.items() if nonce in heard.messages]
    assert len(found) == len(sent), f"{len(sent) - len(found)} messages stood on no desk"
    return found


async def take_all(customers: Customers, heard: Heard) -> None:
    """Let each desk take what was offered to it and follow it, as an operator's would."""
    gate = asyncio.Semaphore(50)

    async def take(work_item_id: str, seat: Seat) -> None:
        path = f"/api/v1/work/{work_item_id}/accept"
        async with gate:
            taken = await customers.post(path, {}, cookie=seat.cookie, expected=200)
        assert seat.socket is not None
        topics = [f"conversation:{taken['id']}"]
        await seat.socket.send(orjson.dumps({"t": "sub", "topics": topics}).decode())

    await asyncio.gather(*(take(item, seat) for item, seat in heard.offered_to.items()))
    await asyncio.sleep(1.0)


async def statements_a_message(
    customers: Customers, heard: Heard, tokens: list[str], postgres: EmbeddedPostgres
) -> float:
    """Return how many statements a message costs, without BEGIN, SET and COMMIT.

    PostgreSQL writes each into its log for a while, after the delays have been measured; what
    runs by itself in the same time (sweeps, leases) is measured before and taken off.
    """
    _log_statements(postgres, "all")
    try:
        await asyncio.sleep(0.5)
        before = _logged(postgres)
        await asyncio.sleep(IDLE_S)
        idle = _logged(postgres)
        begun = time.perf_counter()
        sent = await messages(customers, heard, tokens, name="counted")
        seconds = time.perf_counter() - begun
        return (_logged(postgres) - idle - (idle - before) / IDLE_S * seconds) / len(sent)
    finally:
        _log_statements(postgres, "none")


def _log_statements(postgres: EmbeddedPostgres, which: str) -> None:
    postgres.query(f"ALTER SYSTEM SET log_statement = '{which}'")
    postgres.query("SELECT pg_reload_conf()")


def _logged(postgres: EmbeddedPostgres) -> int:
    """Count the statements in the database's log that do something."""
    folder = home_of(postgres.data_dir) / "postgres" / "log"
    texts = (path.read_text("utf-8", "replace") for path in folder.glob("*.log"))
    return sum(len(_STATEMENT.findall(text)) for text in texts)


@contextlib.asynccontextmanager
async def serving(urls: PostgresUrls) -> AsyncIterator[RunningServer]:
    """Run a fresh server for the length of a block."""
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(urls, data=Path(folder))
        await asyncio.to_thread(server.start)
        try:
            yield server
        finally:
            server.kill()


async def crowd(db: Database, house: House, urls: PostgresUrls, *, size: int) -> list[Figure]:
    """Send one frame on a topic that so many sockets share, on a server fresh for them.

    The delays are those from the commit until the frame stands at each socket.
    """
    topic = f"client:{house.client_id}"
    ticks: list[float] = []
    delays: list[float] = []
    async with serving(urls) as server:
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        memory = process.memory_info().rss
        gate = asyncio.Semaphore(50)

        async def open_one() -> Onlooker:
            async with gate:
                return await look_on(
                    server.url, cookie=house.leader.cookie, topic=topic, ticks=ticks
                )

        audience = await asyncio.gather(*(open_one() for _ in range(size)))
        await asyncio.sleep(1.0)
        each = (process.memory_info().rss - memory) / size / 1000
        cpu = sum(process.cpu_times()[:2])
        for number in range(ROUNDS):
            ticks.clear()
            async with db.transaction(house.tenant_id, actor=SYSTEM) as tx:
                tx.show(Frame(topic, "bench.tick", {"number": number}))
            committed = time.perf_counter()
            await db_bell(db)
            async with asyncio.timeout(60):
                while len(ticks) < size:
                    await asyncio.sleep(0.002)
            delays += [at - committed for at in ticks]
        spent = sum(process.cpu_times()[:2]) - cpu
        received = len(delays)
        for onlooker in audience:
            assert onlooker.transport is not None
            onlooker.transport.abort()
    return [
        _delay(f"one event to {size} sockets, p99", _percentile(delays, 0.99), CROWDS[size]),
        Figure(
            name=f"CPU a send, {size} sockets", measured=spent / received * 1e6, unit="µs",
            at_most=20,
        ),
        Figure(name=f"memory a socket, {size} sockets", measured=each, unit="kB", at_most=20),
    ]  # fmt: skip


async def db_bell(db: Database) -> None:
    """Ring the doorbell of other nodes, as a node's own relay would."""
    async with db.connection() as connection:
        await connection.execute("NOTIFY ascolto, 'bench'")


async def at_work(db: Database, house: House, seats: list[Seat]) -> None:
    """Set operators available: who has lost a line, as with a server that ended, is away."""
    async with db.transaction(house.tenant_id, actor=SYSTEM) as tx:
        for seat in seats:
            await routing.set_presence(tx, operator_id=seat.operator_id, state="available")
    await db_bell(db)
    await asyncio.sleep(2.0)


async def fail_over(db: Database, house: House, urls: PostgresUrls) -> list[Figure]:
    """Kill the node that leads; the next customer at the other one is offered to a desk there."""
    heard = Heard()
    async with serving(urls) as leading:
        async with httpx.AsyncClient(base_url=leading.url, timeout=60) as http:
            await sit_down(house.seats[0], leading.url, heard)
            await at_work(db, house, house.seats[:1])
            await _offered(http, heard)  # so the first node leads
        async with (
            serving(urls) as other,
            httpx.AsyncClient(base_url=other.url, timeout=60) as http,
        ):
            for seat in house.seats[1:50]:
                await sit_down(seat, other.url, heard)
            await at_work(db, house, house.seats[1:50])
            await _offered(http, heard)
            killed_at = time.perf_counter()
            leading.kill()
            gap = await _offered(http, heard) - killed_at
    return [_delay("leader killed to the next offer on a desk", gap * 1000, 1_000)]


async def _offered(http: httpx.AsyncClient, heard: Heard) -> float:
    """Let a customer come; return when it stood on a desk."""
    answer = await http.post(
        f"/public/v1/chat/{KEY}/conversations",
        json={"nonce": new_id(), "text": "Buongiorno", "language": "it"},
    )
    assert answer.status_code == 201, answer.text
    conversation_id = answer.json()["conversation_id"]
    async with asyncio.timeout(60):
        while conversation_id not in heard.offers:
            await asyncio.sleep(0.002)
    return heard.offers[conversation_id]


async def main() -> int:
    """Measure and publish."""
    with temporary_postgres(durable=True) as postgres:
        urls = postgres.urls()
        await migrate(urls.owner_dsn, say=lambda _: None)
        db = await Database.open(urls.app_dsn, size=4)
        try:
            house = await furnish(db, operators=OPERATORS)
            c32 = await asyncio.to_thread(committed_inserts, urls)
            figures = [Figure(name="C32, the limit beside it", measured=c32, unit="/s")]
            async with serving(urls) as server:
                figures += await measure(db, house, server.url, postgres)
            figures += await fail_over(db, house, urls)
            for size in CROWDS:
                figures += await crowd(db, house, urls, size=size)
        finally:
            await db.close()
    return 0 if publish("live", figures, setting={"operators": OPERATORS}) else 1


def _delay(name: str, measured: float, bar: float) -> Figure:
    return Figure(name=name, measured=measured, unit="ms", at_most=bar)


async def measure(db: Database, house: House, url: str, postgres: EmbeddedPostgres) -> list[Figure]:
    """Take the figures of arrivals and of messages."""
    heard = Heard()
    for seat in house.seats:
        await sit_down(seat, url, heard)
    await at_work(db, house, house.seats)
    customers = Customers(url)
    # The first customers of an organisation make what it has once (its sequence of numbers, the
    # database's plans): they come before the count.
    await arrivals(customers, heard, seconds=1.5)
    tokens, waited = await arrivals(customers, heard)
    await take_all(customers, heard)
    spoken = await messages(customers, heard, tokens[:TALKS])
    statements = await statements_a_message(customers, heard, tokens[:TALKS], postgres)
    customers.close()
    return [
        _delay("arrival to offer, p50", _percentile(waited, 0.5), 15),
        _delay("arrival to offer, p99", _percentile(waited, 0.99), 60),
        _delay("message to desk, p50", _percentile(spoken, 0.5), 10),
        _delay("message to desk, p99", _percentile(spoken, 0.99), 60),
        Figure(name="SQL statements a message", measured=statements, unit="", at_most=5),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
