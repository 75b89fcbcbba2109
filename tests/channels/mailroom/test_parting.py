"""Mails of two people who were taken for one go back to whose they are, and so do their threads."""

from ascolto import conversations
from ascolto.channels import store_mail_threads
from channels.test_parting import heard, joined, unmerged
from support.post import Mailroom, a_mail

UGO = {"sender": "Ugo Neri <ugo@posta.example>", "subject": "Contatore"}


async def said(mailroom: Mailroom, conversation_id: str) -> list[str]:
    return [m.text for m in await mailroom.desk.thread(conversation_id) if m.public]


async def test_who_parts_is_answered_in_a_thread_of_their_own(mailroom: Mailroom) -> None:
    vera = str((await mailroom.arrive(a_mail("Sono Vera"))).conversation_id)
    ugo = str(
        (await mailroom.arrive(a_mail("Sono Ugo", mail_id="u1@p.example", **UGO))).conversation_id
    )
    await mailroom.answer_and_send(vera, "Buongiorno")
    await joined(mailroom.desk, ugo, vera)
    await mailroom.hear()
    again = {**UGO, "In_Reply_To": "<u1@p.example>"}
    both = await mailroom.arrive(a_mail("Ancora Ugo", mail_id="u2@p.example", **again))
    assert both.conversation_id == vera
    await unmerged(mailroom.desk, ugo)
    await heard(mailroom.desk)
    # The mailroom has not heard of it yet: what comes goes home all the same.
    between = await mailroom.arrive(a_mail("E adesso?", mail_id="u3@p.example", **again))
    assert between.conversation_id == ugo
    await mailroom.hear()
    later = await mailroom.arrive(a_mail("Ci siete?", mail_id="u4@p.example", **again))
    assert later.conversation_id == ugo
    assert await said(mailroom, ugo) == ["Sono Ugo", "Ancora Ugo", "E adesso?", "Ci siete?"]
    assert await said(mailroom, vera) == ["Sono Vera", "Buongiorno"]
    await mailroom.answer_and_send(ugo, "Eccoci, Ugo")
    assert mailroom.sink.taken[-1].rcpt_tos == ["ugo@posta.example"]
    await mailroom.desk.replied(vera, "Eccoci, Vera")
    await mailroom.hear()
    await mailroom.post.round()
    assert mailroom.sink.taken[-1].rcpt_tos == ["carla@posta.example"]


async def test_threads_that_a_late_mail_tied_part_with_their_customers(mailroom: Mailroom) -> None:
    """Known by their addresses to be two, merged by mistake, tied by a mail that names both."""
    desk = mailroom.desk
    vera = str((await mailroom.arrive(a_mail("Sono Vera", mail_id="v1@p.example"))).conversation_id)
    ugo = str(
        (await mailroom.arrive(a_mail("Sono Ugo", mail_id="u1@p.example", **UGO))).conversation_id
    )
    await desk.merged_customers(await desk.read(ugo), into=await desk.read(vera))
    tie = "<v1@p.example> <u1@p.example>"
    await mailroom.arrive(a_mail("A tutte e due", mail_id="t@p.example", References=tie))
    (moved,) = [one for one in (vera, ugo) if (await desk.read(one)).merged_into]
    stays = ugo if moved == vera else vera
    await mailroom.hear()
    await unmerged(desk, ugo)
    await heard(desk)
    await mailroom.hear()
    assert (await desk.read(moved)).merged_into is None
    async with desk.as_system() as tx:
        threads = [await store_mail_threads.thread_of_conversation(tx, c) for c in (moved, stays)]
    numbers = [(await desk.read(one)).number for one in (moved, stays)]
    assert [one.number for one in threads if one] == numbers
    own = "<u1@p.example>" if moved == ugo else "<v1@p.example>"
    more = UGO if moved == ugo else {}
    back = await mailroom.arrive(
        a_mail("Di nuovo io", mail_id="z@p.example", In_Reply_To=own, **more)
    )
    assert back.conversation_id == moved


async def test_mails_of_one_address_stay_one_whatever_their_customers(mailroom: Mailroom) -> None:
    desk = mailroom.desk
    one = await mailroom.arrive(a_mail("Uno", mail_id="b@p.example", References="<a@p.example>"))
    two = await mailroom.arrive(a_mail("Due", mail_id="d@p.example", References="<c@p.example>"))
    await mailroom.arrive(a_mail("Tre", mail_id="c@p.example", References="<a@p.example>"))
    rows = [await desk.read(str(each.conversation_id)) for each in (one, two)]
    (moved,) = [row for row in rows if row.merged_into]
    (stays,) = [row for row in rows if not row.merged_into]
    assert moved.one_person
    await desk.merged_customers(moved, into=stays)
    await unmerged(desk, moved.id)
    await heard(desk)
    async with desk.as_system() as tx:
        now = await conversations.get(tx, moved.id)
    assert now is not None
    assert now.merged_into == stays.id
