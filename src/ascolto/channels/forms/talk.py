"""A conversation by its address: read and written without a script, ended, and judged."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ascolto import conversations
from ascolto.channels.actions import calling, mailing, resuming, visiting
from ascolto.channels.actions.visiting import first_own_seq
from ascolto.channels.errors import AlreadyAsked, BadAddress, LinkGone, NothingToSend, TooFast
from ascolto.channels.forms.door import SECRET, AtTalk, answered, at_talk, in_words
from ascolto.channels.forms.filled import (
    Filled,
    Problem,
    field_of,
    fresh_nonce,
    is_email,
)
from ascolto.channels.forms.judging import Judgement
from ascolto.channels.forms.talk_shown import (
    OVER,
    Thread,
    link_page,
    survey_page,
    talk_page,
    told_page,
)
from ascolto.channels.forms.words import reader_of
from ascolto.channels.webchat.limits import LINKS, MESSAGES, limits_of
from ascolto.channels.webchat.public_api import may_read
from ascolto.channels.webchat.shown import message_shown, state_shown
from ascolto.channels.webchat.state import closed_now
from ascolto.conversations.errors import NonceClash, UnknownAttachment
from ascolto.conversations.model import TEXT_LIMIT
from ascolto.conversations.serving import file_response
from ascolto.identity import secrets
from ascolto.kit.db import SYSTEM
from ascolto.kit.http import services_of
from ascolto.kit.ids import is_id

SHOWN = 100
_PHONE = re.compile(r"[0-9+()./ -]{4,32}")
_TOLD = frozenset({"received", "sent", "mailed"})


@in_words
async def show(request: Request) -> Response:
    """Serve the conversation."""
    told = request.query_params.get("told", "")
    async with at_talk(request) as at:
        return await _page(request, at, Filled(fresh_nonce()), told=told if told in _TOLD else "")


async def _page(
    request: Request,
    at: AtTalk,
    filled: Filled,
    *,
    problems: dict[str, Problem] | None = None,
    told: str = "",
    status: int = 200,
) -> Response:
    text = talk_page(
        at.reader, await _thread(request, at), filled, problems=problems or {}, told=told
    )
    return answered(text, status=status, cache=SECRET)


async def _thread(request: Request, at: AtTalk) -> Thread:
    asked = request.query_params.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 10 else None
    own_from = await first_own_seq(at.tx, at.holder, at.now)
    found = await conversations.list_messages(
        at.tx,
        conversation_id=at.now.id,
        after_seq=None,
        before_seq=before,
        limit=SHOWN + 1,
        public_only=True,
    )
    own = [message for message in found if message.seq > own_from]
    shown = own[-SHOWN:]
    full_names = at.scene.settings.full_operator_names
    return Thread(
        path=at.path,
        scene=at.scene,
        state=state_shown(at.now, full_names=full_names),
        messages=[message_shown(message, full_names=full_names) for message in shown],
        earlier=shown[0].seq if len(own) > SHOWN else None,
        latest=before is None,
        expires_at=at.holder.expires_at,
    )


@in_words
async def write(request: Request) -> Response:
    """Keep a message once for each form and show the conversation."""
    filled = Filled.of(await request.form())
    async with at_talk(request) as at:
        problem = _problem_with(request, at, filled)
        if problem is None:
            problem = await _kept(at, filled)
        if problem is not None:
            # One that comes too fast stays the same message when it is sent again.
            fresh = filled if problem[0] == "too_fast" else filled.again()
            return await _page(request, at, fresh, problems={"text": problem}, status=422)
        way = at.reader.to(at.path, told="sent") + "#last"
    return RedirectResponse(way, status_code=303)


def _problem_with(request: Request, at: AtTalk, filled: Filled) -> Problem | None:
    if not filled.text.strip():
        return "need_text", {}
    if len(filled.text) > TEXT_LIMIT:
        return "long_text", {"n": str(TEXT_LIMIT)}
    try:
        limits_of(request).spend("messages", at.holder.id, MESSAGES)
    except TooFast as refusal:
        return "too_fast", {"n": str(refusal.fields["retry_after_s"])}
    return None


async def _kept(at: AtTalk, filled: Filled) -> Problem | None:
    try:
        message = await conversations.receive(
            at.tx,
            conversation_id=at.holder.conversation_id,
            text=filled.text,
            nonce=filled.nonce,
        )
    except NonceClash:
        return "clash", {}
    if await closed_now(at.tx, at.scene.channel):
        await visiting.answer_closed(at.tx, at.scene.channel, message.conversation_id)
    return None


@in_words
async def end(request: Request) -> Response:
    """End the conversation from the customer's side and ask how it went."""
    async with at_talk(request) as at:
        await conversations.leave(at.tx, conversation_id=at.holder.conversation_id)
        asks = at.scene.settings.survey
        way = at.reader.to(at.path + ("/survey" if asks else ""))
    return RedirectResponse(way, status_code=303)


@in_words
async def ask_for_eu(request: Request) -> Response:
    """Wait for somebody in Italy or the European Union."""
    async with at_talk(request) as at:
        await conversations.ask_for_eu(at.tx, conversation_id=at.holder.conversation_id)
        way = at.reader.to(at.path) + "#last"
    return RedirectResponse(way, status_code=303)


