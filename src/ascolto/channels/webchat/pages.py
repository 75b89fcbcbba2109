"""Pages of the chat: the loader, the panel's files, the panel, a host page to try it on.

The panel runs in a frame of our own origin, so the host page cannot read the chat; which sites
may hold that frame is the channel's to say, and the browser's to enforce (`frame-ancestors`).
"""

import html
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

import ascolto
from ascolto.channels import store
from ascolto.channels.model import Channel, WebchatSettings
from ascolto.channels.webchat.door import tenant_of_key
from ascolto.channels.webchat.texts import Words
from ascolto.kit.db import SYSTEM
from ascolto.kit.http import services_of
from ascolto.kit.shipped import shipped_file
from ascolto.kit.words import nearest
from ascolto.tenancy import Client
from ascolto.tenancy import store as tenancy

STATIC = Path(ascolto.__file__).parent / "web" / "static" / "widget"
PANEL_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'self'; img-src 'self' data: blob:{pictures};"
    " frame-ancestors 'self'{sites}"
)
# The host page forbids itself all but what a client has to allow for the chat.
HOST_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_FOR_EVER = "public, max-age=31536000, immutable"
_A_WHILE = "public, max-age=300"
_KEY = re.compile(r"[A-Za-z0-9_-]{4,64}")
_NOT_BUILT = "The chat is not built here yet: run `make build`."


async def loader(_: Request) -> Response:
    """Serve the script that a client's page embeds; any page of the world may load it."""
    path = STATIC / "loader.js"
    if not path.is_file():
        raise HTTPException(404, _NOT_BUILT)
    headers = {
        "cache-control": _A_WHILE,
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
    }
    return FileResponse(path, media_type="text/javascript", headers=headers)


async def asset(request: Request) -> Response:
    """Serve a built file of the panel; a name with a fingerprint never changes its content."""
    path = shipped_file(STATIC, request.path_params["path"])
    if path is None:
        raise HTTPException(404, "No such file.")
    headers = {
        "cache-control": _FOR_EVER if _HASHED.search(path.name) else _A_WHILE,
        "cross-origin-resource-policy": "cross-origin",
        "access-control-allow-origin": "*",
    }
    return FileResponse(path, headers=headers)


async def panel(request: Request) -> Response:
    """Serve the chat panel of a channel, to be framed by the channel's own sites only."""
    channel, client = await _channel_of(request)
    path = STATIC / "panel.html"
    if not path.is_file():
        raise HTTPException(404, _NOT_BUILT)
    settings = channel.webchat()
    headers = {"content-security-policy": panel_policy(settings), "cache-control": "no-cache"}
    page = path.read_text("utf-8").replace(
        "</noscript>", _without_script(channel, client, request) + "</noscript>"
    )
    return HTMLResponse(page, headers=headers)


def _without_script(channel: Channel, client: Client | None, request: Request) -> str:
    """Return the other ways to reach a client, for a browser that runs no scripts."""
    settings = channel.webchat()
    words = Words.of(
        settings,
        language=request.query_params.get("lang", ""),
        client_name=client.name if client else "",
    )
    form = f"/help/{channel.public_key}?lang={words.language}"
    name = html.escape(words.say("contact_page"))
    ways = [f'<p class="plain"><a href="{form}" target="_blank">{name}</a></p>']
    if settings.contact_url:
        address = html.escape(settings.contact_url)
        name = html.escape(words.say("contact_other"))
        ways.append(f'<p class="plain"><a href="{address}" target="_blank">{name}</a></p>')
    if settings.phone:
        number = re.sub(r"[^+0-9]", "", settings.phone)
        text = html.escape(words.say("contact_phone", phone=settings.phone))
        ways.append(f'<p class="plain"><a href="tel:{number}">{text}</a></p>')
    return "".join(ways)


def panel_policy(settings: WebchatSettings) -> str:
    """Return what the panel may load: nothing of others, but for the client's own logo."""
    logo = urlsplit(settings.logo_url or "")
    return PANEL_CSP.format(
        pictures=f" {logo.scheme}://{logo.netloc}" if logo.netloc else "",
        sites="".join(f" {site}" for site in settings.sites),
    )


async def host(request: Request) -> Response:
    """Serve a page like a client's site, with the chat on it."""
    channel, client = await _channel_of(request)
    lang = nearest(request.query_params.get("lang", ""))
    return HTMLResponse(
        _host_page(channel, client, lang=lang), headers={"content-security-policy": HOST_CSP}
    )


def _host_page(channel: Channel, client: Client | None, *, lang: str) -> str:
    """Write the site of a client in words of its trade."""
    folder = files("ascolto.channels.webchat").joinpath("host")
    spoken = tomllib.loads(folder.joinpath("words.toml").read_text("utf-8"))
    # The invented sites are written in two languages; the chat on them speaks every one.
    site = lang if lang in spoken else "en"
    words: dict[str, Any] = spoken[site]
    sector = client.sector if client and isinstance(words.get(client.sector), dict) else "other"
    own, settings = words[sector], channel.webchat()
    phone = html.escape(words["phone"].replace("{phone}", settings.phone))
    values = {
        "site": site,
        "lang": lang,
        "key": channel.public_key,
        "sector": sector,
        "color": settings.color or (client.color if client else "#0a5c63"),
        "brand": html.escape(settings.brand_name or (client.name if client else channel.name)),
        "nav": "".join(f"<li>{html.escape(word)}</li>" for word in own["nav"]),
        "cards": "\n".join(
            f"<li><h2>{html.escape(name)}</h2><p>{html.escape(text)}</p></li>"
            for name, text in own["cards"]
        ),
        "phone": f'<p class="phone">{phone}</p>' if settings.phone else "",
        "title": html.escape(own["title"]),
        "lead": html.escape(own["lead"]),
    } | {name: html.escape(words[name]) for name in ("note", "form", "status", "skip")}
    page = folder.joinpath("host.html").read_text("utf-8")
    for name, value in values.items():
        page = page.replace("{" + name + "}", value)
    return page


async def host_style(_: Request) -> Response:
    """Serve the host page's style."""
    text = files("ascolto.channels.webchat").joinpath("host", "host.css").read_text("utf-8")
    return PlainTextResponse(text, media_type="text/css", headers={"cache-control": _A_WHILE})


async def _channel_of(request: Request) -> tuple[Channel, Client | None]:
    """Return the chat of the key in the path, with its client."""
    key = request.path_params["key"]
    tenant_id = await tenant_of_key(request, key) if _KEY.fullmatch(key) else None
    if tenant_id is not None:
        async with services_of(request).db.transaction(tenant_id, actor=SYSTEM) as tx:
            channel = await store.by_key(tx, key)
            if channel is not None and channel.kind == "webchat":
                return channel, await tenancy.get_client(tx, channel.client_id)
    raise HTTPException(404, "There is no such chat.")


routes: list[BaseRoute] = [
    Route("/widget.js", loader),
    Route("/widget/{path:path}", asset),
    Route("/chat/{key}", panel),
    Route("/demo-host.css", host_style),
    Route("/demo/{key}", host),
]
