"""What nobody in their right mind would send: a clear no each time, and nothing stored."""

from typing import Any

import httpx
import pytest

from ascolto.kit.ids import new_id
from support.office import Office

BAD_TEXTS: list[tuple[str, bytes, set[int]]] = [
    ("a zero byte", b'{"text": "a\\u0000b", "nonce": "n"}', {422}),
    ("half a character", b'{"text": "mezzo \\ud83d", "nonce": "n"}', {422}),
    ("bytes that are no text", b'{"text": "\xff\xfe", "nonce": "n"}', {400, 422}),
    ("a word too many", b'{"text": "%s", "nonce": "n"}' % (b"x" * 20_001), {413, 422}),
    ("a million letters", b'{"text": "%s", "nonce": "n"}' % (b"x" * 990_000), {413, 422}),
    ("more than we read", b'{"text": "%s", "nonce": "n"}' % (b"x" * 1_100_000), {413}),
    ("nothing but space", b'{"text": " \\n\\t ", "nonce": "n"}', {422}),
    ("no nonce", b'{"text": "ciao"}', {422}),
    ("an empty nonce", b'{"text": "ciao", "nonce": ""}', {422}),
    ("a nonce with a zero byte", b'{"text": "ciao", "nonce": "a\\u0000"}', {422}),
    ("a nonce of half a character", b'{"text": "ciao", "nonce": "\\ud83d"}', {422}),
    ("a long nonce", b'{"text": "ciao", "nonce": "%s"}' % (b"n" * 101), {422}),
    ("a number for a text", b'{"text": 7, "nonce": "n"}', {422}),
    ("a list", b"[]", {422}),
    ("half a body", b'{"text": "ci', {422}),
    ("an unknown field", b'{"text": "ciao", "nonce": "n", "operator_id": "x"}', {422}),
    ("a deep nest", b'{"text": %s1%s, "nonce": "n"}' % (b"[" * 5000, b"]" * 5000), {400, 422}),
    ("a seq beyond numbers", b'{"text": "ciao", "nonce": "n", "expected_seq": 99999999999}', {422}),
    ("files that are no ids", b'{"text": "", "nonce": "n", "attachment_ids": ["../x"]}', {422}),
]


@pytest.fixture
async def talk_id(office: Office) -> str:
    return (await office.desk.talking()).id


async def test_a_text_that_cannot_be_is_refused_and_stored_nowhere(
    office: Office, talk_id: str
) -> None:
    before = len(await office.desk.thread(talk_id))
    async with office.signed_in() as anna:
        for where in ("messages", "notes"):
            for what, body, statuses in BAD_TEXTS:
                if where == "notes" and "nonce" in what and what != "half a character":
                    continue
                answer = await anna.post(
                    f"/conversations/{talk_id}/{where}",
                    content=body,
                    headers={"content-type": "application/json"},
                )
                assert answer.status_code in statuses, (where, what, answer.text[:300])
                assert answer.json()["code"], what
    assert len(await office.desk.thread(talk_id)) == before


