"""The door of the pages: a client's form by its key, a conversation by the pass in its address.

The address is the secret: nothing is kept in the browser, and every answer forbids that the
address be told to other sites (`Referrer-Policy`), stored in caches or found by search engines.
"""

import contextlib
import functools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ascolto.channels import store
from ascolto.channels.actions.visiting import standing
from ascolto.channels.errors import NoPass, TooFast, UnknownChannel
from ascolto.channels.forms.markup import el
from ascolto.channels.forms.parts import page
from ascolto.channels.forms.words import Reader, reader_of
from ascolto.channels.model import Pass
from ascolto.channels.webchat.door import admitted, tenant_of_key
from ascolto.channels.webchat.limits import REQUESTS, limits_of
from ascolto.channels.webchat.state import Scene, scene_for, scene_of
from ascolto.conversations import Conversation
from ascolto.identity import secrets
from ascolto.kit.db import SYSTEM, Tx
from ascolto.kit.errors import Gone, NotFound, Refusal
from ascolto.kit.http import services_of

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_KEY = re.compile(r"[A-Za-z0-9_-]{4,64}")
OPEN, SECRET = "private, no-cache", "no-store"  # `no-cache` lets Back find a form as it was left

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class AtForm:
    """One request at a client's form."""

    tx: Tx
    scene: Scene
    reader: Reader


@dataclass(frozen=True, slots=True)
class AtTalk:
    """One request in a conversation."""

    tx: Tx
    holder: Pass
    now: Conversation
    scene: Scene
    reader: Reader
    path: str


@contextlib.asynccontextmanager
async def at_form(request: Request) -> AsyncIterator[AtForm]:
    """Open a transaction at the door of the key in the path."""
    limits_of(request).spend_address(request, "requests", REQUESTS)
    key = request.path_params["key"]
    tenant_id = await tenant_of_key(request, key) if _KEY.fullmatch(key) else None
    if tenant_id is None:
        raise UnknownChannel("There is no such form.")
    async with services_of(request).db.transaction(tenant_id, actor=SYSTEM) as tx:
        channel = await store.by_key(tx, key)
        if channel is None or channel.kind != "webchat":
            raise UnknownChannel("There is no such form.")
        reader = reader_of(request)
        scene = await scene_of(tx, channel, language=reader.language)
        yield AtForm(tx, scene, replace(reader, brand=scene.words.brand))


@contextlib.asynccontextmanager
async def at_talk(request: Request) -> AsyncIterator[AtTalk]:
    """Open a transaction as the customer whose pass is in the path."""
    limits_of(request).spend_address(request, "requests", REQUESTS)
    token = request.path_params["token"]
    shown = secrets.read(token)
    if shown is None:
        raise NoPass("This is no address of a conversation.")
    async with services_of(request).db.transaction(shown.tenant_id, actor=SYSTEM) as tx:
        holder = await admitted(tx, shown)
        now = await standing(tx, holder.conversation_id)
        channel = await store.get_channel(tx, holder.channel_id)
        if channel is None or channel.kind != "webchat":
            raise UnknownChannel("This form is no longer in use.")
        reader = reader_of(request, language=now.language)
        scene = await scene_for(tx, channel, replace(now, language=reader.language))
        brand = replace(reader, brand=scene.words.brand)
        yield AtTalk(tx, holder, now, scene, brand, f"/talk/{token}")


def answered(text: str, *, status: int = 200, cache: str = OPEN) -> Response:
    """Return a page under the pages' policy."""
    headers = {
        "content-security-policy": POLICY,
        "cache-control": cache,
        "x-robots-tag": "noindex",
    }
    return HTMLResponse(text, status_code=status, headers=headers)


def in_words(handler: Handler) -> Handler:
    """Let a page's refusals be pages too: a person reads them."""

    @functools.wraps(handler)
    async def safe(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            lost = isinstance(refusal, NotFound | Gone | NoPass)
            form = await _form_known(request) if lost else None
            return _refused(reader_of(request), refusal, form=form)

    return safe


async def _form_known(request: Request) -> str | None:
    """Return the key of a form still in use that an address which leads nowhere has led to."""
    key, token = request.path_params.get("key", ""), request.path_params.get("token", "")
    db, shown = services_of(request).db, secrets.read(token)
    if shown is not None:
        async with db.transaction(shown.tenant_id, actor=SYSTEM) as tx:
            return await store.form_of_pass(tx, shown.secret_hash)
    tenant_id = await tenant_of_key(request, key) if _KEY.fullmatch(key) else None
    if tenant_id is None:
        return None
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        channel = await store.by_key(tx, key)
    return key if channel is not None and channel.kind == "webchat" else None


def _refused(reader: Reader, refusal: Refusal, *, form: str | None) -> Response:
    name, status, values = "failed", 409, {}
    if isinstance(refusal, NotFound | Gone | NoPass):
        name, status = "gone", 404
    elif isinstance(refusal, TooFast):
        name, status, values = "slow", 429, {"n": str(refusal.fields["retry_after_s"])}
    text = page(
        reader,
        el("p", reader.say(f"{name}_lead", **values), class_="lead"),
        el("p", el("a", reader.say("gone_form"), href=reader.to(f"/help/{form}")))
        if form
        else None,
        title=reader.say(f"{name}_title"),
        path="",
        wrong=True,
    )
    answer = answered(text, status=status, cache=SECRET)
    if values:
        answer.headers["retry-after"] = values["n"]
    return answer
