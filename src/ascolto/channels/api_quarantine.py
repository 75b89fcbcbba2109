"""Routes on what could not be placed, and on whether everything that came in is somewhere.

What channels hand in is kept by conversations, a mail as it came by channels: here is the sum.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from ascolto import conversations
from ascolto.channels import store_mail
from ascolto.channels.mailroom import handling
from ascolto.channels.store_mail import Incoming
from ascolto.conversations import Quarantined
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of

quarantine_router = APIRouter(tags=["conversations"])

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


class IntakeLedgerView(BaseModel):
    """What came in, and where it is: received = handled + waiting + in hand + quarantined."""

    since: datetime
    until: datetime
    received: int
    handled: int
    waiting: int
    in_hand: int
    quarantined: int
    balanced: bool


@quarantine_router.get("/quarantine", summary="What could not be placed")
async def list_quarantine(
    call: Releaser,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[QuarantinedView]:
    """Return what came in, could not be placed and nobody has dealt with, the oldest first."""
    after = decode_id(cursor)
    handed_in = await conversations.list_quarantine(call.tx, limit=limit + 1, after=after)
    mails = await store_mail.list_quarantined(call.tx, limit=limit + 1, after=after)
    # Ids run with time: in their order what was set aside first stands first, whatever it is.
    found = sorted((*map(_handed_in, handed_in), *map(_mail, mails)), key=lambda one: one.id)
    return page_of(found, limit=limit, show=lambda one: one, place=lambda one: (one.id,))


def _handed_in(one: Quarantined) -> QuarantinedView:
    return QuarantinedView(
        id=one.id,
        client_id=one.client_id,
        channel=one.channel,
        reason=one.reason,
        content=one.content,
        at=one.at,
    )


def _mail(one: Incoming) -> QuarantinedView:
    """Show a mail that was set aside; its words and its bytes are read as a mail's."""
    return QuarantinedView(
        id=one.id,
        client_id=one.client_id,
        channel="email",
        reason=one.reason or "",
        content={
            "channel_id": one.channel_id,
            "inbound_id": one.id,
            "from": one.sender or one.envelope_from,
            "subject": one.subject,
            "size": one.size,
        },
        at=one.received_at,
    )


@quarantine_router.post(
    "/quarantine/{quarantine_id}/release", status_code=204, summary="Dealt with"
)
async def release(quarantine_id: UUID, call: Releaser) -> None:
    """Note that one has dealt with something that could not be placed."""
    mail = await store_mail.get_mail(call.tx, str(quarantine_id))
    if mail is not None and mail.state == "quarantined":
        await handling.dismiss(call.tx, mail.id)
        return
    await conversations.release(call.tx, quarantine_id=str(quarantine_id))


@quarantine_router.get("/ledger", summary="Whether everything that came in is somewhere")
async def show_ledger(
    call: Keeper, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> IntakeLedgerView:
    """Count what came in (by the log) and where it is (by the rows); the last day by default."""
    end = until or call.tx.now + timedelta(seconds=1)
    begin = since or end - timedelta(days=1)
    count = await conversations.ledger(call.tx, since=begin, until=end)
    # A mail that was taken in is counted as what it became: only the others come on top.
    mails = await store_mail.count_aside(call.tx, since=begin, until=end)
    both = replace(
        count,
        received=count.received + sum(mails.values()),
        handled=count.handled + mails["dismissed"],
        waiting=count.waiting + mails["received"],
        quarantined=count.quarantined + mails["quarantined"],
    )
    return IntakeLedgerView(
        since=begin,
        until=end,
        received=both.received,
        handled=both.handled,
        waiting=both.waiting,
        in_hand=both.in_hand,
        quarantined=both.quarantined,
        balanced=both.balanced,
    )
