"""`ascolto up --demo` is never an empty room, in either organisation, at whatever hour."""

import contextlib
import time
from pathlib import Path

import psutil
import pytest

from support.commands import Up, up
from support.demo import sign_in
from support.desk import Writer

WITHIN_S = 60.0
# A quiet machine needs 0.1; the bound only catches a day that has become a load test.
MOST_CPU = 0.5


def active(server: Up, tenant: str) -> int:
    """Count the conversations that are with an operator, as the team leader sees them."""
    url = f"http://127.0.0.1:{server.port}"
    with contextlib.closing(sign_in(url, tenant=tenant, email=f"team@{tenant}.example")) as leader:
        answer = leader.get("/api/v1/conversations", params={"view": "all"})
        assert answer.is_success, answer.text
        return sum(row["state"] == "active" for row in answer.json()["items"])


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_within_a_minute_somebody_is_being_helped_in_both_organisations(
    folder: Path, zone: str
) -> None:
    with up(folder / "data", "--demo", TZ=zone) as server:
        server.wait_until_up()
        url = f"http://127.0.0.1:{server.port}"
        deadline = time.monotonic() + WITHIN_S
        helped = {"aurelia": 0, "ponente": 0}
        while not all(helped.values()):
            assert time.monotonic() < deadline, helped
            time.sleep(1.0)
            helped = {tenant: active(server, tenant) for tenant in helped}
        # Nobody who writes is told that it is closed, nor taken from the person who tries the desk.
        for tenant in helped:
            writer = Writer(url, "Elsa")
            with writer.http:
                writer.begin("C'è qualcuno?", key=tenant)
                scene = writer.http.get(f"{url}/public/v1/chat/{tenant}/config").json()
                assert scene["open"] is True
        crowd = [p for p in server.children() if "living_day" in " ".join(p.cmdline())]
        assert len(crowd) == 1, "one process plays both days"
        assert cpu_share(crowd[0], seconds=5.0) < MOST_CPU


def cpu_share(process: psutil.Process, *, seconds: float) -> float:
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return float(sum(process.cpu_times()[:2]) - before) / seconds
