"""What the OpenAPI description says beyond the shapes: who may ask, how "no" is said, how often.

FastAPI knows none of it: doors are dependencies of ours, refusals leave by one table, rates and
idempotency wrap the application.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from ascolto.identity.guard import cookie_name, permission_of
from ascolto.identity.permissions import NOT_FOR_TOKENS
from ascolto.kit.http import BODY_LIMIT
from ascolto.web.idempotency import HEADER, KEY_LIMIT
from ascolto.web.rooms import API_ROUTERS, PUBLIC_ROUTERS

INNER, PUBLIC = "/api/v1", "/public/v1"
# What a customer does without the token of a conversation: look at a chat, begin, come back.
BEFORE_A_TOKEN = (f"{PUBLIC}/chat/", f"{PUBLIC}/resume")
FRAMEWORK_SHAPES = ("HTTPValidationError", "ValidationError")

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457). `code` is for programs, `detail` for people.",
    "required": ["type", "title", "status", "code", "detail", "fields", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "urn:ascolto:problem: and the code"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "room.what, or a word of the server itself"},
        "detail": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": True},
        "request_id": {"type": "string", "description": "as in the X-Request-Id header"},
    },
}
_SCHEMES: dict[str, Any] = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": cookie_name(secure=False),
        "description": (
            "The cookie that signing in sets; over TLS it is called"
            f" {cookie_name(secure=True)}. An unsafe request must come from a page of ours."
        ),
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A program's token; its scopes are permissions.",
    },
    "customer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of one conversation, returned when it begins.",
    },
}
_HEADERS: dict[str, Any] = {
    "RetryAfter": {
        "description": "After how many seconds to ask again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit": {
        "description": 'How many requests are left just now: "caller";r=…',
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {
        "description": 'How many requests in how many seconds: "caller";q=…;w=…',
        "schema": {"type": "string"},
    },
    "IdempotentReplayed": {
        "description": "true when this is the kept answer of the first request under the key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
_KEY_PARAMETER: dict[str, Any] = {
    "name": HEADER.title(),
    "in": "header",
    "required": False,
    "description": (
        "Sent again with the same key and body within a day, the request is done once and"
        " answered as the first time; with another body it is refused."
    ),
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LIMIT,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
}


class DescribedApp(FastAPI):
    """An application whose OpenAPI description also holds what this module knows."""

    _written: bytes | None = None

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema

    async def describe(self, _: Request) -> Response:
        """Serve the document; it takes seconds to make, so the first asker has a thread make it."""
        if self._written is None:
            self._written = await asyncio.to_thread(lambda: orjson.dumps(self.openapi()))
        return Response(self._written, media_type="application/json")


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Add doors, refusals, rates and idempotency to a description of the shapes alone."""
    components = document["components"]
    for name in FRAMEWORK_SHAPES:
        components["schemas"].pop(name, None)
    components["schemas"]["Problem"] = _PROBLEM
    components["securitySchemes"] = _SCHEMES
    components["headers"] = _HEADERS
    components["parameters"] = {"IdempotencyKey": _KEY_PARAMETER}
    components["responses"] = {
        "Problem": _refusal("Refused: the code says why."),
        "TooMany": _refusal("Asked too often.", "RetryAfter"),
        "Unavailable": _refusal("Not available just now.", "RetryAfter"),
    }
    doors = permissions()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete(operation, method, path, doors.get(f"{method.upper()} {path}"))
    return document


def _refusal(description: str, *headers: str) -> dict[str, Any]:
    shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
    found: dict[str, Any] = {
        "description": description,
        "content": {"application/problem+json": shape},
    }
    if headers:
        found["headers"] = _named(*headers)
    return found


def _named(*names: str) -> dict[str, Any]:
    told = {"RetryAfter": "Retry-After", "RateLimitPolicy": "RateLimit-Policy"}
    told["IdempotentReplayed"] = "Idempotent-Replayed"
    return {told.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def _complete(operation: dict[str, Any], method: str, path: str, permission: str | None) -> None:
    answers = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422", "")):
        del answers["422"]
    for status, name in (("4XX", "Problem"), ("429", "TooMany"), ("503", "Unavailable")):
        answers.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    operation["security"] = _security(path, permission)
    if permission is None:
        return
    operation["x-permission"] = permission
    keyed = method == "post"
    if keyed:
        operation.setdefault("parameters", []).append(
            {"$ref": "#/components/parameters/IdempotencyKey"}
        )
    headers = ("RateLimit", "RateLimitPolicy", *(["IdempotentReplayed"] if keyed else []))
    for status, answer in answers.items():
        if status.startswith("2"):
            answer.setdefault("headers", {}).update(_named(*headers))


def _security(path: str, permission: str | None) -> list[dict[str, list[str]]]:
    if path.startswith(PUBLIC):
        return [] if path.startswith(BEFORE_A_TOKEN) else [{"customer": []}]
    if permission is None:
        return []
    session: list[dict[str, list[str]]] = [{"session": []}]
    return session if permission in NOT_FOR_TOKENS else [*session, {"token": []}]


def every_route() -> Iterator[tuple[str, APIRoute]]:
    """Yield every route of every room with its whole path."""
    for prefix, routers in ((INNER, API_ROUTERS), (PUBLIC, PUBLIC_ROUTERS)):
        for router in routers:
            yield from _routes_of(router, prefix)


def roomy_routes() -> list[tuple[frozenset[str], re.Pattern[str], int]]:
    """Return the methods and path of every route that takes larger bodies, and how large."""
    return [
        (frozenset(route.methods or ()), compile_path(path)[0], route.openapi_extra[BODY_LIMIT])
        for path, route in every_route()
        if route.openapi_extra and BODY_LIMIT in route.openapi_extra
    ]


def _routes_of(router: APIRouter, prefix: str) -> Iterator[tuple[str, APIRoute]]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield prefix + route.path, route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from _routes_of(inner, prefix)


def dependencies_of(dependant: Dependant) -> Iterator[Any]:
    """Yield every function that FastAPI calls before a handler."""
    for inner in dependant.dependencies:
        if inner.call is not None:
            yield inner.call
        yield from dependencies_of(inner)


def permissions() -> dict[str, str | None]:
    """Return the permission that each route asks for, by "METHOD path"; None where none does."""
    found: dict[str, str | None] = {}
    for path, route in every_route():
        doors = [p for call in dependencies_of(route.dependant) if (p := permission_of(call))]
        if len(doors) > 1:
            raise ValueError(f"{path} has two doors")
        for method in route.methods or ():
            found[f"{method} {path}"] = doors[0] if doors else None
    return found
