"""The whole server from outside: a customer's arrival and words, until they stand on a desk.

One real `ascolto up` process, the load in this one; both share the machine's cores, so the figures
are those of a server that has less than one core to itself.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from ascolto import routing
from ascolto.channels.actions.configuring import create_channel
from ascolto.identity import secrets, store_sessions
from ascolto.identity.actions.change_accounts import create_account
from ascolto.identity.model import Session
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.outbox import Frame
from ascolto.kit.postgres import temporary_postgres
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy.actions import create_client
from report import Figure, publish

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.running import RunningServer

OPERATORS = 500
ARRIVALS_PER_S = 100.0
MESSAGES_PER_S = 200.0
TALKS = 500
SECONDS = 8.0
CROWDS = (1_000, 5_000)
NOBODYS = "no password opens this"
KEY = "banco"


@dataclass
class Seat:
    """One operator's desk: the cookie that opens it and what it hears."""

    operator_id: str
    cookie: str
    socket: ClientConnection | None = None


@dataclass
class Heard:
    """When each thing stood on a desk."""

    offers: dict[str, float] = field(default_factory=dict)
    messages: dict[str, float] = field(default_factory=dict)
    ticks: list[float] = field(default_factory=list)
    conversations: dict[str, Seat] = field(default_factory=dict)


async def furnish(db: Database, tenant_id: str) -> list[Seat]:
    """Add an organisation with a chat and many operators who are signed in already."""
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        await tx.execute(
            "INSERT INTO tenancy.tenant (id, slug, name, created_at) VALUES ($1, $2, $3, $4)",
            tenant_id, KEY, "Banco di prova", tx.now,
        )  # fmt: skip
        client = await create_client(tx, name="Banco", color="#0b6e75")
        queue = await routing.create_queue(
            tx,
            values={
                "client_id": client.id,
                "name": "Prova",
                "channel": "webchat",
                "offer_timeout_s": 600.0,
            },
        )
        await create_channel(
            tx,
            client_id=client.id,
            kind="webchat",
            name="Prova",
            queue_id=queue.id,
            public_key=KEY,
        )
        return [await _seat(tx, client.id, number) for number in range(OPERATORS)]


async def _seat(tx: Tx, client_id: str, number: int) -> Seat:
    account = await create_account(
        tx,
        email=f"o{number}@banco.example",
        name=f"Operatore {number}",
        roles=("operator",),
        clients=[client_id],
        password_hash=NOBODYS,
    )
    operator = await create_operator(
        tx,
        NewOperator(
            display_name=f"Operatore {number}",
            account_id=account.id,
            clients=frozenset({client_id}),
            capacity={"webchat": 30},
            budget=1000,
        ),
    )
    cookie, secret_hash = secrets.issue(tx.tenant_id)
    opened = await store_sessions.insert_session(
        tx,
        Session(
            id=new_id(),
            ip="127.0.0.1",
            user_agent="bench",
            place=None,
            country=None,
            created_at=tx.now,
            seen_at=tx.now,
            expires_at=tx.now + timedelta(hours=2),
        ),
        account_id=account.id,
        secret_hash=secret_hash,
        password_hash=NOBODYS,
    )
    assert opened
    return Seat(operator.id, cookie)


async def sit_down(seat: Seat, url: str, heard: Heard, *, topics: list[str] | None = None) -> None:
    """Open a desk's socket and listen until it closes."""
    seat.socket = await connect(
        url.replace("http", "ws", 1) + "/live",
        additional_headers={"Cookie": f"ascolto={seat.cookie}"},
        compression=None,
        ping_interval=None,
        open_timeout=60,
    )
    hello = {"t": "hello", "after": None, "topics": topics or []}
    await seat.socket.send(orjson.dumps(hello).decode())
    await seat.socket.recv()
    asyncio.create_task(_listen(seat, heard)).add_done_callback(lambda task: task.cancelled())


async def _listen(seat: Seat, heard: Heard) -> None:
    assert seat.socket is not None
    async for text in seat.socket:
        at = time.perf_counter()
        if '"offer.made"' in text[:80]:
            body = orjson.loads(text)["b"]
            heard.offers.setdefault(body["conversation_id"], at)
            heard.conversations[body["conversation_id"]] = seat
        elif '"message.added"' in text[:80]:
            nonce = orjson.loads(text)["b"]["nonce"]
            if nonce:
                heard.messages.setdefault(nonce, at)
        elif '"bench.tick"' in text[:80]:
            heard.ticks.append(at)
        elif text.startswith('{"t":"ping"'):
            await seat.socket.send('{"t":"pong"}')


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


async def arrivals(http: httpx.AsyncClient, heard: Heard) -> tuple[list[str], list[float]]:
    """Send customers in; return their tokens and the seconds until each stood on a desk."""

    async def come(number: int) -> tuple[str, str, float]:
        sent_at = time.perf_counter()
        answer = await http.post(
            f"/public/v1/chat/{KEY}/conversations",
            json={"nonce": new_id(), "text": f"Buongiorno {number}", "language": "it"},
        )
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return body["conversation_id"], body["token"], sent_at

    opened = await at_rate(ARRIVALS_PER_S, SECONDS, come)
    await asyncio.sleep(2.0)
    delays = [heard.offers[c] - at for c, _, at in opened if c in heard.offers]
    assert len(delays) == len(opened), f"{len(opened) - len(delays)} were offered to nobody"
    return [token for _, token, _ in opened], delays


