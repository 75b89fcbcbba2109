"""Requests made up from the description, fitting and not: never a failure of ours, always a reason.

Each route is tried by an administrator's session, by a program's token and, in the chat, by a
customer with the token of a conversation. The cases are the same at every run.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.core.result import Ok

from ascolto.channels.actions.configuring import create_channel
from ascolto.identity.permissions import ALL_PERMISSIONS, NOT_FOR_TOKENS, Role
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.web.openapi import description
from support.office import Office, ok, open_office

FITTING, UNFITTING = 3, 2
ADMIN = "tutto@prova.example"
# Not asked by this test, and why.
LEFT_OUT = {
    "GET /public/v1/conversation/stream": "it never ends",
    "DELETE /api/v1/session": "it would sign the test out",
    "DELETE /api/v1/sessions": "as above",
    "DELETE /api/v1/sessions/{session_id}": "as above",
    "POST /api/v1/password": "as above",
    "DELETE /public/v1/conversation/token": "it would take the customer's token",
}
PROBLEM = {"type", "title", "status", "code", "detail", "fields", "request_id"}


def made_up() -> list[Case[Any]]:
    """Return some requests that fit each route's description, and some that do not."""
    found: list[Case[Any]] = []
    for each in openapi.from_dict(description()).get_all_operations():
        assert isinstance(each, Ok), each
        operation = each.ok()
        if operation.label in LEFT_OUT:
            continue
        for mode, how_many in (
            (GenerationMode.POSITIVE, FITTING),
            (GenerationMode.NEGATIVE, UNFITTING),
        ):
            found += _cases(operation.as_strategy(generation_mode=mode), how_many)
    return found


def _cases(strategy: Any, how_many: int) -> list[Case[Any]]:
    found: list[Case[Any]] = []

    @settings(
        max_examples=how_many,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Case[Any]) -> None:
        found.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []  # a route that takes nothing cannot be asked wrongly
    return found


@dataclass
class Siege:
    """Sends made-up requests in somebody's name, and notes what should not have come back."""

    office: Office
    headers: dict[str, str]
    ids: dict[str, list[str]]
    wrong: list[str] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)

    async def send(self, browser: httpx.AsyncClient, case: Case[Any]) -> None:
        """Send a request, with an id of something that is there where the path takes one."""
        told = case.as_transport_kwargs(base_url="http://desk.example")
        url = told["url"]
        for name, value in (case.path_parameters or {}).items():
            known = self.ids.get(name, [])
            if known and (len(str(value)) == 36 or name == "key"):
                url = url.replace(str(value), known[sum(self.seen.values()) % len(known)])
        arguments: dict[str, Any] = {
            "params": {str(k): str(v) for k, v in (told.get("params") or {}).items()},
            "headers": self.headers | _plain(told.get("headers") or {}),
        }
        if "json" in told:
            arguments["json"] = told["json"]
        if told.get("files"):
            arguments["files"] = _files(told["files"])
        if isinstance(told.get("data"), bytes | str):
            arguments["content"] = told["data"]
        elif told.get("data"):
            arguments["data"] = told["data"]
        try:
            request = browser.build_request(case.method, url, **arguments)
        except (httpx.InvalidURL, TypeError, ValueError):
            return  # no client could send it
        answer = await asyncio.wait_for(browser.send(request), timeout=30)
        self.seen[answer.status_code] = self.seen.get(answer.status_code, 0) + 1
        self._look(case, answer)

    def _look(self, case: Case[Any], answer: httpx.Response) -> None:
        name = f"{case.operation.label} {answer.request.url.query!r} {case.body!r}"[:400]
        if answer.status_code >= 500:
            self.wrong.append(f"{name}: {answer.status_code} {answer.text[:300]}")
        elif answer.status_code >= 400:
            kind = answer.headers.get("content-type", "")
            if kind != "application/problem+json" or set(answer.json()) != PROBLEM:
                self.wrong.append(f"{name}: {answer.status_code} {kind} {answer.text[:100]}")


