"""Asking a colleague or the back office beside a conversation, and answering: never the customer.

Locks are taken in one order: conversation, consult, work item.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ascolto import routing
from ascolto.conversations import errors, events, store, store_consults
from ascolto.conversations.actions import telling
from ascolto.conversations.colleagues import require_colleague
from ascolto.conversations.consults import (
    CHANNEL,
    enqueued,
    hold_consult,
    ids_of_consult,
    let_go,
    save_consult,
)
from ascolto.conversations.held import (
    Held,
    acting,
    checked_nonce,
    checked_text,
    hold,
    require_owner,
)
from ascolto.conversations.model import (
    Consult,
    ConsultMessage,
    ConsultState,
    Conversation,
    Side,
    State,
    preview_of,
    side_of,
)
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import setting
from ascolto.tenancy.settings import declare, whole_number

PATIENCE = declare(
    "conversations.consult_patience_min",
    default=15,
    parse=whole_number(least=1, most=10_080),
    meaning="Minutes after which a colleague's question counts as left without an answer, and who"
    " asked is reminded that others can be asked",
)


async def consult(
    tx: Tx,
    *,
    conversation_id: str,
    operator_id: str,
    subject: str,
    text: str,
    nonce: str,
    ask_operator_id: str | None = None,
    queue_id: str | None = None,
    files: Sequence[str] = (),
    supervise: bool = False,
) -> Consult:
    """Ask a colleague, or whoever is free in a queue for tasks, and keep the conversation.

    The same nonce again returns what was asked; another text under it is refused.
    """
    checked_nonce(nonce)
    title = " ".join(checked_text(subject).split())
    held = await hold(tx, conversation_id)
    # Before the right to ask: what was asked stays asked when the conversation is another's by now.
    known = await store_consults.asked_before(tx, asked_by=operator_id, nonce=nonce)
    if known is not None:
        await _known(tx, known.id, author=operator_id, text=checked_text(text), nonce=nonce)
        return known
    require_owner(held, operator_id=operator_id, supervise=supervise)
    if held.now.state is State.CLOSED:
        raise errors.NotNow("This conversation is closed.", state=held.now.state.value)
    asked = _new(held, operator_id=operator_id, subject=title, nonce=nonce)
    asked = await _addressed(
        tx, asked, ask_operator_id=ask_operator_id, queue_id=queue_id, text=text
    )
    await store_consults.add_consult(tx, asked)
    message = await _write(
        tx, asked, Side.ASKING, author=operator_id, text=text, nonce=nonce, files=files
    )
    await held.note_event(
        "consulted",
        author=acting(tx, operator_id),
        subject=title,
        queue_id=asked.queue_id,
        to_operator_id=asked.operator_id,
    )
    await held.save()
    tx.emit(events.ConsultAsked(**ids_of_consult(asked), seq=message.seq))
    return await save_consult(tx, _told(asked, message))


async def _known(
    tx: Tx, consult_id: str, *, author: str, text: str, nonce: str
) -> ConsultMessage | None:
    """Return what an author wrote under a nonce before; another text is refused."""
    known = await store_consults.written_before(
        tx, consult_id=consult_id, author_id=author, nonce=nonce
    )
    if known is not None and known.text != text:
        raise errors.NonceClash("This nonce was used for another text.", nonce=nonce)
    return known


def _new(held: Held, *, operator_id: str, subject: str, nonce: str) -> Consult:
    c, at = held.now, held.tx.now
    return Consult(
        id=new_id(),
        client_id=c.client_id,
        conversation_id=c.id,
        subject=subject,
        state=ConsultState.OPEN,
        asked_by=operator_id,
        asked_by_name=held.tx.actor.name,
        queue_id=None,
        work_item_id=None,
        operator_id=None,
        operator_name="",
        nonce=nonce,
        last_seq=0,
        last_side=Side.ASKING.value,
        last_text="",
        last_at=at,
        asked_at=at,
        answered_at=None,
        closed_at=None,
        overdue_at=None,
        v=1,
        number=c.number,
        channel=c.channel,
        customer_id=c.customer_id,
        customer_name=c.customer_name,
        about=c.subject,
        language=c.language,
        owner_id=c.operator_id,
        eu_only=c.eu_only,
    )


async def _patience_ends(tx: Tx, asked: Consult) -> datetime:
    """Return from when on a question that is asked now counts as left without an answer."""
    minutes = await setting(tx, PATIENCE, client_id=asked.client_id)
    return tx.now + timedelta(minutes=minutes)


async def _addressed(
    tx: Tx, asked: Consult, *, ask_operator_id: str | None, queue_id: str | None, text: str
) -> Consult:
    """Say who is asked: one colleague of the client, or its queue for tasks; the clock begins."""
    asked = replace(asked, overdue_at=await _patience_ends(tx, asked))
    if (ask_operator_id is None) == (queue_id is None):
        raise errors.BadConsult("Name a colleague or a queue to ask, and only one of them.")
    if ask_operator_id is not None:
        if ask_operator_id in {asked.asked_by, asked.owner_id}:
            raise errors.BadConsult("Nobody asks oneself.")
        who = await require_colleague(tx, ask_operator_id, client_id=asked.client_id)
        if asked.eu_only and not await telling.is_in_eu(tx, who.id):
            raise errors.BadConsult("The customer is answered in the Union only: so is this.")
        return replace(asked, queue_id=None, operator_id=who.id, operator_name=who.display_name)
    queue = await routing.get_queue(tx, str(queue_id))
    if queue is None or queue.client_id != asked.client_id:
        raise errors.NoQueue("There is no such queue for this client.", queue_id=queue_id)
    if queue.channel != CHANNEL:
        raise errors.BadConsult("Only a queue for tasks is asked.", queue_id=queue_id)
    return await enqueued(tx, replace(asked, queue_id=queue.id), text=text)


async def take(tx: Tx, *, work_item_id: str, operator_id: str) -> Conversation | None:
    """Take an offered question; twice is once. None when the work is for no consult.

    Returns the conversation that it is about: that stays its owner's.
    """
    asked = await store_consults.lock_by_work_item(tx, work_item_id)
    if asked is None:
        return None
    if operator_id == asked.asked_by:
        raise errors.BadConsult("Nobody answers oneself.")
    if asked.operator_id != operator_id:
        await routing.accept(tx, work_item_id=work_item_id, operator_id=operator_id)
        asked = replace(asked, operator_id=operator_id, operator_name=tx.actor.name)
        tx.emit(events.ConsultTaken(**ids_of_consult(asked)))
        await save_consult(tx, asked)
    return await store.get(tx, asked.conversation_id)


async def write(
    tx: Tx,
    *,
    consult_id: str,
    operator_id: str,
    text: str,
    nonce: str,
    files: Sequence[str] = (),
    supervise: bool = False,
) -> ConsultMessage:
    """Answer, or ask on: which of them it is, who writes decides.

    An answer ends the work of the back office; asking on asks who answered first. The same nonce
    again returns what was written.
    """
    checked_nonce(nonce)
    checked_text(text)
    asked = await hold_consult(tx, consult_id)
    known = await _known(tx, consult_id, author=operator_id, text=text, nonce=nonce)
    if known is not None:
        return known
    side = _require_side(asked, operator_id, supervise=supervise)
    if asked.state is ConsultState.CLOSED:
        raise errors.ConsultClosed("This consult is closed.", consult_id=asked.id)
    message = await _write(tx, asked, side, author=operator_id, text=text, nonce=nonce, files=files)
    former = asked.operator_id
    asked = _told(asked, message)
    if side is Side.ANSWERING:
        asked = await _answered(tx, asked)
        tx.emit(events.ConsultAnswered(**ids_of_consult(asked), seq=message.seq))
    else:
        if asked.queue_id is not None and asked.work_item_id is None:
            asked = await enqueued(tx, asked, text=text)
        overdue_at = await _patience_ends(tx, asked)
        asked = replace(asked, state=ConsultState.OPEN, overdue_at=overdue_at)
        tx.emit(events.ConsultAsked(**ids_of_consult(asked), seq=message.seq))
    await save_consult(tx, asked, former=former)
    return message


async def _answered(tx: Tx, asked: Consult) -> Consult:
    if asked.work_item_id is not None and asked.operator_id is not None:
        await routing.finish(
            tx, work_item_id=asked.work_item_id, operator_id=asked.operator_id, outcome="answered"
        )
    return replace(
        asked,
        state=ConsultState.ANSWERED,
        work_item_id=None,
        answered_at=tx.now,
        overdue_at=None,
    )


async def close_consult(
    tx: Tx, *, consult_id: str, operator_id: str, supervise: bool = False
) -> Consult:
    """End a consult: whoever asked, or has the conversation now, needs no more. Twice is once."""
    asked = await hold_consult(tx, consult_id)
    if not supervise and operator_id not in {asked.asked_by, asked.owner_id}:
        raise errors.NotYours("Whoever asked closes it.", operator_id=asked.asked_by)
    if asked.state is ConsultState.CLOSED:
        return asked
    await let_go(tx, asked, why="closed")
    asked = replace(
        asked, state=ConsultState.CLOSED, work_item_id=None, closed_at=tx.now, overdue_at=None
    )
    tx.emit(events.ConsultClosed(**ids_of_consult(asked)))
    return await save_consult(tx, asked)


async def ask_another(
    tx: Tx,
    *,
    consult_id: str,
    operator_id: str,
    ask_operator_id: str | None = None,
    queue_id: str | None = None,
    supervise: bool = False,
) -> Consult:
    """Ask somebody else what was not answered, with all that was said; twice is once.

    Whoever was asked before owes nothing any more and is told so.
    """
    asked = await hold_consult(tx, consult_id)
    if _require_side(asked, operator_id, supervise=supervise) is not Side.ASKING:
        raise errors.NotYours("Whoever asked asks others.", operator_id=asked.asked_by)
    if asked.state is not ConsultState.OPEN:
        raise errors.ConsultClosed("This consult waits for no answer.", consult_id=asked.id)
    if queue_id is not None:
        # Whoever took it from there and says nothing does not keep it from the others.
        same = queue_id == asked.queue_id and asked.operator_id is None
    else:
        same = asked.queue_id is None and ask_operator_id == asked.operator_id
    if same:
        return asked
    await let_go(tx, asked, why="moved")
    moved = await _addressed(
        tx,
        replace(asked, work_item_id=None, operator_id=None, operator_name=""),
        ask_operator_id=ask_operator_id,
        queue_id=queue_id,
        text=asked.last_text,
    )
    tx.emit(events.ConsultMoved(**ids_of_consult(moved)))
    return await save_consult(tx, moved, former=asked.operator_id)


async def free(tx: Tx, *, consult_id: str, gone: Collection[str]) -> bool:
    """Ask somebody else where who took a question is gone; False when it moved meanwhile."""
    asked = await store_consults.get_consult(tx, consult_id, lock=True)
    if asked is None or asked.work_item_id is None or asked.operator_id not in gone:
        return False
    await routing.requeue(tx, work_item_id=asked.work_item_id, to_head=True)
    left = replace(asked, operator_id=None, operator_name="")
    await save_consult(tx, left, former=asked.operator_id)
    return True


async def give_back(tx: Tx, *, consult_id: str, operator_id: str) -> Consult:
    """Let a question that somebody took from a queue wait there again for others, in front."""
    asked = await hold_consult(tx, consult_id)
    if asked.operator_id != operator_id or asked.work_item_id is None:
        raise errors.NotYours(
            "You have not taken this from a queue.", operator_id=asked.operator_id
        )
    await routing.requeue(
        tx, work_item_id=asked.work_item_id, to_head=True, exclude_operator=operator_id
    )
    return await save_consult(
        tx, replace(asked, operator_id=None, operator_name=""), former=operator_id
    )


async def work_inside(tx: Tx, work_item_ids: Collection[str]) -> frozenset[str]:
    """Return which pieces of work are colleagues' questions and not a customer's."""
    items = await routing.work_by_ids(tx, sorted(work_item_ids)) if work_item_ids else []
    return frozenset(item.id for item in items if "consult_id" in item.card)


async def follow_work(tx: Tx, *, work_item_id: str) -> None:
    """Let a consult be in the queue that its work has overflowed to; twice is once."""
    asked = await store_consults.lock_by_work_item(tx, work_item_id)
    item = await routing.get_work(tx, work_item_id) if asked else None
    if asked is not None and item is not None and item.queue_id != asked.queue_id:
        await save_consult(tx, replace(asked, queue_id=item.queue_id))


def _require_side(asked: Consult, operator_id: str, *, supervise: bool) -> Side:
    side = side_of(asked, operator_id)
    if side is None and supervise:
        return Side.ASKING
    if side is None:
        raise errors.NotYours("You neither asked nor answer here.", operator_id=asked.asked_by)
    return side


async def _write(
    tx: Tx,
    asked: Consult,
    side: Side,
    *,
    author: str,
    text: str,
    nonce: str,
    files: Sequence[str],
) -> ConsultMessage:
    message = ConsultMessage(
        id=new_id(),
        consult_id=asked.id,
        seq=asked.last_seq + 1,
        side=side.value,
        author_id=author,
        author_name=tx.actor.name,
        text=checked_text(text),
        # Whoever waited for the consult began before: its time still never runs back.
        at=max(tx.now, asked.last_at),
        nonce=nonce,
    )
    await store_consults.add_message(tx, message, client_id=asked.client_id)
    wanted = list(dict.fromkeys(files))
    if not wanted:
        return message
    attached = await store_consults.move_files(
        tx,
        message,
        client_id=asked.client_id,
        conversation_id=asked.conversation_id,
        files=wanted,
    )
    if len(attached) != len(wanted):
        raise errors.BadFiles("A file is not of this conversation or was sent already.")
    return replace(message, attachments=attached)


def _told(asked: Consult, message: ConsultMessage) -> Consult:
    return replace(
        asked,
        last_seq=message.seq,
        last_side=message.side,
        last_text=preview_of(message.text),
        last_at=message.at,
    )
