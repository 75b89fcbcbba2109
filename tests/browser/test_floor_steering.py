"""From an alert on the floor to what is done about it, with who and why, and back."""

import contextlib
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.demo import sign_in
from support.desk import Desk, Writer
from support.panel import fresh_name
from support.running import RunningServer

LEADER = "team@ponente.example"


@pytest.fixture
def http(house: RunningServer) -> Iterator[httpx.Client]:
    """Lead the floor over HTTP too, and leave nothing done on it."""
    with contextlib.closing(sign_in(house.url, tenant="ponente", email=LEADER)) as http:
        yield http
        for one in http.get("/api/v1/interventions").json()["items"]:
            assert http.delete(f"/api/v1/interventions/{one['id']}").status_code == 200


@pytest.fixture
def crowd(house: RunningServer) -> Iterator[list[Writer]]:
    """Let people wait where nobody is."""
    writers = [Writer(house.url, fresh_name()) for _ in range(2)]
    for writer in writers:
        writer.begin("Non ho la linea da stamattina", key="ponente")
    yield writers
    for writer in writers:
        writer.http.close()


@pytest.fixture
def floor(house: RunningServer, at_desk: Profile, http: httpx.Client, crowd: list[Writer]) -> Page:
    """Stand on the floor, where an alert has come up."""
    assert http.is_closed is False
    assert len(crowd) == 2
    page = at_desk.page()
    Desk(house.url, page).sign_in(LEADER, tenant="ponente", begins_at="Sala")
    page.goto(house.url + "/desk/floor")
    expect(page.get_by_role("region", name="Da guardare adesso")).to_be_visible()
    return page


def queue_in_trouble(page: Page) -> str:
    alerts = page.get_by_role("region", name="Da guardare adesso")
    return alerts.get_by_role("listitem").first.locator("strong").inner_text()


def heard(writer: Writer) -> list[str]:
    answer = writer.http.get(
        f"{writer.url}/public/v1/conversation/messages",
        headers={"authorization": f"Bearer {writer.token}"},
    )
    return [one["text"] for one in answer.json()["items"] if one["author"]["kind"] == "system"]


def test_those_who_wait_are_told_why_and_it_ends_when_it_is_undone(
    floor: Page, http: httpx.Client, crowd: list[Writer]
) -> None:
    name = queue_in_trouble(floor)
    floor.get_by_role("button", name="Avvisa chi attende").first.press("Enter")
    floor.get_by_label("Messaggio").fill("C’è un guasto: torna la linea alle 12.")
    why = floor.get_by_label("Perché")
    expect(why).to_have_value(re.compile(re.escape(name)))
    floor.get_by_role("button", name="Fallo ora").press("Enter")
    today = floor.get_by_role("region", name="Interventi di oggi")
    expect(today.get_by_role("listitem").first).to_contain_text("torna la linea alle 12")
    [done] = http.get("/api/v1/interventions").json()["items"]
    assert done["by_name"] in today.inner_text()
    assert done["alert"]["kind"] in {"overdue", "nobody", "below_target"}
    told = [writer for writer in crowd if heard(writer)]
    for _ in range(100):
        if len(told) == len(crowd):
            break
        floor.wait_for_timeout(100)
        told = [writer for writer in crowd if heard(writer)]
    assert [heard(one) for one in crowd] == [["C’è un guasto: torna la linea alle 12."]] * 2
    # The same is not offered twice; the way back stands beside it.
    today.get_by_role("button", name=re.compile("^Annulla")).first.press("Enter")
    expect(floor.get_by_text("Tornato come prima")).to_be_visible()
    expect(today.get_by_text(re.compile("Annullato da"))).to_be_visible()
    queue = http.get(f"/api/v1/queues/{done['queue_id']}").json()
    assert queue["message"] == done["before"]["message"]


def test_the_toast_takes_back_what_was_just_done(floor: Page, http: httpx.Client) -> None:
    floor.get_by_role("button", name="Avvisa chi attende").first.click()
    floor.get_by_label("Messaggio").fill("Pochi minuti ancora.")
    floor.get_by_role("button", name="Fallo ora").click()
    expect(floor.get_by_text("Fatto", exact=True)).to_be_visible()
    floor.keyboard.press("z")
    expect(floor.get_by_text("Tornato come prima")).to_be_visible()
    newest = http.get("/api/v1/interventions").json()["items"][0]
    assert newest["ended_how"] == "undone"


def test_alerts_dialogs_and_what_was_done_have_no_barriers(floor: Page) -> None:
    page = floor
    found = {"floor": barriers_in_both_themes(page)}
    for name in ("Sposta competenza", "Apri la coda di riserva", "Avvisa chi attende"):
        button = page.get_by_role("button", name=name)
        if not button.count():
            continue
        button.first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_timeout(300)
        found[name] = barriers_in_both_themes(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert {name: what for name, what in found.items() if what} == {}
    assert len(found) > 1
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
