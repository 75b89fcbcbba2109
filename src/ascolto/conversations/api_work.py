"""Routes by which operators work: take, answer, note, hand on, put aside, close."""

from dataclasses import asdict
from datetime import UTC
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from ascolto.conversations import errors, held, store, store_aside
from ascolto.conversations.actions import (
    aside,
    calling_back,
    merging,
    replying,
    telling,
    timing,
    working,
)
from ascolto.conversations.live import at_text
from ascolto.conversations.model import State
from ascolto.conversations.views import (
    CallBody,
    CloseBody,
    MergeBody,
    MessageView,
    NoteBody,
    ReadBody,
    ReplyBody,
    RowView,
    SnoozeBody,
    TagsBody,
    TransferBody,
)
from ascolto.conversations.views_opened import DraftBody, DraftView, WrapUpClockView
from ascolto.identity.guard import Call, permit

router = APIRouter()

Taker = Annotated[Call, permit("routing.work")]
Writer = Annotated[Call, permit("conversations.reply")]
Noter = Annotated[Call, permit("conversations.note")]
Drafter = Annotated[Call, permit("conversations.draft")]
Mover = Annotated[Call, permit("conversations.transfer")]
Closer = Annotated[Call, permit("conversations.close")]
Tagger = Annotated[Call, permit("conversations.tag")]
Reader = Annotated[Call, permit("conversations.read")]
Opener = Annotated[Call, permit("conversations.open")]


@router.post("/work/{work_item_id}/accept", summary="Take an offer")
async def accept(work_item_id: UUID, call: Taker) -> RowView:
    """Take what was offered and become the owner of its conversation; twice is once.

    Of what a colleague asks, the conversation that it is about comes back and stays where it is.
    """
    taken = await working.accept(
        call.tx, work_item_id=str(work_item_id), operator_id=_operator(call)
    )
    return RowView.of(taken)


@router.post("/conversations/{conversation_id}/messages", summary="Answer the customer")
async def reply(conversation_id: UUID, body: ReplyBody, call: Writer) -> MessageView:
    """Answer the customer once: the same nonce again returns what was stored.

    `then` goes on in the same breath: both happen or neither does.
    """
    message = await replying.reply(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=_operator(call),
        text=body.text,
        nonce=body.nonce,
        attachments=[str(file) for file in body.attachment_ids],
        expected_seq=body.expected_seq,
        envelope=body.envelope.given() if body.envelope else None,
        supervise=_supervises(call),
    )
    if body.then is not None:
        await _go_on(call, message.conversation_id, body)
    return MessageView.of(message)


async def _go_on(call: Call, conversation_id: str, body: ReplyBody) -> None:
    """Do what follows a reply, unless it was done when the reply was first sent."""
    known = await store.get(call.tx, conversation_id)
    goals = {
        "wrap_up": {State.WRAPUP, State.CLOSED},
        "close": {State.CLOSED},
        "snooze": {State.SNOOZED},
    }
    if known is None or body.then is None or known.state in goals[body.then]:
        return
    who: dict[str, Any] = {
        "operator_id": call.principal.operator_id,
        "supervise": _supervises(call),
    }
    if body.then == "wrap_up":
        await working.wrap_up(call.tx, conversation_id=conversation_id, **who)
    elif body.then == "close":
        await working.close(
            call.tx, conversation_id=conversation_id, outcome=body.outcome.value, **who
        )
    elif body.until is not None:
        await working.snooze(call.tx, conversation_id=conversation_id, until=body.until, **who)


