"""What customers say of mails to a person: written down with its way, and a no works at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ascolto import customers
from ascolto.customers import ClaimedIdentity
from ascolto.customers.store_consents import consents_of_customers
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.subscribers import read_batch
from ascolto.kit.words import words_of
from ascolto.tenancy.actions import create_client
from support.asking import Place, open_place
from support.office import ok, refused
from support.paper import Reading

CARLA = "carla@posta.example"
YES: dict[str, Any] = {
    "address": CARLA,
    "purpose": "survey",
    "given": True,
    "source": "phone",
    "text_version": "survey-1",
    "note": "Chiamata del 3 marzo, ore 10",
}
NO = {**YES, "given": False, "note": ""}


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(database, data=tmp_path) as one:
        yield one


async def carla_of(place: Place, *, verified: bool = True) -> str:
    """Let Carla be a customer whose address is proved, or only named."""
    desk = place.chat.desk
    async with desk.as_system() as tx:
        one = await customers.identify(
            tx,
            client_id=desk.client_id,
            name="Carla",
            identities=[ClaimedIdentity("email", "Carla@posta.example", verified=verified)],
        )
    return one.id


@asynccontextmanager
async def anna_at_the_desk(place: Place, *roles: str) -> AsyncIterator[httpx.AsyncClient]:
    """Sign in as somebody who works for the one client alone."""
    email = f"{new_id()[-6:]}@prova.example"
    roles = roles or ("team_leader",)
    await place.chat.door.add_account(*roles, email=email, clients=[place.chat.desk.client_id])
    async with place.chat.door.signed_in(email) as browser:
        yield browser


def of(shown: dict[str, Any], purpose: str) -> dict[str, Any]:
    """Return how the one address stands with a purpose."""
    [one] = [line for line in shown["standing"] if line["purpose"] == purpose]
    return dict(one)


async def test_the_card_says_of_each_purpose_that_nobody_ever_asked_and_the_text_to_read_out(
    place: Place,
) -> None:
    url = f"/customers/{await carla_of(place)}/mail-consents"
    async with anna_at_the_desk(place) as browser:
        shown = ok(await browser.get(url))
    assert [(one["address"], one["purpose"], one["given"]) for one in shown["standing"]] == [
        ("Carla@posta.example", "survey", None),
        ("Carla@posta.example", "notice", None),
    ]
    words = words_of("it")["page.consent_survey"]
    assert shown["texts"][0] == {"purpose": "survey", "version": "survey-1", "words": words}
    assert shown["client_id"] == place.chat.desk.client_id


async def test_what_was_said_by_phone_is_kept_with_who_wrote_it_and_the_text_that_was_read(
    place: Place,
) -> None:
    customer_id = await carla_of(place)
    url = f"/customers/{customer_id}/mail-consents"
    async with anna_at_the_desk(place) as browser:
        after = ok(await browser.post(url, json=YES))
        name = of(after, "survey")["by_name"]
        assert name
        assert of(after, "notice")["given"] is None
        assert of(after, "survey")["given"] is True
        after = ok(await browser.post(url, json={**NO, "source": "writing", "note": "Lettera"}))
        assert (of(after, "survey")["given"], of(after, "survey")["source"]) == (False, "writing")
    async with place.chat.desk.as_system() as tx:
        kept = await consents_of_customers(tx, [customer_id], before=None, limit=5)
    assert [(one.given, one.source.value, one.note, one.by_name) for one, *_ in kept] == [
        (False, "writing", "Lettera", name),
        (True, "phone", "Chiamata del 3 marzo, ore 10", name),
    ]
    assert {one.words for one, *_ in kept} == {words_of("it")["page.consent_survey"]}


async def test_what_an_address_says_is_said_once_of_everybody_who_has_it(place: Place) -> None:
    proved, named = await carla_of(place), await carla_of(place, verified=False)
    assert proved != named
    desk = place.chat.desk
    async with anna_at_the_desk(place) as browser:
        url = f"/customers/{named}/mail-consents"
        ok(await browser.post(url, json=NO))
        refused(await browser.post(url, json=NO), 409, "customers.said_already")
    async with desk.database.connection() as connection:
        events = await read_batch(connection, (0, 0), ("customers.consent_said",), limit=10)
    mine = [one for one in events if one.tenant_id == desk.tenant]
    assert {one.body["customer_id"] for one in mine} == {proved, named}
    assert [(one.body["purpose"], one.body["given"]) for one in mine] == [("survey", False)] * 2


async def test_a_no_by_phone_takes_back_the_mail_that_waits(place: Place) -> None:
    await place.closed()
    await place.ask()
    url = f"/customers/{await carla_of(place)}/mail-consents"
    async with anna_at_the_desk(place) as browser:
        ok(await browser.post(url, json=NO))
    await place.sender.round()
    assert place.sink.taken == []
    async with place.chat.desk.as_system() as tx:
        row = await tx.fetchrow("SELECT body, last_error FROM kit.outgoing_mail")
    assert row is not None
    assert tuple(row) == (None, "recalled")


async def test_the_customer_sees_on_their_page_what_was_written_down_but_not_the_note(
    place: Place,
) -> None:
    url = f"/customers/{await carla_of(place)}/mail-consents"
    async with anna_at_the_desk(place) as browser:
        ok(await browser.post(url, json=YES))
    page = Reading((await place.chat.http.get(f"/mail-preferences/{place.link()}")).text).text
    assert "Ce lo ha detto al telefono." in page
    assert "Chiamata" not in page


async def test_a_yes_needs_a_proved_address_and_a_note_while_a_no_needs_neither(
    place: Place,
) -> None:
    claimed = f"/customers/{await carla_of(place, verified=False)}/mail-consents"
    proved = f"/customers/{await carla_of(place)}/mail-consents"
    async with anna_at_the_desk(place) as browser:
        refused(await browser.post(claimed, json=YES), 422, "channels.address_not_proved")
        unsaid = {**YES, "note": "  "}
        refused(await browser.post(proved, json=unsaid), 422, "customers.note_needed")
        ok(await browser.post(claimed, json=NO))
        refused(await browser.post(claimed, json=NO), 409, "customers.said_already")
        foreign = {**NO, "address": "altra@posta.example"}
        refused(await browser.post(claimed, json=foreign), 422, "channels.not_their_address")
        old = {**YES, "text_version": "survey-0"}
        refused(await browser.post(proved, json=old), 409, "channels.text_changed")
        by_page = await browser.post(proved, json={**YES, "source": "page"})
        assert by_page.status_code == 422
    assert len(await place.said()) == 1


async def test_another_clients_word_on_the_same_address_is_neither_shown_nor_changed(
    place: Place,
) -> None:
    desk = place.chat.desk
    async with desk.as_system() as tx:
        other = await create_client(tx, name="Gas", color="#332211")
        twin = await customers.identify(
            tx, client_id=other.id, identities=[ClaimedIdentity("email", CARLA, verified=True)]
        )
    mine, theirs = await carla_of(place), twin.id
    await place.chat.door.add_account(
        "team_leader", email="tutto@prova.example", clients=[desk.client_id, other.id]
    )
    async with place.chat.door.signed_in("tutto@prova.example") as browser:
        ok(await browser.post(f"/customers/{theirs}/mail-consents", json=NO))
        shown = ok(await browser.get(f"/customers/{mine}/mail-consents"))
        assert of(shown, "survey")["given"] is None
    async with anna_at_the_desk(place) as browser:
        for answer in (
            await browser.get(f"/customers/{theirs}/mail-consents"),
            await browser.post(f"/customers/{theirs}/mail-consents", json=YES),
        ):
            refused(answer, 404, "customers.unknown_customer")


async def test_who_may_only_read_customers_writes_nothing_down(place: Place) -> None:
    url = f"/customers/{await carla_of(place)}/mail-consents"
    async with anna_at_the_desk(place, "admin") as browser:
        ok(await browser.get(url))
        refused(await browser.post(url, json=NO), 403, "identity.not_permitted")
    assert await place.said() == []


async def test_the_database_takes_no_word_of_a_person_without_a_name_nor_a_yes_without_a_note(
    place: Place,
) -> None:
    desk = place.chat.desk
    for by, given, note, wall in (
        (None, False, "", "consent_by_whom"),
        ({"name": "Anna"}, True, "", "consent_shown"),
    ):
        async with desk.as_system() as tx:
            with pytest.raises(Exception, match=wall):
                await tx.execute(
                    "INSERT INTO customers.consent (tenant_id, id, client_id, kind, key, purpose,"
                    " given, at, source, text_version, words, note, by) VALUES"
                    " ($1, $2, $3, 'email', 'a@b.it', 'survey', $4, $5, 'phone', 'x', 'y', $6, $7)",
                    tx.tenant_id, new_id(), desk.client_id, given, tx.now, note, by,
                )  # fmt: skip
