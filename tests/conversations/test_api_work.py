"""The verbs of an operator over HTTP: each does its work once and is refused in words."""

import pytest

from ascolto import conversations, routing
from ascolto.kit.ids import new_id
from support.office import Office, ok, refused

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


async def test_an_offer_is_taken_once_and_gives_the_conversation(office: Office) -> None:
    opened = await office.desk.opened()
    await office.desk.wrote(opened.id)
    work = await office.desk.offered(opened.id, office.desk.anna)
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:
        row = ok(await anna.post(f"/work/{work}/accept"))
        assert (row["state"], row["operator_id"], row["work_item_id"]) == (
            "active",
            office.desk.anna,
            work,
        )
        assert ok(await anna.post(f"/work/{work}/accept"))["v"] == row["v"]
        refused(await bruno.post(f"/work/{work}/accept"), 410, "routing.offer_gone")
        unknown = await anna.post(f"/work/{new_id()}/accept")
        refused(unknown, 404, "conversations.unknown_conversation")


async def test_a_conversation_is_handed_on_to_a_queue_or_a_colleague_with_a_note(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        other = await routing.create_queue(
            tx, values={"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        )
    first, second = await desk.talking(), await desk.talking()
    async with office.signed_in() as anna:
        to_queue = {"queue_id": other.id, "note": "Serve un tecnico"}
        row = ok(await anna.post(f"/conversations/{first.id}/transfer", json=to_queue))
        assert (row["state"], row["queue_id"], row["operator_id"]) == ("waiting", other.id, None)
        to_bruno = {"operator_id": desk.bruno, "note": ""}
        row = ok(await anna.post(f"/conversations/{second.id}/transfer", json=to_bruno))
        assert row["state"] == "waiting"
        refused(
            await anna.post(f"/conversations/{second.id}/transfer", json=to_bruno),
            403,
            "conversations.not_yours",
        )
        third = await desk.talking()
        for nowhere in ({}, {"queue_id": other.id, "operator_id": desk.bruno}):
            refused(
                await anna.post(f"/conversations/{third.id}/transfer", json=nowhere),
                422,
                "conversations.no_queue",
            )
        unknown = {"operator_id": new_id()}
        refused(
            await anna.post(f"/conversations/{third.id}/transfer", json=unknown),
            404,
            "conversations.unknown_colleague",
        )
    notes = [m.text for m in await desk.thread(first.id) if m.kind == "note"]
    assert notes == ["Serve un tecnico"]


async def test_the_way_from_talk_to_wrap_up_to_closed_and_back(office: Office) -> None:
    talk = await office.desk.talking()
    c = f"/conversations/{talk.id}"
    async with office.signed_in() as anna:
        assert ok(await anna.post(f"{c}/wrap-up"))["state"] == "wrapup"
        fields = refused(await anna.post(f"{c}/wrap-up"), 409, "conversations.not_now")
        assert fields["state"] == "wrapup"
        closing = {"outcome": "resolved", "reason1": None, "reason2": None, "note": None}
        row = ok(await anna.post(f"{c}/close", json=closing))
        assert (row["state"], row["outcome"]) == ("closed", "resolved")
        refused(await anna.post(f"{c}/close", json=closing), 409, "conversations.not_now")
        # What was just closed can still be looked at, and taken back.
        assert [r["id"] for r in ok(await anna.get("/desk"))["conversations"]] == [talk.id]
        assert ok(await anna.post(f"{c}/reopen"))["state"] == "waiting"
        refused(
            await anna.post(f"{c}/close", json={"outcome": "boh"}),
            422,
            "invalid",
        )


async def test_a_promise_and_reasons_are_kept_with_the_closing(office: Office) -> None:
    talk = await office.desk.talking()
    await office.hire("conf@prova.example", "configurator")
    async with office.signed_in("conf@prova.example") as conf, office.signed_in() as anna:
        first = ok(await conf.post("/reasons", json={"name": "Fattura"}))
        second = ok(await conf.post("/reasons", json={"name": "Importo", "parent_id": first["id"]}))
        closing = {
            "outcome": "follow_up",
            "reason1": first["id"],
            "reason2": second["id"],
            "note": "Richiamare",
            "promise": {"text": "Esito", "until": "2026-03-05T10:00:00Z"},
        }
        wrong = {**closing, "reason1": second["id"], "reason2": None}
        refused(
            await anna.post(f"/conversations/{talk.id}/close", json=wrong),
            422,
            "conversations.bad_reasons",
        )
        ok(await anna.post(f"/conversations/{talk.id}/close", json=closing))
    row = await office.desk.read(talk.id)
    assert (row.reason1, row.reason2, row.close_note) == (first["id"], second["id"], "Richiamare")
    assert row.promise == {"text": "Esito", "until": "2026-03-05T10:00:00Z"}


async def test_closing_over_a_new_message_is_refused(office: Office) -> None:
    talk = await office.desk.talking()
    await office.desk.wrote(talk.id, "Un momento!")
    body = {"outcome": "resolved", "expected_seq": talk.last_seq}
    async with office.signed_in() as anna:
        refused(
            await anna.post(f"/conversations/{talk.id}/close", json=body),
            409,
            "conversations.thread_changed",
        )


async def test_sleeping_until_a_moment_ahead_and_waking_before(office: Office) -> None:
    talk = await office.desk.talking()
    c = f"/conversations/{talk.id}"
    async with office.signed_in() as anna:
        for past in ("2026-03-01T09:00:00Z", "2099-03-01T09:00:00Z"):
            refused(
                await anna.post(f"{c}/snooze", json={"until": past}),
                422,
                "conversations.bad_moment",
            )
        refused(await anna.post(f"{c}/snooze", json={"until": "domani"}), 422, "invalid")
        row = ok(await anna.post(f"{c}/snooze", json={"until": "2026-03-04T10:00:00+01:00"}))
        assert (row["state"], row["snoozed_until"]) == ("snoozed", "2026-03-04T09:00:00Z")
        listed = ok(await anna.get("/conversations?view=snoozed"))["items"]
        assert [r["id"] for r in listed] == [talk.id]
        assert ok(await anna.post(f"{c}/wake"))["state"] == "waiting"


async def test_two_conversations_of_a_customer_become_one(office: Office) -> None:
    first, second = await office.desk.talking(), await office.desk.talking()
    async with office.signed_in() as anna:
        refused(  # of two customers, each would read what the other wrote
            await anna.post(f"/conversations/{second.id}/merge", json={"into": first.id}),
            422,
            "conversations.bad_merge",
        )
        await office.desk.merged_customers(second, into=first)
        row = ok(await anna.post(f"/conversations/{second.id}/merge", json={"into": first.id}))
        assert row["id"] == first.id
        refused(
            await anna.post(f"/conversations/{second.id}/merge", json={"into": first.id}),
            422,
            "conversations.bad_merge",
        )
        shown = ok(await anna.get(f"/conversations/{second.id}"))
        assert shown["conversation"]["merged_into"] == first.id


async def test_notes_tell_whom_they_name(office: Office) -> None:
    desk = office.desk
    talk = await desk.talking()
    c = f"/conversations/{talk.id}"
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:
        body = {"text": "Guarda @Bruno", "nonce": "n1", "mentions": [desk.bruno]}
        note = ok(await anna.post(f"{c}/notes", json=body))
        assert ok(await anna.post(f"{c}/notes", json=body))["id"] == note["id"]
        assert note["meta"]["mentions"] == [{"id": desk.bruno, "name": "Bruno"}]
        second = {"text": "Che dici?", "nonce": "n2", "mentions": [desk.bruno]}
        ok(await anna.post(f"{c}/notes", json=second))
        named = ok(await bruno.get("/mentions"))["items"]
        assert [m["text"] for m in named] == ["Che dici?", "Guarda @Bruno"]
        ok(await bruno.post(f"/mentions/{named[0]['id']}/seen"))
        seen = ok(await bruno.get("/mentions"))["items"]
        assert seen[0]["seen_at"] is not None
        refused(
            await anna.post(f"/mentions/{named[0]['id']}/seen"),
            404,
            "conversations.unknown_message",
        )
    frames = await office.frames(f"operator:{desk.bruno}")
    assert [f["kind"] for f in frames].count("mention.added") == 2


async def test_a_note_carries_files_under_the_terms_of_a_reply(office: Office) -> None:
    talk, other = await office.desk.talking(), await office.desk.talking()
    c = f"/conversations/{talk.id}"
    async with office.signed_in() as anna:

        async def uploaded(name: str) -> dict[str, object]:
            return ok(await anna.post(f"{c}/attachments", files={"file": (name, PDF)}))  # type: ignore[no-any-return] # a FileView

        file, held = await uploaded("perizia.pdf"), await uploaded("fattura.pdf")
        body = {"nonce": "n", "attachment_ids": [file["id"]]}
        elsewhere = f"/conversations/{other.id}/notes"
        refused(await anna.post(elsewhere, json=body), 422, "conversations.bad_files")
        # A note of files alone needs no words; none at all is no note.
        note = ok(await anna.post(f"{c}/notes", json=body))
        assert (note["kind"], note["text"], note["attachments"]) == ("note", "", [file])
        assert ok(await anna.post(f"{c}/notes", json=body)) == note
        refused(await anna.post(f"{c}/notes", json={}), 422, "conversations.empty_message")
        taken = {"text": "Di nuovo", "attachment_ids": [file["id"]]}
        refused(await anna.post(f"{c}/notes", json=taken), 422, "conversations.bad_files")
        # What a reply that is on its way has is not a note's any more.
        going = {"text": "Ecco", "nonce": "r", "attachment_ids": [held["id"]]}
        ok(await anna.post(f"{c}/going-out", json=going))
        taken = {"text": "Anche qui", "attachment_ids": [held["id"]]}
        refused(await anna.post(f"{c}/notes", json=taken), 422, "conversations.bad_files")
        many = {"attachment_ids": [new_id() for _ in range(6)]}
        assert (await anna.post(f"{c}/notes", json=many)).status_code == 422
        assert (await anna.get(f"{c}/attachments/{file['id']}")).content == PDF
    customers = await office.frames(f"customer:{talk.id}")
    assert "perizia.pdf" not in str(customers)


async def test_tags_and_how_far_one_has_read(office: Office) -> None:
    talk = await office.desk.talking()
    await office.desk.wrote(talk.id, "Ci siete?")
    c = f"/conversations/{talk.id}"
    async with office.signed_in() as anna:
        row = ok(await anna.post(f"{c}/tags", json={"add": ["Reclamo ", "rate"], "remove": []}))
        assert row["tags"] == ["reclamo", "rate"]
        row = ok(await anna.post(f"{c}/tags", json={"add": [], "remove": ["RATE"]}))
        assert row["tags"] == ["reclamo"]
        assert {tag["name"] for tag in ok(await anna.get("/tags"))["items"]} == {"reclamo", "rate"}
        assert row["unread"] == 2
        assert (await anna.post(f"{c}/read", json={"seq": row["last_seq"]})).status_code == 204
        assert ok(await anna.get(c))["conversation"]["unread"] == 0
        ok(await anna.post(f"{c}/read", json={"seq": row["last_seq"] - 1}))
        assert ok(await anna.get(c))["conversation"]["unread"] == 1


async def test_a_file_goes_out_with_a_reply_and_comes_back_only_as_a_download(
    office: Office,
) -> None:
    talk, other = await office.desk.talking(), await office.desk.talking()
    c = f"/conversations/{talk.id}"
    async with office.signed_in() as anna:
        upload = {"file": ("fattura.pdf", PDF, "text/html")}
        file = ok(await anna.post(f"{c}/attachments", files=upload))
        assert (file["name"], file["type"], file["size"]) == (
            "fattura.pdf",
            "application/pdf",
            len(PDF),
        )
        elsewhere = {"text": "", "nonce": "n", "attachment_ids": [file["id"]]}
        refused(
            await anna.post(f"/conversations/{other.id}/messages", json=elsewhere),
            422,
            "conversations.bad_files",
        )
        sent = ok(await anna.post(f"{c}/messages", json=elsewhere))
        assert sent["attachments"] == [file]
        again = {"text": "di nuovo", "nonce": "n2", "attachment_ids": [file["id"]]}
        refused(await anna.post(f"{c}/messages", json=again), 422, "conversations.bad_files")
        got = await anna.get(f"{c}/attachments/{file['id']}")
        assert got.content == PDF
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in got.headers["content-security-policy"]
        wrong = await anna.get(f"/conversations/{other.id}/attachments/{file['id']}")
        refused(wrong, 404, "conversations.unknown_attachment")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pagina.html", b"<html><script>alert(1)</script></html>"),
        ("disegno.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("foto.png", b"MZ\x90\x00 un programma"),
        ("vuoto.txt", b""),
    ],
)
async def test_what_a_browser_could_run_is_not_taken(
    office: Office, name: str, data: bytes
) -> None:
    talk = await office.desk.talking()
    async with office.signed_in() as anna:
        answer = await anna.post(
            f"/conversations/{talk.id}/attachments", files={"file": (name, data, "image/png")}
        )
        refused(answer, 422, "conversations.bad_files")


async def test_whoever_supervises_acts_in_others_conversations_and_nobody_else(
    office: Office,
) -> None:
    talk = await office.desk.talking()
    c = f"/conversations/{talk.id}"
    await office.hire("capo@prova.example", "team_leader")
    await office.hire("cono@prova.example", "knowledge")
    async with office.signed_in("capo@prova.example") as leader:
        ok(await leader.post(f"{c}/tags", json={"add": ["vip"], "remove": []}))
        # Who is no operator has no voice towards the customer.
        answer = await leader.post(f"{c}/messages", json={"text": "Ciao", "nonce": "n"})
        refused(answer, 403, "conversations.not_an_operator")
        assert ok(await leader.post(f"{c}/requeue"))["state"] == "waiting"
    async with office.signed_in("cono@prova.example") as knowledge:
        for path in (c, f"{c}/messages", "/conversations", "/mentions"):
            refused(await knowledge.get(path), 403, "identity.not_permitted")
    async with office.door.browser() as nobody:
        refused(await nobody.get(c), 401, "identity.not_signed_in")


async def test_what_is_set_aside_is_seen_and_released_by_team_leaders_alone(
    office: Office,
) -> None:
    await office.hire("laura@prova.example", "team_leader")
    for n in range(3):
        async with office.desk.as_system() as tx:
            await conversations.set_aside(
                tx,
                client_id=office.desk.client_id,
                channel="sms",
                reason="too_long",
                content={"text": f"Lettera {n}"},
            )
    async with office.signed_in() as anna:
        refused(await anna.get("/quarantine"), 403, "identity.not_permitted")
        refused(await anna.get("/ledger"), 403, "identity.not_permitted")
    async with office.signed_in("laura@prova.example") as laura:
        first = ok(await laura.get("/quarantine", params={"limit": 2}))
        assert [one["content"]["text"] for one in first["items"]] == ["Lettera 0", "Lettera 1"]
        rest = ok(await laura.get("/quarantine", params={"cursor": first["next_cursor"]}))
        assert [one["content"]["text"] for one in rest["items"]] == ["Lettera 2"]
        path = f"/quarantine/{first['items'][0]['id']}/release"
        ok(await laura.post(path))
        refused(await laura.post(path), 404, "conversations.unknown_message")
        left = ok(await laura.get("/quarantine"))
        assert len(left["items"]) == 2


async def test_the_ledger_finds_everything_that_came_in_somewhere(office: Office) -> None:
    await office.hire("laura@prova.example", "team_leader")
    desk = office.desk
    await desk.opened()
    await desk.wrote((await desk.opened()).id)
    await desk.talking()
    done = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=done.id, outcome="resolved", operator_id=desk.anna
        )
    async with desk.as_system() as tx:
        kept, gone = [
            await conversations.set_aside(
                tx, client_id=desk.client_id, channel="sms", reason="empty", content={}
            )
            for _ in range(2)
        ]
        await conversations.release(tx, quarantine_id=gone)
    async with office.signed_in("laura@prova.example") as laura:
        books = ok(await laura.get("/ledger"))
        sides = ("received", "handled", "waiting", "in_hand", "quarantined", "balanced")
        assert [books[side] for side in sides] == [6, 2, 2, 1, 1, True]
        async with desk.as_system() as tx:
            await tx.execute("DELETE FROM conversations.quarantine WHERE id = $1", kept)
        books = ok(await laura.get("/ledger"))
        assert (books["received"], books["quarantined"], books["balanced"]) == (6, 0, False)
