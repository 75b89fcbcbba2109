"""A server killed without warning while a roster is made or published leaves all of it or nothing.

`ASCOLTO_KILLS` makes it longer.
"""

import contextlib
import os
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from ascolto.kit.postgres import EmbeddedPostgres
from support.demo import sign_in
from support.running import RunningServer

KILLS = max(2, int(os.environ.get("ASCOLTO_KILLS", "8")) // 4)
PLANNER = "pianificazione@aurelia.example"
ENOUGH_S = 240.0


class Planner:
    """A planner who signs in anew whenever the server was away."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.client: httpx.Client | None = None

    def call(self, method: str, path: str, **body: Any) -> httpx.Response:
        """Ask until somebody answers; an answer that was cut off is asked for again."""
        begun = time.monotonic()
        while True:
            try:
                if self.client is None:
                    self.client = sign_in(self.server.url, tenant="aurelia", email=PLANNER)
                answer = self.client.request(method, f"/api/v1{path}", json=body or None)
                if answer.status_code not in {429, 503}:
                    return answer
            except (httpx.TransportError, AssertionError):
                self.client = None
            assert time.monotonic() - begun < ENOUGH_S, "nobody answers any more"
            time.sleep(0.2)

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Ask and return what was answered, having seen that it is no refusal."""
        answer = self.call(method, path, **body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None


def agreed(planner: Planner) -> str:
    """Let everybody agree to one contract; return a queue."""
    terms = {
        "shift_minutes": [480],
        "shifts_per_week": 5,
        "bands": [{"from": "08:00", "to": "20:00"}],
    }
    planner.ask("POST", "/workforce/contracts", name="Pieno", terms=terms)
    people = planner.ask("GET", "/workforce/agreements")
    rows = [f"{one['operator_id']},2026-01-01,Pieno" for one in people]
    text = "\n".join(["operator,from_day,contract", *rows])
    told = planner.ask("POST", "/workforce/agreements/import", text=text, dry_run=False)
    assert told["written"], told
    return str(planner.ask("GET", "/queues")[0]["id"])


def wanted(queue_id: str, number: int) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=7 - today.weekday() + 7 * number)
    need = {"from": "09:00", "to": "18:00", "people": 3}
    return {
        "first_day": monday.isoformat(),
        "queues": [{"queue_id": queue_id, "by_hand": [need]}],
        "seconds": 3,
        "reason": f"Prova {number}",
    }


def ended(planner: Planner, run_id: str) -> dict[str, Any]:
    begun = time.monotonic()
    while True:
        run: dict[str, Any] = planner.ask("GET", f"/workforce/roster-runs/{run_id}")
        if run["state"] != "asked":
            return run
        assert time.monotonic() - begun < ENOUGH_S, run
        time.sleep(0.3)


def test_a_roster_is_made_once_and_published_whole_whenever_the_server_is_killed(
    pg: EmbeddedPostgres, template: str, tmp_path: Path
) -> None:
    urls = pg.create_database(f"rosters_{os.getpid()}", template=template)
    server = RunningServer(urls, data=tmp_path, demo=True)
    chance = random.Random(27)
    with contextlib.ExitStack() as stack:
        stack.callback(pg.drop_database, f"rosters_{os.getpid()}")
        server.start()
        stack.callback(server.stop)
        planner = Planner(server)
        queue_id = agreed(planner)
        for number in range(KILLS):
            run = planner.ask("POST", "/workforce/roster-runs", **wanted(queue_id, number))
            time.sleep(chance.uniform(0.0, 6.0))
            server.kill()
            server.start()
            made = ended(planner, run["id"])
            assert made["state"] == "made", made["failure"]
            _published_though_killed(planner, server, made["roster_id"], chance)
        rosters = planner.ask("GET", "/workforce/rosters")["items"]
    assert len(rosters) == KILLS, "each was made once"
    assert all(one["published_at"] for one in rosters)


def _published_though_killed(
    planner: Planner, server: RunningServer, roster_id: str, chance: random.Random
) -> None:
    """Publish while the server is killed; whatever was answered, it is published whole at last."""
    url = f"/workforce/rosters/{roster_id}"
    before = planner.ask("GET", url)
    v = before["roster"]["v"]
    asking = threading.Thread(
        target=lambda: planner.call("POST", f"{url}/publish", v=v), daemon=True
    )
    asking.start()
    time.sleep(chance.uniform(0.0, 0.5))
    server.kill()
    server.start()
    asking.join(timeout=ENOUGH_S)
    after = planner.ask("GET", url)
    assert after["shifts"] == before["shifts"]
    assert after["roster"]["published_at"], "the request was sent again until it was answered"
    assert after["roster"]["v"] == v + 1, "published once"
