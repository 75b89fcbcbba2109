"""A client's form and its page on whether somebody is there: served whole, without a script."""

from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ascolto.channels.actions import visiting
from ascolto.channels.errors import StartClash, TooFast, UnknownChannel
from ascolto.channels.forms import preferences, talk
from ascolto.channels.forms.door import AtForm, answered, at_form, in_words
from ascolto.channels.forms.filled import Filled, Problem, fresh_nonce, problems_of
from ascolto.channels.forms.form_shown import form_page, status_page
from ascolto.channels.webchat import pages as webchat_pages
from ascolto.channels.webchat.limits import STARTS, limits_of

_A_WHILE = "public, max-age=300"
_FONT = "atkinson-hyperlegible-next-latin-*.woff2"


@in_words
async def show_form(request: Request) -> Response:
    """Serve the form, empty."""
    async with at_form(request) as at:
        return answered(form_page(at.reader, at.scene, Filled(fresh_nonce()), {}))


@in_words
async def send_form(request: Request) -> Response:
    """Begin a conversation once for each form and lead to it; what is wrong is said in the form."""
    filled = Filled.of(await request.form())
    async with at_form(request) as at:
        problems = problems_of(filled, at.scene.settings)
        if problems:
            return _again(at, filled, problems, status=422)
        try:
            limits_of(request).spend_address(request, "starts", STARTS)
        except TooFast as refusal:
            wait = {"n": str(refusal.fields["retry_after_s"])}
            return _again(at, filled, {"text": ("too_fast", wait)}, status=429)
        try:
            started = await visiting.start(at.tx, at.scene, filled.wish())
        except StartClash:
            # Somebody went back and wrote something else: neither lost nor sent unasked.
            return _again(at, filled, {"text": ("clash", {})}, status=409)
        way = at.reader.to(f"/talk/{started.token}", told="received")
    return RedirectResponse(way, status_code=303)


def _again(at: AtForm, filled: Filled, problems: dict[str, Problem], *, status: int) -> Response:
    """Return the form with all that was written in it."""
    fresh = filled.again() if status != 429 else filled
    return answered(form_page(at.reader, at.scene, fresh, problems), status=status)


@in_words
async def show_status(request: Request) -> Response:
    """Serve the page on whether somebody is there and how long one waits."""
    async with at_form(request) as at:
        return answered(status_page(at.reader, at.scene))


@in_words
async def show_nowhere(_: Request) -> Response:
    """Say that there is no such page below a form, and lead to the form."""
    raise UnknownChannel("There is no such page.")


async def style(_: Request) -> Response:
    """Serve the pages' style."""
    text = files("ascolto.channels.forms").joinpath("page.css").read_text("utf-8")
    return PlainTextResponse(text, media_type="text/css", headers={"cache-control": _A_WHILE})


async def font(_: Request) -> Response:
    """Serve the letters that the chat has too; without them the system's own do."""
    found = next(iter(sorted((webchat_pages.STATIC / "assets").glob(_FONT))), None)
    if found is None:
        raise HTTPException(404, "The chat is not built here yet: run `make build`.")
    return FileResponse(found, media_type="font/woff2", headers={"cache-control": _A_WHILE})


routes: list[BaseRoute] = [
    Route("/help.css", style),
    Route("/help.woff2", font),
    Route("/help/{key}", show_form),
    Route("/help/{key}", send_form, methods=["POST"]),
    Route("/help/{key}/status", show_status),
    *talk.routes,
    *preferences.routes,
    Route("/help/{key}/{rest:path}", show_nowhere),
]
