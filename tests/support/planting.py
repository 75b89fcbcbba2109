"""Scripts in disguise, planted into every text that the HTTP interface takes.

Which texts there are is read from the OpenAPI description, so a new field is planted too.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from support.valid import Operation, operations, resolved, value_of

# Each would do something if it were taken for more than text: run, ask a stranger, or leave a mark.
CORPUS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "<a href=javascript:alert(1)>x</a>",
    "<img src=//evil.example/x>",
    "<x onclick=alert(1)>{0} <0>x</0>",
    "</title><script>alert(1)</script>",
    "</textarea><svg/onload=alert(1)>",
    "javascript:alert(1)//<b id=hit>",
    "'-alert(1)-'\"-alert(1)-\"",
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    '<style>@import "//evil.example/x.css";</style>',
    '<form action="//evil.example"><button formaction=javascript:alert(1)>x</button></form>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    "<base href=//evil.example><link rel=stylesheet href=//evil.example/x.css>",
    "${alert(1)} {name} %(name)s",
)
WHOLE = "\n".join(CORPUS)
SHORTEST = min(CORPUS, key=len)
_WRITES = ("POST", "PUT", "PATCH")
# These lay aside what others write to, and those end it.
_LATE = re.compile(r"/call-back$")
_LAST = re.compile(
    r"/(close|transfer|decline|withdraw|publish|confirm|merge|restore|publications)$"
)
_turn = itertools.count()


@dataclass
class Planted:
    """What became of each text: taken, refused by its own rule, or not reached and why."""

    taken: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    missed: dict[str, str] = field(default_factory=dict)


def texts() -> set[str]:
    """Return every text that the interface for programs and desks takes, as `METHOD path field`."""
    return {f"{one.name} {path}" for one in _writing() for path in _paths(_schema(one))}


@dataclass(frozen=True)
class Known:
    """What a description cannot tell: ids that are there, and more of a body that makes sense."""

    id_of: Callable[[str, str], str | None]
    more: Callable[[Operation], dict[str, Any]]
    # Texts that only take words of their own, by operation.
    plain: dict[str, set[str]]


def plant(people: list[httpx.Client], known: Known) -> Planted:
    """Send every write with the corpus in each of its texts, as whoever may."""
    planted = Planted()
    for one in sorted(_writing(), key=_turn_of):
        left = set(_paths(_schema(one)))
        if left:
            _plant_one(one, left, people, known, planted)
    return planted


def _turn_of(one: Operation) -> tuple[bool, bool, int]:
    return bool(_LAST.search(one.path)), bool(_LATE.search(one.path)), len(one.path)


def _writing() -> Iterator[Operation]:
    return (one for one in operations() if one.method in _WRITES and one.body is not None)


def _schema(operation: Operation) -> dict[str, Any]:
    body = operation.body
    assert body is not None
    return body[1]


def _plant_one(
    one: Operation, left: set[str], people: list[httpx.Client], known: Known, planted: Planted
) -> None:
    absent: list[str] = []

    def id_of(name: str) -> str:
        found = known.id_of(name, one.path)
        if found is None:
            absent.append(name)
        return found or "00000000-0000-7000-8000-000000000000"

    plain = set(known.plain.get(one.name, ()))
    path = one.path
    for slot in one.slots():
        if slot.where == "path":
            path = path.replace("{" + slot.name + "}", id_of(slot.name))
    while True:
        body = _filled(_schema(one), "", "", id_of, plain) | known.more(one)
        for who in people:
            answer = who.request(one.method, path, **_sent(one, body))
            if answer.status_code not in (401, 403, 404):
                break
        told = _named(answer) & (left - plain)
        if answer.status_code != 422 or not told:
            break
        plain |= told
    if answer.status_code < 300:
        planted.taken |= {f"{one.name} {text}" for text in left - plain}
        planted.refused |= {f"{one.name} {text}" for text in left & plain}
        return
    why = f"{answer.status_code} {answer.json().get('code')} {answer.text[:300]} no {absent}"
    planted.missed |= {f"{one.name} {text}": why for text in left}


def _sent(one: Operation, body: dict[str, Any]) -> dict[str, Any]:
    assert one.body is not None
    if one.body[0] != "multipart/form-data":
        return {"json": body}
    return {
        "data": {k: v for k, v in body.items() if isinstance(v, str | list)},
        # The name of a file is a text too.
        "files": {k: (CORPUS[0], v, _kind(v)) for k, v in body.items() if isinstance(v, bytes)},
    }


def _kind(data: bytes) -> str:
    return "application/pdf" if data.startswith(b"%PDF") else "text/plain"


def _named(answer: httpx.Response) -> set[str]:
    """Return the fields that a refusal is about."""
    found: Any = answer.json().get("fields", {})
    return {re.sub(r"\.\d+", "[]", str(name).removeprefix("body.")) for name in found}


def _free(schema: dict[str, Any]) -> bool:
    if schema.get("type") != "string" or "enum" in schema or "const" in schema:
        return False
    if schema.get("format") or schema.get("contentMediaType"):
        return False
    pattern = schema.get("pattern")
    fits = len(SHORTEST) + 4 <= int(schema.get("maxLength", len(SHORTEST)))
    return fits and (pattern is None or re.search(pattern, SHORTEST) is not None)


def _ways(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schema = resolved(schema)
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        for way in several:
            yield from _ways(way)
    else:
        yield schema


def _paths(schema: dict[str, Any], at: str = "") -> Iterator[str]:
    for way in _ways(schema):
        if _free(way):
            yield at
        for name, inner in way.get("properties", {}).items():
            yield from _paths(inner, f"{at}.{name}".removeprefix("."))
        if way.get("type") == "array" and "items" in way:
            yield from _paths(way["items"], f"{at}[]")


def _filled(
    schema: dict[str, Any], name: str, at: str, ids: Callable[[str], str], plain: set[str]
) -> Any:
    """Return a valid value with the corpus in its texts, but for those that want plain words."""
    for way in _ways(schema):
        if _free(way):
            return value_of(name, way, ids) if at in plain else _script(way)
        if way.get("type") == "object" and "properties" in way and _holds(way, at, plain):
            needed = way.get("required", ())
            return {
                key: _filled(inner, key, f"{at}.{key}".removeprefix("."), ids, plain)
                for key, inner in way["properties"].items()
                if key in needed or _holds(inner, f"{at}.{key}".removeprefix("."), plain)
            }
        if way.get("type") == "array" and _holds(way, at, plain):
            return [_filled(way["items"], name, f"{at}[]", ids, plain)]
    return value_of(name, next(_ways(schema)), ids)


def _holds(schema: dict[str, Any], at: str, plain: set[str]) -> bool:
    return any(path not in plain for path in _paths(schema, at))


def _script(schema: dict[str, Any]) -> str:
    most = int(schema.get("maxLength", 100_000))
    if most > len(WHOLE):
        return WHOLE
    turn = next(_turn)
    fitting = [one for one in CORPUS if len(one) + 4 <= most]
    return fitting[turn % len(fitting)] + f" {turn}"  # names are taken once
