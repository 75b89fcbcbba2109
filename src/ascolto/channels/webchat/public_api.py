"""The chat for those who have no account: a page opens it by a public key, a token goes on.

Every answer comes after the commit, so that a page may forget what was acknowledged.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, UploadFile
from starlette.responses import Response

from ascolto import conversations
from ascolto.channels import store
from ascolto.channels.actions import calling, mailing, resuming, visiting
from ascolto.channels.actions.visiting import Started, Wish, first_own_seq, standing
from ascolto.channels.errors import LinkGone, NoUploads, UnknownChannel
from ascolto.channels.webchat.door import Entering, Visit, Visiting, presented, visiting_now
from ascolto.channels.webchat.limits import (
    LINKS,
    MESSAGES,
    REQUESTS,
    STARTS,
    STREAMS,
    TYPING,
    UPLOADS,
    limits_of,
)
from ascolto.channels.webchat.shown import message_shown, state_shown
from ascolto.channels.webchat.state import Scene, closed_now, scene_for, scene_of
from ascolto.channels.webchat.stream import CustomerStream, EventStream
from ascolto.channels.webchat.views import (
    CallView,
    CallWish,
    ConfigView,
    ConversationView,
    FileView,
    LanguageTag,
    LinkUse,
    LinkWish,
    MessagesView,
    NewConversation,
    NewMessage,
    ResumedView,
    StartedView,
    StateView,
    SurveyAnswer,
    UploadsView,
    WaitView,
)
from ascolto.conversations import Conversation
from ascolto.conversations import store as thread_store
from ascolto.conversations.errors import UnknownAttachment
from ascolto.conversations.files import EXTENSIONS, SIZE_LIMIT, checked_file
from ascolto.conversations.model import Attachment
from ascolto.conversations.serving import file_response
from ascolto.identity import secrets
from ascolto.kit.db import SYSTEM, Tx
from ascolto.kit.http import services_of
from ascolto.kit.stream import stream_cursor
from ascolto.kit.words import LANGUAGES

public_router = APIRouter(tags=["chat"])

CHAT = "/chat/{key}"  # the key is read at the door
Sequence = Annotated[int, Query(ge=0, le=2**31 - 2)]


@public_router.get(CHAT + "/config", summary="How a chat looks and stands")
async def show_config(entry: Entering, language: LanguageTag = "it") -> ConfigView:
    """Return brand, words, hours and expected wait in the customer's language."""
    scene = await scene_of(entry.tx, entry.channel, language=language)
    return ConfigView.of(scene, languages=list(LANGUAGES), uploads=_uploads(scene))


def _uploads(scene: Scene) -> UploadsView:
    return UploadsView(
        enabled=scene.settings.uploads, max_bytes=SIZE_LIMIT, types=sorted(EXTENSIONS)
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
        ticket=body.ticket or "",
    )
    started = await visiting.start(entry.tx, scene, wish)
    return await _started(entry.tx, scene, started)


async def _started(tx: Tx, scene: Scene, started: Started) -> StartedView:
    conversation = started.conversation
    full_names = scene.settings.full_operator_names
    return StartedView(
        conversation_id=conversation.id,
        number=conversation.number,
        token=started.token,
        expires_at=started.holder.expires_at,
        cursor=await stream_cursor(tx),
        state=conversation.state.value,
        language=conversation.language,
        messages=[message_shown(message, full_names=full_names) for message in started.said],
        open=scene.open,
        wait=WaitView.of(scene),
    )


@public_router.get("/conversation", summary="How the conversation stands")
async def show_conversation(visit: Visiting) -> ConversationView:
    """Return the state of the token's conversation and a cursor to follow it from."""
    tx = visit.tx
    now, scene = await _scene(visit)
    shown = state_shown(now, full_names=scene.settings.full_operator_names)
    promise = await calling.promised(tx, scene, now)
    return ConversationView(
        conversation_id=now.id,
        number=now.number,
        state=shown["state"],
        language=now.language,
        operator_name=shown["operator_name"],
        last_seq=shown["last_seq"],
        cursor=await stream_cursor(tx),
        wait=WaitView.of(scene) if now.state.value in ("open", "waiting") else None,
        eu_offer=shown["eu_offer"],
        callback=_call_view(promise) if promise else None,
        expires_at=visit.holder.expires_at,
    )


