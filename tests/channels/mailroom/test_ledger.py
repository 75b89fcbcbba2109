"""What came by mail stands in the books of the whole: nothing is missing, nothing counts twice."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ascolto.channels import store, store_mail_in
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from support.office import Office, ok, open_office, refused
from support.post import OURS


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path) as opened:
        await opened.hire("config@prova.example", "configurator")
        await opened.hire("capo@prova.example", "team_leader")
        yield opened


async def books(leader: httpx.AsyncClient) -> dict[str, Any]:
    return dict(ok(await leader.get("/ledger")))


async def test_a_mail_set_aside_is_in_the_list_and_in_the_sum_until_a_person_has_looked(
    office: Office,
) -> None:
    async with office.signed_in("config@prova.example") as config:
        body = {
            "client_id": office.desk.client_id,
            "kind": "email",
            "name": "Posta",
            "queue_id": (await office.desk.queue_for("email")).id,
            "settings": {"address": OURS},
        }
        channel_id = ok(await config.post("/channels", json=body))["id"]
    async with office.signed_in("capo@prova.example") as leader:
        before = await books(leader)
        async with office.desk.as_system() as tx:
            channel = await store.get_channel(tx, channel_id)
            assert channel is not None
            for place, raw in enumerate((b"uno", b"due")):
                await store_mail_in.add_mails(
                    tx,
                    channel,
                    source="imap",
                    mails=[
                        NewMail(
                            id=new_id(),
                            raw=raw,
                            sha256=digest(raw),
                            uid=(1, place + 1),
                            envelope_from="carla@posta.example",
                            hindrance="too_large",
                        )
                    ],
                )
        first = ok(await leader.get("/quarantine?limit=1"))
        rest = ok(await leader.get("/quarantine", params={"cursor": first["next_cursor"]}))
        shown = [*first["items"], *rest["items"]]
        assert [(one["channel"], one["reason"]) for one in shown] == [("email", "too_large")] * 2
        assert shown[0]["content"]["from"] == "carla@posta.example"
        full = await books(leader)
        assert full["balanced"]
        assert full["received"] - before["received"] == 2
        assert full["quarantined"] - before["quarantined"] == 2
        where = f"/quarantine/{shown[0]['id']}/release"
        assert (await leader.post(where)).status_code == 204
        after = await books(leader)
        assert (after["received"], after["balanced"]) == (full["received"], True)
        assert (after["quarantined"], after["handled"]) == (
            full["quarantined"] - 1, full["handled"] + 1,
        )  # fmt: skip
        refused(await leader.post(where), 404, "conversations.unknown_message")