def _files(told: Any) -> list[tuple[str, Any]]:
    """Return the parts of a form as a client sends them, whatever was made up as contents."""
    found: list[tuple[str, Any]] = []
    for name, value in told.items() if isinstance(told, dict) else told:
        filename, content = value[:2] if isinstance(value, tuple) else ("prova.txt", value)
        sent = content if isinstance(content, bytes) else str(content).encode()
        found.append((str(name), (filename, sent)))
    return found


def _plain(headers: Any) -> dict[str, str]:
    """Return what was made up of headers, without what a client sets itself."""
    own = {"user-agent", "accept-encoding", "connection", "cookie", "authorization", "host"}
    return {
        str(name): str(value)
        for name, value in dict(headers).items()
        if str(name).lower() not in own and str(value).isascii() and str(value).isprintable()
    }


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> Any:
    """Give an organisation where asking much is no offence."""
    async with open_office(urls, database, data=tmp_path, api_per_second=1e6) as office:
        await office.hire(ADMIN, *(r.value for r in Role if r is not Role.CLIENT))
        yield office


async def ids_of(office: Office) -> dict[str, list[str]]:
    """Return ids of things that are there, by the name a path gives them."""
    desk = office.desk
    talks = [await desk.talking(), await desk.opened(), await desk.opened()]
    async with desk.as_system() as tx:
        columns = {
            "customer_id": "SELECT id FROM customers.customer",
            "client_id": "SELECT id FROM tenancy.client",
            "queue_id": "SELECT id FROM routing.queue",
            "operator_id": "SELECT id FROM people.operator",
            "calendar_id": "SELECT id FROM tenancy.calendar",
            "work_item_id": "SELECT id FROM routing.work_item",
        }
        found = {
            name: [str(row["id"]) for row in await tx.fetch(statement)]
            for name, statement in columns.items()
        }
    return {**found, "conversation_id": [talk.id for talk in talks]}


def addresses() -> Iterator[str]:
    """Yield network addresses: each may only ask so much of the public chat."""
    return (f"198.51.100.{n % 250 + 1}" for n in range(1_000_000))


async def test_no_made_up_request_fails_on_our_side_or_is_refused_without_a_reason(
    office: Office,
) -> None:
    cases = await asyncio.to_thread(made_up)
    assert len(cases) > 400
    desk = office.desk
    ids = await ids_of(office)
    inner = [case for case in cases if case.path.startswith("/api/v1/")]
    chat = [case for case in cases if case.path.startswith("/public/v1/")]
    async with office.signed_in(ADMIN) as boss:
        token = ok(
            await boss.post(
                "/tokens",
                json={
                    "name": "Prova",
                    "scopes": sorted(ALL_PERMISSIONS - NOT_FOR_TOKENS),
                    "expires_at": "2026-06-01T00:00:00Z",
                },
            )
        )["secret"]
        siege = Siege(office, {"origin": "http://desk.example"}, ids)
        for case in inner:
            await siege.send(boss, case)
    async with office.door.browser() as program:
        by_token = Siege(office, {"authorization": f"Bearer {token}"}, ids)
        for case in inner[::3]:
            await by_token.send(program, case)
    async with desk.as_system() as tx:
        channel = await create_channel(
            tx, client_id=desk.client_id, kind="webchat", name="Sito", queue_id=desk.queue.id
        )
    customer = Siege(office, {}, {"key": [channel.public_key]})
    for case, address in zip(chat, addresses(), strict=False):
        async with office.door.browser(ip=address) as browser:
            root = "http://desk.example/public/v1"
            begun = await browser.post(
                f"{root}/chat/{channel.public_key}/conversations",
                json={"nonce": new_id(), "text": "Buongiorno"},
            )
            customer.headers = {"authorization": f"Bearer {ok(begun)['token']}"}
            await customer.send(browser, case)
    for one in (siege, by_token, customer):
        assert not one.wrong, "\n".join(one.wrong)
        assert one.seen.get(200, 0) + one.seen.get(201, 0) > 5, json.dumps(one.seen)
