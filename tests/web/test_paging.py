"""Catalogues read page by page: whole, in order, nothing twice, and no cursor is trusted."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from ascolto import customers
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from support.office import Office, ok, open_office

ADMIN = "capo@prova.example"
NAMES = ("zeta", "Alfa", "beta", "ALBA", "delta")
LISTS = (
    "/queues",
    "/canned",
    "/reasons",
    "/tags",
    "/clients",
    "/calendars",
    "/settings",
    "/webhooks",
    "/mailboxes",
    "/sessions",
    "/views",
    "/floor/screens",
    "/interventions",
    "/channels",
    "/teams",
)


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path, api_per_second=5_000.0) as office:
        await office.hire(ADMIN, "admin", "configurator", "knowledge", "team_leader", "operator")
        yield office


async def fill(office: Office, admin: httpx.AsyncClient) -> None:
    """Put five of everything in, named so that order by bytes is another than that of people."""
    desk = office.desk
    talk = await desk.talking()
    parent = ok(await admin.post("/reasons", json={"name": "Primo"}))
    queue = {"name": "Posta", "client_id": desk.client_id, "channel": "email"}
    emails = ok(await admin.post("/queues", json=queue))["id"]
    queues = []
    for name in NAMES:
        other = ok(await admin.post("/clients", json={"name": name}))
        queue = {"name": name, "client_id": desk.client_id, "channel": "webchat"}
        queues.append(ok(await admin.post("/queues", json=queue)))
        # The same name with another client: only the id tells them apart.
        ok(await admin.post("/queues", json={**queue, "client_id": other["id"]}))
        ok(await admin.post("/canned", json={"key": name, "title": name, "text": "Ciao"}))
        ok(await admin.post("/reasons", json={"name": name, "position": len(name)}))
        ok(await admin.post("/reasons", json={"name": name, "parent_id": parent["id"]}))
        ok(await admin.post("/calendars", json={"name": name, "hours": {"weekly": {}}}))
        kinds = ok(await admin.get("/webhooks/kinds"))[:1]
        hook = {"name": name, "url": "https://example.com/x", "kinds": kinds}
        ok(await admin.post("/webhooks", json=hook))
        mail = {"client_id": desk.client_id, "kind": "email", "name": name, "queue_id": emails}
        mail["settings"] = {"address": f"{name.lower()}@prova.example"}
        ok(await admin.post("/channels", json=mail))
        ok(await admin.post("/views", json={"page": "work", "name": name, "query": ""}))
        ok(await admin.post("/floor/screens", json={"name": name}))
        ok(await admin.post("/teams", json={"name": name}))
    for queue in queues:
        told = {"kind": "message", "queue_id": queue["id"], "why": "coda", "message": "Un attimo"}
        ok(await admin.post("/interventions", json=told))
    tags = {"add": [name.lower() for name in NAMES], "remove": []}
    async with office.signed_in() as anna:
        ok(await anna.post(f"/conversations/{talk.id}/tags", json=tags))
    running = ok(await admin.get("/interventions"))["items"]
    for one in running[1:3]:
        ok(await admin.delete(f"/interventions/{one['id']}"))


async def by_pages(browser: httpx.AsyncClient, path: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    for _ in range(100):
        asked = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = ok(await browser.get(path, params=asked))
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError(f"{path} never ends")


async def test_every_catalogue_read_by_pages_is_the_catalogue_read_at_once(office: Office) -> None:
    async with office.signed_in(ADMIN) as admin, office.signed_in(ADMIN) as again:
        await fill(office, admin)
        for path in LISTS:
            whole = ok(await again.get(path, params={"limit": 200}))
            assert whole["next_cursor"] is None, path
            assert len(whole["items"]) >= 2, path
            for limit in (2, len(whole["items"])):
                assert await by_pages(again, path, limit) == whole["items"], (path, limit)


async def test_a_cursor_that_nobody_gave_out_is_refused_and_never_a_fault(office: Office) -> None:
    moment, one = "2026-01-01T00:00:00+00:00", new_id()
    wrong: list[Any] = [
        [],
        ["\0", one],
        ["x", "y"],
        [1, one],
        [None, None],
        ["0001-01-01T00:00:00+23:59", one],
        [moment, "x"],
        ["x", 1, "x", one],
        [None, 2**62, "x", one],
        [one, -1, "x", one],
        [True, "never", one],
        [True, moment, 5],
        [{}, {}, {}],
        {"a": 1},
    ]
    async with office.signed_in(ADMIN) as admin:
        for path in LISTS:
            for values in wrong:
                cursor = base64.urlsafe_b64encode(
                    orjson.dumps(values) if values is not None else b""
                )
                answer = await admin.get(path, params={"cursor": cursor.decode()})
                assert answer.status_code in {200, 422}, (path, values, answer.text)
            answer = await admin.get(path, params={"cursor": "%%%"})
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_a_cursor_with_another_type_in_a_place_is_refused_and_not_made_into_text(
    office: Office,
) -> None:
    moment, one = "2026-01-01T00:00:00+00:00", new_id()
    await office.hire("piani@prova.example", "planner", "team_leader")
    async with office.desk.as_system() as tx:
        customer = await customers.identify(tx, client_id=office.desk.client_id, name="Carla")
    wrong: dict[str, list[Any]] = {
        "/accounts": [5],
        "/skills": [{}],
        "/settings": [["a"]],
        "/views": ["work", 5],
        "/interventions": ["", moment, one],
        "/reasons": [None, True, "x", one],
        "/reasons?": [None, 1, 5, one],
        "/sessions": [20260101, one],
        "/conversations?view=all": [5, one],
        f"/customers/{customer.id}/timeline": ["2026-01-01T00:00:00", one],
        # As long as any: what a list takes is not another list's to bound.
        "/quarantine": ["x" * 600],
        "/workforce/rosters": ["x" * 600],
        "/workforce/requests": ["x" * 600],
    }
    async with office.signed_in(ADMIN) as admin, office.signed_in("piani@prova.example") as planner:
        for path, values in wrong.items():
            browser = planner if path.startswith("/workforce") else admin
            cursor = base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")
            answer = await browser.get(httpx.URL(path).copy_merge_params({"cursor": cursor}))
            assert answer.status_code == 422, (path, answer.text)
            assert answer.json()["code"] == "bad_cursor", path
