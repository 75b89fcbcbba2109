"""Which accounts of a demo organisation the virtual operators use: never those of the people."""

from ascolto.simulator.world import LineLost, World

PAGE = 200


async def operators_of(world: World) -> list[str]:
    """Return the addresses that may be simulated, the same at every call.

    The people who try the demo have plain addresses (operatrice@, team@); the invented crowd has
    name.surname@, and only the crowd is simulated.
    """
    scenario = world.scenario
    cookies = await _sign_in_as_admin(world)
    found: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": PAGE} | ({"cursor": cursor} if cursor else {})
        answer = await world.call("GET", "/api/v1/accounts", cookies=cookies, params=params)
        if answer.status_code >= 400:
            world.refused(answer, "list accounts")
            return found
        page = answer.json()
        found.extend(
            account["email"]
            for account in page["items"]
            if account["roles"] == ["operator"]
            and "." in account["email"].partition("@")[0]
            and account["email"] not in scenario.spare
        )
        cursor = page.get("next_cursor")
        if cursor is None:
            return sorted(found)


async def _sign_in_as_admin(world: World) -> dict[str, str]:
    scenario = world.scenario
    email = f"admin@{scenario.operators_domain}"
    body = {"tenant": scenario.tenant, "email": email, "password": scenario.password}
    answer = await world.call("POST", "/api/v1/session", body=body)
    if answer.status_code >= 400:
        raise LineLost(f"{email} cannot sign in: are the demo organisations loaded?")
    world.http.cookies.clear()
    return dict(answer.cookies)