async def test_no_word_anywhere_breaks_the_server(office: Office, talk_id: str) -> None:
    """Zero bytes and half characters in every text field of every body."""
    await office.hire("admin@prova.example", "admin", "team_leader")
    c = f"/conversations/{talk_id}"
    async with office.signed_in("admin@prova.example") as admin, office.signed_in() as anna:
        for bad in ("a\\u0000b", "mezzo \\ud83d"):
            bodies: list[tuple[httpx.AsyncClient, str, str, str]] = [
                (anna, "PUT", f"{c}/draft", '{"text": "%s", "kind": "reply", "rev": 0}'),
                (anna, "PUT", f"{c}/draft", '{"text": "x", "kind": "%s", "rev": 0}'),
                (anna, "POST", f"{c}/tags", '{"add": ["%s"], "remove": []}'),
                (anna, "POST", f"{c}/tags", '{"add": [], "remove": ["%s"]}'),
                (anna, "POST", f"{c}/close", '{"outcome": "resolved", "note": "%s"}'),
                (anna, "POST", f"{c}/close", '{"outcome": "%s"}'),
                (anna, "POST", f"{c}/close", '{"outcome": "resolved", "promise": {"text": "%s"}}'),
                (
                    anna,
                    "POST",
                    f"{c}/transfer",
                    f'{{"operator_id": "{office.desk.bruno}", "note": "%s"}}',
                ),
                (
                    anna,
                    "POST",
                    f"{c}/consults",
                    (
                        f'{{"operator_id": "{office.desk.bruno}", "subject": "S", "text": "%s",'
                        ' "nonce": "n"}'
                    ),
                ),
                (
                    anna,
                    "POST",
                    f"{c}/consults",
                    (
                        f'{{"operator_id": "{office.desk.bruno}", "subject": "%s", "text": "T",'
                        ' "nonce": "n"}'
                    ),
                ),
                (anna, "POST", f"{c}/snooze", '{"until": "%s"}'),
                (anna, "POST", f"{c}/merge", '{"into": "%s"}'),
                (admin, "POST", "/canned", '{"key": "%s", "title": "T", "text": "T"}'),
                (admin, "POST", "/canned", '{"key": "k", "title": "%s", "text": "T"}'),
                (admin, "POST", "/canned", '{"key": "k", "title": "T", "text": "%s"}'),
                (admin, "POST", "/reasons", '{"name": "%s"}'),
            ]
            for browser, method, path, body in bodies:
                answer = await browser.request(
                    method,
                    path,
                    content=(body % bad).encode(),
                    headers={"content-type": "application/json"},
                )
                assert answer.status_code == 422, (path, body, answer.status_code, answer.text)
        for query in ("q=%00abc", "q=%ff%fe%fd", "cursor=W10", "limit=0", "limit=1e9", "view=x"):
            answer = await anna.get(f"/conversations?view=all&{query}")
            assert answer.status_code in {200, 422}, (query, answer.text)
        assert (await anna.get("/conversations/../../etc/passwd")).status_code == 404
        assert (await anna.get("/conversations/1%00")).status_code in {404, 422}
    assert (await office.desk.read(talk_id)).state == "active"


@pytest.mark.parametrize(
    "cursor",
    [
        ["2026-W01-1", "ID"],
        ["9999-12-31T23:59:59+23:59", "ID"],
        ["0001-01-01", "ID"],
        ["infinity", "ID"],
        ["now'; DROP TABLE x; --", "ID"],
        [{"a": 1}, "ID"],
        [None, "ID"],
        ["2026-01-01", "no id"],
        ["2026-01-01"],
    ],
)
async def test_a_cursor_of_ones_own_making_finds_nothing_and_breaks_nothing(
    office: Office, cursor: list[Any]
) -> None:
    from ascolto.kit.http import encode_cursor  # noqa: PLC0415 - the hostile side's tool

    made = encode_cursor(*(new_id() if part == "ID" else part for part in cursor))
    talk = await office.desk.talking()
    async with office.signed_in() as anna:
        for path in ("/conversations?view=all&", f"/customers/{talk.customer_id}/timeline?"):
            for sort in ("new", "due"):
                answer = await anna.get(f"{path}sort={sort}&cursor={made}")
                assert answer.status_code in {200, 422}, (path, answer.text)


async def test_uploads_that_are_not_what_they_say(office: Office, talk_id: str) -> None:
    path = f"/conversations/{talk_id}/attachments"
    async with office.signed_in() as anna:
        big = await anna.post(path, files={"file": ("grande.txt", b"a" * 10_000_001)})
        assert big.status_code == 413
        huge = await anna.post(path, files={"file": ("enorme.txt", b"a" * 13_000_000)})
        assert huge.status_code == 413
        assert (await anna.post(path, json={"file": "ciao"})).status_code == 422
        assert (await anna.post(path, files={"altro": ("a.txt", b"a")})).status_code == 422
        broken = await anna.post(
            path, content=b"--x\r\n", headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert broken.status_code in {400, 422}
        named = await anna.post(path, files={"file": ("../../etc/passwd\x00.txt", b"ciao")})
        assert named.status_code in {201, 422}
        if named.status_code == 201:
            assert "/" not in named.json()["name"]
