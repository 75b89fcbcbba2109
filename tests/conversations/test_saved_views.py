"""Views of lists that people keep under a name: theirs alone, renewed in place, up to a number."""

from ascolto.conversations.api_views import VIEWS_LIMIT
from ascolto.kit.ids import new_id
from support.office import Office, ok, refused


async def test_a_view_is_kept_renewed_under_its_name_and_forgotten(office: Office) -> None:
    async with office.signed_in() as anna:
        late = {"page": "conversations", "name": "In ritardo", "query": "sort=due&view=waiting"}
        first = ok(await anna.post("/views", json=late))
        again = ok(await anna.post("/views", json={**late, "name": "IN RITARDO", "query": "q=x"}))
        assert again["id"] == first["id"]
        ok(await anna.post("/views", json={**late, "page": "work"}))
        shown = ok(await anna.get("/views"))["items"]
        assert [(one["page"], one["name"], one["query"]) for one in shown] == [
            ("conversations", "IN RITARDO", "q=x"),
            ("work", "In ritardo", "sort=due&view=waiting"),
        ]
        assert (await anna.delete(f"/views/{first['id']}")).status_code == 204
        gone = await anna.delete(f"/views/{first['id']}")
        refused(gone, 404, "conversations.unknown_view")


async def test_nobody_sees_or_forgets_the_views_of_another(office: Office) -> None:
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:
        kept = ok(await anna.post("/views", json={"page": "work", "name": "Mia", "query": ""}))
        assert ok(await bruno.get("/views"))["items"] == []
        refused(await bruno.delete(f"/views/{kept['id']}"), 404, "conversations.unknown_view")
        assert len(ok(await anna.get("/views"))["items"]) == 1


async def test_what_is_no_view_is_refused_in_words(office: Office) -> None:
    async with office.signed_in() as anna:
        for bad in (
            {"page": "floor", "name": "A", "query": ""},
            {"page": "work", "name": "  ", "query": ""},
            {"page": "work", "name": "A", "query": "x" * 1001},
            {"page": "work", "name": "A\x00", "query": ""},
        ):
            assert (await anna.post("/views", json=bad)).status_code == 422
        for number in range(VIEWS_LIMIT):
            ok(await anna.post("/views", json={"page": "work", "name": f"{number}", "query": ""}))
        one_more = {"page": "work", "name": new_id(), "query": ""}
        refused(await anna.post("/views", json=one_more), 409, "conversations.too_many_views")
        ok(await anna.post("/views", json={**one_more, "name": "0"}))
