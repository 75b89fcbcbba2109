"""What the desk asks: its snapshot, lists, one conversation, its thread, and answering."""

import asyncio

import httpx

from ascolto import customers, routing
from ascolto.kit.db import SYSTEM
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import create_client
from support.office import Office, ok, refused

# What the desk's own types ask of a row (web/desk/src/api/types.ts).
ROW = {
    "id", "v", "number", "client_id", "channel", "state", "subject", "preview", "customer",
    "queue_id", "operator_id", "work_item_id", "language", "tags", "unread", "last_message_at",
    "last_from", "last_seq", "opened_at", "due_at", "due_kind", "snoozed_until", "waiting_since",
}  # fmt: skip
MESSAGE = {
    "id", "conversation_id", "seq", "kind", "author", "text", "attachments", "at", "nonce",
    "delivery", "meta",
}  # fmt: skip


async def test_the_desk_gets_all_it_shows_in_one_answer(office: Office) -> None:
    desk = office.desk
    mine = await desk.talking(subject="Bolletta")
    theirs = await desk.talking(desk.bruno)
    waiting = await desk.opened()
    await desk.wrote(waiting.id)
    offered = await desk.opened()
    await desk.wrote(offered.id)
    work_item_id = await desk.offered(offered.id, desk.anna)
    async with office.signed_in() as anna:
        ok(await anna.put("/presence", json={"state": "busy", "place": "home", "country": "IT"}))
        shown = ok(await anna.get("/desk"))
    assert [row["id"] for row in shown["conversations"]] == [mine.id]
    assert set(shown["conversations"][0]) >= ROW
    assert shown["conversations"][0]["customer"]["name"] == "Carla Rossi"
    assert [offer["work_item_id"] for offer in shown["offers"]] == [work_item_id]
    assert set(shown["offers"][0]) == {
        "work_item_id", "conversation_id", "expires_at", "client_id", "queue_id", "channel",
        "card", "why",
    }  # fmt: skip
    assert shown["presence"]["state"] == "busy"
    assert shown["queues"] == [
        {"id": desk.queue.id, "name": "Fatture", "client_id": desk.client_id, "channel": "webchat"}
    ]
    assert theirs.id not in str(shown)
    assert shown["workplace"] == {"place": "site", "country": "IT"}
    xid, dash, number = shown["cursor"].partition("-")
    assert dash
    assert int(xid) > 0
    assert number == "0"


async def test_every_frame_after_the_cursor_of_the_desk_is_kept_for_it(office: Office) -> None:
    """Whatever is committed after the snapshot has a place behind its cursor."""
    talk = await office.desk.talking()
    async with office.signed_in() as anna:
        cursor = ok(await anna.get("/desk"))["cursor"]
    await office.desk.wrote(talk.id, "Dopo")
    async with office.desk.as_system() as tx:
        late = await tx.fetch(
            "SELECT body->>'text' AS text FROM kit.frame WHERE kind = 'message.added'"
            " AND topic = $1 AND (xid, id) > ($2::text::xid8, 0)",
            f"conversation:{talk.id}",
            cursor.partition("-")[0],
        )
    assert [row["text"] for row in late] == ["Dopo"]


async def test_who_answers_nobody_has_an_empty_desk(office: Office) -> None:
    await office.hire("capo@prova.example", "analyst")
    async with office.signed_in("capo@prova.example") as analyst:
        shown = ok(await analyst.get("/desk"))
        refused(await analyst.get("/conversations"), 403, "identity.not_permitted")
    assert (shown["presence"], shown["offers"], shown["conversations"]) == (None, [], [])


