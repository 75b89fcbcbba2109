"""Mails that nobody asked for: few, with a way out that works, and none after a no."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from ascolto import conversations, customers
from ascolto.channels.actions import preferring
from ascolto.channels.actions.preferring import TEXT_VERSIONS, Reachable, opened, sealed
from ascolto.channels.forms import inviting
from ascolto.customers import ClaimedIdentity, Purpose, Source
from ascolto.customers.store_consents import consents_of_customers
from ascolto.kit.db import Database
from ascolto.kit.secretbox import SecretBox
from ascolto.kit.words import words_of
from support.asking import SECURE, Place, open_place
from support.paper import Reading
from support.post import a_mail

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(database, data=tmp_path) as one:
        yield one


def path_of(address: str) -> str:
    """Return an address of the public name as a path of the test's server."""
    assert address.startswith(SECURE)
    return address.removeprefix(SECURE)


async def test_after_a_conversation_by_mail_one_question_leaves_with_a_way_out(
    place: Place,
) -> None:
    await place.closed()
    assert await place.asked(after=inviting.AFTER - timedelta(seconds=1)) == []
    [mail] = await place.asked(after=timedelta(seconds=1))
    assert mail["To"] == "carla@posta.example"
    # In one piece and as it is: a mail program reads these two by itself (RFC 8058).
    way = str(mail["List-Unsubscribe"]).strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert path_of(way).startswith("/unsubscribe/")
    raw = bytes(place.sink.taken[0].original_content or b"")
    assert f"List-Unsubscribe: <{way}>".encode() in raw
    assert "carla" not in way
    assert way in mail.get_content()
    assert len(await place.asked(after=timedelta(days=1))) == 1


async def test_answers_and_what_one_asked_for_carry_no_way_out(place: Place) -> None:
    taken = await place.mailroom.arrive(a_mail())
    answer = await place.mailroom.answer_and_send(str(taken.conversation_id))
    assert answer["List-Unsubscribe"] is None
    somebody = await place.chat.start("Buongiorno", name="Carla")
    await place.chat.desk.accepted(somebody.id)
    answered = await somebody.post("/resume-link", {"email": "carla@posta.example"})
    assert answered.status_code == 202, answered.text
    await place.sender.round()
    [link] = place.sink.mails
    assert link["List-Unsubscribe"] is None


async def test_the_question_is_answered_once_on_its_page(place: Place) -> None:
    conversation_id = await place.closed()
    [mail] = await place.asked()
    address = next(line for line in mail.get_content().split() if "/survey/" in line)
    http = place.chat.http
    shown = Reading((await http.get(path_of(address))).text)
    assert "Come l'abbiamo aiutata?" in shown.text
    assert shown.foreign() == []
    nothing = await http.post(path_of(address), data={})
    assert nothing.status_code == 422
    assert "Scelga una risposta." in Reading(nothing.text).text
    for said in ("Grazie: ne terremo conto.", "Ci ha già risposto. Grazie."):
        answer = await http.post(path_of(address), data={"score": "4", "text": "Bene"})
        assert said in Reading(answer.text).text
    async with place.chat.desk.as_system() as tx:
        rows = await tx.fetch("SELECT conversation_id, score FROM conversations.survey")
    assert [(str(row["conversation_id"]), row["score"]) for row in rows] == [(conversation_id, 4)]
    place.mailroom.desk.clock.at += preferring.LIFE
    assert (await http.get(path_of(address))).status_code == 404


async def test_a_look_changes_nothing_and_one_click_stops_at_once(place: Place) -> None:
    await place.closed(1)
    [mail] = await place.asked()
    way = path_of(str(mail["List-Unsubscribe"]).strip("<>"))
    http = place.chat.http
    for _ in range(2):  # whoever scans mails follows every link
        shown = await http.get(way)
        assert shown.status_code == 200
        assert "Prema il pulsante." in Reading(shown.text).text
    assert await place.said() == []
    for _ in range(2):
        stopped = await http.post(way, data=ONE_CLICK, follow_redirects=False)
        assert stopped.status_code == 200  # RFC 8058 §3.1: no way elsewhere
    [said] = await place.said()
    assert said[:3] == ("survey", False, "one_click")
    await place.closed(2)
    assert len(await place.asked(after=timedelta(days=60))) == 1
    assert await place.left_out() == ["withdrawn"]


