"""Pages of a link in a mail: one question, "no more of these", and what was agreed to.

A look changes nothing, because scanners of mail follow every link. What changes is a POST: of our
page's button, or of a mail program's own (RFC 8058), which is answered at once and leads nowhere.
"""

import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ascolto import conversations, customers
from ascolto.channels import store_invitations
from ascolto.channels.actions.preferring import Reachable, opened, say
from ascolto.channels.errors import LinkGone
from ascolto.channels.forms.door import SECRET, answered, in_words
from ascolto.channels.forms.filled import Problem, field_of
from ascolto.channels.forms.judging import Judgement
from ascolto.channels.forms.preferences_shown import (
    consent_page,
    stop_page,
    stopped_page,
    thanks_page,
)
from ascolto.channels.forms.talk_shown import OVER, survey_page
from ascolto.channels.forms.words import Reader, reader_of
from ascolto.channels.webchat.limits import LINKS, MESSAGES, REQUESTS, limits_of
from ascolto.conversations import Conversation
from ascolto.customers import Purpose, Source
from ascolto.identity import secrets
from ascolto.kit.db import SYSTEM, Tx
from ascolto.kit.http import services_of
from ascolto.kit.secretbox import server_box
from ascolto.tenancy.actions import get_client

ONE_CLICK = "One-Click"


@dataclass(frozen=True, slots=True)
class AtPreferences:
    """One request through the link of an address."""

    tx: Tx
    who: Reachable
    reader: Reader
    token: str


@contextlib.asynccontextmanager
async def at_preferences(request: Request) -> AsyncIterator[AtPreferences]:
    """Open a transaction for the address whose link it is.

    A good link is limited by itself, not by where it comes from: the providers of mail send the
    one click of many people from few addresses.
    """
    token = request.path_params["token"]
    services = services_of(request)
    who = opened(server_box(services.settings.data), token)
    if who is None:
        limits_of(request).spend_address(request, "links", LINKS)
        raise LinkGone("We did not make this link.")
    limits = limits_of(request)
    limits.spend("preferences", hashlib.sha256(who.address.encode()).hexdigest(), MESSAGES)
    async with services.db.transaction(who.tenant_id, actor=SYSTEM) as tx:
        brand = (await get_client(tx, who.client_id)).name
        await tx.narrow([who.client_id])
        yield AtPreferences(tx, who, replace(reader_of(request), brand=brand), token)


@in_words
async def show_stop(request: Request) -> Response:
    """Serve the page that asks whether to stop; looking at it stops nothing."""
    async with at_preferences(request) as at:
        return answered(stop_page(at.reader, at.who, at.token), cache=SECRET)


@in_words
async def stop(request: Request) -> Response:
    """Send no more of these, by our button or by a mail program's."""
    clicked = field_of(await request.form(), "List-Unsubscribe") == ONE_CLICK
    source = Source.ONE_CLICK if clicked else Source.PAGE
    async with at_preferences(request) as at:
        purpose = at.who.purpose
        words = at.reader.say(f"consent_{purpose.value}")
        await say(at.tx, at.who, purpose=purpose, given=False, source=source, words=words)
        return answered(stopped_page(at.reader, at.who, at.token), cache=SECRET)


async def _consents(at: AtPreferences, *, told: str = "") -> Response:
    said = await customers.consents(at.tx, client_id=at.who.client_id, email=at.who.address)
    return answered(consent_page(at.reader, at.who, at.token, said, told=told), cache=SECRET)


@in_words
async def show_consents(request: Request) -> Response:
    """Serve what an address has agreed to."""
    async with at_preferences(request) as at:
        return await _consents(at)


@in_words
async def change_consent(request: Request) -> Response:
    """Keep a yes or a no to one purpose, and show how all stands now."""
    fields = await request.form()
    purpose, wish = field_of(fields, "purpose"), field_of(fields, "wish")
    async with at_preferences(request) as at:
        if purpose not in set(Purpose) or wish not in ("yes", "no"):
            return await _consents(at)
        await say(
            at.tx,
            at.who,
            purpose=Purpose(purpose),
            given=wish == "yes",
            source=Source.PAGE,
            words=at.reader.say(f"consent_{purpose}"),
        )
        return await _consents(at, told="kept")


@dataclass(frozen=True, slots=True)
class AtSurvey:
    """One request through the link of a question."""

    tx: Tx
    now: Conversation
    reader: Reader
    path: str


@contextlib.asynccontextmanager
async def at_survey(request: Request) -> AsyncIterator[AtSurvey]:
    """Open a transaction for the conversation that a question is about."""
    limits_of(request).spend_address(request, "requests", REQUESTS)
    token = request.path_params["token"]
    shown = secrets.read(token)
    if shown is None:
        raise LinkGone("This is no address of a question.")
    async with services_of(request).db.transaction(shown.tenant_id, actor=SYSTEM) as tx:
        asked = await store_invitations.of_secret(tx, shown.secret_hash)
        now = await conversations.get(tx, asked.conversation_id) if asked else None
        if asked is None or now is None:
            raise LinkGone("The question has run out.")
        await tx.narrow([asked.client_id])
        brand = (await get_client(tx, asked.client_id)).name
        reader = replace(reader_of(request, language=now.language), brand=brand)
        yield AtSurvey(tx, now, reader, f"/survey/{token}")


@in_words
async def show_survey(request: Request) -> Response:
    """Serve the one question."""
    async with at_survey(request) as at:
        if at.now.state.value not in OVER:
            early = at.reader.say("survey_early")
            return answered(thanks_page(at.reader, at.path, text=early), cache=SECRET)
        return answered(_question(at, text="", problems={}), cache=SECRET)


def _question(at: AtSurvey, *, text: str, problems: dict[str, Problem]) -> str:
    return survey_page(
        at.reader, at.path, question=at.reader.say("survey_question"), text=text, problems=problems
    )


@in_words
async def answer_survey(request: Request) -> Response:
    """Keep the answer, once."""
    judged = Judgement.of(await request.form())
    async with at_survey(request) as at:
        if judged.problems:
            text = _question(at, text=judged.text, problems=judged.problems)
            return answered(text, status=422, cache=SECRET)
        if await judged.keep(at.tx, conversation_id=at.now.id):
            thanks = at.reader.say("survey_thanks")
        else:
            thanks = at.reader.say("survey_again")
        return answered(thanks_page(at.reader, at.path, text=thanks), cache=SECRET)


routes: list[BaseRoute] = [
    Route("/unsubscribe/{token}", show_stop),
    Route("/unsubscribe/{token}", stop, methods=["POST"]),
    Route("/mail-preferences/{token}", show_consents),
    Route("/mail-preferences/{token}", change_consent, methods=["POST"]),
    Route("/survey/{token}", show_survey),
    Route("/survey/{token}", answer_survey, methods=["POST"]),
]
