"""Ctrl+K knows the pages and the things of administration, for who may open them."""

import re

from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers
from support.desk import Desk
from support.running import RunningServer


def seated(house: RunningServer, profile: Profile, email: str, begins_at: str) -> Page:
    page = profile.page()
    Desk(house.url, page).sign_in(email, begins_at=begins_at)
    return page


def asked(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type(words)


def test_a_page_and_a_queue_of_administration_are_a_few_keys_away(
    house: RunningServer, at_desk: Profile
) -> None:
    page = seated(house, at_desk, "admin@aurelia.example", "Sala")
    asked(page, "competenze")
    option = page.get_by_role("option", name="Competenze", exact=True)
    expect(option).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/admin/skills$"))
    expect(page.get_by_role("heading", name="Competenze")).to_be_visible()
    opened = set()
    for at in range(6):  # the queue with its rules, its skill, its channel
        asked(page, "autolettura")
        options = page.get_by_role("option", name=re.compile("^Autolettura"))
        expect(options.nth(1)).to_be_visible()
        page.wait_for_timeout(500)
        if at >= options.count():
            page.keyboard.press("Escape")
            break
        options.nth(at).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.wait_for_timeout(300)
        opened.add(re.sub("[0-9a-f-]{36}", "id", page.url.partition("/desk")[2].partition("?")[0]))
    assert "/admin/queues/id" in opened
    assert "/conversations" not in opened, "an administrator reads no conversations"
    asked(page, "davide montesi")
    person = page.get_by_role("option", name=re.compile("Davide Montesi"))
    expect(person.first).to_be_visible()
    person.first.click()
    expect(page).to_have_url(re.compile("/desk/admin/(people|accounts)/[0-9a-f-]{36}$"))


def test_who_may_not_administer_finds_none_of_it_and_fetches_none_of_it(
    house: RunningServer, at_desk: Profile
) -> None:
    page = seated(house, at_desk, "operatrice@aurelia.example", "Il mio lavoro")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    asked(page, "competenze")
    expect(page.get_by_text("Niente trovato.")).to_be_visible()
    page.wait_for_timeout(500)
    assert not [url for url in sent if "/skills" in url or "/accounts" in url]
    # One's own pages and one's own state are found there by everybody.
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    asked(page, "pausa")
    expect(page.get_by_role("option", name="Il tuo stato: In pausa")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    asked(page, "miei turni")
    expect(page.get_by_role("option", name="I miei turni")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/shifts$"))
