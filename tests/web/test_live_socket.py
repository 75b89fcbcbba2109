"""The desk's socket and whoever means it harm: a clear end, a quiet log, and room for the next."""

import asyncio
import contextlib
import http.client
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import EmbeddedPostgres, PostgresUrls
from ascolto.kit.settings import Settings
from ascolto.web import live_protocol, live_socket
from ascolto.web.app import build_app
from ascolto.web.listen import server_config
from support.demo import sign_in
from support.desk import Writer
from support.running import RunningServer, free_port, running_server

LOUD = ("Traceback", "Exception in ASGI", "request.failed", "Unhandled")
ANNA = "operatrice@ponente.example"
NOBODY = new_id()
HELLO: dict[str, Any] = {"t": "hello", "after": None, "topics": []}
# A little longer than many servers keep a connection, and clients count on theirs.
RESTING_S = 6.0


@pytest.fixture(scope="module")
def house_urls(pg: EmbeddedPostgres, template: str) -> Iterator[PostgresUrls]:
    yield pg.create_database("live_socket", template=template)
    pg.drop_database("live_socket")


@pytest.fixture(scope="module")
def house(house_urls: PostgresUrls) -> Iterator[RunningServer]:
    with running_server(house_urls, demo=True) as server:
        yield server


@pytest.fixture(autouse=True)
def quiet(house: RunningServer) -> Iterator[None]:
    """Whatever was sent, the log is not to fill with our own faults."""
    before = len(house.log())
    yield
    said = house.log()[before:]
    assert not any(word in said for word in LOUD), said[-3000:]


def cookie_of(client: httpx.Client) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}


@pytest.fixture(scope="module")
def anna(house: RunningServer) -> Iterator[httpx.Client]:
    with contextlib.closing(sign_in(house.url, tenant="ponente", email=ANNA)) as client:
        yield client


def line(house: RunningServer, who: httpx.Client) -> connect:
    url = house.url.replace("http", "ws", 1) + "/live"
    return connect(url, additional_headers=cookie_of(who), max_size=None, compression=None)


def write(house: RunningServer, text: str, *, key: str) -> None:
    """Write as a customer."""
    writer = Writer(house.url, "Elsa")
    with writer.http:
        writer.begin(text, key=key)


