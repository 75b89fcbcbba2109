"""Ready replies, reasons and tags over HTTP: who may change them, and what is refused."""

from ascolto.kit.ids import new_id
from support.office import Office, ok, refused


async def test_ready_replies_are_written_by_who_may_and_used_by_operators(office: Office) -> None:
    await office.hire("cono@prova.example", "knowledge")
    body = {
        "key": "saluto",
        "title": "Saluto",
        "text": "Buongiorno {{customer.name}}, sono {{operator.name}}.",
        "client_id": office.desk.client_id,
    }
    async with office.signed_in("cono@prova.example") as knowledge, office.signed_in() as anna:
        made = ok(await knowledge.post("/canned", json=body))
        refused(await knowledge.post("/canned", json=body), 409, "conversations.name_taken")
        refused(await anna.post("/canned", json=body), 403, "identity.not_permitted")
        wrong = {**body, "key": "altro", "text": "Ciao {{custmer.nme}} {{ client.name }}"}
        fields = refused(
            await knowledge.post("/canned", json=wrong), 422, "conversations.unknown_variable"
        )
        assert fields["names"] == ["custmer.nme"]
        unknown = {**body, "key": "terzo", "client_id": new_id()}
        refused(await knowledge.post("/canned", json=unknown), 404, "conversations.unknown_client")
        assert [c["key"] for c in ok(await anna.get("/canned"))["items"]] == ["saluto"]
        assert ok(await anna.get(f"/canned?client_id={new_id()}"))["items"] == []

        change = {**body, "title": "Saluto iniziale", "v": made["v"]}
        saved = ok(await knowledge.put(f"/canned/{made['id']}", json=change))
        assert (saved["title"], saved["v"]) == ("Saluto iniziale", 2)
        stale = await knowledge.put(f"/canned/{made['id']}", json=change)
        refused(stale, 409, "conversations.canned_changed")
        ok(await knowledge.delete(f"/canned/{made['id']}"))
        assert ok(await anna.get("/canned"))["items"] == []
        gone = await knowledge.put(f"/canned/{made['id']}", json=change)
        refused(gone, 404, "conversations.unknown_canned")
        ok(await knowledge.post("/canned", json=body))  # the key is free again


async def test_reasons_have_two_levels_and_no_third(office: Office) -> None:
    await office.hire("conf@prova.example", "configurator")
    async with office.signed_in("conf@prova.example") as conf, office.signed_in() as anna:
        first = ok(await conf.post("/reasons", json={"name": "Fattura", "position": 2}))
        second = ok(await conf.post("/reasons", json={"name": "Alta", "parent_id": first["id"]}))
        third = {"name": "Troppo", "parent_id": second["id"]}
        refused(await conf.post("/reasons", json=third), 422, "conversations.bad_reasons")
        same = {"name": "FATTURA"}
        refused(await conf.post("/reasons", json=same), 409, "conversations.name_taken")
        refused(await anna.post("/reasons", json=same), 403, "identity.not_permitted")
        ok(await conf.put(f"/reasons/{first['id']}", json={"name": "Bolletta", "position": 1}))
        seen = ok(await anna.get("/reasons"))["items"]
        assert [(r["name"], r["parent_id"]) for r in seen] == [
            ("Bolletta", None),
            ("Alta", first["id"]),
        ]
        ok(await conf.delete(f"/reasons/{first['id']}"))
        assert ok(await anna.get("/reasons"))["items"] == []
        unknown = await conf.delete(f"/reasons/{first['id']}")
        refused(unknown, 404, "conversations.unknown_reason")


async def test_words_prepared_for_another_client_are_not_seen(office: Office) -> None:
    other = await office.door.add_client("Acqua")
    await office.hire("conf@prova.example", "configurator")
    async with office.signed_in("conf@prova.example") as conf, office.signed_in() as anna:
        ok(await conf.post("/reasons", json={"name": "Perdita", "client_id": other.id}))
        text = {"key": "perdita", "title": "Perdita", "text": "Chiuda", "client_id": other.id}
        ok(await conf.post("/canned", json=text))
        assert ok(await anna.get("/reasons")) == ok(await anna.get("/canned"))
        assert ok(await anna.get("/reasons"))["items"] == []
        assert len(ok(await conf.get("/reasons"))["items"]) == 1
