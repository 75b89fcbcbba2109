"""`Idempotency-Key`: a POST that is sent again is done once and answered as the first time.

A key belongs to one session or token, one method and one path, and is kept for a day. The same key
with another body is refused; while the first request is under way a second one is told to wait.
That it was done is written in the request's own transaction: a server that dies before the answer
was kept leaves a key that says so, and nothing is done again.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ascolto.identity import secrets
from ascolto.identity.guard import BEFORE_COMMIT, principal_of_socket, session_cookie
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.errors import Conflict, Refusal
from ascolto.kit.http import services_of
from ascolto.tenancy import store as tenancy_store
from ascolto.web import store
from ascolto.web.problems import problem

HEADER = "idempotency-key"
KEY_LIMIT = 100
UNDER_WAY_S = 60.0
KEPT_S = 86_400.0
ANSWER_LIMIT = 1_000_000


class KeyTaken(Conflict):
    """A request took so long that another under the same key was let in its place."""

    code = "request_under_way"


@dataclass(frozen=True, slots=True)
class _Claim:
    tenant_id: str
    key_hash: bytes
    at: datetime


class Idempotency:
    """Wraps the application for requests that carry a key; all others pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not _concerned(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = request.headers[HEADER]
        if not 1 <= len(key) <= KEY_LIMIT or not key.isascii() or not key.isprintable():
            refused = _problem(request, 422, "bad_idempotency_key", "1 to 100 printable characters")
            await refused(scope, receive, send)
            return
        presented = _presented(request)
        if presented is None or not await _known(request):
            await self._app(scope, receive, send)
            return
        body = await request.body()
        again = _body_again(body)
        key_hash = _hash(presented.secret_hash, scope["path"].encode(), key.encode())
        claim = await self._before(request, presented.tenant_id, key_hash, _hash(body))
        if isinstance(claim, Response):
            await claim(scope, again, send)
            return
        await self._first(scope, again, send, claim)

    async def _before(
        self, request: Request, tenant_id: str, key_hash: bytes, request_hash: bytes
    ) -> "Response | _Claim":
        db = services_of(request).db
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            known = await store.claim_key(
                tx, key_hash=key_hash, request_hash=request_hash, under_way_s=UNDER_WAY_S
            )
        if known is None:
            return _Claim(tenant_id, key_hash, tx.now)
        if known["request_hash"] != request_hash:
            return _problem(
                request, 422, "idempotency_key_reused", "This key was used for another request."
            )
        long_ago = (tx.now - known["at"]).total_seconds() > UNDER_WAY_S
        if known["status"] is None and known["done"] and long_ago:
            return _problem(
                request, 409, "answer_lost", "This was done; its answer was not kept. Look for it."
            )
        if known["status"] is None:
            return _problem(
                request, 409, "request_under_way", "The first request under this key is under way."
            )
        return Response(
            known["body"],
            status_code=known["status"],
            headers={"content-type": known["content_type"], "idempotent-replayed": "true"},
        )

    async def _first(self, scope: Scope, receive: Receive, send: Send, claim: "_Claim") -> None:
        """Run the request, keep its answer, and only then send it."""
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        async def finish(tx: Tx) -> None:
            if not await store.note_done(tx, key_hash=claim.key_hash, claimed_at=claim.at):
                raise KeyTaken("Another request under this key has begun meanwhile.")

        scope[BEFORE_COMMIT] = finish
        db: Database = services_of(HTTPConnection(scope)).db
        kept = False
        try:
            await self._app(scope, receive, hold)
            status, headers, body = _whole(messages)
            cookie = any(name == b"set-cookie" for name, _ in headers)
            if status < 500 and not cookie and len(body) <= ANSWER_LIMIT:
                content_type = dict(headers).get(b"content-type", b"").decode()
                async with db.transaction(claim.tenant_id, actor=SYSTEM) as tx:
                    await store.keep_answer(
                        tx,
                        key_hash=claim.key_hash,
                        claimed_at=claim.at,
                        status=status,
                        content_type=content_type,
                        body=body,
                    )
                kept = True
        finally:
            if not kept:
                async with db.transaction(claim.tenant_id, actor=SYSTEM) as tx:
                    await store.free_key(tx, key_hash=claim.key_hash, claimed_at=claim.at)
        for message in messages:
            await send(message)


async def forget_old(db: Database) -> int:
    """Forget the keys of more than a day ago, in every organisation."""
    async with db.connection() as connection:
        tenants = await tenancy_store.list_tenant_ids(connection)
    gone = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            gone += await store.forget_answers(tx, older_s=KEPT_S)
    return gone


def _concerned(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and scope["path"].startswith("/api/v1/")
        and any(name == HEADER.encode() for name, _ in scope["headers"])
    )


def _presented(request: Request) -> secrets.Presented | None:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return secrets.read(bearer.strip() if scheme.lower() == "bearer" else session_cookie(request))


async def _known(request: Request) -> bool:
    """Tell whether the session or token still holds: a revoked one is answered by its refusal."""
    try:
        await principal_of_socket(request)
    except Refusal:
        return False
    return True


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"\x00".join(parts)).digest()


def _body_again(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _whole(messages: list[Message]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    start: Any = next(m for m in messages if m["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
    return start["status"], list(start["headers"]), body


def _problem(request: Request, status: int, code: str, detail: str) -> Response:
    return problem(request, status=status, code=code, detail=detail)
