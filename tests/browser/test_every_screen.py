"""Every screen bars nobody: light, dark, with more contrast, in forced colours, enlarged, narrow.

Which screens there are is read from the desk's router and the server's routes: a new one fails
here until somebody says how one gets to it. Each is opened once; only the look changes. In the soak
in every look and those of administration too; else as narrow as it gets.
"""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from ascolto.kit.ids import new_id
from support.browsing import LONG_WALK, Operator, Profile
from support.demo import sign_in
from support.desk import Writer, come_in
from support.panel import fresh_name
from support.planning import publish_a_day
from support.running import RunningServer
from support.walking import faults_in_every_look, pages_of_the_server, routes_of_the_desk

LEADER, ADMIN = "team@aurelia.example", "admin@aurelia.example"
PLANNER, PRIVACY = "pianificazione@aurelia.example", "privacy@aurelia.example"
CONFIGURES = ADMIN + " again"  # apart, as these are the most screens
# Who opens which screen. What stands for `$` is found in what they see.
WALKS = {
    None: ("/login", "/password"),
    LEADER: (
        *("/work", "/work/$id", "/consults", "/consults/$id", "/mentions", "/conversations"),
        *("/floor", "/mailroom", "/figures", "/results", "/shifts", "/settings", "/ready"),
        "/screen",
    ),
    ADMIN: ("/mail-access", "/admin", "/admin/$section"),
    CONFIGURES: ("/admin/$section/$id",),
    PLANNER: (
        *("/planning", "/intraday", "/own-days", "/history", "/shift-requests"),
        *("/rosters", "/rosters/people", "/rosters/worth"),
    ),
    PRIVACY: ("/privacy",),
}
# Only sends on to the page with which one begins.
NO_SCREEN = {"/"}
CITIZENS = ("/demo/{key}", "/chat/{key}", "/help/{key}", "/help/{key}/status", "/talk/{token}")
# Looked at in test_pages_without_script.py, for which a mail's sealed link must be made.
OF_A_MAIL = {"/unsubscribe/{token}", "/mail-preferences/{token}", "/survey/{token}"}
NO_PAGES = {
    *("/demo-host.css", "/help.css", "/help.woff2", "/widget.js", "/widget/{path:path}"),
    *("/shifts/{secret}.ics", "/talk/{token}/files/{file_id}"),
    "/demo-mail/{slug}",  # a list of raw mails for who tries the demo
}
OF_A_TALK = {"/talk/{token}/survey", "/talk-link/{token}"}
NOWHERE = "/help/{key}/{rest:path}"


def test_every_screen_of_desk_and_server_is_in_a_walk() -> None:
    """Read from the router and the routes, so that no screen is left out unseen."""
    assert {one for walk in WALKS.values() for one in walk} | NO_SCREEN == routes_of_the_desk()
    desk = {"/", "/desk", "/desk/{path:path}"}
    listed = {*CITIZENS, NOWHERE, *OF_A_MAIL, *NO_PAGES, *OF_A_TALK}
    assert listed | desk == pages_of_the_server() | desk


@pytest.fixture(scope="module")
def lived_in(house: RunningServer) -> dict[str, str]:
    """Give the screens something to show; return what stands for `$id` in their addresses."""
    operator = Operator(house.url, email=LEADER)
    writer = Writer(house.url, fresh_name())
    writer.begin("La bolletta è doppia: " + "chiarimento" * 12, email="teresa@posta.example")
    conversation = operator.take(writer.name)
    writer.http.close()
    operator.say(conversation, "Buongiorno. Guardi https://www.aurelia.example/" + "b" * 80)
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        every = planner.get("/api/v1/operators", params={"limit": 200}).json()["items"]
        of_name = {str(one["display_name"]): str(one["id"]) for one in every}
        publish_a_day(planner, list(of_name.values())[:12])
    body = {"subject": "Aiuto", "text": "Che cosa rispondo?", "nonce": new_id()}
    consult = operator.post(
        f"/conversations/{conversation}/consults",
        body | {"operator_id": of_name["Davide Montesi"]},
    )
    operator.close()
    return {"/work/$id": conversation, "/consults/$id": consult["id"]}


