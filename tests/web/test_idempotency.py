"""A POST under an Idempotency-Key is done once, whatever the line does to it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ascolto.identity import guard
from ascolto.identity.model import Principal
from ascolto.kit.ids import new_id
from support.office import Office

NOTE = {"text": "Richiamare dopo le 17"}


async def written(office: Office, conversation_id: str) -> int:
    """Return how many notes stand in a conversation."""
    async with office.desk.as_system() as tx:
        count: int = await tx.fetchval(
            "SELECT count(*) FROM conversations.message"
            " WHERE conversation_id = $1 AND kind = 'note'",
            conversation_id,
        )
    return count


async def note(
    browser: httpx.AsyncClient, conversation_id: str, *, key: str, text: str = "Richiamare"
) -> httpx.Response:
    """Write a note under a key."""
    return await browser.post(
        f"/conversations/{conversation_id}/notes",
        json={"text": text},
        headers={"idempotency-key": key},
    )


async def test_the_same_key_again_is_done_once_and_answered_the_same(office: Office) -> None:
    talk = await office.desk.talking()
    key = new_id()
    async with office.signed_in() as anna:
        first = await note(anna, talk.id, key=key)
        again = await note(anna, talk.id, key=key)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await written(office, talk.id) == 1


async def test_the_same_key_with_another_body_is_refused(office: Office) -> None:
    talk = await office.desk.talking()
    key = new_id()
    async with office.signed_in() as anna:
        await note(anna, talk.id, key=key)
        other = await note(anna, talk.id, key=key, text="Altro")
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    assert await written(office, talk.id) == 1


async def test_many_at_once_under_one_key_are_done_once(office: Office) -> None:
    talk = await office.desk.talking()
    key = new_id()
    async with office.signed_in() as anna:
        answers = await asyncio.gather(*(note(anna, talk.id, key=key) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert await written(office, talk.id) == 1


async def test_a_key_belongs_to_who_used_it(office: Office) -> None:
    talk = await office.desk.talking()
    key = new_id()
    async with office.signed_in() as anna:
        await note(anna, talk.id, key=key)
    async with office.signed_in("bruno@prova.example") as bruno:
        theirs = await note(bruno, talk.id, key=key)
    assert "idempotent-replayed" not in theirs.headers
    assert await written(office, talk.id) == 2


async def test_a_key_that_is_no_key_is_refused(office: Office) -> None:
    talk = await office.desk.talking()
    async with office.signed_in() as anna:
        answer = await note(anna, talk.id, key="x" * 101)
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_idempotency_key"
    assert await written(office, talk.id) == 0


async def test_a_revoked_session_gets_no_old_answers(office: Office) -> None:
    talk = await office.desk.talking()
    key = new_id()
    async with office.signed_in() as anna:
        await note(anna, talk.id, key=key)
        cookie = dict(anna.cookies)
        await anna.delete("/session")
        anna.cookies.update(cookie)
        answer = await note(anna, talk.id, key=key)
    assert answer.status_code == 401


async def test_what_was_done_before_the_server_died_is_not_done_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await office.desk.talking()
    key = new_id()

    async def dies(*_: object, **__: object) -> None:
        raise ConnectionError("the server dies between its commit and its answer")

    async with office.signed_in() as anna:
        with monkeypatch.context() as death:
            death.setattr("ascolto.web.store.keep_answer", dies)
            death.setattr("ascolto.web.store.free_key", dies)
            with pytest.raises(ConnectionError):
                await note(anna, talk.id, key=key)
        monkeypatch.setattr("ascolto.web.idempotency.UNDER_WAY_S", -1.0)  # long ago
        again = await note(anna, talk.id, key=key)
    assert (again.status_code, again.json()["code"]) == (409, "answer_lost")
    assert await written(office, talk.id) == 1


async def test_a_request_that_another_was_let_in_for_does_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await office.desk.talking()
    key = new_id()
    monkeypatch.setattr("ascolto.web.idempotency.UNDER_WAY_S", -1.0)
    begun, go_on = asyncio.Event(), asyncio.Event()
    admitted = guard._admitted

    async def slowly(*args: Any) -> Principal:
        if not begun.is_set():
            begun.set()
            await go_on.wait()
        return await admitted(*args)

    monkeypatch.setattr("ascolto.identity.guard._admitted", slowly)
    async with office.signed_in() as anna:
        slow = asyncio.create_task(note(anna, talk.id, key=key))
        await begun.wait()
        office.desk.clock.at += timedelta(seconds=90)
        second = await note(anna, talk.id, key=key)
        go_on.set()
        first = await slow
        third = await note(anna, talk.id, key=key)
    assert (second.status_code, first.status_code, third.status_code) == (200, 409, 200)
    assert await written(office, talk.id) == 1