async def test_what_has_not_left_when_somebody_says_no_does_not_leave(place: Place) -> None:
    await place.closed()
    await place.ask()
    stopped = await place.chat.http.post(f"/unsubscribe/{place.link()}")
    assert stopped.status_code == 200
    await place.sender.round()
    assert place.sink.taken == []
    async with place.chat.desk.as_system() as tx:
        row = await tx.fetchrow("SELECT body, unsubscribe, last_error FROM kit.outgoing_mail")
    assert row is not None
    assert tuple(row) == (None, None, "recalled")


async def test_another_clients_questions_and_another_purpose_are_not_touched_by_a_no(
    place: Place,
) -> None:
    desk = place.chat.desk
    await place.chat.http.post(f"/unsubscribe/{place.link(Purpose.NOTICE)}")
    async with desk.as_system() as tx:
        may = {
            purpose: await customers.may_send_unasked(
                tx, client_id=desk.client_id, email="CARLA@posta.example", purpose=purpose
            )
            for purpose in Purpose
        }
    assert may == {Purpose.SURVEY: True, Purpose.NOTICE: False}
    async with desk.as_system() as tx:
        assert await customers.may_send_unasked(
            tx, client_id=desk.tenant, email="carla@posta.example", purpose=Purpose.NOTICE
        )


async def test_each_yes_and_no_is_kept_with_its_moment_its_way_and_its_text(place: Place) -> None:
    http = place.chat.http
    way = f"/mail-preferences/{place.link()}"
    shown = Reading((await http.get(way)).text)
    assert shown.text.count("Finora non ha detto né sì né no.") == 2
    assert shown.foreign() == []
    await http.post(way, data={"purpose": "survey", "wish": "no"})
    place.mailroom.desk.clock.at += timedelta(days=3)
    await http.post(way + "?lang=en", data={"purpose": "survey", "wish": "yes"})
    again = await http.post(way, data={"purpose": "survey", "wish": "yes"})
    page = Reading(again.text).text
    assert "Ha detto sì il 06/03/2026 10:00." in page
    assert "Lo ha detto su questa pagina. Testo: survey-1." in page
    assert await place.said() == [
        ("survey", False, "page", "survey-1", words_of("it")["page.consent_survey"]),
        ("survey", True, "page", "survey-1", words_of("en")["page.consent_survey"]),
    ]
    for nonsense in ({"purpose": "all", "wish": "no"}, {"purpose": "notice"}, {}):
        assert (await http.post(way, data=nonsense)).status_code == 200
    assert len(await place.said()) == 2


async def test_what_was_said_can_be_neither_changed_nor_taken_away(place: Place) -> None:
    await place.chat.http.post(f"/unsubscribe/{place.link()}")
    for statement in ("UPDATE customers.consent SET given = true", "DELETE FROM customers.consent"):
        async with place.chat.desk.as_system() as tx:
            with pytest.raises(Exception, match="permission denied"):
                await tx.execute(statement)


async def test_a_made_up_or_foreign_link_opens_nothing(place: Place) -> None:
    good = place.link()
    http = place.chat.http
    for bad in (
        "x",
        "1.",
        "1.AAAA",
        good[:-2],
        good[:-1] + "é",
        good.replace("1.", "2."),
        "1" * 3_000,
    ):
        assert opened(place.box, bad) is None
        for door in ("unsubscribe", "mail-preferences"):
            assert (await http.get(f"/{door}/{bad}")).status_code == 404
    other = SecretBox(bytes(32))
    desk = place.chat.desk
    forged = sealed(other, Reachable(desk.tenant, desk.client_id, Purpose.SURVEY, "a@b.example"))
    assert (await http.post(f"/unsubscribe/{forged}", data=ONE_CLICK)).status_code == 404
    assert await place.said() == []


