"""How fast one session, one token or one address may call /api/v1.

A session or token has a bucket of its own once it has been accepted. Everything else, wrong
secrets included, is counted by address: guessing gets slow, and colleagues who share an address
and are signed in do not suffer from it. Answers tell where one stands (`RateLimit`), refusals
when to come back (`Retry-After`).
"""

import math

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ascolto.identity import secrets
from ascolto.identity.guard import session_cookie
from ascolto.kit.rates import Buckets, Rate, address_of
from ascolto.web.problems import problem

STRANGERS = Rate(burst=60, per_second=2)
SEARCHES = Rate(burst=60, per_second=5)
BURST_S = 10.0
UNLIMITED = ("/api/v1/health",)
UNAUTHORISED = 401


class RateLimits:
    """Wraps the application; public channels have limits of their own."""

    def __init__(self, app: ASGIApp, *, per_second: float) -> None:
        """Wrap an application; `per_second` is what one caller may ask in the long run."""
        self._app = app
        self._rate = Rate(burst=per_second * BURST_S, per_second=per_second)
        self._buckets = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not _concerned(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        secret = presented_secret(request)
        if wait := self._wait(request, secret):
            await _too_many(request, wait)(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and secret is not None:
                self._answered(message, request, secret)
            await send(message)

        await self._app(scope, receive, send_on)

    def _wait(self, request: Request, secret: bytes | None) -> float:
        """Count a request; return how many seconds it comes too early."""
        address = address_of(request)
        if secret is not None and self._buckets.knows(("caller", secret)):
            wait = self._buckets.spend(("caller", secret), self._rate)
            if not wait and request.query_params.get("q"):
                wait = self._buckets.spend(("search", secret), SEARCHES)
            return wait
        if address is None:
            return 0.0
        if secret is None:
            return self._buckets.spend(("stranger", address), STRANGERS)
        # A secret not seen before costs nothing yet, but where the guesses are spent it must wait.
        spent = not self._buckets.left(("stranger", address), STRANGERS)
        return 1 / STRANGERS.per_second if spent else 0.0

    def _answered(self, message: Message, request: Request, secret: bytes) -> None:
        """Learn from the answer whether the secret was a true one."""
        caller = ("caller", secret)
        if message["status"] == UNAUTHORISED:
            if (address := address_of(request)) is not None:
                self._buckets.spend(("stranger", address), STRANGERS)
            return
        if not self._buckets.knows(caller):
            self._buckets.spend(caller, self._rate)
        self._tell(message, caller)

    def _tell(self, message: Message, key: tuple[str, bytes]) -> None:
        headers = MutableHeaders(scope=message)
        seconds = round(self._rate.burst / self._rate.per_second)
        headers["RateLimit-Policy"] = f'"caller";q={round(self._rate.burst)};w={seconds}'
        headers["RateLimit"] = f'"caller";r={self._buckets.left(key, self._rate)}'


def _concerned(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["path"].startswith("/api/v1/")
        and scope["path"] not in UNLIMITED
    )


def presented_secret(connection: HTTPConnection) -> bytes | None:
    """Return the fingerprint of the session or token that a request shows, if any."""
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    shown = secrets.read(
        bearer.strip() if scheme.lower() == "bearer" else session_cookie(connection)
    )
    return None if shown is None else shown.secret_hash


def _too_many(request: Request, wait: float) -> ASGIApp:
    seconds = max(1, math.ceil(wait))
    return problem(
        request,
        status=429,
        code="too_many",
        detail=f"Slower, please: ask again in {seconds} s.",
        fields={"retry_after_s": seconds},
        headers={"Retry-After": str(seconds)},
    )
