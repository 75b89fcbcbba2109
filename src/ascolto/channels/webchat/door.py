"""The door of the public interface: a customer's pass, and a transaction that sees no more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from ascolto.channels import store
from ascolto.channels.errors import NoPass, UnknownChannel
from ascolto.channels.model import Channel, Pass
from ascolto.channels.webchat.limits import REQUESTS, limits_of
from ascolto.identity import secrets
from ascolto.identity.secrets import Presented
from ascolto.kit.db import SYSTEM, Actor, Tx
from ascolto.kit.http import services_of


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a customer: its transaction and the pass that was shown."""

    tx: Tx
    holder: Pass


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of somebody who has no pass yet, at a channel's door."""

    tx: Tx
    channel: Channel


def presented(request: Request) -> Presented:
    """Return the pass that came with a request, unchecked."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    shown = secrets.read(text.strip()) if scheme.lower() == "bearer" else None
    if shown is None:
        raise NoPass("This needs the token of a conversation.")
    return shown


async def admitted(tx: Tx, shown: Presented) -> Pass:
    """Return the pass and let the transaction act as its customer, or refuse."""
    holder = await store.find_pass(tx, shown.secret_hash)
    if holder is None:
        raise NoPass("The token is unknown or has run out.")
    tx.actor = Actor("customer", holder.customer_id, holder.customer_name)
    return holder


@asynccontextmanager
async def visiting_now(request: Request, *, again: bool = False) -> AsyncIterator[Visit]:
    """Open a visit for a part of a request; only the first part counts as one."""
    if not again:
        limits_of(request).spend_address(request, "requests", REQUESTS)
    shown = presented(request)
    async with services_of(request).db.transaction(shown.tenant_id, actor=SYSTEM) as tx:
        yield Visit(tx, await admitted(tx, shown))


async def _visit(request: Request) -> AsyncIterator[Visit]:
    async with visiting_now(request) as visit:
        yield visit


async def _entry(
    request: Request, key: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{4,64}$")]
) -> AsyncIterator[Entry]:
    limits_of(request).spend_address(request, "requests", REQUESTS)
    tenant_id = await tenant_of_key(request, key)
    if tenant_id is None:
        raise UnknownChannel("There is no such chat.")
    async with services_of(request).db.transaction(tenant_id, actor=SYSTEM) as tx:
        channel = await store.by_key(tx, key)
        if channel is None or channel.kind != "webchat":
            raise UnknownChannel("There is no such chat.")
        yield Entry(tx, channel)


async def tenant_of_key(request: Request, key: str) -> str | None:
    """Return the organisation of a public key; a key once seen stays where it is."""
    state = request.app.state
    if not hasattr(state, "tenants_of_keys"):
        state.tenants_of_keys = {}
    known: dict[str, str] = state.tenants_of_keys
    if key not in known:
        async with services_of(request).db.connection() as connection:
            tenant_id = await store.tenant_of_key(connection, key)
        if tenant_id is None:
            return None
        known[key] = tenant_id
    return known[key]


# The function scope ends the transaction before the answer is sent: what a customer has been
# told is committed.
Visiting = Annotated[Visit, Depends(_visit, scope="function")]
Entering = Annotated[Entry, Depends(_entry, scope="function")]
