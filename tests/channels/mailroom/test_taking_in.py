"""Mails become messages: once each, in the right thread, with nobody taken for somebody else."""

import smtplib
from datetime import timedelta
from email.message import EmailMessage

import pytest

from ascolto.channels import store_mail, store_mail_in
from ascolto.channels.mailroom import handling
from ascolto.channels.mailroom.intake import MOST_ATTEMPTS
from support.post import OURS, Mailroom, a_mail


async def test_a_mail_becomes_work_for_a_person(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    assert taken.state == "taken", taken.reason
    assert taken.conversation_id is not None
    stands = await mailroom.desk.read(taken.conversation_id)
    assert (stands.state.value, stands.channel, stands.subject) == (
        "waiting",
        "email",
        "Bolletta doppia",
    )
    assert (stands.customer_name, stands.customer_verified) == ("Carla Rossi", False)
    (message,) = [m for m in await mailroom.desk.thread(stands.id) if m.public]
    assert message.text == "Buongiorno, la bolletta è doppia."


def _with_a_file(*, sender: str, mail_id: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OURS, "Foto"
    mail["Message-ID"] = f"<{mail_id}>"
    mail.set_content("Ecco la foto")
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 100
    mail.add_attachment(picture, maintype="image", subtype="png", filename="contatore.png")
    return mail.as_bytes()


async def test_case_numbers_rise_as_the_mails_came(mailroom: Mailroom) -> None:
    for number in range(4):
        written = _with_a_file if number == 1 else a_mail
        await mailroom.deliver(
            written(sender=f"n{number}@posta.example", mail_id=f"{number}@posta.example")
        )
    await mailroom.intake.round()
    came = reversed(await mailroom.incoming("taken"))
    stand = [await mailroom.desk.read(str(one.conversation_id)) for one in came]
    assert [one.number for one in stand] == [1, 2, 3, 4]


async def test_the_same_bytes_handed_over_again_are_no_second_message(mailroom: Mailroom) -> None:
    first = await mailroom.arrive(a_mail())
    again = await mailroom.arrive(a_mail())
    assert (again.state, again.copy_of) == ("copy", first.id)
    other_way = await mailroom.arrive(b"Received: by another.example\r\n" + a_mail())
    assert (other_way.state, other_way.reason) == ("copy", "same_message")
    thread = await mailroom.desk.thread(str(first.conversation_id))
    assert len([m for m in thread if m.public]) == 1


async def test_a_mail_for_nobody_here_is_refused_at_the_door(mailroom: Mailroom) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await mailroom.deliver(a_mail(), to="altri@altrove.example")
    assert await mailroom.incoming() == []


async def test_an_answer_goes_out_and_its_answer_comes_back_to_the_thread(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    sent = await mailroom.answer_and_send(str(taken.conversation_id), "La correggiamo subito.")
    number = (await mailroom.desk.read(str(taken.conversation_id))).number
    assert sent["In-Reply-To"] == "<uno@posta.example>"
    assert sent["References"] == "<uno@posta.example>"
    assert sent["From"] == f"Luce <{OURS}>"
    assert sent["Subject"] == f"Re: Bolletta doppia [#{number}]"
    assert sent.get_payload(decode=True) == b"La correggiamo subito.\r\n"
    back = await mailroom.arrive(
        a_mail(
            "Grazie!", mail_id="due@posta.example", subject="tutt'altro", to=str(sent["Reply-To"])
        ),
        to=str(sent["Reply-To"]),
    )
    assert (back.conversation_id, back.reason) == (taken.conversation_id, None)


async def test_a_reply_token_of_another_sender_gives_no_identity(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    sent = await mailroom.answer_and_send(str(taken.conversation_id))
    token = str(sent["Reply-To"])
    strange = await mailroom.arrive(
        a_mail("Sono io, mandatemi tutto.", sender="ladro@altrove.example", mail_id="x@y.example"),
        to=token,
        sender="ladro@altrove.example",
    )
    assert (strange.conversation_id, strange.reason) == (taken.conversation_id, "new_sender")
    stands = await mailroom.desk.read(str(taken.conversation_id))
    assert stands.customer_name == "Carla Rossi"
    thread = await mailroom.desk.thread(stands.id)
    assert any("ladro@altrove.example" in m.text for m in thread if m.kind.value == "note")
    await mailroom.answer_and_send(stands.id, "Ecco.")
    assert mailroom.sink.taken[-1].rcpt_tos == ["carla@posta.example"]


async def test_a_token_that_we_did_not_sign_leads_nowhere(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    number = (await mailroom.desk.read(str(taken.conversation_id))).number
    forged = OURS.replace("@", f"+c{number}-aaaaaaaaaaaaaaaa@")
    other = await mailroom.arrive(
        a_mail("Altro", mail_id="z@y.example", subject="Altro", sender="x@y.example"), to=forged
    )
    assert other.state == "taken"
    assert other.conversation_id != taken.conversation_id


async def test_an_id_that_was_only_named_ties_what_comes_later(mailroom: Mailroom) -> None:
    child = await mailroom.arrive(
        a_mail("Secondo", mail_id="b@p.example", References="<a@p.example>")
    )
    parent = await mailroom.arrive(a_mail("Primo", mail_id="a@p.example"))
    sibling = await mailroom.arrive(
        a_mail("Terzo", mail_id="c@p.example", In_Reply_To="<a@p.example>")
    )
    assert child.conversation_id == parent.conversation_id == sibling.conversation_id


async def test_a_late_parent_makes_one_of_what_was_apart(mailroom: Mailroom) -> None:
    one = await mailroom.arrive(a_mail("Uno", mail_id="b@p.example", References="<a@p.example>"))
    two = await mailroom.arrive(a_mail("Due", mail_id="d@p.example", References="<c@p.example>"))
    assert one.conversation_id != two.conversation_id
    late = await mailroom.arrive(a_mail("Tardi", mail_id="c@p.example", References="<a@p.example>"))
    standing = await mailroom.desk.read(str(late.conversation_id))
    texts = {m.text for m in await mailroom.desk.thread(standing.id) if m.public}
    assert texts == {"Uno", "Due", "Tardi"}


async def test_what_a_late_parent_ties_of_another_sender_stays_apart(mailroom: Mailroom) -> None:
    await mailroom.arrive(a_mail("Uno", mail_id="b@p.example", References="<a@p.example>"))
    two = await mailroom.arrive(
        a_mail("Due", mail_id="d@p.example", References="<c@p.example>", sender="x@y.example")
    )
    await mailroom.arrive(a_mail("Tardi", mail_id="c@p.example", References="<a@p.example>"))
    assert (await mailroom.desk.read(str(two.conversation_id))).merged_into is None


async def test_two_conversations_that_we_answered_stay_two(mailroom: Mailroom) -> None:
    one = await mailroom.arrive(a_mail("Uno", mail_id="a@p.example"))
    await mailroom.answer_and_send(str(one.conversation_id))
    two = await mailroom.arrive(a_mail("Due", mail_id="b@p.example"))
    await mailroom.answer_and_send(str(two.conversation_id))
    both = await mailroom.arrive(
        a_mail("Tre", mail_id="c@p.example", References="<a@p.example> <b@p.example>")
    )
    assert both.conversation_id == two.conversation_id
    assert (await mailroom.desk.read(str(one.conversation_id))).merged_into is None


async def test_the_subject_alone_ties_nothing_but_its_tag_does(mailroom: Mailroom) -> None:
    one = await mailroom.arrive(a_mail(mail_id="a@p.example"))
    number = (await mailroom.desk.read(str(one.conversation_id))).number
    same = await mailroom.arrive(a_mail("Di nuovo", mail_id="b@p.example"))
    tagged = await mailroom.arrive(
        a_mail("Ancora", mail_id="c@p.example", subject=f"R: Bolletta doppia [#{number}]")
    )
    assert same.conversation_id != one.conversation_id
    assert tagged.conversation_id == one.conversation_id


async def test_only_our_own_servers_word_proves_a_sender(mailroom: Mailroom) -> None:
    forged = await mailroom.arrive(
        a_mail(mail_id="a@p.example", Authentication_Results="mx.luce.example; dmarc=pass")
    )
    assert not (await mailroom.desk.read(str(forged.conversation_id))).customer_verified
    await mailroom.change(trusted_hop="mx.luce.example")
    proved = await mailroom.arrive(
        a_mail("A", mail_id="b@p.example", Authentication_Results="mx.luce.example; dmarc=pass")
    )
    assert (await mailroom.desk.read(str(proved.conversation_id))).customer_verified
    other = await mailroom.arrive(
        a_mail("B", mail_id="c@p.example", Authentication_Results="mx.altri.example; dmarc=pass")
    )
    assert not (await mailroom.desk.read(str(other.conversation_id))).customer_verified


async def test_what_is_no_mail_is_set_aside_and_can_be_replayed(mailroom: Mailroom) -> None:
    odd = await mailroom.arrive(b"\r\nniente intestazioni\r\n")
    assert (odd.state, odd.reason) == ("quarantined", "not_a_mail")
    nobody = await mailroom.arrive(a_mail(sender="", mail_id=None), sender="<>")
    assert (nobody.state, nobody.reason) == ("quarantined", "no_sender")
    assert nobody.sender == ""
    assert nobody.subject  # a person has to tell it from others
    async with mailroom.desk.as_system() as tx:
        await handling.replay(tx, nobody.id)
    await mailroom.intake.round()
    again = (await mailroom.incoming())[0]
    assert (again.state, again.attempts) == ("quarantined", 1)
    async with mailroom.desk.as_system() as tx:
        await handling.dismiss(tx, nobody.id)
    away = (await mailroom.incoming())[0]
    assert (away.state, away.subject) == ("dismissed", nobody.subject)


async def test_what_hangs_on_a_mail_is_kept_or_named(mailroom: Mailroom) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "carla@posta.example", OURS, "Foto"
    mail.set_content("Ecco la foto")
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 100
    mail.add_attachment(picture, maintype="image", subtype="png", filename="contatore.png")
    mail.add_attachment(b"MZ\x00\x01", maintype="application", subtype="exe", filename="virus.exe")
    taken = await mailroom.arrive(mail.as_bytes())
    (message,) = [m for m in await mailroom.desk.thread(str(taken.conversation_id)) if m.public]
    assert [one.name for one in message.attachments] == ["contatore.png"]
    assert message.meta["mail"]["left_out"] == ["virus.exe"]
    kept = mailroom.data / "attachments" / mailroom.desk.tenant
    assert [path.read_bytes() for path in kept.rglob("*") if path.is_file()] == [picture]


async def test_a_mail_that_ends_its_reader_again_and_again_is_set_aside(
    mailroom: Mailroom,
) -> None:
    await mailroom.deliver(a_mail())
    for tried in range(MOST_ATTEMPTS):  # each taken, and its reader killed before it wrote a word
        async with mailroom.desk.as_system() as tx:
            if tried:
                assert await store_mail_in.take_again(tx, again=timedelta(0))
            else:
                assert await store_mail_in.take_unread(tx, limit=1, again=timedelta(0))
    await mailroom.intake.round()
    (mail,) = await mailroom.incoming()
    assert (mail.state, mail.reason) == ("quarantined", "too_many_attempts")


async def test_an_old_thread_that_was_closed_begins_a_new_conversation(mailroom: Mailroom) -> None:
    first = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(first.conversation_id))
    await mailroom.close(str(first.conversation_id))
    soon = await mailroom.arrive(
        a_mail("Ancora io", mail_id="b@p.example", In_Reply_To="<uno@posta.example>")
    )
    assert soon.conversation_id == first.conversation_id
    await mailroom.close(str(first.conversation_id))
    mailroom.desk.clock.at += timedelta(days=40)
    late = await mailroom.arrive(
        a_mail("Mesi dopo", mail_id="c@p.example", In_Reply_To="<uno@posta.example>")
    )
    assert late.conversation_id != first.conversation_id
    then = await mailroom.arrive(
        a_mail("E poi", mail_id="d@p.example", In_Reply_To="<c@p.example>")
    )
    assert then.conversation_id == late.conversation_id


async def test_who_comes_late_with_an_attempt_that_is_over_changes_nothing(
    mailroom: Mailroom,
) -> None:
    await mailroom.deliver(a_mail())
    async with mailroom.desk.as_system() as tx:
        (stale,) = await store_mail_in.take_unread(tx, limit=1, again=timedelta(seconds=1))
    mailroom.desk.clock.at += timedelta(seconds=5)
    async with mailroom.desk.as_system() as tx:
        (fresh,) = await store_mail_in.take_again(tx, again=timedelta(seconds=1))
        await store_mail.put_back(tx, stale, reason="late", at=tx.now, attempts=0)
    (mail,) = await mailroom.incoming()
    assert (mail.attempts, mail.reason) == (fresh.attempts, None) == (2, None)
    mailroom.desk.clock.at += timedelta(seconds=5)
    await mailroom.intake.round()
    async with mailroom.desk.as_system() as tx:
        await store_mail.put_back(tx, fresh, reason="late", at=tx.now)
    (taken,) = await mailroom.incoming()
    assert (taken.state, taken.attempts, taken.reason) == ("taken", 3, None)


async def test_ten_new_mails_are_taken_in_with_few_statements(mailroom: Mailroom) -> None:
    await mailroom.arrive(a_mail(mail_id="prima@posta.example"))  # what is configured is known
    for number in range(10):
        await mailroom.deliver(a_mail(mail_id=f"{number}@posta.example"))
    before = mailroom.desk.database.statements
    await mailroom.intake.round()
    assert len(await mailroom.incoming("taken")) == 11
    # Two for each (its work item, then all its rows), and what the batch costs together.
    assert mailroom.desk.database.statements - before <= 2 * 10 + 25


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
async def test_mails_of_one_batch_find_each_other(
    mailroom: Mailroom, order: tuple[int, ...]
) -> None:
    mails = [
        a_mail("uno", mail_id="1@posta.example"),
        a_mail("due", mail_id="2@posta.example", In_Reply_To="<1@posta.example>"),
        a_mail("tre", mail_id="3@posta.example", References="<1@posta.example> <2@posta.example>"),
    ]
    for place in order:
        await mailroom.deliver(mails[place])
    await mailroom.intake.round()
    taken = await mailroom.incoming("taken")
    assert len({one.conversation_id for one in taken}) == 1
    thread = await mailroom.desk.thread(str(taken[0].conversation_id))
    said = [one.text for one in thread if one.kind.value == "message"]
    assert said == [["uno", "due", "tre"][place] for place in order]
