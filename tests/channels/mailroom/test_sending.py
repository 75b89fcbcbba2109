"""Answers go out once, under an id fixed before, and nobody claims to know what nobody knows."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.message import Message as Mail

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from ascolto import conversations
from ascolto.channels import errors, store_mail_out
from ascolto.channels.mailroom import outgoing
from ascolto.channels.mailroom.mailboxes import set_secrets
from ascolto.channels.mailroom.sending import LEASE, PATIENCE, Post
from ascolto.kit.secretbox import server_box
from ascolto.kit.settings import Settings
from support.post import OURS, Mailroom, a_mail

# Words may take their time on a machine that is busy; only the answer never comes.
HASTY = replace(PATIENCE, answer_s=0.3)


async def test_a_server_that_is_busy_is_asked_again_later_with_the_same_mail(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    mailroom.sink.answers = ["451 later"]
    queued = await mailroom.answer(str(taken.conversation_id))
    await mailroom.post.round()
    (waits,) = await mailroom.out()
    assert (waits.state, waits.attempts, waits.last_code) == ("queued", 1, 451)
    assert await mailroom.post.round() == 0
    mailroom.desk.clock.at += timedelta(seconds=31)
    await mailroom.post.round()
    (sent,) = await mailroom.out()
    assert (sent.state, sent.mail_id) == ("accepted", queued.mail_id)
    (mail,) = mailroom.sink.mails
    assert mail["Message-ID"] == f"<{queued.mail_id}>"


async def test_a_refusal_for_good_is_shown_on_the_message(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    mailroom.sink.answers = ["554 no"]
    await mailroom.answer(str(taken.conversation_id))
    await mailroom.post.round()
    (out,) = await mailroom.out()
    assert (out.state, out.last_code) == ("failed", 554)
    thread = await mailroom.desk.thread(str(taken.conversation_id))
    assert [m.delivery for m in thread if m.id == out.message_id] == ["failed"]


async def test_silence_after_the_words_is_uncertain_and_sent_again_only_by_hand(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    mailroom.sink.answers = ["hang"]
    await mailroom.answer(str(taken.conversation_id))
    hasty = Post(mailroom.desk.database, Settings(data=mailroom.data), patience=HASTY)
    await hasty.round()
    (out,) = await mailroom.out()
    assert out.state == "uncertain"
    mailroom.desk.clock.at += timedelta(days=2)
    assert await mailroom.post.round() == 0
    async with mailroom.desk.as_system() as tx:
        await outgoing.resend(tx, out.id)
    await mailroom.post.round()
    assert [one.state for one in await mailroom.out()] == ["accepted"]
    first, second = mailroom.sink.taken
    assert first.original_content == second.original_content


@pytest.mark.parametrize(("told", "state"), [(False, "queued"), (True, "uncertain")])
async def test_what_a_dead_sender_left_is_uncertain_only_once_its_words_were_on_the_wire(
    mailroom: Mailroom, *, told: bool, state: str
) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer(str(taken.conversation_id))
    async with mailroom.desk.as_system() as tx:
        (mail,) = await store_mail_out.lease_due(tx, lease=LEASE, limit=1)
        if told:
            assert await store_mail_out.begin_data(
                tx, mail, lease=LEASE, addresses=[mail.recipient]
            )
    assert await mailroom.post.round() == 0
    mailroom.desk.clock.at += LEASE + timedelta(seconds=1)
    async with mailroom.desk.as_system() as tx:
        await store_mail_out.free_abandoned(tx)
        # The slow one comes back: its turn is over.
        assert not await store_mail_out.begin_data(
            tx, mail, lease=LEASE, addresses=[mail.recipient]
        )
    assert [one.state for one in await mailroom.out()] == [state]


async def test_a_mail_to_many_is_left_longer_to_who_sends_it(mailroom: Mailroom) -> None:
    each = timedelta(seconds=30)
    taken = await mailroom.arrive(a_mail())
    await mailroom.desk.accepted(str(taken.conversation_id))
    everybody = [f"p{n}@posta.example" for n in range(5)]
    async with mailroom.desk.as_operator(mailroom.desk.anna) as tx:
        await conversations.reply(
            tx, conversation_id=str(taken.conversation_id), operator_id=mailroom.desk.anna,
            text="A tutti", nonce="n", envelope=conversations.Envelope(tuple(everybody)),
        )  # fmt: skip
    await mailroom.hear()
    async with mailroom.desk.as_system() as tx:
        await store_mail_out.lease_due(tx, lease=LEASE, limit=1, each=each)
    for waited, state in ((LEASE + 4 * each - each / 2, "sending"), (each, "queued")):
        mailroom.desk.clock.at += waited
        async with mailroom.desk.as_system() as tx:
            await store_mail_out.free_abandoned(tx)
        assert [one.state for one in await mailroom.out()] == [state]


async def test_an_answer_can_be_taken_back_while_it_is_held(mailroom: Mailroom) -> None:
    await mailroom.change(undo_s=10)
    taken = await mailroom.arrive(a_mail())
    out = await mailroom.answer(str(taken.conversation_id))
    assert await mailroom.post.round() == 0
    async with mailroom.desk.as_system() as tx:
        await outgoing.recall(tx, out.id)
    mailroom.desk.clock.at += timedelta(seconds=11)
    assert await mailroom.post.round() == 0
    assert mailroom.sink.taken == []
    await mailroom.answer(str(taken.conversation_id), "Meglio così.")
    mailroom.desk.clock.at += timedelta(seconds=11)
    await mailroom.post.round()
    late = (await mailroom.out())[0]
    with pytest.raises(errors.NotNow):
        async with mailroom.desk.as_system() as tx:
            await outgoing.recall(tx, late.id)


async def test_hearing_of_an_answer_twice_sends_it_once(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer(str(taken.conversation_id))
    await mailroom.hear()
    await asyncio.gather(mailroom.post.round(), mailroom.post.round())
    assert len(mailroom.sink.taken) == 1


def a_bounce(of: str, *, status: str = "5.1.1", recipient: str = "carla@posta.example") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: " + OURS + "\r\nSubject: Undelivered Mail\r\n"
        "Message-ID: <b1@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{of}>\r\n\r\n--x--\r\n"
    ).encode()


async def test_a_bounce_is_shown_on_its_message_and_stops_further_mails(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id))
    (out,) = await mailroom.out()
    bounce = await mailroom.arrive(a_bounce(out.mail_id), sender="<>")
    assert (bounce.state, bounce.kind, bounce.about_id) == ("noted", "bounce", out.id)
    assert (await mailroom.out())[0].state == "bounced"
    thread = await mailroom.desk.thread(str(taken.conversation_id))
    assert [m.delivery for m in thread if m.id == out.message_id] == ["failed"]
    assert any("carla@posta.example" in m.text for m in thread if m.kind.value == "note")
    again = await mailroom.answer(str(taken.conversation_id), "Ci riprovo")
    assert (again.state, again.last_error) == ("failed", "unreachable")


async def test_a_bounce_that_names_no_mail_is_tied_by_the_address_it_came_to(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id))
    back = mailroom.sink.taken[0].mail_from
    assert back is not None
    bounce = await mailroom.arrive(a_bounce("altro@mx.example"), sender="<>", to=back)
    assert bounce.about_id == (await mailroom.out())[0].id


async def test_a_full_mailbox_stops_nothing(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id))
    (out,) = await mailroom.out()
    await mailroom.arrive(a_bounce(out.mail_id, status="5.2.2"), sender="<>")
    again = await mailroom.answer(str(taken.conversation_id), "Ci riprovo")
    assert again.state == "queued"


async def test_an_automatic_reply_is_a_note_and_no_message(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id))
    (out,) = await mailroom.out()
    vacation = a_mail(
        "Sono in ferie.",
        mail_id="r@p.example",
        Auto_Submitted="auto-replied",
        In_Reply_To=f"<{out.mail_id}>",
        subject="Risposta automatica: Bolletta",
    )
    reply = await mailroom.arrive(vacation)
    assert (reply.state, reply.kind, reply.about_id) == ("noted", "auto_reply", out.id)
    thread = await mailroom.desk.thread(str(taken.conversation_id))
    assert any("Sono in ferie" in m.text for m in thread if m.kind.value == "note")
    assert len([m for m in thread if m.public and m.author.kind.value == "customer"]) == 1


async def test_our_own_mail_that_comes_round_is_no_message(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id))
    own = await mailroom.arrive(bytes(mailroom.sink.taken[0].original_content or b""))
    assert own.state == "own"


async def test_our_mails_are_signed_with_the_key_of_the_mailbox(mailroom: Mailroom) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    await mailroom.change(
        dkim={"domain": "luce.example", "selector": "s1"}, signature="Luce S.p.A.", footer="Note"
    )
    async with mailroom.desk.as_system() as tx:
        await set_secrets(
            tx, mailroom.channel, secrets={"dkim": pem.decode()}, box=server_box(mailroom.data)
        )
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id), "Perché sì")
    raw = bytes(mailroom.sink.taken[0].original_content or b"")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def record(name: bytes, timeout: int = 5) -> bytes:
        import base64  # noqa: PLC0415

        assert name == b"s1._domainkey.luce.example."
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    assert dkim.verify(raw, dnsfunc=record)
    assert not dkim.verify(raw.replace(b"Luce S.p.A.", b"Lupo S.p.A."), dnsfunc=record)
    body = mailroom.sink.mails[0].get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode() == "Perché sì\r\n\r\n-- \r\nLuce S.p.A.\r\n\r\nNote\r\n"


async def test_what_the_system_tells_goes_along_with_the_next_answer(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    conversation_id = str(taken.conversation_id)
    async with mailroom.desk.as_system() as tx:
        await conversations.say(tx, conversation_id=conversation_id, text="Le risponde l'Italia.")
    await mailroom.hear()
    assert await mailroom.out() == []
    first = await mailroom.answer_and_send(conversation_id, "Ecco.")
    assert first.get_payload(decode=True) == b"Ecco.\r\n\r\nLe risponde l'Italia.\r\n"
    second = await mailroom.answer_and_send(conversation_id, "E ancora.")
    assert second.get_payload(decode=True) == b"E ancora.\r\n"


def words(part: Mail) -> str:
    """Return what stands in a part of a mail."""
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


async def test_an_answer_with_marks_goes_out_as_text_and_as_html_of_the_same_words(
    mailroom: Mailroom,
) -> None:
    await mailroom.change(signature="Luce & C.", footer="Non rispondere <qui>")
    taken = await mailroom.arrive(a_mail())
    conversation_id = str(taken.conversation_id)
    mail = await mailroom.answer_and_send(
        conversation_id, "La **scadenza**:\n- oggi <script>\n- [qui](https://luce.example/a)"
    )
    assert mail.get_content_type() == "multipart/alternative"
    plain, shown = (words(part) for part in mail.walk() if not part.is_multipart())
    assert plain.startswith("La **scadenza**:\r\n- oggi <script>\r\n- [qui](https://luce")
    assert "<p>La <strong>scadenza</strong>:</p><ul><li>oggi &lt;script&gt;</li>" in shown
    assert '<a href="https://luce.example/a" rel="noopener noreferrer nofollow">qui</a>' in shown
    assert "<p>Luce &amp; C.</p><p>Non rispondere &lt;qui&gt;</p>" in shown
    message = (await mailroom.desk.thread(conversation_id))[-1]
    assert (message.text[:15], message.meta.get("marked")) == ("La **scadenza**", True)
    plainly = await mailroom.answer_and_send(conversation_id, "Fatto, 2*3*4.")
    assert plainly.get_content_type() == "text/plain"


async def test_an_automatic_answer_keeps_to_its_rules(mailroom: Mailroom) -> None:
    async def answered(mail_id: str, **headers: str) -> str | None:
        taken = await mailroom.arrive(a_mail(mail_id, mail_id=mail_id, subject=mail_id, **headers))
        async with mailroom.desk.as_system() as tx:
            await conversations.say(
                tx,
                conversation_id=str(taken.conversation_id),
                text="Presto",
                author_kind=conversations.AuthorKind.ASSISTANT,
            )
        await mailroom.hear()
        return (await mailroom.out())[0].last_error

    assert await answered("a@p.example", Precedence="bulk") == (
        "no automatic answer: list or bulk mail"
    )
    assert await answered("b@p.example") is None
    assert await answered("c@p.example") == "no automatic answer: enough of them"
