"""Whatever is thrown at the public door: a clear no, nothing stored, never a fault of ours."""

import json
from typing import Any

import httpx
import pytest

from ascolto.kit.db import SYSTEM
from ascolto.kit.ids import new_id
from support.chat import Chat

TABLES = ("conversations.conversation", "conversations.message", "channels.pass", "kit.event")


async def counts(chat: Chat) -> list[int]:
    async with chat.desk.database.transaction(chat.desk.tenant, actor=SYSTEM) as tx:
        sql = "SELECT count(*) FROM {}"
        return [await tx.fetchval(sql.format(table)) for table in TABLES]


def refused(answer: httpx.Response) -> bool:
    problem = answer.headers["content-type"] == "application/problem+json"
    return 400 <= answer.status_code < 500 and problem and bool(answer.json()["code"])


BODIES: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe\x00",
    b'{"nonce": "0123456789abcdef", "text": "\xff"}',
    b'{"nonce": "0123456789abcdef", "text": "a\\u0000b"}',
    b'{"nonce": "0123456789abcdef", "text": "\\ud800"}',
    b'{"nonce": "0123456789abcdef", "name": "a\\u0000b", "text": "x"}',
    b'{"nonce": "0123456789abcdef", "email": "nobody", "text": "x"}',
    b'{"nonce": "0123456789abcdef", "email": "a@b.example\\r\\nBcc: c@d.example", "text": "x"}',
    b'{"nonce": "short", "text": "x"}',
    b'{"nonce": "0123456789abcde\\u00e9", "text": "x"}',
    b'{"nonce": "0123456789abcdef", "text": {"$ne": 1}}',
    b'{"nonce": "0123456789abcdef", "text": "x", "tenant_id": "mine"}',
    b'{"nonce": "0123456789abcdef", "language": "../../etc", "text": "x"}',
    b'{"nonce": "0123456789abcdef", "text": "' + b"a" * 20_001 + b'"}',
    b"[" * 50_000,
    b'{"nonce": "0123456789abcdef", "text": "' + b"a" * 10_000_000 + b'"}',
]


@pytest.mark.parametrize("number", range(len(BODIES)))
async def test_a_start_that_makes_no_sense_stores_nothing(chat: Chat, number: int) -> None:
    before = await counts(chat)
    answer = await chat.http.post(
        f"/public/v1/chat/{chat.channel.public_key}/conversations",
        content=BODIES[number],
        headers={"content-type": "application/json"},
    )
    assert refused(answer), (answer.status_code, answer.text[:300])
    assert await counts(chat) == before


async def test_a_message_that_makes_no_sense_stores_nothing(chat: Chat) -> None:
    customer = await chat.start()
    before = await counts(chat)
    bodies: list[Any] = [
        {},
        {"text": "", "nonce": "n"},
        {"text": "   ", "nonce": "n"},
        {"text": "x", "nonce": ""},
        {"text": "x", "nonce": "è"},
        {"text": "x", "nonce": "n" * 101},
        {"text": "a\x00b", "nonce": "n"},
        {"text": "x", "nonce": "n", "attachment_ids": ["no"]},
        {"text": "x", "nonce": "n", "attachment_ids": [new_id()]},
        {"text": "x", "nonce": "n", "attachment_ids": [new_id() for _ in range(11)]},
    ]
    for body in bodies:
        answer = await customer.post("/messages", body)
        assert refused(answer), (body, answer.text)
    for score in (0, 6, "5; DROP TABLE", None, 1e400):
        raw = json.dumps({"score": score})
        answer = await chat.http.post(
            "/public/v1/conversation/survey", content=raw, headers=customer.headers
        )
        assert refused(answer), score
    assert await counts(chat) == before


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "..",
        "a" * 5_000,
        f"01a209ed-4436-7862-919e-fd7c6db5df00.{'A' * 43}",
        "00000000-0000-0000-0000-000000000000.x",
        "' OR 1=1 --.x",
    ],
)
async def test_a_token_that_is_none_opens_nothing(chat: Chat, token: str) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/messages"),
        ("GET", "/stream"),
        ("POST", "/end"),
        ("POST", "/typing"),
    ):
        answer = await chat.http.request(
            method,
            f"/public/v1/conversation{path}",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "channels.no_pass")


async def test_a_token_opens_its_own_conversation_only(chat: Chat) -> None:
    one, other = await chat.start("Mia"), await chat.start("Tua")
    secret = one.started["token"].partition(".")[2]
    foreign = f"{new_id()}.{secret}"
    answer = await chat.http.get(
        "/public/v1/conversation", headers={"Authorization": f"Bearer {foreign}"}
    )
    assert answer.status_code == 401
    texts = [item["text"] for item in (await one.get("/messages")).json()["items"]]
    assert texts == ["Mia"]
    assert (await other.get("")).json()["conversation_id"] != one.id
    desk = await chat.http.get(
        "/api/v1/channels", headers={"Authorization": f"Bearer {one.started['token']}"}
    )
    assert desk.status_code == 401


async def test_a_token_ends_with_its_time(chat: Chat) -> None:
    customer = await chat.start()
    chat.desk.clock.at = chat.desk.clock.at.replace(month=4, day=3)
    assert (await customer.get("")).status_code == 401


async def test_keys_that_do_not_exist_are_not_found(chat: Chat) -> None:
    for key in ("nessuno", "x", "../../x", "a" * 200, "aurelia%00"):
        answer = await chat.http.get(f"/public/v1/chat/{key}/config")
        assert answer.status_code in (404, 422), key
        assert refused(answer)


@pytest.mark.parametrize("place", ["x", "-1-0", "9" * 40 + "-1", "1-9999999999999999999", "0-0"])
async def test_a_place_that_is_none_begins_the_stream_anew(chat: Chat, place: str) -> None:
    customer = await chat.start("Eccomi")
    async with customer.stream(last_id=place) as line:
        assert (await line.next("message.added"))["text"] == "Eccomi"


async def test_one_customer_cannot_flood(chat: Chat) -> None:
    customer = await chat.start()
    answers = [
        await customer.post("/messages", {"text": str(n), "nonce": f"n{n}"}) for n in range(40)
    ]
    assert answers[0].status_code == 201
    refused = [answer for answer in answers if answer.status_code != 201]
    assert refused
    for answer in refused:
        assert answer.status_code == 429
        assert answer.json()["code"] == "channels.too_fast"
        assert int(answer.headers["retry-after"]) >= 1


async def test_one_address_cannot_start_without_end(chat: Chat) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}
    key = chat.channel.public_key

    async def start() -> httpx.Response:
        return await chat.http.post(
            f"/public/v1/chat/{key}/conversations",
            json={"nonce": new_id(), "text": "x"},
            headers=headers,
        )

    codes = [(await start()).status_code for _ in range(22)]
    assert codes[0] == 201
    assert 429 in codes
    headers["X-Forwarded-For"] = "203.0.113.10"
    assert (await start()).status_code == 201
