"""Who works in a demo organisation, and how its house is arranged: read once, as its admin."""

from dataclasses import dataclass
from typing import Any

from ascolto.simulator.world import LineLost, World

PAGE = 200


@dataclass(frozen=True, slots=True)
class Person:
    """One account of the invented crowd, with where it works from."""

    email: str
    place: str = "site"
    country: str = "IT"


async def crowd_of(world: World) -> list[Person]:
    """Return the people who may be simulated, in the same order at every call.

    The people who try the demo have plain addresses (operatrice@, team@); the invented crowd has
    name.surname@. Whoever answers a queue that is left to people is left out as well.
    """
    cookies = await _sign_in_as_admin(world)
    await _learn_house(world, cookies)
    kept = {queue.skill for queue in world.scenario.queues if queue.unattended and queue.skill}
    details = {
        row["details"]["account_id"]: row["details"]
        for row in await _all(world, cookies, "operators")
        if row["details"]
    }
    found = []
    for account in await _all(world, cookies, "accounts"):
        known = details.get(account["id"], {})
        if _is_of_the_crowd(account, spare=world.scenario.spare) and not kept & set(
            known.get("skills", ())
        ):
            place, country = known.get("place", "site"), known.get("country", "IT")
            found.append(Person(account["email"], place, country))
    return sorted(found, key=lambda person: person.email)


def _is_of_the_crowd(account: dict[str, Any], *, spare: tuple[str, ...]) -> bool:
    email: str = account["email"]
    return (
        account["roles"] == ["operator"] and "." in email.partition("@")[0] and email not in spare
    )


async def _learn_house(world: World, cookies: dict[str, str]) -> None:
    """Learn which queue stands behind each chat, and the reasons known to each client."""
    loads = {queue.key: queue for queue in world.scenario.queues}
    for channel in await _all(world, cookies, "channels"):
        if (load := loads.get(channel["public_key"])) and channel["queue_id"]:
            world.queues[channel["queue_id"]] = load
    for client in await _all(world, cookies, "clients"):
        known = await _all(world, cookies, "reasons", client_id=client["id"])
        world.reasons[client["id"]] = [
            (reason["parent_id"], reason["id"]) for reason in known if reason["parent_id"]
        ]


async def _all(
    world: World, cookies: dict[str, str], what: str, **asked: str
) -> list[dict[str, Any]]:
    """Read a whole list, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {"limit": PAGE, **asked} | ({"cursor": cursor} if cursor else {})
        answer = await world.call("GET", f"/api/v1/{what}", cookies=cookies, params=params)
        if answer.status_code >= 400:
            world.refused(answer, f"list {what}")
            return found
        page = answer.json()
        found.extend(page["items"])
        cursor = page.get("next_cursor")
        if cursor is None:
            return found


async def _sign_in_as_admin(world: World) -> dict[str, str]:
    scenario = world.scenario
    email = f"admin@{scenario.operators_domain}"
    body = {"tenant": scenario.tenant, "email": email, "password": scenario.password}
    answer = await world.call("POST", "/api/v1/session", body=body)
    if answer.status_code >= 400:
        raise LineLost(f"{email} cannot sign in: are the demo organisations loaded?")
    world.http.cookies.clear()
    return dict(answer.cookies)
