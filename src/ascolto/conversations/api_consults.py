"""Routes by which operators ask colleagues and the back office, and answer them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from ascolto.conversations import errors, store, store_consults
from ascolto.conversations.actions import consulting
from ascolto.conversations.actions.keeping import find_consult_file
from ascolto.conversations.model import Consult
from ascolto.conversations.serving import file_response
from ascolto.conversations.views_consult_lines import ConsultMessageView
from ascolto.conversations.views_consults import (
    ConsultBody,
    ConsultMessageBody,
    ConsultView,
    WhomBody,
)
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    decode_id,
    decode_number,
    page_of,
    services_of,
)

router = APIRouter()

Reader = Annotated[Call, permit("conversations.read")]
Noter = Annotated[Call, permit("conversations.note")]


@router.post("/conversations/{conversation_id}/consults", status_code=201, summary="Ask inside")
async def consult(conversation_id: UUID, body: ConsultBody, call: Noter) -> ConsultView:
    """Ask a colleague or a queue for tasks, and keep the conversation; the customer never sees it.

    The same nonce again returns what was asked.
    """
    asked = await consulting.consult(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=_operator(call),
        subject=body.subject,
        text=body.text,
        nonce=body.nonce,
        files=[str(file) for file in body.attachment_ids],
        ask_operator_id=str(body.operator_id) if body.operator_id else None,
        queue_id=str(body.queue_id) if body.queue_id else None,
        supervise=_supervises(call),
    )
    return ConsultView.of(asked)


@router.get("/conversations/{conversation_id}/consults", summary="What was asked inside")
async def show_consults_of(
    conversation_id: UUID, call: Reader, cursor: Cursor = None, limit: Limit = 50
) -> Page[ConsultView]:
    """Return the consults of a conversation, newest first."""
    if await store.get(call.tx, str(conversation_id)) is None:
        raise errors.UnknownConversation("No such conversation.")
    found = await store_consults.consults_of(
        call.tx,
        conversation_id=str(conversation_id),
        before=decode_id(cursor or None),
        limit=limit + 1,
    )
    return page_of(found, limit=limit, show=ConsultView.of, place=lambda one: (one.id,))


@router.get("/consults", summary="The consults I ask or answer in")
async def show_consults(
    call: Reader,
    view: Literal["open", "closed"] = "open",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ConsultView]:
    """Return the consults that one asked, answers or took over, newest first."""
    operator_id = call.principal.operator_id
    if operator_id is None:
        return Page(items=[])
    found = await store_consults.consults_with(
        call.tx,
        operator_id=operator_id,
        closed=view == "closed",
        before=decode_id(cursor or None),
        limit=limit + 1,
    )
    return page_of(found, limit=limit, show=ConsultView.of, place=lambda one: (one.id,))


@router.get("/consults/{consult_id}", summary="One consult")
async def show_consult(consult_id: UUID, call: Reader) -> ConsultView:
    """Return a consult in scope."""
    return ConsultView.of(await _known(call, consult_id))


@router.get("/consults/{consult_id}/messages", summary="What was said in a consult")
async def show_consult_messages(
    consult_id: UUID, call: Reader, cursor: Cursor = None, limit: Limit = 50
) -> Page[ConsultMessageView]:
    """Return the lines of a consult, newest first."""
    asked = await _known(call, consult_id)
    found = await store_consults.messages_of(
        call.tx, consult_id=asked.id, before=decode_number(cursor or None), limit=limit + 1
    )
    return page_of(found, limit=limit, show=ConsultMessageView.of, place=lambda one: (one.seq,))


@router.get(
    "/consults/{consult_id}/files/{file_id}",
    summary="One file of a consult",
    response_class=FileResponse,
)
async def download(consult_id: UUID, file_id: UUID, call: Reader, request: Request) -> Response:
    """Hand over a file that was sent inside, so that no browser runs any of it."""
    asked = await _known(call, consult_id)
    file, path = await find_consult_file(
        call.tx,
        folder=services_of(request).settings.attachments,
        consult_id=asked.id,
        file_id=str(file_id),
    )
    return file_response(file, path)


@router.post("/consults/{consult_id}/messages", summary="Answer a colleague, or ask on")
async def write(consult_id: UUID, body: ConsultMessageBody, call: Noter) -> ConsultMessageView:
    """Write a line once: from who is asked it is the answer, from who asks it asks on."""
    message = await consulting.write(
        call.tx,
        consult_id=str(consult_id),
        operator_id=_operator(call),
        text=body.text,
        nonce=body.nonce,
        files=[str(file) for file in body.attachment_ids],
        supervise=_supervises(call),
    )
    return ConsultMessageView.of(message)


@router.post("/consults/{consult_id}/give-back", summary="Let others answer")
async def give_back(consult_id: UUID, call: Noter) -> ConsultView:
    """Put a question that one took from a queue back there, for others."""
    return ConsultView.of(
        await consulting.give_back(call.tx, consult_id=str(consult_id), operator_id=_operator(call))
    )


@router.post("/consults/{consult_id}/ask-another", summary="Ask somebody else instead")
async def ask_another(consult_id: UUID, body: WhomBody, call: Noter) -> ConsultView:
    """Ask another colleague, or a queue for tasks, what was not answered; twice is once."""
    moved = await consulting.ask_another(
        call.tx,
        consult_id=str(consult_id),
        operator_id=_operator(call),
        ask_operator_id=str(body.operator_id) if body.operator_id else None,
        queue_id=str(body.queue_id) if body.queue_id else None,
        supervise=_supervises(call),
    )
    return ConsultView.of(moved)


@router.post("/consults/{consult_id}/close", summary="Need no more")
async def close(consult_id: UUID, call: Noter) -> ConsultView:
    """End a consult that one asked or took over; twice is once."""
    closed = await consulting.close_consult(
        call.tx,
        consult_id=str(consult_id),
        operator_id=_operator(call),
        supervise=_supervises(call),
    )
    return ConsultView.of(closed)


async def _known(call: Call, consult_id: UUID) -> Consult:
    found = await store_consults.get_consult(call.tx, str(consult_id))
    if found is None:
        raise errors.UnknownConsult("No such consult.", consult_id=str(consult_id))
    return found


def _operator(call: Call) -> str:
    operator_id = call.principal.operator_id
    if operator_id is None:
        raise errors.NotAnOperator("Your account answers no customers.")
    return operator_id


def _supervises(call: Call) -> bool:
    return call.principal.may("conversations.supervise")
