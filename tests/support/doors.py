"""A server of some rooms' routes in this process, and people who come in through its door."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute

from ascolto.identity import api as identity_api
from ascolto.identity import passwords
from ascolto.identity.actions.change_accounts import create_account
from ascolto.identity.model import Account
from ascolto.kit import errors
from ascolto.kit.clock import Clock, FixedClock
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.http import Services
from ascolto.kit.live import LiveHub
from ascolto.kit.relay import Relay
from ascolto.kit.settings import Settings
from ascolto.people import api as people_api
from ascolto.privacy import api as privacy_api
from ascolto.tenancy import Client
from ascolto.tenancy import actions as tenancy_actions
from ascolto.web import tenancy_api

PASSWORD = "una-frase-lunga"
_ROUTERS = (identity_api.router, tenancy_api.router, people_api.router, privacy_api.router)
_hashes: dict[str, str] = {}
_made: dict[tuple[int, ...], tuple[tuple[APIRouter, ...], list[BaseRoute]]] = {}


@dataclass
class Door:
    """The server, one organisation, and the means to let people in."""

    app: FastAPI
    db: Database
    tenant_id: str
    slug: str
    clients: dict[str, Client] = field(default_factory=dict)

    async def add_account(
        self,
        *roles: str,
        email: str = "anna@prova.example",
        password: str | None = PASSWORD,
        clients: Collection[str] | None = None,
        **more: Any,
    ) -> Account:
        """Give somebody an account that works at once."""
        password_hash = None if password is None else await _hash(password)
        async with self.db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            return await create_account(
                tx,
                email=email,
                name=email.partition("@")[0].title(),
                roles=roles or ("operator",),
                clients=clients,
                password_hash=password_hash,
                **more,
            )

    async def add_client(self, name: str) -> Client:
        """Add a client of the organisation."""
        async with self.db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            self.clients[name] = await tenancy_actions.create_client(tx, name=name, color="#0a7c66")
        return self.clients[name]

    @asynccontextmanager
    async def browser(self, *, ip: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser that nobody has signed in with."""
        transport = httpx.ASGITransport(app=self.app, client=(ip, 50_000))
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://desk.example/api/v1",
            headers={"origin": "http://desk.example", "user-agent": "Prova/1.0"},
        ) as browser:
            yield browser

    @asynccontextmanager
    async def signed_in(
        self, email: str = "anna@prova.example", password: str = PASSWORD
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser and sign in with it."""
        async with self.browser() as browser:
            answer = await self.sign_in(browser, email=email, password=password)
            assert answer.status_code == 200, answer.text
            yield browser

    async def sign_in(
        self,
        browser: httpx.AsyncClient,
        *,
        email: str = "anna@prova.example",
        password: str = PASSWORD,
        **more: Any,
    ) -> httpx.Response:
        """Try to sign in."""
        return await browser.post(
            "/session", json={"tenant": self.slug, "email": email, "password": password, **more}
        )

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the bodies of the events of a kind, in order."""
        async with self.db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            rows = await tx.fetch("SELECT body FROM kit.event WHERE kind = $1 ORDER BY id", kind)
        return [row["body"] for row in rows]


async def open_door(
    db: Database, *, data: Path, clock: Clock, routers: Collection[APIRouter] = ()
) -> Door:
    """Set up the door of a fresh organisation."""
    relay = Relay(db)
    app = FastAPI()
    app.add_exception_handler(errors.Refusal, _refuse)
    app.add_exception_handler(asyncpg.DataError, _unstorable)
    app.router.routes.extend(_routes(*_ROUTERS, *routers))
    db.clock = clock
    app.state.services = Services(
        db=db, relay=relay, live=LiveHub(relay), settings=Settings(data=data), clock=clock
    )
    tenant_id, slug = await _tenant(db)
    return Door(app=app, db=db, tenant_id=tenant_id, slug=slug)


def _routes(*routers: APIRouter) -> list[BaseRoute]:
    """Return the routes of some rooms, made once: it takes longer than many a test."""
    key = tuple(map(id, routers))
    if key not in _made:
        roof = APIRouter(prefix="/api/v1")
        for router in routers:
            roof.include_router(router)
        _made[key] = (routers, roof.routes)  # with the routers, so that no other gets their id
    return _made[key][1]


_STATUS: dict[type[errors.Refusal], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}


async def _refuse(_: Request, refusal: Exception) -> JSONResponse:
    """Answer with the family's status; the whole table of answers is the web room's."""
    assert isinstance(refusal, errors.Refusal)
    status = next(_STATUS[family] for family in type(refusal).__mro__ if family in _STATUS)
    headers = {}
    if (wait := refusal.fields.get("retry_after_s")) is not None:
        headers["Retry-After"] = str(wait)
    body = {"code": refusal.code, "detail": refusal.detail, "fields": refusal.fields}
    return JSONResponse(body, status_code=status, headers=headers)


async def _unstorable(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"code": "unstorable"}, status_code=422)


async def _tenant(db: Database) -> tuple[str, str]:
    from support.servers import new_tenant  # noqa: PLC0415 - pytest loads it as a plugin first

    tenant_id = await new_tenant(db)
    return tenant_id, f"org-{tenant_id[-12:]}"


async def _hash(password: str) -> str:
    if password not in _hashes:
        _hashes[password] = await passwords.hash_password(password)
    return _hashes[password]


@pytest.fixture
def clock() -> FixedClock:
    """Stand still at a Monday morning until told."""
    return FixedClock(datetime(2026, 6, 1, 8, tzinfo=UTC))


@pytest.fixture
async def door(database: Database, clock: FixedClock, tmp_path: Path) -> Door:
    """Open the door of a fresh organisation."""
    return await open_door(database, data=tmp_path, clock=clock)
