"""An organisation with many signed-in operators, and their desks' sockets, for the live bench."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
from websockets.asyncio.client import ClientConnection, connect

from ascolto import routing
from ascolto.channels.actions.configuring import create_channel
from ascolto.identity import secrets, store_sessions
from ascolto.identity.actions.change_accounts import create_account
from ascolto.identity.model import Session
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy.actions import create_client

NOBODYS = "no password opens this"
KEY = "banco"


@dataclass
class Seat:
    """One operator's desk: the cookie that opens it and what it hears."""

    operator_id: str
    cookie: str
    socket: ClientConnection | None = None


@dataclass(frozen=True)
class House:
    """The organisation of the bench."""

    tenant_id: str
    client_id: str
    seats: list[Seat]
    leader: Seat


@dataclass
class Heard:
    """When each thing stood on a desk."""

    offers: dict[str, float] = field(default_factory=dict)
    messages: dict[str, float] = field(default_factory=dict)
    offered_to: dict[str, Seat] = field(default_factory=dict)  # by work item
    conversations: dict[str, Seat] = field(default_factory=dict)


async def furnish(db: Database, *, operators: int) -> House:
    """Add an organisation with a chat and many operators who are signed in already."""
    tenant_id = new_id()
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
        seats = [await _seat(tx, client.id, number) for number in range(operators)]
        return House(tenant_id, client.id, seats, await _leader(tx, client.id))


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
    return Seat(operator.id, await _signed_in(tx, account.id))


async def _leader(tx: Tx, client_id: str) -> Seat:
    """Add a team leader, who may follow all of a client and has no line of work."""
    account = await create_account(
        tx,
        email="guida@banco.example",
        name="Guida",
        roles=("team_leader",),
        clients=[client_id],
        password_hash=NOBODYS,
    )
    return Seat("", await _signed_in(tx, account.id))


async def _signed_in(tx: Tx, account_id: str) -> str:
    """Open a session for an account and return its cookie."""
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
        account_id=account_id,
        secret_hash=secret_hash,
        password_hash=NOBODYS,
    )
    assert opened
    return cookie


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
    asyncio.create_task(_listen(seat, heard)).add_done_callback(_ended)


async def _listen(seat: Seat, heard: Heard) -> None:
    assert seat.socket is not None
    async for text in seat.socket:
        at = time.perf_counter()
        if '"offer.made"' in text[:80]:
            body = orjson.loads(text)["b"]
            heard.offers.setdefault(body["conversation_id"], at)
            heard.conversations[body["conversation_id"]] = seat
            heard.offered_to[body["work_item_id"]] = seat
        elif '"message.added"' in text[:80]:
            nonce = orjson.loads(text)["b"]["nonce"]
            if nonce:
                heard.messages.setdefault(nonce, at)
        elif text.startswith('{"t":"ping"'):
            await seat.socket.send('{"t":"pong"}')


def _ended(task: asyncio.Task[None]) -> None:
    """Take note that a line has ended, as lines do when their server is killed."""
    if not task.cancelled():
        task.exception()
