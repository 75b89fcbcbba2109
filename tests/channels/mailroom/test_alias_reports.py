"""Reports that speak of where an address led to: tied to the recipient whom we had named."""

import pytest

from ascolto import conversations
from ascolto.channels.email.mail import read_mail
from ascolto.channels.email.reports import recipients
from ascolto.conversations import Envelope
from support.post import OURS, Mailroom, a_mail

ALIAS, OTHER = "carla@posta.example", "ugo@posta.example"


async def sent_to_two(room: Mailroom) -> tuple[str, str]:
    """Send a mail to an alias and to somebody else; return its id and its message's."""
    taken = await room.arrive(a_mail())
    conversation = await room.desk.accepted(str(taken.conversation_id))
    async with room.desk.as_operator(room.desk.anna) as tx:
        message = await conversations.reply(
            tx, conversation_id=conversation.id, operator_id=room.desk.anna, text="A tutti e due",
            nonce="due", envelope=Envelope((ALIAS, OTHER)),
        )  # fmt: skip
    await room.hear()
    await room.post.round()
    (out,) = await room.out()
    return out.mail_id, message.id


async def fates(room: Mailroom, message_id: str) -> dict[str, str]:
    async with room.desk.as_system() as tx:
        message = await conversations.get_message(tx, message_id)
    assert message is not None
    return {one["address"]: one["state"] for one in message.meta["told"]["recipients"]}


async def unreachable(room: Mailroom) -> list[str]:
    async with room.desk.as_system() as tx:
        rows = await tx.fetch("SELECT address FROM channels.mail_unreachable ORDER BY address")
    return [row["address"] for row in rows]


def a_report(of: str, *groups: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: " + OURS + "\r\nSubject: Undelivered Mail\r\n"
        "Message-ID: <b1@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        + "\r\n".join(groups)
        + f"\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{of}>\r\n\r\n--x--\r\n"
    ).encode()


def group(last: str, action: str, status: str, *, first: str = ALIAS) -> str:
    return (
        f"Original-Recipient: rfc822;{first}\r\nFinal-Recipient: rfc822; {last}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n"
    )


@pytest.mark.parametrize("first", [ALIAS, "carla+40posta.example"])
async def test_a_bounce_of_an_alias_target_is_the_fate_of_the_address_that_was_named(
    mailroom: Mailroom, first: str
) -> None:
    mail_id, message_id = await sent_to_two(mailroom)
    report = a_report(mail_id, group("box7@altrove.example", "failed", "5.1.1", first=first))
    await mailroom.arrive(report, sender="<>")
    assert await fates(mailroom, message_id) == {ALIAS: "bounced", OTHER: "accepted"}
    assert await unreachable(mailroom) == [ALIAS]


async def test_an_alias_that_leads_to_two_is_bounced_when_one_is_and_may_be_written_to_again(
    mailroom: Mailroom,
) -> None:
    mail_id, message_id = await sent_to_two(mailroom)
    report = a_report(
        mail_id,
        group("box7@altrove.example", "failed", "5.1.1"),
        group("box8@altrove.example", "delivered", "2.0.0"),
    )
    await mailroom.arrive(report, sender="<>")
    assert await fates(mailroom, message_id) == {ALIAS: "bounced", OTHER: "accepted"}
    assert await unreachable(mailroom) == []


def test_a_report_names_whom_the_sender_meant_only_where_that_is_somebody_else() -> None:
    report = a_report("x@y", group("box7@altrove.example", "failed", "5.1.1"),
                      group(OTHER, "failed", "5.1.1", first=OTHER.upper()))  # fmt: skip
    found = [(one.address, one.named) for one in recipients(read_mail(report))]
    assert found == [("box7@altrove.example", ALIAS), (OTHER, "")]


def a_pec_failure(of: str, *, reached: str, error: str, kind: str = "errore-consegna") -> bytes:
    return (
        "From: posta-certificata@pec.example\r\nTo: " + OURS + "\r\n"
        "Subject: AVVISO DI MANCATA CONSEGNA: Bolletta\r\nMessage-ID: <pec1-"
        + kind
        + "@pec.example>\r\n"
        f"X-Ricevuta: {kind}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nAvviso.\r\n"
        '--x\r\nContent-Type: application/xml; name="daticert.xml"\r\n\r\n'
        f'<postacert tipo="{kind}" errore="{error}"><intestazione>'
        f"<mittente>{OURS}</mittente><destinatari>{ALIAS}</destinatari>"
        f"<destinatari>{OTHER}</destinatari></intestazione><dati><msgid>&lt;{of}&gt;</msgid>"
        f"<consegna>{reached}</consegna><errore-esteso>5.1.1 casella inesistente</errore-esteso>"
        "</dati></postacert>\r\n--x--\r\n"
    ).encode()


async def test_a_pec_failure_is_the_fate_of_the_one_recipient_that_it_names(
    mailroom: Mailroom,
) -> None:
    mail_id, message_id = await sent_to_two(mailroom)
    await mailroom.arrive(
        a_pec_failure(mail_id, reached=OTHER, error="no-dest"),
        sender="posta-certificata@pec.example",
    )
    assert await fates(mailroom, message_id) == {ALIAS: "accepted", OTHER: "bounced"}
    assert await unreachable(mailroom) == [OTHER]


async def test_a_pec_warning_is_no_failure_until_the_failure_comes(mailroom: Mailroom) -> None:
    mail_id, message_id = await sent_to_two(mailroom)
    pec = "posta-certificata@pec.example"
    warning = a_pec_failure(
        mail_id, reached=OTHER, error="no-dest", kind="preavviso-errore-consegna"
    )
    await mailroom.arrive(warning, sender=pec)
    assert await fates(mailroom, message_id) == {ALIAS: "accepted", OTHER: "delayed"}
    assert [one.state for one in await mailroom.out()] == ["accepted"]
    assert await unreachable(mailroom) == []
    notes = [
        one.text for one in await mailroom.desk.thread((await mailroom.out())[0].conversation_id)
    ]
    assert notes[-1].startswith(f"Mail a {OTHER} non ancora consegnata")
    await mailroom.arrive(a_pec_failure(mail_id, reached=OTHER, error="no-dest"), sender=pec)
    assert await fates(mailroom, message_id) == {ALIAS: "accepted", OTHER: "bounced"}
    assert [one.state for one in await mailroom.out()] == ["bounced"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("ada+2Bluce@x.it", "ada+luce@x.it"), ("ada+40x@x.it", "ada+40x@x.it")],
)
def test_digits_behind_a_plus_are_a_code_only_where_they_must_be(said: str, meant: str) -> None:
    (found,) = recipients(
        read_mail(a_report("x@y", group("b@z.it", "failed", "5.1.1", first=said)))
    )
    assert found.named == meant
