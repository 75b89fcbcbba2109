"""Routes on ready replies, reasons and tags."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from ascolto.conversations import errors, store_config
from ascolto.conversations.actions import configuring
from ascolto.conversations.canned import check_variables
from ascolto.conversations.model import Canned, Reason
from ascolto.conversations.store_config import ReasonPlace
from ascolto.conversations.views import (
    LAST_POSITION,
    CannedBody,
    CannedView,
    ReasonBody,
    ReasonChange,
    ReasonView,
    TagView,
)
from ascolto.identity.guard import Call, permit
from ascolto.kit.db import Tx
from ascolto.kit.http import (
    BadCursor,
    Cursor,
    Limit,
    Page,
    as_id,
    as_number,
    as_text,
    decode_cursor,
    decode_place,
    page_of,
)
from ascolto.tenancy import store as tenancy

router = APIRouter()

CannedReader = Annotated[Call, permit("conversations.read_canned")]
CannedWriter = Annotated[Call, permit("conversations.configure_canned")]
Configurator = Annotated[Call, permit("conversations.configure")]


@router.get("/canned", summary="Ready replies")
async def list_canned(
    call: CannedReader, client_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[CannedView]:
    """Return a page of the ready replies of a client and of all, or of every one in scope."""
    found = await store_config.list_canned(
        call.tx,
        client_id=str(client_id) if client_id else None,
        after=decode_place(cursor),
        limit=limit + 1,
    )
    return page_of(found, limit=limit, show=CannedView.of, place=lambda one: (one.key, one.id))


@router.post("/canned", status_code=201, summary="Add a ready reply")
async def create_canned(body: CannedBody, call: CannedWriter) -> CannedView:
    """Add a ready reply; its {{variables}} must be known."""
    check_variables(body.text)
    canned = await configuring.create_canned(
        call.tx,
        client_id=await _client(call.tx, body.client_id),
        key=body.key,
        title=body.title,
        text=body.text,
        language=body.language,
    )
    return CannedView.of(canned)


@router.put("/canned/{canned_id}", summary="Change a ready reply")
async def change_canned(canned_id: UUID, body: CannedBody, call: CannedWriter) -> CannedView:
    """Save a ready reply if nobody has changed it since version `v`."""
    known = await store_config.get_canned(call.tx, str(canned_id))
    if known is None:
        raise errors.UnknownCanned("No such ready reply.")
    canned = await _canned(call.tx, body, canned_id=known.id, v=body.v)
    if await store_config.canned_key_taken(call.tx, canned):
        raise errors.NameTaken("A ready reply has this key.", key=canned.key)
    if not await store_config.update_canned(call.tx, canned):
        raise errors.CannedChanged("It was changed meanwhile.", v=known.v)
    saved = await store_config.get_canned(call.tx, canned.id)
    return CannedView.of(saved or canned)


@router.delete("/canned/{canned_id}", status_code=204, summary="Take a ready reply out of use")
async def archive_canned(canned_id: UUID, call: CannedWriter) -> None:
    """Take a ready reply out of use."""
    if not await store_config.archive_canned(call.tx, str(canned_id)):
        raise errors.UnknownCanned("No such ready reply.")


async def _canned(tx: Tx, body: CannedBody, *, canned_id: str, v: int) -> Canned:
    check_variables(body.text)
    client_id = await _client(tx, body.client_id)
    return Canned(
        id=canned_id,
        client_id=client_id,
        key=body.key,
        title=body.title,
        text=body.text,
        language=body.language,
        v=v,
    )


async def _client(tx: Tx, client_id: UUID | None) -> str | None:
    if client_id is None:
        return None
    if await tenancy.get_client(tx, str(client_id)) is None:
        raise errors.UnknownClient("There is no such client.", client_id=str(client_id))
    return str(client_id)


@router.get("/reasons", summary="Reasons of two levels")
async def list_reasons(
    call: CannedReader, client_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[ReasonView]:
    """Return a page of the reasons of a client and of all, the first level first, in order."""
    found = await store_config.list_reasons(
        call.tx,
        client_id=str(client_id) if client_id else None,
        after=_place_of_reason(cursor),
        limit=limit + 1,
    )
    return page_of(
        found,
        limit=limit,
        show=ReasonView.of,
        place=lambda one: (one.parent_id, one.position, one.name, one.id),
    )


def _place_of_reason(cursor: str | None) -> ReasonPlace | None:
    values = decode_cursor(cursor, 4)
    if values is None:
        return None
    parent_id, position, name, key = values
    if as_number(position) > LAST_POSITION:
        raise BadCursor("The cursor cannot be read.")
    parent = None if parent_id is None else as_id(parent_id)
    return ReasonPlace(parent, position, as_text(name), as_id(key))


@router.post("/reasons", status_code=201, summary="Add a reason")
async def create_reason(body: ReasonBody, call: Configurator) -> ReasonView:
    """Add a reason; under a parent of the first level it is of the second."""
    client_id = await _client(call.tx, body.client_id)
    reason = await configuring.create_reason(
        call.tx,
        client_id=client_id,
        parent_id=str(body.parent_id) if body.parent_id else None,
        name=body.name,
        position=body.position,
    )
    return ReasonView.of(reason)


@router.put("/reasons/{reason_id}", summary="Rename or move a reason")
async def change_reason(reason_id: UUID, body: ReasonChange, call: Configurator) -> ReasonView:
    """Give a reason another name and place."""
    known = await store_config.get_reasons(call.tx, [str(reason_id)])
    if not known:
        raise errors.UnknownReason("No such reason.", reason_id=str(reason_id))
    old = known[0]
    reason = Reason(old.id, old.client_id, old.parent_id, body.name, body.position)
    if await store_config.reason_name_taken(call.tx, reason):
        raise errors.NameTaken("There is a reason of this name beside it.", name=reason.name)
    await store_config.rename_reason(
        call.tx, reason_id=reason.id, name=reason.name, position=reason.position
    )
    return ReasonView.of(reason)


@router.delete("/reasons/{reason_id}", status_code=204, summary="Take a reason out of use")
async def archive_reason(reason_id: UUID, call: Configurator) -> None:
    """Take a reason and those under it out of use."""
    if not await store_config.archive_reason(call.tx, str(reason_id)):
        raise errors.UnknownReason("No such reason.", reason_id=str(reason_id))


@router.get("/tags", summary="Tags in use")
async def list_tags(
    call: CannedReader, client_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[TagView]:
    """Return a page of the tags known to a client, or of all in scope."""
    found = await store_config.list_tags(
        call.tx,
        client_id=str(client_id) if client_id else None,
        after=decode_place(cursor),
        limit=limit + 1,
    )
    return page_of(
        found,
        limit=limit,
        show=lambda tag: TagView(id=tag[0], client_id=tag[1], name=tag[2]),
        place=lambda tag: (tag[2], tag[0]),
    )