async def say(socket: ClientConnection, message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next message of a kind."""
    async with asyncio.timeout(20):
        while True:
            message: dict[str, Any] = orjson.loads(await socket.recv())
            if message["t"] == kind:
                return message


async def end_of(socket: ClientConnection) -> tuple[int | None, list[str]]:
    """Read to the end; return the closing code and the codes of refusals on the way."""
    refusals = []
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = orjson.loads(await socket.recv())
                if message["t"] == "refused":
                    refusals.append(message["code"])
        await socket.wait_closed()
    return socket.close_code, refusals


async def welcomed(house: RunningServer, who: httpx.Client) -> None:
    """See that the next desk is served as if nothing had been."""
    async with line(house, who) as socket:
        await say(socket, HELLO)
        await hear(socket, "welcome")


NESTED = "[" * 50_000 + "]" * 50_000
BEFORE_HELLO: dict[str, tuple[str | bytes, int, str | None]] = {
    "binary": (b"\x00\x01\xff", 4400, "not_text"),
    "empty": ("", 4400, "not_json"),
    "half a document": ('{"t":"hello"', 4400, "not_json"),
    "a lone surrogate": ('{"t":"hello","after":"\\ud800"}', 4400, "not_json"),
    "no object": ("[]", 4400, "not_an_object"),
    "a number": ("17", 4400, "not_an_object"),
    "deep nesting": ('{"t":' + "[" * 8_000 + "]" * 8_000 + "}", 4400, "not_json"),
    "a long message": ('{"t":"hello","after":"' + "x" * 20_000 + '"}', 4400, "message_too_large"),
    "no hello": ('{"t":"sub","topics":[]}', 4400, "hello_expected"),
    "a hello of another type": ('{"t":["hello"]}', 4400, "hello_expected"),
    "deep and long": (NESTED, 1009, None),
    "10 MB": ("x" * 10_000_000, 1009, None),
    "10 MB of binary": (b"\x00" * 10_000_000, 1009, None),
}


@pytest.mark.parametrize("what", BEFORE_HELLO)
async def test_nonsense_instead_of_a_hello_ends_the_line_with_a_clear_code(
    house: RunningServer, anna: httpx.Client, what: str
) -> None:
    sent, code, refusal = BEFORE_HELLO[what]
    async with line(house, anna) as socket:
        with contextlib.suppress(ConnectionClosed):  # it may be closed before all has been sent
            await socket.send(sent)
        assert await end_of(socket) == (code, [refusal] if refusal else [])
    await welcomed(house, anna)


async def test_a_text_that_is_no_utf_8_is_1007(house: RunningServer, anna: httpx.Client) -> None:
    for raw in (b"\xff\xfe", b'{"t":"\xc3\x28"}', b"\xed\xa0\x80"):
        async with line(house, anna) as socket:
            await say(socket, HELLO)
            await hear(socket, "welcome")
            await socket.send(raw, text=True)
            assert (await end_of(socket))[0] == 1007
    await welcomed(house, anna)


WRONG: list[Any] = [5, -1, 1.5, True, "x", "", [], {}, [None], [5], [[]], [{}], {"a": 1}, None]
FIELDS = [
    ("hello", "after"),
    ("hello", "topics"),
    ("sub", "topics"),
    ("unsub", "topics"),
    ("typing", "conversation_id"),
    ("viewing", "conversation_id"),
]
REFUSALS = {"bad_topics", "bad_cursor", "bad_conversation"}


@pytest.mark.parametrize(("kind", "field"), FIELDS)
async def test_a_field_of_the_wrong_type_is_refused_by_name_or_means_nothing(
    house: RunningServer, anna: httpx.Client, kind: str, field: str
) -> None:
    for value in WRONG:
        async with line(house, anna) as socket:
            if kind != "hello":
                await say(socket, HELLO)
            await say(socket, (HELLO if kind == "hello" else {"t": kind}) | {field: value})
            # Whoever is still on the line after it is told so by the answer to the next message.
            await say(socket, {"t": "no such thing"})
            code, refusals = await end_of(socket)
            assert code == 4400, (value, code)
            assert len(refusals) == 1
            assert refusals[0] in {*REFUSALS, "unknown_message"}, (value, refusals)
            if not isinstance(value, str | None) and value != []:
                assert refusals[0] in REFUSALS, (value, refusals)
    await welcomed(house, anna)


@pytest.mark.parametrize("message", [{}, {"t": None}, {"t": 5}, {"t": []}, {"t": {}}, {"t": "x"}])
async def test_an_unknown_message_is_named_so(
    house: RunningServer, anna: httpx.Client, message: dict[str, Any]
) -> None:
    async with line(house, anna) as socket:
        await say(socket, HELLO)
        await say(socket, message)
        assert await end_of(socket) == (4400, ["unknown_message"])


@pytest.mark.parametrize(
    "cursor",
    ["-", "1", "1-²", "²-1", "9" * 19 + "-1", "9" * 18 + "-1", "1-" + "9" * 40, "-1--1", "0-0"],
)
async def test_a_cursor_that_is_none_of_ours_asks_for_a_snapshot(
    house: RunningServer, anna: httpx.Client, cursor: str
) -> None:
    async with line(house, anna) as socket:
        await say(socket, {"t": "hello", "after": cursor})
        assert (await hear(socket, "welcome"))["resumed"] is False


async def test_too_many_topics_are_refused(house: RunningServer, anna: httpx.Client) -> None:
    many = [f"conversation:{new_id()}" for _ in range(live_protocol.MAX_TOPICS + 1)]
    async with line(house, anna) as socket:
        await say(socket, HELLO)
        await say(socket, {"t": "sub", "topics": many})
        assert await end_of(socket) == (4400, ["bad_topics"])


async def test_a_desk_that_never_greets_or_greets_late_is_let_go(
    house: RunningServer, anna: httpx.Client
) -> None:
    async def silent() -> tuple[int | None, list[str]]:
        async with line(house, anna) as socket:
            return await end_of(socket)

    async def late() -> tuple[int | None, list[str]]:
        async with line(house, anna) as socket:
            await asyncio.sleep(live_socket.HELLO_S + 1.0)
            with contextlib.suppress(ConnectionClosed):
                await say(socket, HELLO)
            return await end_of(socket)

    for code, refusals in await asyncio.gather(silent(), late()):
        assert (code, refusals) == (4408, ["hello_expected"])


async def expire(urls: PostgresUrls, *, name: str) -> None:
    """Let every session of a person of Ponente end an hour ago."""
    database = await Database.open(urls.app_dsn, size=1)
    try:
        async with database.connection() as connection:
            found = await connection.fetchval(
                "SELECT id FROM tenancy.list_tenant_ids() AS t(id) LIMIT 1 OFFSET 1"
            )
            first = await connection.fetchval("SELECT id FROM tenancy.list_tenant_ids() AS t(id)")
        for tenant_id in (found, first):
            async with database.transaction(str(tenant_id), actor=SYSTEM) as tx:
                await tx.execute(
                    "UPDATE identity.session SET expires_at = now() - interval '1 hour'"
                    " WHERE account_id IN (SELECT id FROM identity.account WHERE email = $1)",
                    name,
                )
    finally:
        await database.close()


async def test_an_expired_a_revoked_and_no_session_are_told_to_sign_in(
    house: RunningServer, house_urls: PostgresUrls
) -> None:
    email = "team@ponente.example"
    with contextlib.ExitStack() as stack:

        def again() -> httpx.Client:
            return stack.enter_context(
                contextlib.closing(sign_in(house.url, tenant="ponente", email=email))
            )

        expired = again()
        await expire(house_urls, name=email)
        revoked, other = again(), again()
        assert other.delete("/api/v1/sessions").is_success
        forged = stack.enter_context(httpx.Client(cookies={"ascolto": f"{NOBODY}.not-a-secret"}))
        broken = stack.enter_context(httpx.Client(cookies={"ascolto": "x"}))
        nobody = stack.enter_context(httpx.Client())
        for who in (expired, revoked, forged, broken, nobody):
            async with line(house, who) as socket:
                assert await end_of(socket) == (4401, ["identity.not_signed_in"])
        await welcomed(house, other)


async def test_a_page_of_another_site_is_refused(house: RunningServer, anna: httpx.Client) -> None:
    url = house.url.replace("http", "ws", 1) + "/live"
    headers = cookie_of(anna) | {"Origin": "https://other.example"}
    async with connect(url, additional_headers=headers) as socket:
        assert await end_of(socket) == (4403, ["identity.wrong_origin"])


@pytest.fixture(scope="module")
def foreign(house: RunningServer) -> dict[str, str]:
    """Ids that exist, of another organisation and of a client that the person may not see."""
    found = {}
    for tenant in ("aurelia", "ponente"):
        write(house, "Buongiorno", key=tenant)
        with contextlib.closing(
            sign_in(house.url, tenant=tenant, email=f"admin@{tenant}.example")
        ) as admin:
            found[f"{tenant} operator"] = admin.get("/api/v1/operators").json()["items"][-1]["id"]
        with contextlib.closing(
            sign_in(house.url, tenant=tenant, email=f"team@{tenant}.example")
        ) as leader:
            seen = leader.get("/api/v1/conversations", params={"view": "all"}).json()["items"]
            found[f"{tenant} conversation"] = seen[0]["id"]
            found[f"{tenant} client"] = seen[0]["client_id"]
    return found


@pytest.mark.parametrize("way", ["hello", "sub"])
async def test_nobody_follows_what_belongs_to_others(
    house: RunningServer, foreign: dict[str, str], way: str
) -> None:
    of_aurelia = [
        f"conversation:{foreign['aurelia conversation']}",
        f"client:{foreign['aurelia client']}",
        f"operator:{foreign['aurelia operator']}",
    ]
    # The bank's own person: the conversation with the telephone company is not hers to see.
    of_another_client = [f"conversation:{foreign['ponente conversation']}", "floor"]
    strange = ["", ":", "conversation:", f"conversation:{NOBODY}", "client:\u0000", "secrets:1"]
    denied = [*of_aurelia, *of_another_client, *strange]
    with contextlib.closing(
        sign_in(house.url, tenant="ponente", email="client@ponente.example")
    ) as who:
        async with line(house, who) as socket:
            await say(socket, HELLO | {"topics": denied if way == "hello" else []})
            await hear(socket, "welcome")
            if way == "sub":
                await say(socket, {"t": "sub", "topics": denied})
            assert (await hear(socket, "denied"))["topics"] == denied
            # What happens there stays there: the next thing heard is the answer to the next word.
            write(house, "Ancora io", key="aurelia")
            write(house, "Ancora io", key="ponente")
            await say(socket, {"t": "viewing", "conversation_id": foreign["aurelia conversation"]})
            await asyncio.sleep(1.0)
            await say(socket, {"t": "sub", "topics": ["floor"]})
            assert orjson.loads(await socket.recv()) == {"t": "denied", "topics": ["floor"]}


async def test_a_leader_follows_the_own_clients_and_is_denied_nothing(
    house: RunningServer, foreign: dict[str, str]
) -> None:
    own = [f"client:{foreign['ponente client']}", f"conversation:{foreign['ponente conversation']}"]
    with contextlib.closing(
        sign_in(house.url, tenant="ponente", email="team@ponente.example")
    ) as who:
        async with line(house, who) as socket:
            await say(socket, HELLO)
            await hear(socket, "welcome")
            await say(socket, {"t": "sub", "topics": [*own, f"client:{foreign['aurelia client']}"]})
            denied = await hear(socket, "denied")
            assert denied["topics"] == [f"client:{foreign['aurelia client']}"]
            write(house, "Di nuovo", key="ponente")
            await hear(socket, "f")


async def test_a_numbered_ping_is_answered_with_its_number_and_the_servers_clock(
    house: RunningServer, anna: httpx.Client
) -> None:
    async with line(house, anna) as socket:
        await say(socket, HELLO)
        welcome = await hear(socket, "welcome")
        odd: list[Any] = [None, True, -1, 1.5, "7", [7], 10**9]
        for number in odd:  # these measure nothing, and end nothing
            await say(socket, {"t": "ping", "n": number})
        await say(socket, {"t": "ping", "n": 7, "pad": "x" * 12_000})
        pong = await hear(socket, "pong")
        assert pong["n"] == 7
        assert pong["now"] >= welcome["now"]


def test_a_line_is_measured_with_bytes_that_do_not_shrink(
    house: RunningServer, anna: httpx.Client
) -> None:
    answer = anna.get("/api/v1/probe")
    assert len(answer.content) == 200_000
    assert len(zlib.compress(answer.content)) >= 200_000
    assert answer.headers["cache-control"] == "no-store"
    assert httpx.get(f"{house.url}/api/v1/probe").status_code == 401


def test_a_connection_that_has_rested_still_answers(house: RunningServer) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)
    kept.auto_open = 0
    with contextlib.closing(kept):
        kept.connect()
        for rest in (RESTING_S, 0.0):
            kept.request("GET", "/api/v1/health")
            answer = kept.getresponse()
            answer.read()
            assert answer.status == 200
            time.sleep(rest)


@contextlib.asynccontextmanager
async def serving(urls: PostgresUrls, data: Path) -> AsyncIterator[str]:
    """Run the real server in this process, so that its patience can be shortened."""
    settings = Settings(data=data, port=free_port())
    app = build_app(settings, dsn=urls.app_dsn)
    server = uvicorn.Server(server_config(settings, app))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{settings.port}"
    finally:
        server.should_exit = True
        await task


async def test_a_session_revoked_while_the_line_is_open_ends_the_line(
    house: RunningServer, house_urls: PostgresUrls, tmp_path: Path
) -> None:
    email = "config@ponente.example"
    async with serving(house_urls, tmp_path) as url:
        who = await asyncio.to_thread(sign_in, url, tenant="ponente", email=email)
        live = url.replace("http", "ws", 1) + "/live"
        async with connect(live, additional_headers=cookie_of(who)) as socket:
            await say(socket, HELLO)
            await hear(socket, "welcome")
            with contextlib.closing(who):
                assert (await asyncio.to_thread(who.delete, "/api/v1/session")).is_success
            assert await end_of(socket) == (4401, ["identity.not_signed_in"])
