"""A site of another origin that means harm: strict policy, styles against everything."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from support.demo import sign_in
from support.running import RunningServer

_PAGE = """<!doctype html><html{language}><meta charset="utf-8"><title>Ostile</title>
<link rel="stylesheet" href="/hostile.css"><h1>Una pagina ostile</h1>
<div id="cover">copro tutto</div>
<script src="{url}/widget.js" data-key="{key}" async></script></html>"""
_STYLE = """
* { all: unset !important; display: none !important; color: red !important; opacity: 0 !important;
    visibility: hidden !important; font-size: 1px !important; --brand: red; --ink: red; }
html, body, h1, #cover { display: block !important; visibility: visible !important;
    opacity: 1 !important; }
*::before, *::after { content: "VIRUS" !important; display: block !important; }
button, iframe { position: static !important; width: 1px !important; }
#cover { position: fixed !important; inset: 0 !important; z-index: 999999 !important;
    background: pink !important; }
"""


@contextlib.contextmanager
def another_site(house: RunningServer, key: str, *, language: str = ' lang="it"') -> Iterator[str]:
    """Serve a page of another origin that embeds a chat of ours and names its language, or none."""
    policy = f"default-src 'none'; style-src 'self'; script-src {house.url}; frame-src {house.url}"

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            css = self.path.endswith(".css")
            self.send_response(200 if css or self.path == "/" else 204)
            self.send_header("content-type", "text/css" if css else "text/html; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            if css or self.path == "/":
                page = _STYLE if css else _PAGE.format(url=house.url, key=key, language=language)
                self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _channel(house: RunningServer, key: str) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    """Open a chat of the demo as its configurator."""
    who = sign_in(house.url, tenant="aurelia", email="config@aurelia.example")
    with contextlib.closing(who) as http:
        channels = http.get("/api/v1/channels").json()["items"]
        yield http, next(one for one in channels if one["public_key"] == key)


def allow_site(house: RunningServer, key: str, site: str) -> None:
    """Let a site hold a chat of the demo."""
    with _channel(house, key) as (http, channel):
        changed = {"v": channel["v"], "settings": {**channel["settings"], "sites": [site]}}
        answer = http.patch(f"/api/v1/channels/{channel['id']}", json=changed)
        assert answer.status_code == 200, answer.text


def a_ticket(house: RunningServer, key: str, *, name: str) -> str:
    """Vouch for a customer, as the client's own server would."""
    with _channel(house, key) as (http, channel):
        email = name.replace(" ", ".").lower() + "@posta.example"
        body = {"kind": "email", "value": email, "name": name}
        answer = http.post(f"/api/v1/channels/{channel['id']}/tickets", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"])
