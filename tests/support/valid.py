"""Requests that are valid by the OpenAPI description, with chosen ids in every place for one."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from ascolto.web.openapi import description

DOCUMENT = description()
INNER, PUBLIC = "/api/v1/", "/public/v1/"
_number = itertools.count(1)

# Values that a schema cannot tell, by the name of the field.
_KNOWN: dict[str, Callable[[], Any]] = {
    "envelope": lambda: {"to": ["qualcuno@altrove.example"]},
    "email": lambda: f"prova{next(_number)}@prova.example",
    "hours": lambda: {"timezone": "Europe/Rome", "weekly": {"0": [["09:00", "18:00"]]}},
    "url": lambda: "http://127.0.0.1:9/hook",
    "kinds": lambda: ["conversations.closed"],
    "scopes": lambda: ["conversations.read"],
    "skills": dict,
    "roles": lambda: ["operator"],
    "password": lambda: "una-frase-molto-lunga",
    "expires_at": lambda: "2027-03-01T00:00:00Z",
    "until": lambda: "2026-03-05T09:00:00Z",
    "at": lambda: "2026-03-05T09:00:00Z",
    "valid_from": lambda: "2026-04-01T00:00:00Z",
    "nonce": lambda: f"nonce-0123456789-{next(_number)}",
    "from": lambda: {"value": f"+39011556{next(_number):04}"},
    "fields": lambda: ["handle_time"],
    "phone": lambda: "+39 011 555 0101",
    "value": lambda: f"+39011555{next(_number):04}",
    "code": lambda: f"c{next(_number)}",
    "key": lambda: f"k{next(_number)}",
    "from_at": lambda: "2026-03-04T07:00:00Z",
    "until_at": lambda: "2026-03-04T09:00:00Z",
    "scenarios": lambda: [{"aht_s": 300.0, "target_s": 20.0}],
    "day": lambda: "2026-03-04",
    "first_day": lambda: "2026-03-09",
    "last_day": lambda: "2026-03-15",
    "terms": lambda: {
        "shift_minutes": [480],
        "shifts_per_week": 5,
        "bands": [{"from": "08:00", "to": "20:00"}],
    },
}

# Optional fields without which a body says nothing that could be done.
_WISE = {"text"}
_WISE_AT = {
    "/api/v1/conversations/{conversation_id}/transfer": {"queue_id"},
    "/api/v1/workforce/forecasts/{forecast_id}/edits": {"factor"},
}


@dataclass(frozen=True)
class Slot:
    """One place of a request that takes an id: in its path, its query or its body."""

    where: str
    name: str


@dataclass(frozen=True)
class Operation:
    """One route as the description tells it."""

    method: str
    path: str

    @property
    def name(self) -> str:
        """Return the route as people write it."""
        return f"{self.method} {self.path}"

    @property
    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = DOCUMENT["paths"][self.path][self.method.lower()]
        return told

    @property
    def body(self) -> tuple[str, dict[str, Any]] | None:
        """Return the media type of what it takes, and its schema; None when it takes nothing."""
        content = self._told.get("requestBody", {}).get("content", {})
        for kind, media in content.items():
            return kind, resolved(media["schema"])
        return None

    def slots(self) -> list[Slot]:
        """Return every place that takes an id."""
        found = [
            Slot(parameter["in"], parameter["name"])
            for parameter in self._told.get("parameters", [])
            if "schema" in parameter and _takes_id(parameter["schema"])
        ]
        if self.body is not None:
            properties = self.body[1].get("properties", {})
            found += [
                Slot("body", name) for name, schema in properties.items() if _takes_id(schema)
            ]
        return found

    def request(self, ids: Callable[[str], str], *, chosen: Slot | None = None) -> dict[str, Any]:
        """Return the arguments of a request; `ids` names an id for each place.

        Places that need none stay empty, but for the chosen one.
        """
        path = self.path
        for slot in self.slots():
            if slot.where == "path":
                path = path.replace("{" + slot.name + "}", ids(slot.name))
        path = path.replace("{key}", "service_level.terms")
        for day in ("{day}", "{from_day}"):
            path = path.replace(day, "2026-03-09")
        # The doors' browsers stand before the inner interface; the chat lies beside it.
        chat = path.startswith(PUBLIC)
        url = f"http://desk.example{path}" if chat else "/" + path.removeprefix(INNER)
        arguments: dict[str, Any] = {"method": self.method, "url": url}
        arguments["params"] = {
            one["name"]: value_of(one["name"], one["schema"], ids)
            for one in self._told.get("parameters", [])
            if one.get("in") == "query" and one.get("required")
        }
        if chosen is not None and chosen.where == "query":
            arguments["params"][chosen.name] = ids(chosen.name)
        if self.body is not None:
            kind, schema = self.body
            named = {chosen.name} if chosen is not None and chosen.where == "body" else set()
            wanted = _WISE | (named or _WISE_AT.get(self.path, set()))
            body = _object(schema, ids, wanted)
            if kind == "multipart/form-data":
                arguments["data"] = {
                    k: json.dumps(v) if isinstance(v, dict) else v
                    for k, v in body.items()
                    if not isinstance(v, bytes)
                }
                arguments["files"] = {
                    k: ("nota.txt", v, "text/plain")
                    for k, v in body.items()
                    if isinstance(v, bytes)
                }
            else:
                arguments["json"] = body
        return arguments


def operations(*, prefix: str = INNER) -> Iterator[Operation]:
    """Yield every route of the inner interface, or of the customers' one."""
    for path, methods in DOCUMENT["paths"].items():
        if path.startswith(prefix):
            for method in methods:
                yield Operation(method.upper(), path)


async def send(client: httpx.AsyncClient, arguments: dict[str, Any]) -> httpx.Response:
    """Send what `Operation.request` returned."""
    return await client.request(**arguments)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema itself where it stands for another."""
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _takes_id(schema: dict[str, Any]) -> bool:
    schema = resolved(schema)
    if schema.get("format") == "uuid":
        return True
    inner = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return any(_takes_id(one) for one in inner)


def _object(schema: dict[str, Any], ids: Callable[[str], str], wanted: set[str]) -> dict[str, Any]:
    needed = set(schema.get("required", ())) | wanted
    return {
        name: value_of(name, inner, ids)
        for name, inner in schema.get("properties", {}).items()
        if name in needed
    }


def value_of(name: str, schema: dict[str, Any], ids: Callable[[str], str]) -> Any:
    """Return a valid value for a field; `ids` names an id where one is wanted."""
    schema = resolved(schema)
    if _takes_id(schema):
        many = schema.get("type") == "array" or any(
            resolved(one).get("type") == "array" for one in schema.get("anyOf", [])
        )
        return [ids(name)] if many else ids(name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("contentMediaType"):
        return b"Buongiorno"
    if name in _KNOWN and schema.get("type") != "object":
        return _KNOWN[name]()
    if schema.get("type") == "object" and "properties" in schema:
        return _KNOWN[name]() if name in _KNOWN else _object(schema, ids, set())
    return _plain(name, schema)


def _plain(name: str, schema: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "string":
        pattern = schema.get("pattern", "")
        if pattern.startswith("^(") and "|" in pattern:
            return pattern.removeprefix("^(").partition("|")[0]
        return f"{name} {next(_number)}"
    if kind in ("integer", "number"):
        return max(1, int(schema.get("minimum", 1)))
    return {"boolean": True, "array": [], "object": {}}.get(str(kind), 1)
