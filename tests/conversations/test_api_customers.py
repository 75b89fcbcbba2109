"""Customers over HTTP: an identity proved, two files joined and parted, one timeline for both."""

import asyncio

from support.office import Office, ok, refused


async def test_a_checked_identity_makes_a_customer_known(office: Office) -> None:
    talk = await office.desk.talking()
    path = f"/customers/{talk.customer_id}"
    async with office.signed_in() as anna:
        before = ok(await anna.get(path))
        assert (before["verified"], before["identities"]) == (False, [])
        proof = {"kind": "email", "value": "Carla@Posta.example"}
        proved = ok(await anna.post(f"{path}/identities", json=proof))
        assert proved["verified"] is True
        assert [one["value"] for one in proved["identities"]] == ["Carla@Posta.example"]
        assert ok(await anna.get("/customers", params={"q": "posta.example"}))["items"]
        other = await office.desk.opened(name="Un'altra")
        taken = await anna.post(f"/customers/{other.customer_id}/identities", json=proof)
        assert refused(taken, 409, "customers.identity_taken")["customer_id"] == talk.customer_id


async def test_what_a_customer_only_names_is_written_down_and_proves_nothing(
    office: Office,
) -> None:
    talk = await office.desk.talking()
    path = f"/customers/{talk.customer_id}/identities"
    said = {"kind": "phone", "value": "+39 333 1234567", "checked": False}
    async with office.signed_in() as anna:
        for _ in range(2):  # said twice is said once
            named = ok(await anna.post(path, json=said))
            assert [(one["value"], one["verified"]) for one in named["identities"]] == [
                ("+39 333 1234567", False)
            ]
            assert named["verified"] is False
        # Another may be called on the same telephone: nothing is taken by naming it.
        other = await office.desk.opened(name="Un'altra")
        ok(await anna.post(f"/customers/{other.customer_id}/identities", json=said))
        proved = ok(await anna.post(path, json={**said, "checked": True}))
        again = ok(await anna.post(path, json=said))
        for view in (proved, again):
            assert [one["verified"] for one in view["identities"]] == [True]


async def test_a_search_is_written_down_with_whom_it_has_shown_and_not_with_its_words(
    office: Office,
) -> None:
    talk = await office.desk.talking(name="Carla Rossi")
    async with office.signed_in() as anna:
        ok(await anna.get("/customers"))
        ok(await anna.get("/customers", params={"q": "nessuno si chiama così"}))
        ok(await anna.get("/customers", params={"q": "carla ross"}))
    async with office.desk.as_system() as tx:
        rows = await tx.fetch(
            "SELECT client_id, actor, body FROM kit.event WHERE kind = 'customers.searched'"
        )
    (row,) = rows
    assert row["client_id"] == office.desk.client_id
    assert row["body"] == {"customer_ids": [talk.customer_id]}
    assert row["actor"]["kind"] == "account"


async def test_notes_and_linked_people_are_kept_beside_a_customer(office: Office) -> None:
    rosa = await office.desk.talking(name="Rosa")
    ugo = await office.desk.opened(name="Ugo")
    path = f"/customers/{rosa.customer_id}"
    async with office.signed_in() as anna:
        note = ok(await anna.post(f"{path}/notes", json={"text": "Sente poco"}))
        (kept,) = ok(await anna.get(f"{path}/notes"))["items"]
        assert (kept["id"], kept["text"]) == (note["id"], "Sente poco")
        assert kept["by_name"]
        refused(
            await anna.post(f"{path}/notes", json={"text": " "}), 422, "customers.nothing_noted"
        )
        acting = {"acting": ugo.customer_id, "role": "guardian"}
        assert (await anna.post(f"{path}/links", json=acting)).status_code == 204
        (one,) = ok(await anna.get(f"{path}/links"))
        assert (one["customer_id"], one["role"], one["acts_for_them"]) == (
            ugo.customer_id,
            "guardian",
            True,
        )
        (other,) = ok(await anna.get(f"/customers/{ugo.customer_id}/links"))
        assert (other["customer_id"], other["acts_for_them"]) == (rosa.customer_id, False)
        assert (await anna.delete(f"{path}/links/{one['id']}")).status_code == 204
        assert (await anna.delete(f"{path}/notes/{note['id']}")).status_code == 204
        assert ok(await anna.get(f"{path}/links")) == []
        assert ok(await anna.get(f"{path}/notes"))["items"] == []


async def test_a_merge_joins_the_timelines_and_its_undoing_parts_them(office: Office) -> None:
    desk = office.desk
    kept, merged = await desk.talking(name="Carla Rossi"), await desk.talking(name="C. Rossi")
    later = await desk.opened(name="Un'altra ancora")
    async with office.signed_in() as anna:

        async def timeline(customer_id: str) -> list[str]:
            page = ok(await anna.get(f"/customers/{customer_id}/timeline"))
            return [row["id"] for row in page["items"]]

        joined = ok(
            await anna.post(
                f"/customers/{merged.customer_id}/merge", json={"into": kept.customer_id}
            )
        )
        assert joined["id"] == kept.customer_id
        for customer_id in (kept.customer_id, merged.customer_id):
            assert sorted(await timeline(customer_id)) == sorted([kept.id, merged.id])
            assert ok(await anna.get(f"/customers/{customer_id}"))["id"] == kept.customer_id
        assert await timeline(later.customer_id) == [later.id]
        again = await anna.post(
            f"/customers/{merged.customer_id}/merge", json={"into": kept.customer_id}
        )
        refused(again, 409, "customers.already_merged")
        parted = ok(await anna.post(f"/customers/{merged.customer_id}/unmerge"))
        assert parted["id"] == merged.customer_id
        assert await timeline(kept.customer_id) == [kept.id]
        assert await timeline(merged.customer_id) == [merged.id]


async def test_conversations_part_with_their_customers(office: Office) -> None:
    kept, merged = await office.desk.talking(), await office.desk.talking(name="Ugo Neri")
    before = {one.id: [m.id for m in await office.desk.thread(one.id)] for one in (kept, merged)}
    async with office.signed_in() as anna:

        async def timeline(customer_id: str) -> list[str]:
            shown = ok(await anna.get(f"/customers/{customer_id}/timeline"))
            return [row["id"] for row in shown["items"]]

        order = {"into": kept.customer_id}
        ok(await anna.post(f"/customers/{merged.customer_id}/merge", json=order))
        ok(await anna.post(f"/conversations/{merged.id}/merge", json={"into": kept.id}))
        ok(await anna.post(f"/customers/{merged.customer_id}/unmerge"))
        async with asyncio.timeout(30):
            while "parted" not in await office.desk.events():
                await asyncio.sleep(0.05)
        for one in (kept, merged):
            assert await timeline(one.customer_id) == [one.id]
            page = ok(await anna.get(f"/conversations/{one.id}/messages?after_seq=0&limit=200"))
            shown = [m["id"] for m in page["items"]]
            assert shown[: len(before[one.id])] == before[one.id]
            assert [m["meta"]["what"] for m in page["items"][len(before[one.id]) :]] == (
                ["merged", "parted"] if one is kept else ["closed", "parted"]
            )
        assert (await office.desk.read(merged.id)).customer_name == "Ugo Neri"
