"""The whole server as a process of its own: killed in between, and telling programs by itself."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson

from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from support.demo import sign_in
from support.running import RunningServer, running_server

CHAT = "/public/v1/chat/aurelia/conversations"


def begin(server: RunningServer, **more: Any) -> dict[str, Any]:
    body = {"nonce": new_id(), "text": "La bolletta è doppia", **more}
    answer = httpx.post(server.url + CHAT, json=body, timeout=20)
    assert answer.status_code == 201, answer.text
    started: dict[str, Any] = answer.json()
    return started


def hear(server: RunningServer, token: str, *, last_id: str, until: str) -> tuple[str, list[str]]:
    """Follow a stream until a text comes by; return the last place and the texts."""
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last_id} if last_id else {})
    url = f"{server.url}/public/v1/conversation/stream"
    texts = []
    with httpx.stream("GET", url, headers=headers, timeout=20) as answer:
        for line in answer.iter_lines():
            if line.startswith("id:"):
                last_id = line[3:].strip()
            elif line.startswith("data:"):
                event = orjson.loads(line[5:])
                if event["k"] == "message.added":
                    texts.append(event["b"]["text"])
                    if texts[-1] == until:
                        return last_id, texts
    raise AssertionError("the stream ended")


def test_a_chat_survives_its_server_and_programs_hear_of_it(urls: PostgresUrls) -> None:
    heard: list[dict[str, Any]] = []
    told = threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            heard.append(orjson.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()
            if heard[-1]["data"]["message"]["text"] == "Eccomi di nuovo":
                told.set()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    with running_server(urls, demo=True) as server:
        email = "config@aurelia.example"
        with contextlib.closing(sign_in(server.url, tenant="aurelia", email=email)) as browser:
            made = browser.post(
                "/api/v1/webhooks",
                json={
                    "name": "Prova",
                    "url": f"http://127.0.0.1:{receiver.server_port}/",
                    "kinds": ["conversations.message_in"],
                },
            )
            assert made.status_code == 201, made.text
        nonce = new_id()
        first = begin(server, nonce=nonce)
        place, _ = hear(server, first["token"], last_id="", until="La bolletta è doppia")
        send(server, first["token"], "Ci siete?", nonce="n1")
        server.kill()
        server.start()
        again = begin(server, nonce=nonce)
        assert again["conversation_id"] == first["conversation_id"]
        send(server, first["token"], "Ci siete?", nonce="n1")
        send(server, first["token"], "Eccomi di nuovo", nonce="n2")
        _, texts = hear(server, again["token"], last_id=place, until="Eccomi di nuovo")
        assert texts == ["Ci siete?", "Eccomi di nuovo"]
        assert told.wait(50), server.log()[-2_000:]
    receiver.shutdown()
    receiver.server_close()
    # One that was on its way when the server died may have been heard twice.
    assert list(dict.fromkeys(one["data"]["message"]["text"] for one in heard)) == [
        "La bolletta è doppia",
        "Ci siete?",
        "Eccomi di nuovo",
    ]


def test_two_servers_on_one_database_are_one_chat(urls: PostgresUrls) -> None:
    with running_server(urls, demo=True) as one:
        other = RunningServer(urls, data=one.data)
        other.start()
        try:
            started = begin(one)
            place, _ = hear(other, started["token"], last_id="", until="La bolletta è doppia")
            send(one, started["token"], "Scritto qui", nonce="n1")
            send(other, started["token"], "Scritto là", nonce="n2")
            send(other, started["token"], "Scritto qui", nonce="n1")
            one.kill()
            send(other, started["token"], "Scritto dopo", nonce="n3")
            _, texts = hear(other, started["token"], last_id=place, until="Scritto dopo")
            assert texts == ["Scritto qui", "Scritto là", "Scritto dopo"]
        finally:
            other.kill()


def send(server: RunningServer, token: str, text: str, *, nonce: str) -> None:
    answer = httpx.post(
        f"{server.url}/public/v1/conversation/messages",
        json={"text": text, "nonce": nonce},
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )
    assert answer.status_code == 201, answer.text


def test_ctrl_c_ends_open_chats_without_a_fuss(urls: PostgresUrls) -> None:
    with running_server(urls, demo=True) as server:
        token = begin(server)["token"]
        stream = f"{server.url}/public/v1/conversation/stream"
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.stream("GET", stream, headers=headers, timeout=20) as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith("retry:")
            assert server.stop() == 0
            assert not any("error" in line for line in lines)
        assert "Traceback" not in server.log()
