"""The door of every route: who asks, whether they may, and a transaction that sees no more.

`permit("room.verb")` opens the request's one transaction, finds the principal, narrows the
transaction to their clients and commits before the answer leaves. `recognise("room.verb")` only
says who asks, for the few use cases that make their own transactions.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from ascolto.identity import secrets, store_sessions
from ascolto.identity.errors import NotPermitted, NotSignedIn, WrongOrigin
from ascolto.identity.model import Principal
from ascolto.identity.permissions import ALL_PERMISSIONS
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.http import services_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# A request of these may change the configuration: its ledger is told who asks, and why.
SIGNED = frozenset(
    {
        *("tenancy.configure", "routing.configure", "routing.supervise", "channels.configure"),
        *("people.manage", "people.assign_skills", "identity.manage_accounts"),
        *("conversations.configure", "conversations.configure_canned", "configuration.publish"),
        *("identity.manage_tokens", "channels.manage_webhooks"),
    }
)
WHY_HEADER = "ascolto-why"
WHY_LIMIT = 500
# Where the request's scope holds what is still to be written in its transaction, by who wraps it.
BEFORE_COMMIT = "ascolto.before_commit"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its transaction and whoever made it."""

    tx: Tx
    principal: Principal


def permit(permission: str) -> Any:
    """Return the FastAPI dependency that lets in only who holds a permission."""
    _require_known(permission)

    async def provide(request: Request) -> AsyncIterator[Call]:
        presented = _presented(request)
        async with services_of(request).db.transaction(presented.tenant_id, actor=SYSTEM) as tx:
            principal = await _admitted(tx, presented, permission)
            if permission in SIGNED and request.method not in SAFE_METHODS:
                await tx.sign(principal.actor(), why=_why(request))
            yield Call(tx=tx, principal=principal)
            if (finish := request.scope.get(BEFORE_COMMIT)) is not None:
                await finish(tx)

    provide.permission = permission  # type: ignore[attr-defined] # read by the route matrix test
    # The function scope ends the transaction before the answer is sent: what a client has been
    # told is committed.
    return Depends(provide, scope="function")


def recognise(permission: str) -> Any:
    """Return the FastAPI dependency that names the principal and leaves no transaction open."""
    _require_known(permission)

    async def provide(request: Request) -> Principal:
        presented = _presented(request)
        async with services_of(request).db.transaction(presented.tenant_id, actor=SYSTEM) as tx:
            return await _admitted(tx, presented, permission)

    provide.permission = permission  # type: ignore[attr-defined] # read by the route matrix test
    return Depends(provide)


def permission_of(dependency: Any) -> str | None:
    """Return the permission a dependency function asks for, None when it is not a door."""
    permission: str | None = getattr(dependency, "permission", None)
    return permission


async def principal_of_socket(connection: HTTPConnection) -> Principal:
    """Return who opens a socket; a page that is not ours is refused."""
    return await principal_of_shown(services_of(connection).db, shown_by_socket(connection))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request or a socket showed at the door: enough to ask again who it is."""

    tenant_id: str
    secret_hash: bytes
    kind: str


def shown_by_socket(connection: HTTPConnection) -> Shown:
    """Return what a socket shows; a page that is not ours is refused."""
    check_origin(connection)
    return _presented(connection, safe=True)


async def principal_of_account(tx: Tx, account_id: str) -> Principal | None:
    """Return who an account is now, to do what they asked for; the transaction sees no more."""
    return await store_sessions.principal_of_account(tx, account_id)


async def principal_of_shown(db: Database, shown: Shown) -> Principal:
    """Return whose session or token was shown, as of now."""
    async with db.transaction(shown.tenant_id, actor=SYSTEM) as tx:
        return await _principal(tx, shown)


def _why(request: Request) -> str:
    """Return the reason given for a change: percent-encoded UTF-8, as a header is ASCII."""
    said = unquote(request.headers.get(WHY_HEADER, ""), errors="replace")
    return " ".join(said.replace("\x00", "").split())[:WHY_LIMIT]


def _presented(connection: HTTPConnection, *, safe: bool = False) -> Shown:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _shown(bearer.strip(), kind="token")
    shown = _shown(session_cookie(connection), kind="session")
    if not safe and connection.scope.get("method") not in SAFE_METHODS:
        check_origin(connection)
    return shown


def _shown(text: str | None, *, kind: str) -> Shown:
    presented = secrets.read(text)
    if presented is None:
        raise NotSignedIn("Sign in first.")
    return Shown(presented.tenant_id, presented.secret_hash, kind)


async def _admitted(tx: Tx, presented: Shown, permission: str) -> Principal:
    principal = await _principal(tx, presented)
    if permission not in principal.permissions:
        raise NotPermitted("Your role does not include this.", permission=permission)
    return principal


async def _principal(tx: Tx, presented: Shown) -> Principal:
    if presented.kind == "token":
        principal = await store_sessions.principal_by_token(tx, presented.secret_hash)
    else:
        principal = await store_sessions.principal_by_session(tx, presented.secret_hash)
    if principal is None:
        raise NotSignedIn("Sign in first.")
    return principal


def cookie_name(*, secure: bool) -> str:
    """Return the session cookie's name: over TLS one that no other host can set."""
    return "__Host-ascolto" if secure else "ascolto"


def session_cookie(connection: HTTPConnection) -> str | None:
    """Return the session cookie that came with a request."""
    return connection.cookies.get(cookie_name(secure=is_secure(connection)))


def is_secure(connection: HTTPConnection) -> bool:
    """Tell whether the browser reached us over TLS."""
    if connection.url.scheme in ("https", "wss"):
        return True
    return services_of(connection).settings.secure_cookies


def check_origin(connection: HTTPConnection) -> None:
    """Refuse a browser's request that another site's page has made.

    Browsers name the page's origin with every unsafe request. A program sends neither header,
    and carries no cookie but its own.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        if connection.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise WrongOrigin("This request was made by another site's page.")
        return
    ours = {connection.headers.get("host", ""), _host(services_of(connection).settings.public_url)}
    if origin == "null" or _host(origin) not in ours:
        raise WrongOrigin("This request was made by another site's page.", origin=origin[:200])


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _require_known(permission: str) -> None:
    if permission not in ALL_PERMISSIONS:
        raise ValueError(f"{permission} is given to no role: write it in identity/permissions.py")