async def messages(http: httpx.AsyncClient, heard: Heard, tokens: list[str]) -> list[float]:
    """Let customers write; return the seconds until each message stood on a desk."""
    sent: dict[str, float] = {}

    async def write(number: int) -> None:
        nonce = f"bench-{number}"
        sent[nonce] = time.perf_counter()
        answer = await http.post(
            "/public/v1/conversation/messages",
            headers={"authorization": f"Bearer {tokens[number % len(tokens)]}"},
            json={"text": f"Messaggio {number}", "nonce": nonce},
        )
        assert answer.status_code == 201, answer.text

    await at_rate(MESSAGES_PER_S, SECONDS, write)
    await asyncio.sleep(1.0)
    found = [heard.messages[nonce] - at for nonce, at in sent.items() if nonce in heard.messages]
    assert len(found) == len(sent), f"{len(sent) - len(found)} messages stood on no desk"
    return found


async def follow_all(heard: Heard) -> None:
    """Let each desk follow the conversations that were offered to it."""
    for conversation_id, seat in heard.conversations.items():
        assert seat.socket is not None
        topics = [f"conversation:{conversation_id}"]
        await seat.socket.send(orjson.dumps({"t": "sub", "topics": topics}).decode())
    await asyncio.sleep(1.0)


async def crowd(
    db: Database, tenant_id: str, seats: list[Seat], url: str, process: psutil.Process, size: int
) -> tuple[float, float, float]:
    """Return p99 in ms, CPU µs a send and kB a socket for one event to so many sockets."""
    heard = Heard()
    memory = process.memory_info().rss
    extra = [
        Seat(seats[n % len(seats)].operator_id, seats[n % len(seats)].cookie) for n in range(size)
    ]
    gate = asyncio.Semaphore(50)

    async def open_one(seat: Seat) -> None:
        async with gate:
            await sit_down(seat, url, heard)

    await asyncio.gather(*(open_one(seat) for seat in extra))
    await asyncio.sleep(1.0)
    each = (process.memory_info().rss - memory) / size / 1000
    delays: list[float] = []
    cpu = process.cpu_times()
    rounds = 5
    topics = [f"operator:{seat.operator_id}" for seat in seats]
    for number in range(rounds):
        heard.ticks.clear()
        started = time.perf_counter()
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            tx.show(*(Frame(topic, "bench.tick", {"number": number}) for topic in topics))
        await db_bell(db)
        async with asyncio.timeout(30):
            while len(heard.ticks) < size:
                await asyncio.sleep(0.005)
        delays += [at - started for at in heard.ticks]
    used = process.cpu_times()
    spent = used.user + used.system - cpu.user - cpu.system
    await asyncio.gather(*(seat.socket.close() for seat in extra if seat.socket is not None))
    return _percentile(delays, 0.99), spent / (rounds * size) * 1e6, each


async def db_bell(db: Database) -> None:
    """Ring the doorbell of other nodes, as a node's own relay would."""
    async with db.connection() as connection:
        await connection.execute("NOTIFY ascolto, 'bench'")


async def main() -> int:
    """Measure and publish."""
    with temporary_postgres(durable=True) as postgres, tempfile.TemporaryDirectory() as folder:
        urls = postgres.urls()
        await migrate(urls.owner_dsn, say=lambda _: None)
        db = await Database.open(urls.app_dsn, size=4)
        tenant_id = new_id()
        seats = await furnish(db, tenant_id)
        server = RunningServer(urls, data=Path(folder))
        await asyncio.to_thread(server.start)
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
        try:
            async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=60) as http:
                figures = await measure(db, tenant_id, seats, server.url, process, http)
        finally:
            server.kill()
            await db.close()
    return 0 if publish("live", figures, setting={"operators": OPERATORS}) else 1


def _delay(name: str, measured: float, bar: float) -> Figure:
    return Figure(name=name, measured=measured, unit="ms", at_most=bar)


async def measure(
    db: Database,
    tenant_id: str,
    seats: list[Seat],
    url: str,
    process: psutil.Process,
    http: httpx.AsyncClient,
) -> list[Figure]:
    """Take every figure."""
    heard = Heard()
    for seat in seats:
        await sit_down(seat, url, heard)
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        for seat in seats:
            await routing.set_presence(tx, operator_id=seat.operator_id, state="available")
    await db_bell(db)
    await asyncio.sleep(2.0)
    tokens, delays = await arrivals(http, heard)
    figures = [
        _delay("arrival to offer, p50", _percentile(delays, 0.5), 15),
        _delay("arrival to offer, p99", _percentile(delays, 0.99), 60),
    ]  # fmt: skip
    await follow_all(heard)
    delays = await messages(http, heard, tokens[:TALKS])
    figures += [
        _delay("message to desk, p50", _percentile(delays, 0.5), 10),
        _delay("message to desk, p99", _percentile(delays, 0.99), 60),
    ]  # fmt: skip
    for size in CROWDS:
        late, cpu, each = await crowd(db, tenant_id, seats, url, process, size)
        bar = 30 if size <= 1_000 else 200
        figures += [
            Figure(name=f"one event to {size} sockets, p99", measured=late, unit="ms", at_most=bar),
            Figure(name=f"CPU a send, {size} sockets", measured=cpu, unit="µs", at_most=20),
            Figure(name=f"memory a socket, {size} sockets", measured=each, unit="kB", at_most=20),
        ]
    return figures


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