@in_words
async def call(request: Request) -> Response:
    """Ask to be called as soon as somebody can, instead of an answer in writing."""
    phone = field_of(await request.form(), "phone").strip()
    async with at_talk(request) as at:
        problem = await _called(at, phone)
        if problem is not None:
            return await _page(
                request, at, Filled(fresh_nonce()), problems={"phone": problem}, status=422
            )
        way = at.reader.to(at.path) + "#last"
    return RedirectResponse(way, status_code=303)


async def _called(at: AtTalk, phone: str) -> Problem | None:
    if not _PHONE.fullmatch(phone):
        return "need_phone", {}
    try:
        await calling.request_call(at.tx, at.scene, at.holder, at.now, phone=phone, wanted_at=None)
    except BadAddress:
        return "need_phone", {}
    except AlreadyAsked as refusal:
        return "call_asked", {"phone": str(refusal.fields.get("phone", ""))}
    return None


@in_words
async def mail(request: Request) -> Response:
    """Mail the customer a link to this page, or a copy of what was said."""
    fields = await request.form()
    email = field_of(fields, "email").strip()
    async with at_talk(request) as at:
        problem = await _mailed(request, at, fields, email)
        if problem is not None:
            return await _page(
                request, at, Filled(fresh_nonce()), problems={"email": problem}, status=422
            )
        way = at.reader.to(at.path, told="mailed")
    return RedirectResponse(way, status_code=303)


async def _mailed(request: Request, at: AtTalk, fields: Any, email: str) -> Problem | None:
    if not email:
        return "need_email", {}
    if not is_email(email):
        return "bad_email", {}
    try:
        limits_of(request).spend_address(request, "links", LINKS)
        if field_of(fields, "what") == "copy":
            await mailing.mail_transcript(at.tx, at.scene, at.holder, at.now, email=email)
        else:
            public_url = services_of(request).settings.public_url
            await resuming.mail_link(
                at.tx, at.scene, at.holder, email=email, public_url=public_url, scripted=False
            )
    except NothingToSend:
        return "nothing_to_copy", {}
    except TooFast:
        return "enough_mails", {}
    return None


@in_words
async def show_survey(request: Request) -> Response:
    """Serve the one question after a conversation."""
    async with at_talk(request) as at:
        if at.now.state.value not in OVER or not at.scene.settings.survey:
            text = told_page(at.reader, at.path, text=at.reader.say("survey_early"))
        else:
            text = _question(at, text="", problems={})
    return answered(text, cache=SECRET)


def _question(at: AtTalk, *, text: str, problems: dict[str, Problem]) -> str:
    return survey_page(
        at.reader,
        at.path + "/survey",
        question=at.scene.words.say("survey_question"),
        text=text,
        problems=problems,
        back=at.path,
    )


@in_words
async def answer_survey(request: Request) -> Response:
    """Keep the answer, once."""
    judged = Judgement.of(await request.form())
    async with at_talk(request) as at:
        if judged.problems:
            text = _question(at, text=judged.text, problems=judged.problems)
            return answered(text, status=422, cache=SECRET)
        if await judged.keep(at.tx, conversation_id=at.now.id):
            thanks = at.scene.words.say("survey_thanks")
        else:
            thanks = at.reader.say("survey_again")
        return answered(told_page(at.reader, at.path, text=thanks), cache=SECRET)


@in_words
async def file(request: Request) -> Response:
    """Serve a file that was sent in the conversation, as a download."""
    file_id = request.path_params["file_id"]
    if not is_id(file_id):
        raise UnknownAttachment("No such file.")
    async with at_talk(request) as at:
        found, path = await conversations.find_attachment(
            at.tx,
            folder=services_of(request).settings.attachments,
            conversation_id=at.now.id,
            attachment_id=file_id,
        )
        own_from = await first_own_seq(at.tx, at.holder, at.now)
        if not await may_read(at.tx, found, own_from=own_from):
            raise UnknownAttachment("No such file.", attachment_id=file_id)
    return file_response(found, path)


@in_words
async def show_link(request: Request) -> Response:
    """Serve the page of a mailed link; looking at it does not use it up."""
    reader = reader_of(request)
    path = f"/talk-link/{request.path_params['token']}"
    return answered(link_page(reader, path), cache=SECRET)


@in_words
async def use_link(request: Request) -> Response:
    """Use a mailed link up and lead to its conversation."""
    limits_of(request).spend_address(request, "links", LINKS)
    shown = secrets.read(request.path_params["token"])
    if shown is None:
        raise LinkGone("The link was used or has run out.")
    async with services_of(request).db.transaction(shown.tenant_id, actor=SYSTEM) as tx:
        started = await resuming.resume(tx, shown.secret_hash)
    return RedirectResponse(reader_of(request).to(f"/talk/{started.token}"), status_code=303)


routes: list[BaseRoute] = [
    Route("/talk/{token}", show),
    Route("/talk/{token}", write, methods=["POST"]),
    Route("/talk/{token}/end", end, methods=["POST"]),
    Route("/talk/{token}/eu-operator", ask_for_eu, methods=["POST"]),
    Route("/talk/{token}/call", call, methods=["POST"]),
    Route("/talk/{token}/mail", mail, methods=["POST"]),
    Route("/talk/{token}/survey", show_survey),
    Route("/talk/{token}/survey", answer_survey, methods=["POST"]),
    Route("/talk/{token}/files/{file_id}", file),
    Route("/talk-link/{token}", show_link),
    Route("/talk-link/{token}", use_link, methods=["POST"]),
]
