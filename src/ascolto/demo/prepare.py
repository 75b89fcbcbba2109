"""Give each client of a demo organisation the reasons and ready replies of its sector."""

from typing import Any

from ascolto import conversations
from ascolto.demo.organisation import Organisation, read_words
from ascolto.kit.db import Tx
from ascolto.tenancy import store as tenancy_store

LANGUAGES = ("it", "en")


async def prepare_words(tx: Tx, one: Organisation) -> int:
    """Prepare the clients that never had any; return how many those were.

    Reasons are named in the organisation's language; ready replies come in both.
    """
    words = read_words()
    sectors = {sheet["name"]: sheet["sector"] for sheet in one.clients}
    prepared = 0
    for client in await tenancy_store.list_clients(tx):
        sector = sectors.get(client.name)
        if sector is None or await conversations.was_prepared(tx, client.id):
            continue
        reasons = [row for row in words.reasons if sector in row["sectors"]]
        await _reasons(tx, client.id, reasons, language=one.locale)
        canned = [row for row in words.canned if sector in row["sectors"]]
        await _canned(tx, client.id, canned)
        prepared += 1
    return prepared


async def _reasons(tx: Tx, client_id: str, rows: list[dict[str, Any]], *, language: str) -> None:
    for position, row in enumerate(rows):
        parent = await conversations.create_reason(
            tx, client_id=client_id, name=row[language], position=position
        )
        for place, child in enumerate(row["children"]):
            await conversations.create_reason(
                tx, client_id=client_id, parent_id=parent.id, name=child[language], position=place
            )


async def _canned(tx: Tx, client_id: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for language in LANGUAGES:
            await conversations.create_canned(
                tx,
                client_id=client_id,
                key=row["shortcut"],
                title=row[f"{language}_title"],
                text=row[language],
                language=language,
            )