async def test_nobody_is_asked_who_was_not_answered_went_on_or_was_asked_lately(
    place: Place,
) -> None:
    again = await place.closed(1)
    async with place.chat.desk.as_system() as tx:
        await conversations.receive(
            tx, conversation_id=again, text="Ancora una cosa", nonce="n" * 16
        )
    assert await place.asked() == []
    assert await place.left_out() == ["reopened"]
    await place.mailroom.close(again)
    await place.hear()
    assert len(await place.asked()) == 1
    await place.closed(2)
    assert len(await place.asked()) == 1
    assert await place.left_out() == ["lately"]
    await place.closed(3)
    assert len(await place.asked(after=inviting.REST)) == 2
    robot = a_mail("Sono via", sender="Robot <robot@posta.example>", mail_id="4@posta.example",
                   Precedence="bulk")  # fmt: skip
    taken = await place.mailroom.arrive(robot, sender="robot@posta.example")
    await place.mailroom.answer(str(taken.conversation_id))
    await place.mailroom.close(str(taken.conversation_id))
    await place.hear()
    assert len(await place.asked()) == 2


async def test_a_mailbox_that_does_not_ask_plans_nothing(place: Place) -> None:
    await place.mailroom.change(survey=False)
    await place.closed()
    assert await place.asked() == []
    assert await place.left_out() == []


async def test_what_a_customers_addresses_said_is_read_newest_first(place: Place) -> None:
    conversation_id = await place.closed()
    way = f"/mail-preferences/{place.link()}"
    for wish in ("no", "yes", "no"):
        await place.chat.http.post(way, data={"purpose": "survey", "wish": wish})
    now = await place.chat.desk.read(conversation_id)
    async with place.chat.desk.as_system() as tx:
        customer = await customers.known(tx, now.customer_id)
        await customers.prove(
            tx, customer_id=customer.id, kind="email", value="carla@posta.example"
        )
        found = await consents_of_customers(tx, [customer.id], before=None, limit=2)
        rest = await consents_of_customers(tx, [customer.id], before=found[-1][0].id, limit=2)
    assert [(one.given, address, proved) for one, address, proved in (*found, *rest)] == [
        (False, "carla@posta.example", True),
        (True, "carla@posta.example", True),
        (False, "carla@posta.example", True),
    ]
    assert {one.source for one, *_ in found} == {Source.PAGE}


async def test_the_no_of_an_address_that_was_only_named_is_read_as_well_and_once(
    place: Place,
) -> None:
    conversation_id = await place.closed()
    await place.chat.http.post(f"/unsubscribe/{place.link()}", data=ONE_CLICK)
    desk = place.chat.desk
    customer_id = (await desk.read(conversation_id)).customer_id
    async with desk.as_system() as tx:
        [(said, address, proved)] = await consents_of_customers(
            tx, [customer_id], before=None, limit=5
        )
        assert (said.given, address, proved) == (False, "carla@posta.example", False)
        twin = await customers.identify(
            tx, client_id=desk.client_id,
            identities=[ClaimedIdentity("email", "Carla@posta.example", verified=True)],
        )  # fmt: skip
        family = [customer_id, twin.id]
        [(_, address, proved)] = await consents_of_customers(tx, family, before=None, limit=5)
        assert (address, proved) == ("Carla@posta.example", True)


def test_words_that_were_agreed_to_do_not_change_under_their_number() -> None:
    """Whoever changes a text of consent gives it the next number, and writes both here."""
    agreed = {
        "survey-1": ["2bb196a51792a4f3", "36d2898fdd326f38"],
        "notice-1": ["89704626200adcbd", "5d383a76aa753ec9"],
    }
    for purpose, version in TEXT_VERSIONS.items():
        words = [words_of(language)[f"page.consent_{purpose.value}"] for language in ("it", "en")]
        marks = [hashlib.sha256(one.encode()).hexdigest()[:16] for one in words]
        assert marks == agreed[version], words