async def test_lists_hold_what_their_view_says_page_by_page(office: Office) -> None:
    desk = office.desk
    waiting = []
    for n in range(5):
        opened = await desk.opened(subject=f"Caso {'abcde'[n]}x")
        await desk.wrote(opened.id)
        waiting.append(opened.id)
        desk.clock.at = desk.clock.at.replace(minute=n + 1)
    mine = await desk.talking()
    async with office.signed_in() as anna:
        assert [r["id"] for r in ok(await anna.get("/conversations"))["items"]] == [mine.id]
        for sort, expected in (
            ("new", waiting[::-1]),
            ("old", waiting),
            ("due", waiting),
        ):
            seen: list[str] = []
            cursor = ""
            for _ in range(10):
                page = ok(
                    await anna.get(
                        f"/conversations?view=waiting&sort={sort}&limit=2"
                        + (f"&cursor={cursor}" if cursor else "")
                    )
                )
                seen += [row["id"] for row in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert seen == expected, sort
        found = ok(await anna.get("/conversations?view=all&q=CASO dx"))["items"]
        assert [row["id"] for row in found] == [waiting[3]]
        numbered = ok(await anna.get(f"/conversations?view=all&q=caso {found[0]['number']}"))
        assert [row["id"] for row in numbered["items"]] == [waiting[3]]
        assert ok(await anna.get(f"/conversations?view=waiting&queue_id={new_id()}"))["items"] == []
        refused(await anna.get("/conversations?cursor=!!"), 422, "bad_cursor")


async def test_a_team_leader_sees_all_and_an_operator_only_what_was_theirs(office: Office) -> None:
    theirs = await office.desk.talking(office.desk.bruno)
    await office.hire("capo@prova.example", "team_leader")
    async with office.signed_in() as anna, office.signed_in("capo@prova.example") as leader:
        assert ok(await anna.get("/conversations?view=all"))["items"] == []
        seen = ok(await leader.get("/conversations?view=all"))["items"]
        assert [row["id"] for row in seen] == [theirs.id]
        # Whoever answers a customer must find what was said before.
        assert ok(await anna.get(f"/conversations/{theirs.id}"))["conversation"]["id"] == theirs.id


async def test_one_conversation_comes_with_its_customer_and_ones_own_draft(office: Office) -> None:
    talk = await office.desk.talking()
    async with office.signed_in() as anna:
        kept = ok(
            await anna.put(
                f"/conversations/{talk.id}/draft",
                json={"text": "Gentile", "kind": "reply", "rev": 0},
            )
        )
        shown = ok(await anna.get(f"/conversations/{talk.id}"))
        assert (kept["rev"], shown["draft"]) == (1, kept)
        assert shown["customer"]["name"] == "Carla Rossi"
        again = {"text": "Gentile Carla", "kind": "reply", "rev": 0}
        clash = await anna.put(f"/conversations/{talk.id}/draft", json=again)
        fields = refused(clash, 409, "conversations.draft_changed")
        assert (fields["draft"], fields["rev"]) == (kept, 1)
        refused(
            await anna.get(f"/conversations/{new_id()}"), 404, "conversations.unknown_conversation"
        )
    async with office.signed_in("bruno@prova.example") as bruno:
        assert ok(await bruno.get(f"/conversations/{talk.id}"))["draft"] is None


async def test_a_conversation_shows_what_is_proved_claimed_and_merged_of_its_customer(
    office: Office,
) -> None:
    desk = office.desk
    talk = await desk.talking()
    async with desk.as_system() as tx:
        claim = customers.ClaimedIdentity("phone", "02 1234567")
        other = await customers.identify(
            tx, client_id=desk.client_id, name="C. Rossi", identities=[claim]
        )
        await customers.prove(tx, customer_id=talk.customer_id, kind="email", value="c@r.example")
        await customers.merge(tx, customer_id=other.id, into=talk.customer_id)
    async with office.signed_in() as anna:
        shown = ok(await anna.get(f"/conversations/{talk.id}"))["customer"]
        assert shown == ok(await anna.get(f"/customers/{talk.customer_id}"))
    assert shown["identities"] == [
        {"kind": "email", "value": "c@r.example", "verified": True},
        {"kind": "phone", "value": "02 1234567", "verified": False},
    ]
    assert [one["name"] for one in shown["merged"]] == ["C. Rossi"]


async def test_a_thread_is_read_forward_and_backward(office: Office) -> None:
    talk = await office.desk.talking()
    for n in range(8):
        await office.desk.wrote(talk.id, f"riga {n}")
    path = f"/conversations/{talk.id}/messages"
    async with office.signed_in() as anna:
        last = ok(await anna.get(path, params={"limit": 3}))
        assert [m["seq"] for m in last["items"]] == [8, 9, 10]
        assert last["has_more"]
        assert set(last["items"][0]) >= MESSAGE
        before = ok(await anna.get(path, params={"before_seq": 8, "limit": 50}))
        assert [m["seq"] for m in before["items"]] == list(range(1, 8))
        assert not before["has_more"]
        after = ok(await anna.get(path, params={"after_seq": 8, "limit": 50}))
        assert [m["seq"] for m in after["items"]] == [9, 10]


async def test_the_same_reply_sent_twice_is_sent_once(office: Office) -> None:
    talk = await office.desk.talking()
    path = f"/conversations/{talk.id}/messages"
    async with office.signed_in() as anna:
        first = ok(await anna.post(path, json={"text": "Salve", "nonce": "n1"}))
        again = ok(await anna.post(path, json={"text": "Salve", "nonce": "n1"}))
        assert first == again
        assert first["author"] == {"kind": "operator", "id": office.desk.anna, "name": "Anna"}
        other = await anna.post(path, json={"text": "Altro", "nonce": "n1"})
        refused(other, 409, "conversations.nonce_clash")
    spoken = [m for m in await office.desk.thread(talk.id) if m.nonce == "n1"]
    assert len(spoken) == 1


async def test_a_reply_to_what_has_changed_comes_back_with_what_was_written(
    office: Office,
) -> None:
    talk = await office.desk.talking()
    await office.desk.wrote(talk.id, "Anzi, no")
    path = f"/conversations/{talk.id}/messages"
    async with office.signed_in() as anna:
        old = {"text": "Fatto", "nonce": "n", "expected_seq": talk.last_seq}
        fields = refused(await anna.post(path, json=old), 409, "conversations.thread_changed")
        assert [m["text"] for m in fields["messages"]] == ["Anzi, no"]
        ok(await anna.post(path, json={**old, "expected_seq": fields["last_seq"]}))


async def test_a_reply_can_go_on_to_close_or_to_sleep_and_twice_is_once(office: Office) -> None:
    talk, other = await office.desk.talking(), await office.desk.talking()
    async with office.signed_in() as anna:
        body = {"text": "A presto", "nonce": "n", "then": "close", "outcome": "follow_up"}
        first = ok(await anna.post(f"/conversations/{talk.id}/messages", json=body))
        assert ok(await anna.post(f"/conversations/{talk.id}/messages", json=body)) == first
        sleep = {"text": "Domani", "nonce": "n", "then": "snooze"}
        path = f"/conversations/{other.id}/messages"
        refused(await anna.post(path, json=sleep), 422, "invalid")
        until = "2026-03-04T09:00:00Z"
        ok(await anna.post(path, json={**sleep, "until": until}))
        ok(await anna.post(path, json={**sleep, "until": until}))
    closed, asleep = await office.desk.read(talk.id), await office.desk.read(other.id)
    assert (closed.state, closed.outcome) == ("closed", "follow_up")
    assert asleep.state == "snoozed"


async def test_only_the_owner_answers(office: Office) -> None:
    talk = await office.desk.talking()
    body = {"text": "Ciao", "nonce": "n"}
    async with office.signed_in("bruno@prova.example") as bruno:
        fields = refused(
            await bruno.post(f"/conversations/{talk.id}/messages", json=body),
            403,
            "conversations.not_yours",
        )
        assert fields["operator_id"] == office.desk.anna
        # A colleague may write a note.
        ok(await bruno.post(f"/conversations/{talk.id}/notes", json=body))


async def test_another_clients_conversations_do_not_exist_for_an_operator(office: Office) -> None:
    """The wall is the client: every route answers as if there were nothing."""
    desk = office.desk
    async with desk.database.transaction(desk.tenant, actor=SYSTEM) as tx:
        other = await create_client(tx, name="Acqua", color="#445566")
        queue = await routing.create_queue(
            tx, values={"client_id": other.id, "name": "Guasti", "channel": "webchat"}
        )
    own_client, desk.client_id = desk.client_id, other.id
    foreign = await desk.opened(queue_id=queue.id)
    await desk.wrote(foreign.id)
    desk.client_id = own_client
    mine = await desk.talking()
    c = f"/conversations/{foreign.id}"
    async with office.signed_in() as anna:
        assert ok(await anna.get("/desk"))["queues"][0]["id"] == desk.queue.id
        assert len(ok(await anna.get("/desk"))["queues"]) == 1
        assert ok(await anna.get("/conversations?view=waiting"))["items"] == []
        assert ok(await anna.get("/conversations?view=all&q=carla"))["items"] != []
        for row in ok(await anna.get("/conversations?view=all&q=carla"))["items"]:
            assert row["client_id"] == own_client
        answers = [
            await anna.get(c),
            await anna.get(f"{c}/messages"),
            await anna.post(f"{c}/messages", json={"text": "x", "nonce": "n"}),
            await anna.post(f"{c}/notes", json={"text": "x", "nonce": "n"}),
            await anna.put(f"{c}/draft", json={"text": "x", "kind": "reply", "rev": 0}),
            await anna.post(f"{c}/transfer", json={"queue_id": desk.queue.id}),
            await anna.post(f"{c}/requeue"),
            await anna.post(f"{c}/wrap-up"),
            await anna.post(f"{c}/close", json={"outcome": "resolved"}),
            await anna.post(f"{c}/reopen"),
            await anna.post(f"{c}/snooze", json={"until": "2026-03-04T09:00:00Z"}),
            await anna.post(f"{c}/wake"),
            await anna.post(f"{c}/tags", json={"add": ["x"], "remove": []}),
            await anna.post(f"{c}/read", json={"seq": 1}),
            await anna.post(f"{c}/merge", json={"into": mine.id}),
            await anna.post(f"/conversations/{mine.id}/merge", json={"into": foreign.id}),
            await anna.post(
                f"{c}/consults",
                json={"operator_id": desk.bruno, "subject": "x", "text": "x", "nonce": "n"},
            ),
            await anna.get(f"{c}/consults"),
            await anna.post(f"{c}/attachments", files={"file": ("a.txt", b"ciao")}),
            await anna.get(f"/customers/{foreign.customer_id}/timeline"),
        ]
        for answer in answers:
            assert answer.status_code == 404, (str(answer.request.url), answer.text)
        moved = await anna.post(f"/conversations/{mine.id}/transfer", json={"queue_id": queue.id})
        refused(moved, 404, "routing.queue_unknown")
    assert len(await desk.thread(foreign.id)) == 1


async def test_a_customers_history_is_one_list(office: Office) -> None:
    talk = await office.desk.talking()
    async with office.signed_in() as anna:
        page = ok(await anna.get(f"/customers/{talk.customer_id}/timeline"))
        assert [row["id"] for row in page["items"]] == [talk.id]
        assert set(page["items"][0]) >= {"id", "number", "channel", "subject", "state", "opened_at"}
        nobody = await anna.get(f"/customers/{new_id()}/timeline")
        refused(nobody, 404, "conversations.unknown_conversation")


async def test_who_has_a_conversation_open_is_shown_to_who_opens_it(office: Office) -> None:
    talk = await office.desk.talking()
    topic = f"conversation:{talk.id}"
    bruno = {"operator_id": office.desk.bruno, "account_id": new_id(), "name": "Bruno"}

    async def seen(browser: httpx.AsyncClient) -> list[str]:
        shown = ok(await browser.get(f"/conversations/{talk.id}"))
        return [viewer["name"] for viewer in shown["viewers"]]

    async def until(browser: httpx.AsyncClient, names: list[str]) -> None:
        async with asyncio.timeout(60):
            while await seen(browser) != names:
                await asyncio.sleep(0.02)

    async with office.signed_in() as anna:
        for on, names in ((True, ["Bruno"]), (False, [])):
            await office.services.live.whisper(
                office.desk.tenant, topic, "viewing", {**bruno, "on": on}, office.desk.client_id
            )
            await until(anna, names)
