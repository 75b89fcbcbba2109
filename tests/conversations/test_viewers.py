"""Who looks at the conversations of a list is told to who may see them, and only while it is so."""

import asyncio

import httpx

from ascolto.kit.ids import new_id
from support.office import Office, ok, refused


async def test_who_looks_at_the_rows_of_a_list_is_told_and_nobody_is_where_nobody_looks(
    office: Office,
) -> None:
    looked, quiet = await office.desk.talking(), await office.desk.talking(name="Un'altra")
    ids = {"id": [looked.id, quiet.id]}
    bruno = {"operator_id": office.desk.bruno, "account_id": new_id(), "name": "Bruno"}

    async def until(browser: httpx.AsyncClient, names: dict[str, list[str]]) -> None:
        async with asyncio.timeout(60):
            while True:
                found = ok(await browser.get("/conversations/viewers", params=ids))
                seen = {
                    one["conversation_id"]: [who["name"] for who in one["viewers"]] for one in found
                }
                if seen == names:
                    return
                await asyncio.sleep(0.02)

    async with office.signed_in() as anna:
        for on, names in ((True, {looked.id: ["Bruno"]}), (False, {})):
            await office.services.live.whisper(
                office.desk.tenant,
                f"conversation:{looked.id}",
                "viewing",
                {**bruno, "on": on},
                office.desk.client_id,
            )
            await until(anna, names)
        many = {"id": [new_id() for _ in range(51)]}
        refused(await anna.get("/conversations/viewers", params=many), 422, "invalid")
