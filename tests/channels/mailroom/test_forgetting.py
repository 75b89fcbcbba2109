"""The bytes of a mail are forgotten after the client's time, and never while they are needed."""

from datetime import timedelta

import pytest

from ascolto import conversations
from ascolto.channels import errors, store_mail_out, store_mail_raw
from ascolto.channels.mailroom import handling, outgoing
from ascolto.channels.mailroom.forgetting import RAW_DAYS, forget_raw_mail
from ascolto.kit.db import SYSTEM
from ascolto.tenancy.actions import change_setting
from support.post import Mailroom, a_mail


async def keep_for(room: Mailroom, days: int, *, from_in: timedelta = timedelta(0)) -> None:
    async with room.desk.as_system() as tx:
        await change_setting(
            tx, RAW_DAYS.key, days, actor=SYSTEM, client_id=room.desk.client_id,
            valid_from=tx.now + from_in,
        )  # fmt: skip


async def forgotten(room: Mailroom) -> int:
    async with room.desk.as_system() as tx:
        return await forget_raw_mail(tx)


async def test_the_bytes_go_when_the_time_is_over_and_what_was_read_stays(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id))
    (out,) = await mailroom.out()
    mailroom.desk.clock.at += timedelta(days=40)
    assert await forgotten(mailroom) == 0  # nobody has said for how long
    await keep_for(mailroom, 30, from_in=timedelta(days=1))
    assert await forgotten(mailroom) == 0  # that begins tomorrow
    mailroom.desk.clock.at += timedelta(days=2)
    young = await mailroom.arrive(a_mail("Ancora io", mail_id="due@posta.example"))
    assert await forgotten(mailroom) == 2
    assert await forgotten(mailroom) == 0
    async with mailroom.desk.as_system() as tx:
        assert await store_mail_raw.raw_of(tx, taken.id) is None
        assert await store_mail_out.raw_of(tx, out.id) is None
        assert await store_mail_raw.raw_of(tx, young.id) is not None
        message = await conversations.get_message(tx, str(taken.message_id))
    assert message is not None
    assert message.text == "Buongiorno, la bolletta è doppia."
    again = await mailroom.arrive(a_mail())
    assert (again.state, again.copy_of) == ("copy", taken.id)


async def test_what_nobody_has_looked_at_is_kept_and_what_is_forgotten_is_not_sent_anew(
    mailroom: Mailroom,
) -> None:
    await keep_for(mailroom, 30)
    aside = await mailroom.arrive(b"\r\nniente\r\n")
    await mailroom.deliver(a_mail("non letta", mail_id="n@x"))
    taken = await mailroom.arrive(a_mail())
    mailroom.sink.answers = ["554 no"]
    await mailroom.answer(str(taken.conversation_id))
    await mailroom.post.round()
    await mailroom.deliver(a_mail("arrivata e non letta", mail_id="z@x"))
    mailroom.desk.clock.at += timedelta(days=31)
    assert await forgotten(mailroom) == 3  # two mails that were taken in, and the one refused
    async with mailroom.desk.as_system() as tx:
        assert await store_mail_raw.raw_of(tx, aside.id) is not None
        await handling.dismiss(tx, aside.id)
    (unread,) = await mailroom.incoming("received")
    async with mailroom.desk.as_system() as tx:
        assert await store_mail_raw.raw_of(tx, unread.id) is not None
    assert await forgotten(mailroom) == 1
    (out,) = await mailroom.out()
    with pytest.raises(errors.NotNow):
        async with mailroom.desk.as_system() as tx:
            await handling.replay(tx, aside.id)
    with pytest.raises(errors.NotNow):
        async with mailroom.desk.as_system() as tx:
            await outgoing.resend(tx, out.id)