async def _scene(visit: Visit) -> tuple[Conversation, Scene]:
    """Return the conversation of a pass and the channel it came in by, as both stand."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    channel = await store.get_channel(visit.tx, visit.holder.channel_id)
    if channel is None:
        raise UnknownChannel("This chat is no longer in use.")
    return now, await scene_for(visit.tx, channel, now)


def _call_view(promise: calling.Promise) -> CallView:
    return CallView(
        phone=promise.callback.phone, when=promise.callback.wanted_at, words=promise.words
    )


@public_router.get("/conversation/messages", summary="Messages after a number")
async def list_messages(
    visit: Visiting, after_seq: Sequence = 0, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> MessagesView:
    """Return what was said, in order, after a sequence number."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    own_from = await first_own_seq(visit.tx, visit.holder, now)
    found = await conversations.list_messages(
        visit.tx,
        conversation_id=now.id,
        after_seq=max(after_seq, own_from),
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
    channel = await store.get_channel(visit.tx, visit.holder.channel_id)
    if channel is not None and await closed_now(visit.tx, channel):
        await visiting.answer_closed(visit.tx, channel, message.conversation_id)
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


async def _require_uploads(visit: Visit) -> Conversation:
    now, scene = await _scene(visit)
    if not scene.settings.uploads:
        raise NoUploads("This chat takes no files.")
    return now


@public_router.post("/conversation/attachments", status_code=201, summary="Upload a file")
async def upload(file: UploadFile, request: Request) -> FileView:
    """Keep a file for a message to come; its type is read from its content.

    It is looked at between two transactions: that may take as long as a scanner wants.
    """
    services = services_of(request)
    async with visiting_now(request) as visit:
        limits_of(request).spend("uploads", visit.holder.id, UPLOADS)
        await _require_uploads(visit)
    data = await file.read()
    checked_file(file.filename or "", data)
    await conversations.require_clean(data, set_up=services.settings)
    async with visiting_now(request, again=True) as visit:
        now = await _require_uploads(visit)
        kept = await conversations.keep_attachment(
            visit.tx,
            folder=services.settings.attachments,
            conversation_id=now.id,
            name=file.filename or "",
            data=data,
            uploader_kind="customer",
        )
    return FileView(id=kept.id, name=kept.name, size=kept.size, type=kept.type)


@public_router.get(
    "/conversation/attachments/{attachment_id}",
    summary="A file of the conversation",
    response_class=Response,
)
async def download(attachment_id: UUID, visit: Visiting, request: Request) -> Response:
    """Return a file that was sent in the conversation, as a download."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    file, path = await conversations.find_attachment(
        visit.tx,
        folder=services_of(request).settings.attachments,
        conversation_id=now.id,
        attachment_id=str(attachment_id),
    )
    own_from = await first_own_seq(visit.tx, visit.holder, now)
    if not await may_read(visit.tx, file, own_from=own_from):
        raise UnknownAttachment("No such file.", attachment_id=str(attachment_id))
    return file_response(file, path)


async def may_read(tx: Tx, file: Attachment, *, own_from: int) -> bool:
    """Tell whether a file hangs on a message that its customer sees, or is their own upload."""
    if file.message_id is None:
        return file.uploader_kind == "customer"
    message = await thread_store.get_message(tx, file.message_id)
    return message is not None and message.public and message.seq > own_from


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
            "customer_id": holder.customer_id,
            "name": holder.customer_name,
            "on": True,
        },
        holder.client_id,
    )


@public_router.post("/conversation/eu-operator", summary="Ask for somebody in the Union")
async def ask_for_eu(visit: Visiting) -> StateView:
    """Wait for somebody in Italy or the European Union, keeping one's place; twice is once."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    asked = await conversations.ask_for_eu(visit.tx, conversation_id=now.id)
    return StateView(state=asked.state.value)


@public_router.post("/conversation/end", summary="End the conversation")
async def end(visit: Visiting) -> StateView:
    """End it from the customer's side; a second time changes nothing."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    ended = await conversations.leave(visit.tx, conversation_id=now.id)
    return StateView(state=ended.state.value)


@public_router.post("/conversation/survey", status_code=204, summary="Answer the closing question")
async def answer_survey(body: SurveyAnswer, visit: Visiting) -> None:
    """Keep the answer, once."""
    now = await standing(visit.tx, visit.holder.conversation_id)
    await conversations.survey(visit.tx, conversation_id=now.id, score=body.score, text=body.text)


@public_router.post("/conversation/callback", status_code=201, summary="Ask to be called")
async def ask_for_call(body: CallWish, visit: Visiting) -> CallView:
    """Promise a call at the wished moment, or the next one in opening hours."""
    now, scene = await _scene(visit)
    promise = await calling.request_call(
        visit.tx, scene, visit.holder, now, phone=body.phone, wanted_at=body.when
    )
    return _call_view(promise)


@public_router.post(
    "/conversation/resume-link", status_code=202, summary="Mail a link for another device"
)
async def mail_resume_link(body: LinkWish, visit: Visiting, request: Request) -> None:
    """Mail a link that opens this conversation elsewhere, once, within half an hour."""
    limits_of(request).spend_address(request, "links", LINKS)
    _, scene = await _scene(visit)
    await resuming.mail_link(
        visit.tx,
        scene,
        visit.holder,
        email=body.email,
        public_url=services_of(request).settings.public_url,
    )


@public_router.post("/conversation/transcript", status_code=202, summary="Mail a copy")
async def mail_transcript(body: LinkWish, visit: Visiting, request: Request) -> None:
    """Mail a copy of what was said; a few a day of each conversation."""
    limits_of(request).spend_address(request, "links", LINKS)
    now, scene = await _scene(visit)
    await mailing.mail_transcript(visit.tx, scene, visit.holder, now, email=body.email)


@public_router.post("/resume", summary="Open a mailed link")
async def resume(body: LinkUse, request: Request) -> ResumedView:
    """Use a mailed link up and return a fresh token of its conversation."""
    limits_of(request).spend_address(request, "links", LINKS)
    shown = secrets.read(body.token)
    if shown is None:
        raise LinkGone("The link was used or has run out.")
    async with services_of(request).db.transaction(shown.tenant_id, actor=SYSTEM) as tx:
        started = await resuming.resume(tx, shown.secret_hash)
        cursor = await stream_cursor(tx)
    return ResumedView(
        conversation_id=started.conversation.id,
        number=started.conversation.number,
        token=started.token,
        expires_at=started.holder.expires_at,
        cursor=cursor,
        state=started.conversation.state.value,
    )


@public_router.delete("/conversation/token", status_code=204, summary="Forget this browser")
async def forget(visit: Visiting) -> None:
    """Make the token worthless; the conversation stays."""
    await store.delete_pass(visit.tx, visit.holder.id)
