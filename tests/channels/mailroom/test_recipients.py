"""A mail to several people: each is told once, each has a fate of their own, and it shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ascolto import conversations
from ascolto.channels import errors, store_mail_to
from ascolto.channels.mailroom import outgoing
from ascolto.channels.mailroom.forwarding import Forward, forward
from ascolto.channels.mailroom.whole import mail_of_message, recipients_of
from ascolto.conversations import Envelope, Message
from ascolto.conversations.errors import NonceClash, NotByMail, NotYours
from ascolto.kit.settings import Settings
from support.post import OURS, Mailroom, a_mail, a_report

WITH_FILE = (
    "From: Carla Rossi <carla@posta.example>\r\nTo: " + OURS + "\r\nCc: Ugo <ugo@posta.example>\r\n"
    "Subject: Contatore\r\nMessage-ID: <uno@posta.example>\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nEcco la lettura.\r\n\r\n"
    "Il giorno lun 2 nov 2026 alle ore 10:00 Luce <aiuto@luce.example> ha scritto:\r\n"
    "> Ci mandi la lettura.\r\n\r\n"
    "--x\r\nContent-Type: text/plain; name=lettura.txt\r\n"
    "Content-Disposition: attachment; filename=lettura.txt\r\n\r\n00123\r\n--x--\r\n"
).encode()


async def reply_to_all(room: Mailroom, conversation_id: str, envelope: Envelope) -> Message:
    if (await room.desk.read(conversation_id)).state.value == "waiting":
        await room.desk.accepted(conversation_id)
    async with room.desk.as_operator(room.desk.anna) as tx:
        message = await conversations.reply(
            tx, conversation_id=conversation_id, operator_id=room.desk.anna, text="Grazie a tutti",
            nonce="a-tutti", envelope=envelope,
        )  # fmt: skip
    await room.hear()
    return message


async def told(room: Mailroom, message_id: str) -> dict[str, Any]:
    """Return what the message shows of each recipient, and how it stands."""
    async with room.desk.as_system() as tx:
        message = await conversations.get_message(tx, message_id)
    assert message is not None
    shown = message.meta.get("told", {}).get("recipients", [])
    return {"delivery": message.delivery, **{one["address"]: one["state"] for one in shown}}


async def test_a_reply_to_all_reaches_each_once_and_shows_nobody_who_is_hidden(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(WITH_FILE)
    envelope = Envelope(("carla@posta.example",), ("ugo@posta.example", OURS), ("capo@luce.it",))
    message = await reply_to_all(mailroom, str(taken.conversation_id), envelope)
    await mailroom.post.round()
    (sent,) = mailroom.sink.taken
    assert sent.rcpt_tos == ["carla@posta.example", "ugo@posta.example", "capo@luce.it"]
    (mail,) = mailroom.sink.mails
    assert (mail["To"], mail["Cc"]) == ("carla@posta.example", "ugo@posta.example")
    assert b"capo@luce.it" not in bytes(sent.original_content or b"")
    assert await told(mailroom, message.id) == {
        "delivery": "sent", "carla@posta.example": "accepted", "ugo@posta.example": "accepted",
        "capo@luce.it": "accepted",
    }  # fmt: skip
    back = await mailroom.arrive(
        a_mail("Anch'io", sender="ugo@posta.example", to=str(mail["Reply-To"]), mail_id="u@x")
    )
    # Whoever we wrote to ourselves is no stranger.
    assert (back.conversation_id, back.reason) == (taken.conversation_id, None)


async def test_only_whom_the_server_put_off_is_told_again(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    mailroom.sink.recipient_answers = {
        "ugo@posta.example": ["451 later"], "nessuno@posta.example": ["550 unknown"],
    }  # fmt: skip
    envelope = Envelope(("carla@posta.example", "ugo@posta.example"), ("nessuno@posta.example",))
    message = await reply_to_all(mailroom, str(taken.conversation_id), envelope)
    await mailroom.post.round()
    assert [one.state for one in await mailroom.out()] == ["queued"]
    mailroom.desk.clock.at += timedelta(seconds=31)
    await mailroom.post.round()
    assert [one.rcpt_tos for one in mailroom.sink.taken] == [
        ["carla@posta.example"], ["ugo@posta.example"],
    ]  # fmt: skip
    first, second = mailroom.sink.taken
    assert first.original_content == second.original_content
    assert await told(mailroom, message.id) == {
        "delivery": "failed", "carla@posta.example": "accepted", "ugo@posta.example": "accepted",
        "nessuno@posta.example": "failed",
    }  # fmt: skip
    (out,) = await mailroom.out()
    async with mailroom.desk.as_system() as tx:
        await outgoing.resend(tx, out.id)
    await mailroom.post.round()
    assert mailroom.sink.taken[-1].rcpt_tos == ["nessuno@posta.example"]
    assert (await told(mailroom, message.id))["delivery"] == "sent"


async def test_recipients_of_a_chat_are_refused(mailroom: Mailroom) -> None:
    talk = await mailroom.desk.talking()
    with pytest.raises(NotByMail):
        async with mailroom.desk.as_operator(mailroom.desk.anna) as tx:
            await conversations.reply(
                tx, conversation_id=talk.id, operator_id=mailroom.desk.anna, text="Salve",
                nonce="n", envelope=Envelope(("a@b.example",)),
            )  # fmt: skip


async def test_a_mail_is_passed_on_with_its_words_and_files_and_the_customer_hears_nothing(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(WITH_FILE)
    conversation_id = str(taken.conversation_id)
    await mailroom.desk.accepted(conversation_id)
    (line,) = [m for m in await mailroom.desk.thread(conversation_id) if m.public]
    async with mailroom.desk.as_operator(mailroom.desk.anna) as tx:
        picture = await conversations.keep_attachment(
            tx, folder=Settings(data=mailroom.data).attachments, conversation_id=conversation_id,
            name="schema.txt", data=b"ecco", uploader_kind="operator",
        )  # fmt: skip
    wanted = Forward(
        Envelope(("tecnico@ditta.example",)), "Potete verificare?",
        [one.id for one in line.attachments], whole=True, added=[picture.id],
    )  # fmt: skip
    who: dict[str, Any] = {
        "operator_id": mailroom.desk.anna,
        "nonce": "inoltro",
        "supervise": False,
    }
    for _ in range(2):  # the same nonce is once
        async with mailroom.desk.as_operator(mailroom.desk.anna) as tx:
            note = await forward(tx, line.id, wanted, **who)
    await mailroom.post.round()
    (sent,) = mailroom.sink.taken
    assert sent.rcpt_tos == ["tecnico@ditta.example"]
    (mail,) = mailroom.sink.mails
    assert mail["Subject"].startswith("Fwd: Contatore")
    words, *files = list(mail.walk())[1:]
    body = words.get_payload(decode=True)
    assert isinstance(body, bytes)
    for said in ("Potete verificare?", "Da: Carla Rossi", "Ecco la lettura.", "> Ci mandi"):
        assert said in body.decode()
    assert [one.get_filename() for one in files] == ["lettura.txt", "schema.txt", "original.eml"]
    assert files[1].get_payload(decode=True) == b"ecco"
    assert files[2].get_payload(decode=True) == WITH_FILE
    assert note.kind.value == "note"
    assert [one.name for one in note.attachments] == ["schema.txt"]
    with pytest.raises(NonceClash):  # with that nonce it went with the file
        async with mailroom.desk.as_operator(mailroom.desk.anna) as tx:
            await forward(tx, line.id, replace(wanted, added=[]), **who)
    assert (await mailroom.desk.read(conversation_id)).first_replied_at is None
    answer = await mailroom.answer_and_send(conversation_id)
    # Nor do they learn of it from the headers of the next answer.
    assert str(mail["Message-ID"]) not in str(answer["References"])
    assert await told(mailroom, note.id) == {
        "delivery": "sent", "tecnico@ditta.example": "accepted",
    }  # fmt: skip
    with pytest.raises(NotYours):
        async with mailroom.desk.as_operator(mailroom.desk.bruno) as tx:
            await forward(
                tx, line.id, wanted, operator_id=mailroom.desk.bruno, nonce="x", supervise=False
            )
    ours = Forward(Envelope((OURS,)), "", [], whole=False)
    with pytest.raises(errors.BadForward):
        async with mailroom.desk.as_operator(mailroom.desk.anna) as tx:
            await forward(tx, line.id, ours, **{**who, "nonce": "noi"})


async def test_a_report_speaks_for_each_recipient_and_a_relay_is_no_delivery(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    envelope = Envelope(("carla@posta.example", "ugo@posta.example"), ("ada@posta.example",))
    message = await reply_to_all(mailroom, str(taken.conversation_id), envelope)
    await mailroom.post.round()
    (out,) = await mailroom.out()
    report = a_report(
        out.mail_id, ("carla@posta.example", "delivered", "2.0.0"),
        ("ugo@posta.example", "relayed", "2.0.0"), ("altri@posta.example", "failed", "5.1.1"),
    )  # fmt: skip
    await mailroom.arrive(report, sender="<>")
    assert (await told(mailroom, message.id))["ugo@posta.example"] == "relayed"
    await mailroom.arrive(
        a_report(out.mail_id, ("ada@posta.example", "failed", "5.1.1")), sender="<>"
    )
    assert await told(mailroom, message.id) == {
        "delivery": "failed", "carla@posta.example": "delivered", "ugo@posta.example": "relayed",
        "ada@posta.example": "bounced",
    }  # fmt: skip
    async with mailroom.desk.as_system() as tx:
        unreached = await store_mail_to.wait_again(tx, out.id)
    assert unreached == ["ada@posta.example"]


async def test_the_desk_reads_a_message_as_the_mail_it_was(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(WITH_FILE)
    async with mailroom.desk.as_system() as tx:
        message = await conversations.get_message(tx, str(taken.message_id))
        assert message is not None
        mail = await mail_of_message(tx, message, remote_images=False)
        whom = await recipients_of(tx, str(taken.conversation_id))
    assert message.text == "Ecco la lettura."
    assert "Ci mandi la lettura" in mail.quoted
    assert (mail.to, mail.cc) == ([OURS], ["ugo@posta.example"])
    assert "Subject: Contatore" in mail.headers
    assert "00123" in mail.source
    assert (whom.customer, whom.others) == ("carla@posta.example", ["ugo@posta.example"])


@pytest.mark.parametrize(
    ("line", "checks"),
    [
        ("spf=pass smtp.mailfrom=a; dmarc=fail (p=none)", {"spf": "pass", "dmarc": "fail"}),
        ("dkim=fail; dkim=pass header.d=a; dmarc=pass", {"dkim": "pass", "dmarc": "pass"}),
        ("spf=none (dmarc=pass)", {"spf": "none"}),
    ],
)
async def test_only_our_own_servers_word_about_a_sender_is_shown(
    mailroom: Mailroom, line: str, checks: dict[str, str]
) -> None:
    await mailroom.change(trusted_hop="mx.luce.it")
    taken = await mailroom.arrive(a_mail(Authentication_Results=f"mx.luce.it; {line}"))
    async with mailroom.desk.as_system() as tx:
        message = await conversations.get_message(tx, str(taken.message_id))
    assert message is not None
    mail = message.meta["mail"]
    assert mail["checks"] == checks
    assert mail["verified"] is (checks.get("dmarc") == "pass")


async def test_another_servers_word_about_a_sender_is_not_believed(mailroom: Mailroom) -> None:
    await mailroom.change(trusted_hop="mx.luce.it")
    said = a_mail(Authentication_Results="mx.altri.it; dmarc=pass")
    taken = await mailroom.arrive(said)
    async with mailroom.desk.as_system() as tx:
        message = await conversations.get_message(tx, str(taken.message_id))
    assert message is not None
    assert message.meta["mail"]["checks"] == {}
    assert message.meta["mail"]["verified"] is False


async def test_what_could_not_be_written_is_sent_once_its_settings_are_right(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    smtp = mailroom.channel.settings["smtp"]
    await mailroom.change(smtp=None)
    await mailroom.answer(str(taken.conversation_id))
    await mailroom.post.round()
    (out,) = await mailroom.out()
    assert (out.state, out.attempts) == ("failed", 1)
    await mailroom.change(smtp=smtp)
    async with mailroom.desk.as_system() as tx:
        await outgoing.resend(tx, out.id)
    await mailroom.post.round()
    assert [one.state for one in await mailroom.out()] == ["accepted"]
    assert len(mailroom.sink.taken) == 1
