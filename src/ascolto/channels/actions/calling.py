"""A customer would rather speak: a conversation of its own waits for somebody to phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto import conversations, customers, routing
from ascolto.channels import errors, events, store
from ascolto.channels.model import Callback, Pass
from ascolto.channels.webchat.state import Scene
from ascolto.conversations import Conversation, State
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id

CHANNEL = "callback"
AT_LATEST = timedelta(days=30)
# How a call ends whose customer was not spoken to.
_NOT_REACHED = frozenset(
    outcome.value
    for outcome in (
        conversations.Outcome.NO_REPLY,
        conversations.Outcome.ABANDONED,
        conversations.Outcome.SPAM,
        conversations.Outcome.MERGED,
    )
)
_SLACK = timedelta(minutes=5)
_FEWEST_DIGITS, _MOST_DIGITS = 6, 15


@dataclass(frozen=True, slots=True)
class Promise:
    """A call as it was promised to the customer."""

    callback: Callback
    words: str


async def request_call(
    tx: Tx,
    scene: Scene,
    holder: Pass,
    conversation: Conversation,
    *,
    phone: str,
    wanted_at: datetime | None,
) -> Promise:
    """Promise a call once for each conversation, at the wished moment or the next open one."""
    known = await store.callback_of(tx, conversation.id)
    if known is not None:
        if known.phone != phone.strip():
            raise errors.AlreadyAsked("A call was asked for already.", phone=known.phone)
        return Promise(known, _words(scene, known))
    checked_phone(phone)
    call_at = _call_at(scene, wanted_at)
    item = await _waiting_work(tx, conversation)
    callback = await _open(tx, scene, conversation, phone=phone.strip(), wanted_at=wanted_at,
                           call_at=call_at, item=item)  # fmt: skip
    words = _words(scene, callback)
    await _tell(tx, scene, callback, words)
    await customers.remember_channel(tx, customer_id=conversation.customer_id, channel="voice")
    if item is not None:
        tx.emit(events.CallbackAccepted(**_replaced(conversation, item, callback)))
    if conversation.state in (State.OPEN, State.WAITING):
        # The call takes its place: nobody shall also be asked to answer in writing.
        await conversations.close(
            tx,
            conversation_id=conversation.id,
            outcome=conversations.Outcome.FORWARDED.value,
            supervise=True,
        )
    if callback.queued_at is not None:
        await _queue(tx, callback)
    tx.emit(
        events.CallRequested(
            client_id=conversation.client_id,
            conversation_id=callback.conversation_id,
            origin_id=conversation.id,
            channel_id=holder.channel_id,
            call_at=callback.call_at.isoformat(),
        )
    )
    return Promise(callback, words)


async def _waiting_work(tx: Tx, conversation: Conversation) -> routing.WorkItem | None:
    """Return the work of a customer who still stands in line."""
    if conversation.state is not State.WAITING or conversation.work_item_id is None:
        return None
    return await routing.get_work(tx, conversation.work_item_id)


def _replaced(origin: Conversation, item: routing.WorkItem, callback: Callback) -> dict[str, str]:
    return {
        "client_id": origin.client_id,
        "work_item_id": item.id,
        "queue_id": item.queue_id,
        "channel": item.channel,
        "conversation_id": origin.id,
        "call_conversation_id": callback.conversation_id,
    }


async def _queue(tx: Tx, callback: Callback) -> None:
    """Let a call wait: at once in the place its customer had, later from its own moment on."""
    await conversations.ask_for_person(
        tx,
        conversation_id=callback.conversation_id,
        enqueued_at=callback.place_at or callback.call_at,
    )


async def _tell(tx: Tx, scene: Scene, callback: Callback, words: str) -> None:
    """Tell the customer, and note it for whoever answers and for whoever will call."""
    told = {"phone": callback.phone, "when": words}
    note = scene.words.say("callback_note", **told)
    for noted in (callback.origin_id, callback.conversation_id):
        await conversations.add_note(
            tx, conversation_id=noted, operator_id=None, text=note, nonce=None
        )
    await conversations.say(
        tx, conversation_id=callback.origin_id, text=scene.words.say("callback_noted", **told)
    )


async def promised(tx: Tx, scene: Scene, conversation: Conversation) -> Promise | None:
    """Return the call that was promised in a conversation."""
    known = await store.callback_of(tx, conversation.id)
    return None if known is None else Promise(known, _words(scene, known))


def checked_phone(phone: str) -> str:
    """Return a number that can be called, or refuse it."""
    digits = sum(character.isdigit() for character in phone)
    if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        raise errors.BadAddress("This is not a phone number.", field="phone")
    return phone


def _call_at(scene: Scene, wanted_at: datetime | None) -> datetime:
    if wanted_at is not None:
        if wanted_at.tzinfo is None:
            raise errors.BadMoment("The moment needs its time zone.", field="when")
        if not scene.now - _SLACK <= wanted_at <= scene.now + AT_LATEST:
            raise errors.BadMoment("Choose a moment within the next 30 days.", field="when")
    call_at = max(scene.now, wanted_at or scene.now)
    if scene.hours is None or scene.hours.is_open(call_at):
        return call_at
    return scene.hours.next_opening(call_at) or call_at


async def _open(
    tx: Tx,
    scene: Scene,
    origin: Conversation,
    *,
    phone: str,
    wanted_at: datetime | None,
    call_at: datetime,
    item: routing.WorkItem | None,
) -> Callback:
    call = await conversations.open_conversation(
        tx,
        client_id=origin.client_id,
        channel=CHANNEL,
        channel_id=origin.channel_id,
        customer_id=origin.customer_id,
        queue_id=origin.queue_id or scene.channel.queue_id,
        subject=scene.words.say("callback_subject", phone=phone),
        language=origin.language,
        meta={"phone": phone, "call_at": call_at.isoformat(), "origin_id": origin.id},
    )
    callback = Callback(
        id=new_id(),
        client_id=origin.client_id,
        origin_id=origin.id,
        conversation_id=call.id,
        phone=phone,
        wanted_at=wanted_at,
        call_at=call_at,
        queued_at=tx.now if call_at <= tx.now else None,
        origin_item_id=item.id if item else None,
        # Whoever wished for another moment waits from that moment on.
        place_at=item.enqueued_at if item and call_at <= tx.now else None,
    )
    if not await store.insert_callback(tx, callback):
        raise errors.AlreadyAsked("A call was asked for already.")
    return callback


def _words(scene: Scene, callback: Callback) -> str:
    if callback.call_at <= scene.now:
        return scene.words.say("callback_soon")
    tz = scene.hours.tz if scene.hours else "Europe/Rome"
    return scene.words.moment(callback.call_at, now=scene.now, tz=tz)


async def queue_due(tx: Tx, *, limit: int = 50) -> int:
    """Let the calls whose time has come join their queue; return how many."""
    due = await store.take_due_callbacks(tx, limit=limit)
    for callback in due:
        await _queue(tx, callback)
    return len(due)


async def settle_ended(tx: Tx, *, limit: int = 1_000) -> int:
    """Note the calls that are over and tell of those that reached the customer; return how many."""
    settled = 0
    for callback in await store.unsettled_callbacks(tx, limit=limit):
        call = await conversations.get(tx, callback.conversation_id)
        if call is None or call.state is not State.CLOSED:
            continue
        if not await store.settle_callback(tx, callback.id):
            continue
        settled += 1
        origin = await conversations.get(tx, callback.origin_id)
        item = None
        if callback.origin_item_id is not None:
            item = await routing.get_work(tx, callback.origin_item_id)
        if origin is not None and item is not None and call.outcome not in _NOT_REACHED:
            tx.emit(events.CallbackConnected(**_replaced(origin, item, callback)))
    return settled
