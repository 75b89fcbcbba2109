"""The chat for those who have no account: a page opens it by a public key, a token goes on.

Every answer comes after the commit, so that a page may forget what was acknowledged.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from ascolto import conversations
from ascolto.channels import store
from ascolto.channels.actions import visiting
from ascolto.channels.actions.visiting import Started, Wish, standing
from ascolto.channels.model import LANGUAGES
from ascolto.channels.webchat.door import Entering, Visit, Visiting, presented
from ascolto.channels.webchat.limits import (
    MESSAGES,
    REQUESTS,
    STARTS,
    STREAMS,
    TYPING,
    limits_of,
)
from ascolto.channels.webchat.shown import message_shown, state_shown
from ascolto.channels.webchat.state import Scene, scene_of
from ascolto.channels.webchat.stream import CustomerStream, EventStream
from ascolto.channels.webchat.views import (
    ConfigView,
    ConversationView,
    LanguageTag,
    MessagesView,
    NewConversation,
    NewMessage,
    StartedView,
    StateView,
    SurveyAnswer,
    UploadsView,
    WaitView,
)
from ascolto.kit.db import Tx
from ascolto.kit.http import services_of
from ascolto.kit.stream import stream_cursor

public_router = APIRouter(tags=["chat"])

CHAT = "/chat/{key}"  # the key is read at the door
Sequence = Annotated[int, Query(ge=0, le=2**31 - 2)]


@public_router.get(CHAT + "/config", summary="How a chat looks and stands")
async def show_config(entry: Entering, language: LanguageTag = "it") -> ConfigView:
    """Return brand, words, hours and expected wait in the customer's language."""
    scene = await scene_of(entry.tx, entry.channel, language=language)
    return ConfigView.of(
        scene, languages=list(LANGUAGES), uploads=UploadsView(enabled=False, max_bytes=0, types=[])
    )


@public_router.post(CHAT + "/conversations", status_code=201, summary="Begin a conversation")
async def start_conversation(
    body: NewConversation, entry: Entering, request: Request
) -> StartedView:
    """Begin a conversation once for each nonce and return its token."""
    limits_of(request).spend_address(request, "starts", STARTS)
    scene = await scene_of(entry.tx, entry.channel, language=body.language)
    wish = Wish(
        nonce=body.nonce,
        text=body.text or "",
        name=body.name or "",
        email=body.email or "",
        page=body.page or "",
    )
    started = await visiting.start(entry.tx, scene, wish)
    return await _started(entry.tx, scene, started)


async def _started(tx: Tx, scene: Scene, started: Started) -> StartedView:
    conversation = started.conversation
    messages = await conversations.list_messages(
        tx,
        conversation_id=conversation.id,
        after_seq=0,
        before_seq=None,
        limit=50,
        public_only=True,
    )
    full_names = scene.settings.full_operator_names
    return StartedView(
        conversation_id=conversation.id,
        number=conversation.number,
        token=started.token,
        expires_at=started.holder.expires_at,
        cursor=await stream_cursor(tx),
        state=conversation.state.value,
        language=conversation.language,
        messages=[message_shown(message, full_names=full_names) for message in messages],
        open=scene.open,
        wait=WaitView.of(scene),
    )


@public_router.get("/conversation", summary="How the conversation stands")
async def show_conversation(visit: Visiting) -> ConversationView:
    """Return the state of the token's conversation and a cursor to follow it from."""
    tx, holder = visit.tx, visit.holder
    now = await standing(tx, holder.conversation_id)
    channel = await store.get_channel(tx, holder.channel_id)
    wait = None
    full_names = False
    if channel is not None:
        scene = await scene_of(tx, channel, language=now.language)
        wait = WaitView.of(scene) if now.state.value in ("open", "waiting") else None
        full_names = scene.settings.full_operator_names
    shown = state_shown(now, full_names=full_names)
    return ConversationView(
        conversation_id=now.id,
        number=now.number,
        state=shown["state"],
        language=now.language,
        operator_name=shown["operator_name"],
        last_seq=shown["last_seq"],
        cursor=await stream_cursor(tx),
        wait=wait,
        callback=None,
        expires_at=holder.expires_at,
    )


@public_router.get("/conversation/messages", summary="Messages after a number")
async def list_messages(
    visit: Visiting, after_seq: Sequence = 0, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> MessagesView:
    """Return what was said, in order, after a sequence number."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    found = await conversations.list_messages(
        visit.tx,
        conversation_id=now.id,
        after_seq=after_seq,
        before_seq=None,
        limit=limit + 1,
        public_only=True,
    )
    full_names = await _full_names(visit)
    return MessagesView(
        items=[message_shown(message, full_names=full_names) for message in found[:limit]],
        has_more=len(found) > limit,
    )


async def _full_names(visit: Visit) -> bool:
    channel = await store.get_channel(visit.tx, visit.holder.channel_id)
    return channel is not None and channel.webchat().full_operator_names


@public_router.post("/conversation/messages", status_code=201, summary="Send a message")
async def send_message(body: NewMessage, visit: Visiting, request: Request) -> dict[str, Any]:
    """Store a message once for each nonce and return it as stored."""
    limits_of(request).spend("messages", visit.holder.id, MESSAGES)
    message = await conversations.receive(
        visit.tx,
        conversation_id=visit.holder.conversation_id,
        text=body.text,
        nonce=body.nonce,
        attachments=[str(file) for file in body.attachment_ids],
    )
    return message_shown(message, full_names=False)


@public_router.get(
    "/conversation/stream",
    summary="Follow the conversation",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"}},
)
async def follow(
    request: Request,
    after_seq: Sequence = 0,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
) -> Response:
    """Stream what happens, after the last event seen or after a sequence number."""
    limits = limits_of(request)
    limits.spend_address(request, "requests", REQUESTS)
    shown = presented(request)
    limits.spend("streams", shown.secret_hash.hex(), STREAMS)
    services = services_of(request)
    stream = CustomerStream(services.db, services.live, shown=shown)
    try:
        beginning = await stream.begin(after=last_event_id or None, after_seq=after_seq)
    except BaseException:
        stream.end()
        raise
    return EventStream(stream, beginning)


@public_router.post("/conversation/typing", status_code=204, summary="Say that one is typing")
async def typing(visit: Visiting, request: Request) -> None:
    """Tell whoever has the conversation open that the customer is typing."""
    holder = visit.holder
    limits_of(request).spend("typing", holder.id, TYPING)
    await services_of(request).live.whisper(
        visit.tx.tenant_id,
        f"conversation:{holder.conversation_id}",
        "typing",
        {
            "conversation_id": holder.conversation_id,
            "kind": "customer",
            "name": holder.customer_name,
            "here": True,
        },
        holder.client_id,
    )


@public_router.post("/conversation/end", summary="End the conversation")
async def end(visit: Visiting) -> StateView:
    """End it from the customer's side; a second time changes nothing."""
    ended = await conversations.leave(visit.tx, conversation_id=visit.holder.conversation_id)
    return StateView(state=ended.state.value)


@public_router.post("/conversation/survey", status_code=204, summary="Answer the closing question")
async def answer_survey(body: SurveyAnswer, visit: Visiting) -> None:
    """Keep the answer, once."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    await conversations.survey(visit.tx, conversation_id=now.id, score=body.score, text=body.text)


@public_router.delete("/conversation/token", status_code=204, summary="Forget this browser")
async def forget(visit: Visiting) -> None:
    """Make the token worthless; the conversation stays."""
    await store.delete_pass(visit.tx, visit.holder.id)
