"""Which requests of the HTTP interface may wait for a moment, and how one is made without HTTP.

A publication is a list of requests. At its moment each is made by the very function that answers
it, with the body checked and the permission asked for as ever, all within one transaction.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Any, get_type_hints

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.routing import compile_path

from ascolto.configuration.errors import CannotPublish, NoLongerAllowed
from ascolto.configuration.model import Wish
from ascolto.identity.guard import Call, permission_of

# The first word of an address, and what kind of thing it is about. Settings carry their own
# moment; secrets and what programs deliver are no configuration.
KIND_OF = {
    "clients": "client",
    "calendars": "calendar",
    "skills": "skill",
    "teams": "team",
    "queues": "queue",
    "channels": "channel",
    "operators": "operator",
    "reasons": "reason",
    "canned": "canned",
}
PUBLISHED = frozenset(
    {
        *("tenancy.configure", "routing.configure", "channels.configure", "people.manage"),
        *("people.assign_skills", "conversations.configure", "conversations.configure_canned"),
    }
)


@dataclass(frozen=True, slots=True)
class Verb:
    """One route that may be asked for later."""

    method: str
    path: Pattern[str]
    kind: str
    permission: str
    endpoint: Callable[..., Awaitable[object]]
    body: tuple[str, type[BaseModel]] | None
    call: str
    places: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that fits a verb, with its body and its address read."""

    verb: Verb
    thing: str | None
    arguments: dict[str, Any]

    async def make(self, call: Call) -> object:
        """Make the request in a transaction that is open, as somebody who may."""
        if not call.principal.may(self.verb.permission):
            raise NoLongerAllowed(
                "Whoever asked may no longer do this.", permission=self.verb.permission
            )
        return await self.verb.endpoint(**self.arguments, **{self.verb.call: call})


class Verbs:
    """Every request that may wait."""

    def __init__(self, routers: Sequence[APIRouter]) -> None:
        """Find the verbs among the routes of some rooms."""
        self._all = [verb for router in routers for verb in _verbs_of(router)]

    def prepare(self, wish: Wish) -> Prepared:
        """Read a request, or refuse what cannot wait or makes no sense."""
        for verb in self._all:
            found = verb.path.match(wish.path)
            if found is None or verb.method != wish.method:
                continue
            try:
                arguments = _arguments(verb, found.groupdict(), wish.body)
            except ValidationError as wrong:
                told = [{"loc": e["loc"], "msg": e["msg"]} for e in wrong.errors()]
                raise CannotPublish("The request makes no sense.", errors=told) from wrong
            thing = next(iter(found.groupdict().values()), None)
            return Prepared(verb, thing, arguments)
        raise CannotPublish("Such a request cannot wait for a moment.", path=wish.path[:200])


def _arguments(verb: Verb, places: dict[str, str], body: dict[str, Any] | None) -> dict[str, Any]:
    arguments = {
        name: TypeAdapter(verb.places[name]).validate_python(text) for name, text in places.items()
    }
    if verb.body is not None:
        name, shape = verb.body
        arguments[name] = shape.model_validate(body or {})
    return arguments


def _verbs_of(router: APIRouter) -> Iterator[Verb]:
    for route in router.routes:
        if not isinstance(route, APIRoute):
            if (inner := getattr(route, "original_router", None)) is not None:
                yield from _verbs_of(inner)
            continue
        kind = KIND_OF.get(route.path.strip("/").partition("/")[0])
        door = next((p for d in route.dependant.dependencies if (p := permission_of(d.call))), None)
        if kind is None or door not in PUBLISHED:
            continue
        for method in (route.methods or set()) - {"GET", "HEAD"}:
            verb = _verb(route, method, kind, str(door))
            if verb is not None:
                yield verb


def _verb(route: APIRoute, method: str, kind: str, permission: str) -> Verb | None:
    hints = get_type_hints(route.endpoint)
    names = inspect.signature(route.endpoint).parameters
    body: tuple[str, type[BaseModel]] | None = None
    call = None
    places = {}
    for name in names:
        hint = hints[name]
        if hint is Call:
            call = name
        elif inspect.isclass(hint) and issubclass(hint, BaseModel):
            body = (name, hint)
        elif f"{{{name}}}" in route.path:
            places[name] = hint
        elif names[name].default is inspect.Parameter.empty:
            return None  # a file or a query that must be given: not of this kind
    if call is None:
        return None
    pattern, _, _ = compile_path(route.path)
    return Verb(method, pattern, kind, permission, route.endpoint, body, call, places)
