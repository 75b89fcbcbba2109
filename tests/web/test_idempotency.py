"""A POST under an Idempotency-Key is done once, whatever the line does to it."""

import asyncio

import httpx

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
