"""The end of a run: ask the server for every conversation and compare it with our books."""

import asyncio
from collections import defaultdict
from typing import Any

from ascolto.simulator.ledger import Audit, Entry, Stored, audit
from ascolto.simulator.world import World

AT_ONCE = 16
PAGE = 200


async def audit_books(world: World) -> Audit:
    """Compare every conversation of the run with what is stored of it."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    for entry in world.books.entries:
        entries[entry.conversation_id].append(entry)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(conversation_id: str) -> Audit:
        async with gate:
            stored = await stored_messages(world, world.tokens[conversation_id])
        return audit(entries[conversation_id], stored)

    known = [conversation_id for conversation_id in entries if conversation_id in world.tokens]
    found = Audit()
    for part in await asyncio.gather(*(one(conversation_id) for conversation_id in known)):
        found = found + part
    return found


async def stored_messages(world: World, token: str) -> list[Stored]:
    """Read a whole conversation as its customer sees it."""
    rows: list[Stored] = []
    after = 0
    while True:
        answer = await world.call(
            "GET",
            "/public/v1/conversation/messages",
            token=token,
            params={"after_seq": after, "limit": PAGE},
        )
        if answer.status_code >= 400:
            world.refused(answer, "read conversation")
            return rows
        page: dict[str, Any] = answer.json()
        items = page["items"]
        rows.extend(
            Stored(seq=item["seq"], nonce=item.get("nonce") or "", text=item["text"])
            for item in items
        )
        if not items or not page.get("has_more"):
            return rows
        after = max(item["seq"] for item in items)
