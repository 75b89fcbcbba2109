"""Routes for what may be taken back for a moment: replies that go out, conversations handed on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from ascolto.conversations import errors
from ascolto.conversations.actions import undoing
from ascolto.conversations.model import Message
from ascolto.conversations.views import GoingOutBody, GoingOutView, MessageView, RowView
from ascolto.identity.guard import Call, permit

router = APIRouter()

Writer = Annotated[Call, permit("conversations.reply")]
Mover = Annotated[Call, permit("conversations.transfer")]
NonceInPath = Annotated[str, Path(min_length=1, max_length=100)]


@router.post(
    "/conversations/{conversation_id}/going-out", summary="Answer the customer in a moment"
)
async def hold_reply(conversation_id: UUID, body: GoingOutBody, call: Writer) -> GoingOutView:
    """Answer the customer once, with a moment in which the answer may be taken back.

    It leaves at its time by itself. The same nonce again tells what became of it. Where there is
    no such moment (settings `conversations.chat_undo_s` and `conversations.reply_undo_s`) it has
    left when this returns.
    """
    kept = await undoing.hold_reply(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=_operator(call),
        text=body.text,
        nonce=body.nonce,
        attachments=[str(file) for file in body.attachment_ids],
        expected_seq=body.expected_seq,
        envelope=body.envelope.given() if body.envelope else None,
        supervise=call.principal.may("conversations.supervise"),
    )
    if isinstance(kept, Message):
        return GoingOutView(nonce=body.nonce, leaves_in_s=0, message=MessageView.of(kept))
    left = (kept.leaves_at - call.tx.now).total_seconds()
    return GoingOutView(nonce=body.nonce, leaves_in_s=max(0.0, left), message=None)


@router.delete(
    "/conversations/{conversation_id}/going-out/{nonce}",
    status_code=204,
    summary="Take an answer back",
)
async def take_reply_back(conversation_id: UUID, nonce: NonceInPath, call: Writer) -> None:
    """Take back an answer of one's own that has not left yet; refused once it has."""
    await undoing.take_reply_back(
        call.tx, conversation_id=str(conversation_id), operator_id=_operator(call), nonce=nonce
    )


@router.post("/conversations/{conversation_id}/take-back", summary="Take back a transfer")
async def take_back(conversation_id: UUID, call: Mover) -> RowView:
    """Let what one has just handed on or given back come back; one is asked first."""
    moved = await undoing.take_back(
        call.tx, conversation_id=str(conversation_id), operator_id=_operator(call)
    )
    return RowView.of(moved)


def _operator(call: Call) -> str:
    operator_id = call.principal.operator_id
    if operator_id is None:
        raise errors.NotAnOperator("Your account answers no customers.")
    return operator_id
