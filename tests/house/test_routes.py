"""Every route has a door, every door a permission, every permission a use; the table is read here.

`tests/house/permissions.txt` says which role may use which route; a change of either shows there.
"""

import inspect
from pathlib import Path

from ascolto.identity.permissions import ALL_PERMISSIONS, PERMISSIONS_OF, Role
from ascolto.web.describe import dependencies_of, every_route, permissions
from ascolto.web.openapi import description

TABLE = Path(__file__).with_name("permissions.txt")

# Without a door, and why.
OPEN = {
    "POST /api/v1/session": "signing in",
    "POST /api/v1/password-reset": "for who cannot sign in",
    "POST /api/v1/password-reset/confirm": "for who cannot sign in: the link is the key",
}
# Checked in code beside another permission, not by a route of their own.
BESIDE = {
    "conversations.read_all",
    "conversations.supervise",
}


def test_every_inner_route_has_exactly_one_door() -> None:
    doors = permissions()
    assert len(doors) > 60, "the routes were not found"
    inner = {name: door for name, door in doors.items() if "/api/v1/" in name}
    without = {name for name, door in inner.items() if door is None}
    assert without == set(OPEN)


def test_every_door_asks_for_a_permission_that_some_role_holds_and_every_one_is_asked_for() -> None:
    asked = {door for door in permissions().values() if door is not None}
    assert asked <= ALL_PERMISSIONS
    assert ALL_PERMISSIONS - asked - BESIDE == set()


def test_the_table_of_roles_and_routes_is_the_one_that_was_agreed() -> None:
    lines = []
    for name, door in sorted(permissions().items(), key=lambda pair: pair[0].split(" ")[::-1]):
        if "/api/v1/" not in name:
            continue
        roles = [role.value for role in Role if door in PERMISSIONS_OF[role]]
        lines.append(f"{name:<68} {door or 'open':<32} {' '.join(roles) or 'everybody'}")
    table = "\n".join(lines) + "\n"
    assert TABLE.read_text("utf-8") == table, (
        f"Who may do what has changed. If that is meant, write this into {TABLE.name}:\n{table}"
    )


def test_no_route_or_dependency_blocks_the_loop() -> None:
    blocking = []
    for path, route in every_route():
        for call in (route.endpoint, *dependencies_of(route.dependant)):
            body = call if inspect.isroutine(call) or inspect.isclass(call) else call.__call__
            plain = inspect.iscoroutinefunction(body) or inspect.isasyncgenfunction(body)
            if not plain and not inspect.isclass(body):
                blocking.append(f"{path}: {getattr(call, '__qualname__', call)}")
    assert blocking == []


# Told whole, and why: none grows with what an organisation puts in.
WHOLE = {
    "GET /api/v1/me/requests": "the last fifty of one person",
    "GET /api/v1/me/swaps": "twenty colleagues at most",
    "GET /api/v1/conversations/viewers": "of fifty conversations at most",
    "GET /api/v1/customers/{customer_id}/links": "fifty at most",
    "GET /api/v1/metrics/formulas": "the formulas are written in the code",
    "GET /api/v1/webhooks/kinds": "the kinds are written in the code",
    "GET /api/v1/workforce/accuracy": "the last published forecasts of one queue, scored",
    "GET /api/v1/workforce/office": "the few days from which another number has a seat",
    "GET /api/v1/workforce/rosters/{roster_id}/violations": "what one roster breaks, judged whole",
    "GET /api/v1/workforce/events": "what is known of the days of two years, one of a kind a day",
}


def test_every_route_that_answers_with_a_list_pages_it_by_cursor() -> None:
    document = description()
    schemas = document["components"]["schemas"]
    paging: set[str] = set()
    whole: set[str] = set()
    for path, methods in document["paths"].items():
        answer = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = answer.get("application/json", {}).get("schema", {})
        named = schema.get("$ref", "").rpartition("/")[2]
        if not path.startswith("/api/v1/") or not (
            schema.get("type") == "array" or named.startswith("Page_")
        ):
            continue
        asked = {told["name"] for told in methods["get"].get("parameters", [])}
        says = schemas.get(named, {}).get("properties", {})
        pages = {"cursor", "limit"} <= asked and {"items", "next_cursor"} <= says.keys()
        (paging if pages else whole).add(f"GET {path}")
    assert len(paging) > 25, "the lists were not found"
    assert whole == set(WHOLE)
