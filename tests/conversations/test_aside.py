"""Drafts, read marks, tags: kept on the server, never lost to another device."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from ascolto import conversations
from ascolto.conversations import errors, store_aside, store_quarantine
from ascolto.conversations.model import Draft
from support.talk import Desk


async def drafted(
    desk: Desk, conversation_id: str, text: str, rev: int, lines: dict[str, str] | None = None,
    other: str | None = None,
) -> Draft:  # fmt: skip
    async with desk.as_operator(desk.anna) as tx:
        return await conversations.set_draft(
            tx,
            conversation_id=conversation_id,
            operator_id=desk.anna,
            kind="reply",
            text=text,
            rev=rev,
            lines=lines,
            other=other,
        )


async def test_a_draft_keeps_to_whom_it_goes_as_it_is_typed(desk: Desk) -> None:
    talk = await desk.talking()
    other = await desk.talking(customer_id=talk.customer_id)
    begun = {"to": "a@b.example", "cc": "tec", "bcc": ""}
    assert (await drafted(desk, talk.id, "Gent", 0, begun)).rev == 1
    assert (await drafted(desk, talk.id, "Gent", 0, begun)).rev == 1  # the same again
    with pytest.raises(errors.DraftChanged):
        await drafted(desk, talk.id, "Gent", 0, {**begun, "cc": "capo@b.example"})
    async with desk.as_operator(desk.anna) as tx:
        await conversations.merge(tx, conversation_id=talk.id, into=other.id, operator_id=desk.anna)
        (kept,) = await store_aside.drafts_of(
            tx, conversation_ids=[other.id], operator_id=desk.anna
        )
    assert (kept.text, kept.lines) == ("Gent", begun)
    assert (await drafted(desk, other.id, "Gent", kept.rev)).lines is None


async def test_a_draft_keeps_what_it_passes_on_and_its_files_until_it_lets_go_of_them(
    desk: Desk, tmp_path: Path
) -> None:
    talk = await desk.talking()
    other = await desk.talking(customer_id=talk.customer_id)
    said = (await desk.thread(talk.id))[0]

    async def file_in(talk_id: str, name: str) -> str:
        async with desk.as_system() as tx:
            kept = await conversations.keep_attachment(
                tx, folder=tmp_path, conversation_id=talk_id, name=name, data=name.encode(),
                uploader_kind="operator", operator_id=desk.anna,
            )  # fmt: skip
        return kept.id

    async def passing_on(rev: int, *files: str, about: str = said.id) -> Draft:
        async with desk.as_operator(desk.anna) as tx:
            return await conversations.set_draft(
                tx, conversation_id=talk.id, operator_id=desk.anna, kind="forward", text="Per voi",
                rev=rev, about={"message_id": about, "attachment_ids": [], "whole": True},
                files=files,
            )  # fmt: skip

    one, loose, elsewhere = [
        await file_in(talk.id, "uno"), await file_in(talk.id, "due"), await file_in(other.id, "x")
    ]  # fmt: skip
    kept = await passing_on(0, one, elsewhere)
    assert [file.name for file in kept.files] == ["uno.txt"]
    assert (kept.about or {})["message_id"] == said.id
    assert (await passing_on(0, one)) == kept  # the same again
    with pytest.raises(errors.DraftChanged):
        await passing_on(0, one, loose)
    strange = (await desk.thread(other.id))[0]
    assert (await passing_on(1, one, about=strange.id)).about is None
    await passing_on(2, one)
    desk.clock.at += timedelta(days=3)
    async with desk.as_system() as tx:
        assert len(await conversations.forget_unsent(tx)) == 2
    async with desk.as_operator(desk.anna) as tx:
        await conversations.merge(tx, conversation_id=talk.id, into=other.id, operator_id=desk.anna)
        (moved,) = await store_aside.drafts_of(
            tx, conversation_ids=[other.id], operator_id=desk.anna
        )
    assert ([file.id for file in moved.files], moved.about) == ([one], kept.about)
    desk.clock.at += timedelta(days=31)
    async with desk.as_system() as tx:
        assert len(await conversations.forget_unsent(tx)) == 1
        (bare,) = await store_aside.drafts_of(
            tx, conversation_ids=[other.id], operator_id=desk.anna
        )
    assert (bare.text, bare.files) == ("Per voi", ())


async def test_files_of_a_colleagues_draft_leave_room_for_ones_own(
    desk: Desk, tmp_path: Path
) -> None:
    talk = await desk.talking()

    async def kept(operator_id: str) -> str:
        async with desk.as_system() as tx:
            file = await conversations.keep_attachment(
                tx, folder=tmp_path, conversation_id=talk.id, name="a", data=b"a",
                uploader_kind="operator", operator_id=operator_id,
            )  # fmt: skip
        return file.id

    annas = [await kept(desk.anna) for _ in range(20)]
    with pytest.raises(errors.BadFiles):
        await kept(desk.bruno)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.set_draft(
            tx, conversation_id=talk.id, operator_id=desk.anna, kind="reply", text="", rev=0,
            files=annas,
        )  # fmt: skip
    await kept(desk.bruno)
    with pytest.raises(errors.BadFiles):
        await kept(desk.anna)


async def test_a_draft_grows_by_revisions_and_refuses_an_old_one(desk: Desk) -> None:
    talk = await desk.talking()
    assert (await drafted(desk, talk.id, "Gent", 0)).rev == 1
    assert (await drafted(desk, talk.id, "Gentile", 1)).rev == 2
    assert (await drafted(desk, talk.id, "Gentile", 1)).rev == 2  # the same words again
    with pytest.raises(errors.DraftChanged) as refusal:
        await drafted(desk, talk.id, "Egregio", 1)
    assert refusal.value.fields["rev"] == 2
    assert refusal.value.fields["draft"]["text"] == "Gentile"
    with pytest.raises(errors.DraftChanged):
        await drafted(desk, talk.id, "Egregio", 0)


async def test_two_devices_at_once_are_told_apart(desk: Desk) -> None:
    talk = await desk.talking()

    async def write(text: str) -> int | str:
        try:
            return (await drafted(desk, talk.id, text, 0)).rev
        except errors.DraftChanged:
            return "refused"

    done = await asyncio.gather(write("uno"), write("due"))
    assert sorted(map(str, done)) == ["1", "refused"]


async def test_what_two_devices_wrote_at_once_stays_until_one_is_chosen(desk: Desk) -> None:
    talk = await desk.talking()
    two = await desk.talking(customer_id=talk.customer_id)
    await drafted(desk, talk.id, "da casa", 0)
    both = await drafted(desk, talk.id, "dall'ufficio", 1, other="da casa")
    assert (both.text, both.other) == ("dall'ufficio", "da casa")
    with pytest.raises(errors.DraftChanged) as refusal:
        await drafted(desk, talk.id, "dall'ufficio", 1)  # nobody has put the other one away
    assert refusal.value.fields["draft"]["other"] == "da casa"
    async with desk.as_operator(desk.anna) as tx:
        await conversations.merge(tx, conversation_id=talk.id, into=two.id, operator_id=desk.anna)
        (kept,) = await store_aside.drafts_of(tx, conversation_ids=[two.id], operator_id=desk.anna)
    assert (kept.text, kept.other) == ("dall'ufficio", "da casa")
    assert (await drafted(desk, two.id, "dall'ufficio", kept.rev)).other is None


async def test_a_draft_survives_a_transfer_and_is_shown_to_its_writer_only(desk: Desk) -> None:
    talk = await desk.talking()
    await drafted(desk, talk.id, "Gentile", 0)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.requeue(tx, conversation_id=talk.id, operator_id=desk.anna)
    async with desk.as_system() as tx:
        kept = await store_aside.drafts_of(tx, conversation_ids=[talk.id], operator_id=desk.anna)
        topics = await tx.fetch("SELECT DISTINCT topic FROM kit.frame WHERE kind = 'draft.changed'")
    assert [draft.text for draft in kept] == ["Gentile"]
    assert [row["topic"] for row in topics] == [f"operator:{desk.anna}"]


async def test_drafts_of_merged_conversations_become_one(desk: Desk) -> None:
    one = await desk.talking()
    two = await desk.talking(customer_id=one.customer_id)
    await drafted(desk, one.id, "Prima", 0)
    await drafted(desk, two.id, "Seconda", 0)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.merge(tx, conversation_id=one.id, into=two.id, operator_id=desk.anna)
        kept = await store_aside.drafts_of(
            tx, conversation_ids=[one.id, two.id], operator_id=desk.anna
        )
    assert [draft.text for draft in kept] == ["Seconda\n\nPrima"]


async def test_reading_counts_down_what_the_owner_has_not_read(desk: Desk) -> None:
    talk = await desk.talking()
    await desk.wrote(talk.id, "due")
    await desk.wrote(talk.id, "tre")

    async def read(operator_id: str, seq: int) -> int:
        async with desk.as_operator(operator_id) as tx:
            row = await conversations.mark_read(
                tx, conversation_id=talk.id, operator_id=operator_id, seq=seq
            )
        return row.unread

    assert await read(desk.bruno, 99) == 3  # a colleague who peeks marks nothing
    assert await read(desk.anna, 3) == 1
    assert await read(desk.anna, 99) == 0
    assert await read(desk.anna, 0) == 3  # marked unread again
    async with desk.as_system() as tx:
        mark = await store_aside.get_read_mark(tx, conversation_id=talk.id, operator_id=desk.anna)
    assert mark == 0


async def test_tags_are_folded_known_and_taken_off(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.tag(
            tx, conversation_id=talk.id, operator_id=desk.anna, add=["Bonus  Sociale", "vip", "VIP"]
        )
    async with desk.as_operator(desk.anna) as tx:
        row = await conversations.tag(
            tx, conversation_id=talk.id, operator_id=desk.anna, remove=["vip"]
        )
    assert row.tags == ("bonus sociale",)
    with pytest.raises(errors.NotYours):
        async with desk.as_operator(desk.bruno) as tx:
            await conversations.tag(
                tx, conversation_id=talk.id, operator_id=desk.bruno, add=["mio"]
            )


async def test_what_is_set_aside_is_kept_until_released_once(desk: Desk) -> None:
    async with desk.as_system() as tx:
        quarantine_id = await conversations.set_aside(
            tx, client_id=desk.client_id, channel="api", reason="no thread", content={"a": 1}
        )
    async with desk.as_system() as tx:
        assert len(await store_quarantine.list_quarantine(tx, limit=10)) == 1
        await conversations.release(tx, quarantine_id=quarantine_id)
    with pytest.raises(errors.UnknownMessage):
        async with desk.as_system() as tx:
            await conversations.release(tx, quarantine_id=quarantine_id)
