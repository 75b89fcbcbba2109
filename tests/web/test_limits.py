"""A runaway script is slowed down and told so; a desk at work never notices."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ascolto.kit.db import Database
from ascolto.kit.postgres import PostgresUrls
from support.office import Office, open_office

# So slow in the long run that no machine is slow enough for a bucket to fill again.
SLOW = 0.5


@pytest.fixture
async def slow(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path, api_per_second=SLOW) as office:
        yield office


async def until_slowed(
    browser: httpx.AsyncClient, path: str, *, expected: int, **more: Any
) -> httpx.Response:
    """Ask quicker than the bucket refills, on whatever machine, until it is empty."""
    for _ in range(50):
        answers = await asyncio.gather(*(browser.get(path, **more) for _ in range(40)))
        assert {answer.status_code for answer in answers} <= {expected, 429}
        for answer in answers:
            if answer.status_code == 429:
                return answer
    raise AssertionError("never slowed down")


def assert_slowed(answer: httpx.Response) -> None:
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "too_many"
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_session_may_ask_its_share_and_is_then_told_when_to_come_back(
    slow: Office,
) -> None:
    async with slow.signed_in() as anna, slow.signed_in("bruno@prova.example") as bruno:
        answers = [await anna.get("/session") for _ in range(20)]
        assert answers[0].status_code == 200
        assert answers[0].headers["ratelimit-policy"] == '"caller";q=5;w=10'
        assert answers[0].headers["ratelimit"].startswith('"caller";r=')
        refused = [answer for answer in answers if answer.status_code != 200]
        assert refused
        for answer in refused:
            assert_slowed(answer)
        assert (await bruno.get("/session")).status_code == 200, "one's haste is not another's"


async def test_wrong_secrets_are_counted_by_address_and_do_not_lock_out_colleagues(
    office: Office,
) -> None:
    async with office.signed_in() as anna:
        assert (await anna.get("/session")).status_code == 200
        async with office.door.browser() as thief:
            wrong = {"authorization": f"Bearer {office.door.tenant_id}.guess"}
            assert_slowed(await until_slowed(thief, "/session", expected=401, headers=wrong))
            other = {"authorization": f"Bearer {office.door.tenant_id}.another-guess"}
            assert_slowed(await until_slowed(thief, "/session", expected=401, headers=other))
        assert (await anna.get("/session")).status_code == 200


async def test_whoever_is_not_signed_in_goes_slowly_but_health_is_always_told(
    office: Office,
) -> None:
    async with office.door.browser(ip="198.51.100.9") as stranger:
        assert_slowed(await until_slowed(stranger, "/desk", expected=401))
        assert (await stranger.get("/health")).status_code == 200
    async with office.door.browser(ip="198.51.100.10") as neighbour:
        assert (await neighbour.get("/desk")).status_code == 401


async def test_searches_have_a_smaller_share(office: Office) -> None:
    async with office.signed_in() as anna:
        words = {"q": "bolletta"}
        assert_slowed(await until_slowed(anna, "/conversations", expected=200, params=words))
        assert (await anna.get("/session")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/workforce/history/import", 422),
        ("PUT", "/workforce/rosters/6f1c7f5e-58a4-4a2b-8f0e-6f1c7f5e58a4/shifts", 422),
        ("POST", "/workforce/forecasts", 413),
        ("GET", "/workforce/history/import", 413),
        ("POST", "/queues", 413),
    ],
)
async def test_only_a_route_that_says_so_takes_a_table(
    urls: PostgresUrls, database: Database, tmp_path: Path, method: str, path: str, status: int
) -> None:
    async with open_office(urls, database, data=tmp_path) as office:
        await office.hire("piano@prova.example", "planner", "configurator")
        async with office.signed_in("piano@prova.example") as planner:
            content = b'{"no_such_field": "' + b"x" * 2_000_000 + b'"}'
            answer = await planner.request(
                method, path, content=content, headers={"content-type": "application/json"}
            )
            assert answer.status_code == status, answer.text[:300]
            beyond = content + b" " * 4_000_000
            answer = await planner.request(method, path, content=beyond)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