@router.post("/conversations/{conversation_id}/eu-operator", summary="Pass on a wish for the Union")
async def ask_for_eu(conversation_id: UUID, call: Mover) -> RowView:
    """Let the conversation wait for an operator in the Union, for a customer who has asked."""
    await held.hold_for(
        call.tx,
        str(conversation_id),
        operator_id=call.principal.operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(await telling.ask_for_eu(call.tx, conversation_id=str(conversation_id)))


@router.post("/conversations/{conversation_id}/notes", summary="Write a note for colleagues")
async def add_note(conversation_id: UUID, body: NoteBody, call: Noter) -> MessageView:
    """Write a note; whoever it names is told."""
    message = await replying.add_note(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        text=body.text,
        nonce=body.nonce,
        mentions=[str(who) for who in body.mentions],
        files=[str(file) for file in body.attachment_ids],
    )
    return MessageView.of(message)


@router.put("/conversations/{conversation_id}/draft", summary="Keep a draft")
async def keep_draft(conversation_id: UUID, body: DraftBody, call: Drafter) -> DraftView:
    """Keep what one has begun to write, unless another device has written meanwhile."""
    draft = await aside.set_draft(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=_operator(call),
        kind=body.kind,
        text=body.text,
        rev=body.rev,
        lines=body.lines.model_dump() if body.lines else None,
        about=body.about.model_dump(mode="json") if body.about else None,
        files=[str(one) for one in body.file_ids],
        other=body.other,
        closing=body.closing.model_dump(mode="json") if body.closing else None,
    )
    return DraftView.of(draft)


@router.post("/conversations/{conversation_id}/transfer", summary="Hand on")
async def transfer(conversation_id: UUID, body: TransferBody, call: Mover) -> RowView:
    """Hand a conversation to another queue or to a colleague."""
    moved = await working.transfer(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        queue_id=str(body.queue_id) if body.queue_id else None,
        to_operator_id=str(body.operator_id) if body.operator_id else None,
        note=body.note or "",
        supervise=_supervises(call),
    )
    return RowView.of(moved)


@router.post("/conversations/{conversation_id}/requeue", summary="Give back to the queue")
async def requeue(conversation_id: UUID, call: Mover) -> RowView:
    """Give a conversation back to the head of its queue, for somebody else."""
    moved = await working.requeue(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(moved)


@router.post("/conversations/{conversation_id}/wrap-up", summary="Begin the wrap-up")
async def wrap_up(conversation_id: UUID, call: Closer) -> RowView:
    """End the talk and begin to write it up."""
    moved = await working.wrap_up(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(moved)


@router.get("/conversations/{conversation_id}/wrap-up", summary="The clock of the wrap-up")
async def show_wrap_up(conversation_id: UUID, call: Reader) -> WrapUpClockView | None:
    """Return since when a contact is written up and when that ends by itself; null when it is not.

    Whoever writes it up asks: it is nobody else's affair how long a person takes.
    """
    conversation = await store.get(call.tx, str(conversation_id))
    if conversation is None:
        raise errors.UnknownConversation("No such conversation.")
    if conversation.operator_id != call.principal.operator_id:
        return None
    clock = await timing.wrap_up_clock(call.tx, conversation)
    return WrapUpClockView(**asdict(clock)) if clock else None


@router.post("/conversations/{conversation_id}/close", summary="Close")
async def close(conversation_id: UUID, body: CloseBody, call: Closer) -> RowView:
    """Close a conversation with how it ended and why it began."""
    promise = None
    if body.promise is not None:
        until = body.promise.until
        promise = {
            "text": body.promise.text,
            "until": at_text(until.astimezone(UTC) if until else None),
        }
    closed = await working.close(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        outcome=body.outcome.value,
        reason1=str(body.reason1) if body.reason1 else None,
        reason2=str(body.reason2) if body.reason2 else None,
        note=body.note or "",
        promise=promise,
        expected_seq=body.expected_seq,
        supervise=_supervises(call),
    )
    return RowView.of(closed)


@router.post("/conversations/{conversation_id}/reopen", summary="Reopen")
async def reopen(conversation_id: UUID, call: Opener) -> RowView:
    """Let a closed conversation go on; it is offered to whoever reopens it first."""
    opened = await working.reopen(
        call.tx, conversation_id=str(conversation_id), operator_id=call.principal.operator_id
    )
    return RowView.of(opened)


@router.post("/conversations/{conversation_id}/snooze", summary="Put aside")
async def snooze(conversation_id: UUID, body: SnoozeBody, call: Closer) -> RowView:
    """Put a conversation aside until a moment."""
    moved = await working.snooze(
        call.tx,
        conversation_id=str(conversation_id),
        until=body.until,
        operator_id=call.principal.operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(moved)


@router.post("/conversations/{conversation_id}/call-back", summary="Promise a call")
async def promise_call(conversation_id: UUID, body: CallBody, call: Closer) -> RowView:
    """Promise the customer a call: until then the conversation sleeps, then it is offered."""
    operator_id = call.principal.operator_id
    moved = await calling_back.promise_call(
        call.tx,
        conversation_id=str(conversation_id),
        at=body.at,
        phone=body.phone,
        text=body.text,
        operator_id=operator_id,
        to_operator_id=None if body.to_queue else operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(moved)


@router.post("/conversations/{conversation_id}/call-off", summary="Take back a promised call")
async def call_off(conversation_id: UUID, call: Closer) -> RowView:
    """Take back a call just promised, and bring the conversation back now."""
    moved = await calling_back.call_off(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(moved)


@router.post("/conversations/{conversation_id}/wake", summary="Bring back before its time")
async def wake(conversation_id: UUID, call: Closer) -> RowView:
    """Bring a conversation back that was put aside."""
    moved = await working.wake_now(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(moved)


@router.post("/conversations/{conversation_id}/merge", summary="Merge into another")
async def merge(conversation_id: UUID, body: MergeBody, call: Closer) -> RowView:
    """Move a thread behind another one, which goes on for both.

    It cannot be undone, but two customers who are unmerged take their conversations with them.
    """
    merged = await merging.merge(
        call.tx,
        conversation_id=str(conversation_id),
        into=str(body.into),
        operator_id=call.principal.operator_id,
        supervise=_supervises(call),
    )
    return RowView.of(merged)


@router.post("/conversations/{conversation_id}/tags", summary="Put tags on and take tags off")
async def change_tags(conversation_id: UUID, body: TagsBody, call: Tagger) -> RowView:
    """Change a conversation's tags; a new one becomes known to its client."""
    changed = await aside.tag(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=call.principal.operator_id,
        add=body.add,
        remove=body.remove,
        supervise=_supervises(call),
    )
    return RowView.of(changed)


@router.post("/conversations/{conversation_id}/read", status_code=204, summary="Mark as read")
async def mark_read(conversation_id: UUID, body: ReadBody, call: Reader) -> None:
    """Note how far one has read."""
    await aside.mark_read(
        call.tx,
        conversation_id=str(conversation_id),
        operator_id=_operator(call),
        seq=body.seq,
    )


@router.post("/mentions/{mention_id}/seen", status_code=204, summary="Mark a mention as seen")
async def see_mention(mention_id: UUID, call: Reader) -> None:
    """Note that one has seen a note that names one."""
    seen = await store_aside.see_mention(
        call.tx, mention_id=str(mention_id), operator_id=_operator(call)
    )
    if not seen:
        raise errors.UnknownMessage("No such mention.")


def _operator(call: Call) -> str:
    operator_id = call.principal.operator_id
    if operator_id is None:
        raise errors.NotAnOperator("Your account answers no customers.")
    return operator_id


def _supervises(call: Call) -> bool:
    return call.principal.may("conversations.supervise")