def settled(page: Page, address: str) -> None:
    page.goto(address)
    at_rest(page)


def at_rest(page: Page) -> None:
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)


def addresses(page: Page, url: str, walk: tuple[str, ...], ids: dict[str, str]) -> Iterator[str]:
    for route in walk:
        if "$section" not in route:
            yield route.replace("$id", ids.get(route, ""))
        elif "$id" not in route:
            yield from sections(page, url)
        else:
            yield from first_things(page, url)


def sections(page: Page, url: str) -> list[str]:
    """Return the sections of administration: those that its own list of them has."""
    settled(page, url + "/desk/admin")
    links = page.locator(".admin-nav a").evaluate_all("(all) => all.map((one) => one.pathname)")
    assert len(links) > 12
    return [str(one).removeprefix("/desk") for one in links]


def first_things(page: Page, url: str) -> Iterator[str]:
    """Return for each section the form to add one, and the first thing that is there."""
    for section in sections(page, url):
        settled(page, f"{url}/desk{section}")
        of_one = page.locator(f'main a[href^="/desk{section}/"]')
        paths = of_one.evaluate_all("(all) => all.map((one) => one.pathname)")
        new = [one for one in paths if one.endswith("/new")]
        yield from (
            str(one).removeprefix("/desk")
            for one in dict.fromkeys([*new, *[p for p in paths if p not in new][:1]])
        )


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(
            who,
            id=str(who).replace("@aurelia.example", ""),
            marks=[LONG_WALK] if who in (ADMIN, CONFIGURES) else [],
        )
        for who in WALKS
    ],
)
@pytest.mark.timeout(900)
def test_no_screen_of_the_desk_bars_anybody(
    house: RunningServer, at_desk: Profile, lived_in: dict[str, str], who: str | None
) -> None:
    page = at_desk.page()
    if who is not None:
        come_in(page, house.url, who.partition(" ")[0])
    found = {}
    for address in list(addresses(page, house.url, WALKS[who], lived_in)):
        settled(page, house.url + "/desk" + address)
        found[address] = faults_in_every_look(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    at_desk.complaints[:] = [one for one in at_desk.complaints if "404" not in one]


def test_no_page_of_a_citizen_bars_anybody(
    house: RunningServer, profile: Profile, operator: Operator
) -> None:
    page = profile.page()
    found = {}
    for route in CITIZENS[:-1]:
        settled(page, house.url + route.replace("{key}", "aurelia"))
        found[route] = faults_in_every_look(page)
    page.goto(house.url + "/help/aurelia")
    page.get_by_label("Come possiamo aiutarla?").fill("Una parolalunghissima" + "a" * 90)
    name = fresh_name()
    page.get_by_label("Il suo nome").fill(name)
    page.get_by_role("button", name="Invia il messaggio").click()
    expect(page.get_by_text("Abbiamo ricevuto il suo messaggio.")).to_be_visible()
    address = page.url.partition("?")[0]
    operator.say(operator.take(name), "Guardi https://www.aurelia.example/" + "b" * 80)
    page.goto(address)
    found["/talk/{token}"] = faults_in_every_look(page)
    page.get_by_text("Vuole terminare?").click()
    page.get_by_role("button", name="Termini la conversazione").click()
    found["/talk/{token}/survey"] = faults_in_every_look(page)
    for path, route in (("talk-link/x", "/talk-link/{token}"), ("help/aurelia/x", NOWHERE)):
        page.goto(f"{house.url}/{path}")
        found[route] = faults_in_every_look(page)
    assert {route: wrong for route, wrong in found.items() if wrong} == {}
    profile.complaints[:] = [one for one in profile.complaints if "404" not in one]
