"""The whole application on a real database, and the people who work in it."""

import contextlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from ascolto.identity.actions.change_accounts import create_account
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.http import Services
from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.settings import Settings
from ascolto.people.actions import change_operator, get_operator
from ascolto.web.app import build_app
from support.doors import PASSWORD, Door, _hash
from support.talk import Desk, HandClock, set_up_desk


def ok(answer: httpx.Response) -> Any:
    """Return what an answer holds, having seen that it is no refusal."""
    assert answer.status_code < 300, (answer.status_code, answer.text)
    return answer.json() if answer.content else None


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the fields of a refusal, having seen that it is this one."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    fields: dict[str, Any] = answer.json()["fields"]
    return fields


@dataclass
class Office:
    """An organisation behind the real application: Anna and Bruno answer, others look on."""

    door: Door
    desk: Desk

    @property
    def app(self) -> FastAPI:
        """Return the application."""
        return self.door.app

    @property
    def services(self) -> Services:
        """Return what the application has running."""
        services: Services = self.app.state.services
        return services

    async def hire(
        self,
        email: str,
        *roles: str,
        operator_id: str | None = None,
        clients: Collection[str] | None = None,
    ) -> None:
        """Give somebody an account."""
        password_hash = await _hash(PASSWORD)
        async with self.desk.database.transaction(self.desk.tenant, actor=SYSTEM) as tx:
            account = await create_account(
                tx,
                email=email,
                name=email.partition("@")[0].title(),
                roles=roles or ("operator",),
                clients=clients,
                password_hash=password_hash,
            )
            if operator_id is not None:
                known = await get_operator(tx, operator_id)
                mine = {"account_id": account.id}
                await change_operator(tx, operator_id, v=known.v, changes=mine)

    @contextlib.asynccontextmanager
    async def signed_in(
        self, email: str = "anna@prova.example"
    ) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser and sign in with it."""
        async with self.door.signed_in(email) as browser:
            yield browser

    async def frames(self, *topics: str, after: int = 0) -> list[dict[str, Any]]:
        """Return the frames of some topics after an id, in their order."""
        async with self.desk.as_system() as tx:
            rows = await tx.fetch(
                "SELECT id, topic, kind, body FROM kit.frame"
                " WHERE topic = ANY($1::text[]) AND id > $2 ORDER BY xid, id",
                list(topics),
                after,
            )
        return [dict(row) for row in rows]


@contextlib.asynccontextmanager
async def open_office(
    urls: PostgresUrls, database: Database, *, data: Path, api_per_second: float = 50.0,
    allow_private: bool = False,
) -> AsyncIterator[Office]:  # fmt: skip
    """Start the application and let Anna and Bruno sign up."""
    clock = HandClock()
    database.clock = clock
    settings = Settings(
        data=data, api_per_second=api_per_second, allow_private_webhooks=allow_private
    )
    app = build_app(settings, dsn=urls.app_dsn, clock=clock)
    async with app.router.lifespan_context(app):
        from support.servers import new_tenant  # noqa: PLC0415 - pytest loads it as a plugin first

        tenant = await new_tenant(database)
        desk = await set_up_desk(database, tenant, clock)
        door = Door(app=app, db=database, tenant_id=tenant, slug=f"org-{tenant[-12:]}")
        office = Office(door, desk)
        await office.hire("anna@prova.example", operator_id=desk.anna, clients=[desk.client_id])
        await office.hire("bruno@prova.example", operator_id=desk.bruno, clients=[desk.client_id])
        yield office
