"""What wraps every request: an id, safe headers, a limit on its body."""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from typing import TypeAlias

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ascolto.kit.ids import new_id

JSON_LIMIT = 1_000_000
UPLOAD_LIMIT = 12_000_000
DRAIN_LIMIT = 50_000_000
DRAIN_S = 10.0

_SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), payment=(), microphone=(self)"),
)
_API_CSP = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


Roomy: TypeAlias = tuple[frozenset[str], re.Pattern[str], int]
"""The methods and the path of a route, and how many bytes it takes."""


class BodyTooLargeError(Exception):
    """The body went past the limit while it was being read."""


class Edges:
    """The outermost layer of the server, written for ASGI because it touches every message."""

    def __init__(self, app: ASGIApp, *, secure: bool, roomy: Sequence[Roomy] = ()) -> None:
        """Wrap an application; `secure` adds the promise to stay on TLS.

        `roomy` are the routes that take more than others.
        """
        self._app = app
        self._roomy = roomy
        self._headers = list(_SAFE_HEADERS)
        if secure:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        scope["ascolto.request_id"] = request_id
        limit = self._limit(scope)
        if _announced(scope) > limit:
            await _drain(receive)
            await _too_large(send, request_id, limit)
            return
        body = _CountedBody(receive, limit)

        async def send_safe(message: Message) -> None:
            if body.exceeded:
                # Whatever the layers inside made of the cut body, this is the true reason.
                if message["type"] == "http.response.start":
                    await _too_large(send, request_id, limit)
                return
            if message["type"] == "http.response.start":
                message["headers"] = self._complete(scope, message["headers"], request_id)
            await send(message)

        await self._app(scope, body.receive, send_safe)

    def _limit(self, scope: Scope) -> int:
        for methods, path, limit in self._roomy:
            if scope["method"] in methods and path.fullmatch(scope["path"]):
                return limit
        for name, value in scope["headers"]:
            if name == b"content-type" and value.startswith(b"multipart/form-data"):
                return UPLOAD_LIMIT
        return JSON_LIMIT

    def _complete(
        self, scope: Scope, headers: list[tuple[bytes, bytes]], request_id: str
    ) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in headers}
        extra = [pair for pair in self._headers if pair[0] not in present]
        if b"content-security-policy" not in present:
            extra.append(_API_CSP)
        if b"cache-control" not in present and scope["path"].startswith(("/api/", "/public/")):
            extra.append((b"cache-control", b"no-store"))
        return [*headers, *extra, (b"x-request-id", request_id.encode())]


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _drain(receive: Receive) -> None:
    """Read on for a while: who is cut off while still sending never reads the answer."""
    seen = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while seen < DRAIN_LIMIT:
                message = await receive()
                seen += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


class _CountedBody:
    """Counts the bytes of a body as they are read, and cuts it at the limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0
        self.exceeded = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self._limit:
                self.exceeded = True
                raise BodyTooLargeError
        return message


async def _too_large(send: Send, request_id: str, limit: int) -> None:
    body = orjson.dumps(
        {
            "type": "urn:ascolto:problem:too_large",
            "title": "Too large",
            "status": 413,
            "code": "too_large",
            "detail": f"The body may hold {limit} bytes at most.",
            "fields": {"limit_bytes": limit},
            "request_id": request_id,
        }
    )
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [
                (b"content-type", b"application/problem+json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
                *_SAFE_HEADERS,
                _API_CSP,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
