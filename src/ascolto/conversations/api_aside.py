"""Routes on what could not be placed, and on whether everything that came in is somewhere."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from ascolto.conversations import store_quarantine
from ascolto.conversations.actions import aside
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Page, decode_id, encode_cursor

router = APIRouter()

Releaser = Annotated[Call, permit("conversations.release_quarantine")]
Keeper = Annotated[Call, permit("conversations.read_ledger")]


class QuarantinedView(BaseModel):
    """Something that came in and could not be placed, as it came."""

    id: str
    client_id: str | None
    channel: str
    reason: str
    content: dict[str, Any]
    at: datetime


class LedgerView(BaseModel):
    """What came in, and where it is: received = handled + waiting + in hand + quarantined."""

    since: datetime
    until: datetime
    received: int
    handled: int
    waiting: int
    in_hand: int
    quarantined: int
    balanced: bool


@router.get("/quarantine", summary="What could not be placed")
async def list_quarantine(
    call: Releaser,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[QuarantinedView]:
    """Return what came in, could not be placed and nobody has dealt with, the oldest first."""
    found = await store_quarantine.list_quarantine(
        call.tx, limit=limit + 1, after=decode_id(cursor)
    )
    shown = found[:limit]
    return Page(
        items=[
            QuarantinedView(
                id=one.id,
                client_id=one.client_id,
                channel=one.channel,
                reason=one.reason,
                content=one.content,
                at=one.at,
            )
            for one in shown
        ],
        next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None,
    )


@router.post("/quarantine/{quarantine_id}/release", status_code=204, summary="Dealt with")
async def release(quarantine_id: UUID, call: Releaser) -> None:
    """Note that one has dealt with something that could not be placed."""
    await aside.release(call.tx, quarantine_id=str(quarantine_id))


@router.get("/ledger", summary="Whether everything that came in is somewhere")
async def show_ledger(
    call: Keeper, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> LedgerView:
    """Count what came in (by the log) and where it is (by the rows); the last day by default."""
    end = until or call.tx.now + timedelta(seconds=1)
    begin = since or end - timedelta(days=1)
    count = await store_quarantine.ledger(call.tx, since=begin, until=end)
    return LedgerView(
        since=begin,
        until=end,
        received=count.received,
        handled=count.handled,
        waiting=count.waiting,
        in_hand=count.in_hand,
        quarantined=count.quarantined,
        balanced=count.balanced,
    )
