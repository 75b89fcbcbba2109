"""Two colleagues who ask and answer beside a conversation while the server is killed."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import PostgresUrls
from ascolto.tenancy import store as tenancy_store
from support.demo import sign_in

ASKS = "team@aurelia.example"
ANSWERS = "operatore@aurelia.example"
PATIENCE_S = 120.0


@dataclass
class Aside:
    """A consult that goes on, and which of its lines were acknowledged."""

    url: str
    stop: threading.Event = field(default_factory=threading.Event)
    consult_id: str = ""
    kept: list[str] = field(default_factory=list)
    tries: int = 0

    def talk(self) -> None:
        """Ask beside the first conversation there is, then write from both sides until the end."""
        asks, answers = (self._signed_in(who) for who in (ASKS, ANSWERS))
        me = self._sent(answers, "GET", "/api/v1/session").json()["operator_id"]
        self.consult_id = self._asked(asks, me)
        self.kept.append("ask-0")
        other = threading.Thread(target=self._write, args=(answers, "answer"))
        other.start()
        self._write(asks, "on")
        other.join()
        asks.close()
        answers.close()

    def _asked(self, http: httpx.Client, operator_id: str) -> str:
        body = {"subject": "Aiuto", "text": "ask-0", "nonce": "ask-0", "operator_id": operator_id}
        while True:
            every = self._sent(http, "GET", "/api/v1/conversations?view=all").json()["items"]
            for one in every:
                answer = self._sent(
                    http, "POST", f"/api/v1/conversations/{one['id']}/consults", body
                )
                if answer.status_code != 409:  # it was closed meanwhile
                    return str(answer.json()["id"])
            time.sleep(0.1)

    def _write(self, http: httpx.Client, name: str) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            nonce = f"{name}-{number}"
            path = f"/api/v1/consults/{self.consult_id}/messages"
            answer = self._sent(http, "POST", path, {"text": nonce, "nonce": nonce})
            assert answer.status_code == 200, answer.text
            self.kept.append(nonce)
            self.stop.wait(0.3)

    def _signed_in(self, email: str) -> httpx.Client:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return sign_in(self.url, tenant="aurelia", email=email)
            except httpx.TransportError:
                assert time.monotonic() < until
                time.sleep(0.1)

    def _sent(
        self, http: httpx.Client, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        """Send one request until it is answered, as a desk does."""
        until = time.monotonic() + PATIENCE_S
        while True:
            self.tries += 1
            try:
                answer = http.request(method, path, json=body)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 500:
                return answer
            assert time.monotonic() < until, f"no answer to {method} {path}"
            time.sleep(0.05)


async def check_aside(aside: Aside, urls: PostgresUrls) -> None:
    """Hold what was acknowledged against what is stored: each line once, in one order."""
    database = await Database.open(urls.app_dsn, size=1)
    try:
        async with database.connection() as connection:
            tenant = await tenancy_store.tenant_by_slug(connection, "aurelia")
        assert tenant is not None
        async with database.transaction(tenant.id, actor=SYSTEM) as tx:
            rows = await tx.fetch(
                "SELECT m.seq, m.nonce, m.text, k.last_seq FROM conversations.consult_message m"
                " JOIN conversations.consult k USING (tenant_id)"
                " WHERE k.id = m.consult_id AND k.id = $1 ORDER BY m.seq",
                aside.consult_id,
            )
            consults = await tx.fetchval("SELECT count(*) FROM conversations.consult")
    finally:
        await database.close()
    assert consults == 1, "asked twice"
    assert sorted(row["nonce"] for row in rows) == sorted(aside.kept)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["text"] == row["nonce"] for row in rows)
    assert rows[-1]["last_seq"] == len(rows)
    assert {nonce.partition("-")[0] for nonce in aside.kept} == {"ask", "on", "answer"}
