"""What comes back of a mail settles it for those of whom it proves something, and no others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ascolto import conversations
from ascolto.channels import errors, store_mail_out, store_mail_to
from ascolto.channels.mailroom import outgoing
from ascolto.channels.mailroom.sending import LEASE, PATIENCE, Post
from ascolto.channels.mailroom.settling import settle
from ascolto.channels.mailroom.talking import Ending
from ascolto.channels.store_mail_out import OutMail
from ascolto.conversations import Envelope
from ascolto.kit.settings import Settings
from support.post import Mailroom, a_mail, a_report

# Words may take their time on a machine that is busy; only the answer never comes.
HASTY = replace(PATIENCE, answer_s=0.3)
CARLA, UGO, NOBODY = "carla@posta.example", "ugo@posta.example", "nessuno@posta.example"


async def left_uncertain(mailroom: Mailroom) -> OutMail:
    """Let an answer go out to a server that has it and never says so."""
    taken = await mailroom.arrive(a_mail())
    mailroom.sink.answers = ["hang"]
    await mailroom.answer(str(taken.conversation_id))
    hasty = Post(mailroom.desk.database, Settings(data=mailroom.data), patience=HASTY)
    await hasty.round()
    (out,) = await mailroom.out("uncertain")
    return out


async def test_an_uncertain_mail_that_somebody_answers_was_taken(mailroom: Mailroom) -> None:
    out = await left_uncertain(mailroom)
    await mailroom.arrive(a_mail("Altro", mail_id="due@posta.example"))
    assert (await mailroom.out())[0].state == "uncertain"
    reply = a_mail("Grazie!", mail_id="tre@posta.example", In_Reply_To=f"<{out.mail_id}>")
    await mailroom.arrive(reply)
    (now,) = await mailroom.out()
    assert (now.state, now.last_error) == ("accepted", None)
    async with mailroom.desk.as_system() as tx:
        assert [one.state for one in await store_mail_to.of_mail(tx, out.id)] == ["accepted"]
        with pytest.raises(errors.NotNow):
            await outgoing.resend(tx, out.id)
    assert len(mailroom.sink.taken) == 1


async def test_a_report_on_an_uncertain_mail_settles_it(mailroom: Mailroom) -> None:
    out = await left_uncertain(mailroom)
    await mailroom.arrive(a_report(out.mail_id, (CARLA, "delayed", "4.2.2")), sender="<>")
    assert (await mailroom.out())[0].state == "accepted"


async def test_a_server_that_gave_up_after_days_did_not_deliver_and_the_address_stays_good(
    mailroom: Mailroom,
) -> None:
    out = await left_uncertain(mailroom)
    await mailroom.arrive(a_report(out.mail_id, (CARLA, "failed", "4.4.7")), sender="<>")
    assert (await mailroom.out())[0].state == "bounced"
    assert await fates(mailroom, out) == {CARLA: "bounced"}
    said = [one.text for one in await mailroom.desk.thread(out.conversation_id)]
    assert said[-1].startswith(f"Mail non consegnata a {CARLA}. 4.4.7")
    async with mailroom.desk.as_system() as tx:
        assert not await store_mail_out.is_unreachable(tx, channel_id=out.channel_id, address=CARLA)


async def fates(mailroom: Mailroom, out: OutMail) -> dict[str, str]:
    """Return what became of a mail for each of its recipients."""
    async with mailroom.desk.as_system() as tx:
        return {one.address: one.state for one in await store_mail_to.of_mail(tx, out.id)}


async def to_several(mailroom: Mailroom, *addresses: str) -> OutMail:
    """Queue an answer to Carla and others."""
    taken = await mailroom.arrive(a_mail())
    await mailroom.desk.accepted(str(taken.conversation_id))
    async with mailroom.desk.as_operator(mailroom.desk.anna) as tx:
        await conversations.reply(
            tx, conversation_id=str(taken.conversation_id), operator_id=mailroom.desk.anna,
            text="A voi", nonce="n", envelope=Envelope((CARLA,), addresses),
        )  # fmt: skip
    await mailroom.hear()
    return (await mailroom.out())[0]


def an_answer_to(out: OutMail, *, mail_id: str = "risposta@posta.example") -> bytes:
    return a_mail("Grazie!", mail_id=mail_id, In_Reply_To=f"<{out.mail_id}>")


async def hastily(mailroom: Mailroom) -> None:
    await Post(mailroom.desk.database, Settings(data=mailroom.data), patience=HASTY).round()


async def test_an_answer_to_a_later_mail_says_nothing_of_an_uncertain_one(
    mailroom: Mailroom,
) -> None:
    lost = await left_uncertain(mailroom)
    later = await mailroom.answer(lost.conversation_id, "Le riscrivo.")
    await mailroom.post.round()
    reply = a_mail(
        "Grazie!", mail_id="tre@posta.example", In_Reply_To=f"<{later.mail_id}>",
        References=f"<{lost.mail_id}> <{later.mail_id}>",
    )  # fmt: skip
    await mailroom.arrive(reply)
    assert [one.state for one in await mailroom.out()] == ["accepted", "uncertain"]


async def test_who_still_waits_for_an_uncertain_mail_is_sent_it_once_it_is_settled(
    mailroom: Mailroom,
) -> None:
    mailroom.sink.recipient_answers = {UGO: ["451 later"], NOBODY: ["550 unknown"]}
    mailroom.sink.answers = ["hang"]
    out = await to_several(mailroom, UGO, NOBODY)
    await hastily(mailroom)
    assert await fates(mailroom, out) == {CARLA: "uncertain", UGO: "waiting", NOBODY: "failed"}
    await mailroom.arrive(an_answer_to(out))
    assert (await mailroom.out())[0].state == "queued"
    await mailroom.post.round()
    assert [one.rcpt_tos for one in mailroom.sink.taken] == [[CARLA], [UGO]]
    (now,) = await mailroom.out()
    assert (now.state, NOBODY in (now.last_error or "")) == ("bounced", True)
    assert await fates(mailroom, out) == {CARLA: "accepted", UGO: "accepted", NOBODY: "failed"}


async def test_who_had_a_mail_at_an_earlier_attempt_proves_nothing_of_a_later_one(
    mailroom: Mailroom,
) -> None:
    mailroom.sink.recipient_answers = {UGO: ["451 later"]}
    out = await to_several(mailroom, UGO)
    await mailroom.post.round()
    mailroom.desk.clock.at += timedelta(seconds=31)
    mailroom.sink.answers = ["hang"]
    await hastily(mailroom)
    await mailroom.arrive(an_answer_to(out))
    report = a_report(out.mail_id, (CARLA, "delivered", "2.0.0"))
    await mailroom.arrive(report, sender="<>")
    assert (await mailroom.out())[0].state == "uncertain"
    assert await fates(mailroom, out) == {CARLA: "delivered", UGO: "uncertain"}
    await mailroom.arrive(a_report(out.mail_id, (UGO, "relayed", "2.0.0")), sender="<>")
    assert (await mailroom.out())[0].state == "accepted"


async def twice_uncertain(mailroom: Mailroom) -> OutMail:
    """Let a mail be uncertain for Carla, and sent again by hand for Ugo too, in vain as well."""
    mailroom.sink.recipient_answers = {UGO: ["451 later"]}
    mailroom.sink.answers = ["hang", "hang"]
    out = await to_several(mailroom, UGO)
    await hastily(mailroom)
    assert await fates(mailroom, out) == {CARLA: "uncertain", UGO: "waiting"}
    async with mailroom.desk.as_system() as tx:
        await outgoing.resend(tx, out.id)
    await hastily(mailroom)
    assert await fates(mailroom, out) == {CARLA: "uncertain", UGO: "uncertain"}
    return out


async def test_of_two_uncertain_attempts_what_comes_back_proves_only_what_both_have_in_common(
    mailroom: Mailroom,
) -> None:
    out = await twice_uncertain(mailroom)
    await mailroom.arrive(an_answer_to(out))
    assert (await mailroom.out())[0].state == "uncertain"
    assert await fates(mailroom, out) == {CARLA: "accepted", UGO: "uncertain"}
    await mailroom.arrive(a_report(out.mail_id, (UGO, "delivered", "2.0.0")), sender="<>")
    assert (await mailroom.out())[0].state == "accepted"
    assert await fates(mailroom, out) == {CARLA: "accepted", UGO: "delivered"}


async def test_an_attempt_that_the_server_refused_leaves_no_doubt_behind(
    mailroom: Mailroom,
) -> None:
    mailroom.sink.recipient_answers = {UGO: ["451 later"]}
    mailroom.sink.answers = ["451 later", "hang"]
    out = await to_several(mailroom, UGO)
    await mailroom.post.round()
    mailroom.desk.clock.at += timedelta(seconds=31)
    await hastily(mailroom)
    assert await fates(mailroom, out) == {CARLA: "uncertain", UGO: "uncertain"}
    await mailroom.arrive(an_answer_to(out))
    assert (await mailroom.out())[0].state == "accepted"
    assert set((await fates(mailroom, out)).values()) == {"accepted"}


async def test_who_answers_before_a_mail_goes_again_is_not_sent_it_again(
    mailroom: Mailroom,
) -> None:
    mailroom.sink.recipient_answers = {UGO: ["451 later"]}
    mailroom.sink.answers = ["hang"]
    out = await to_several(mailroom, UGO)
    await hastily(mailroom)
    async with mailroom.desk.as_system() as tx:
        await outgoing.resend(tx, out.id)
    await mailroom.arrive(an_answer_to(out))
    assert await fates(mailroom, out) == {CARLA: "accepted", UGO: "waiting"}
    await mailroom.post.round()
    assert [one.rcpt_tos for one in mailroom.sink.taken] == [[CARLA], [UGO]]
    assert (await mailroom.out())[0].state == "accepted"


async def test_what_comes_back_while_it_goes_again_keeps_it_from_going_a_third_time(
    mailroom: Mailroom,
) -> None:
    out = await left_uncertain(mailroom)
    async with mailroom.desk.as_system() as tx:
        await outgoing.resend(tx, out.id)
    async with mailroom.desk.as_system() as tx:
        (mail,) = await store_mail_out.lease_due(tx, lease=LEASE, limit=1)
    await mailroom.arrive(an_answer_to(out))
    async with mailroom.desk.as_system() as tx:
        assert await store_mail_out.begin_data(tx, mail, lease=LEASE, addresses=[CARLA])
        await settle(tx, mail, Ending("queued", fates={CARLA: ("waiting", "451 later")}))
    assert (await mailroom.out())[0].state == "accepted"


async def test_an_answer_before_the_first_word_proves_nothing(mailroom: Mailroom) -> None:
    taken = await mailroom.arrive(a_mail())
    out = await mailroom.answer(str(taken.conversation_id))
    await mailroom.arrive(an_answer_to(out))
    mailroom.sink.answers = ["hang"]
    await hastily(mailroom)
    assert (await mailroom.out())[0].state == "uncertain"


async def begun(mailroom: Mailroom, *addresses: str) -> OutMail:
    """Let an answer be under way, all its words said and the dot due."""
    await to_several(mailroom, *addresses)
    async with mailroom.desk.as_system() as tx:
        (mail,) = await store_mail_out.lease_due(tx, lease=LEASE, limit=1)
        whom = [CARLA, *addresses]
        assert await store_mail_out.begin_data(tx, mail, lease=LEASE, addresses=whom)
    return mail


@pytest.mark.parametrize("dead", [False, True])
async def test_an_answer_that_is_faster_than_the_servers_word_is_not_forgotten(
    mailroom: Mailroom, *, dead: bool
) -> None:
    mail = await begun(mailroom, UGO)
    await mailroom.arrive(an_answer_to(mail))
    assert (await mailroom.out())[0].state == "sending"
    if dead:
        mailroom.desk.clock.at += LEASE + timedelta(seconds=1)
        await mailroom.post.round()
    else:
        unknown = dict.fromkeys((CARLA, UGO), ("uncertain", ""))
        async with mailroom.desk.as_system() as tx:
            await settle(tx, mail, Ending("uncertain", fates=unknown))
    assert (await mailroom.out())[0].state == "accepted"
    assert set((await fates(mailroom, mail)).values()) == {"accepted"}


@pytest.mark.parametrize("state", ["accepted", "uncertain"])
async def test_reports_that_are_faster_than_the_servers_word_stay_true(
    mailroom: Mailroom, state: str
) -> None:
    mail = await begun(mailroom)
    await mailroom.arrive(a_report(mail.mail_id, (CARLA, "delivered", "2.0.0")), sender="<>")
    async with mailroom.desk.as_system() as tx:
        await settle(tx, mail, Ending(state, fates={CARLA: (state, "")}))
    assert (await mailroom.out())[0].state == "delivered"
    assert await fates(mailroom, mail) == {CARLA: "delivered"}
