"""Write into the event log what a day would have left there, and ask for figures over it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ascolto.kit.ids import new_id
from support.office import Office, ok

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """One line of the log: so many seconds after the morning began."""

    after_s: float
    kind: str
    body: dict[str, Any]


async def write(office: Office, lines: Iterable[Said], *, client_id: str | None = None) -> None:
    """Write lines for a client, the office's own unless another is named."""
    desk = office.desk
    async with desk.as_system() as tx:
        await tx.executemany(
            "INSERT INTO kit.event (tenant_id, at, kind, version, client_id, actor, body)"
            " VALUES ($1, $2, $3, 1, $4, '{}', $5)",
            [
                (
                    desk.tenant,
                    MORNING + timedelta(seconds=line.after_s),
                    line.kind,
                    client_id or desk.client_id,
                    line.body,
                )
                for line in lines
            ],
        )


def request(
    after_s: float,
    wait_s: float,
    *,
    queue_id: str,
    operator_id: str | None = None,
    talk_s: float = 0.0,
    **more: Any,
) -> list[Said]:
    """Return one request: answered by an operator after a wait, or given up when there is none."""
    body = {
        "work_item_id": new_id(),
        "conversation_id": new_id(),
        "queue_id": queue_id,
        "channel": "webchat",
    }
    lines = [Said(after_s, "routing.human_requested", {**body, **more})]
    if operator_id is None:
        return [*lines, Said(after_s + wait_s, "routing.abandoned", {**body, "waited_s": wait_s})]
    body["operator_id"] = operator_id
    answered = after_s + wait_s
    return [
        *lines,
        Said(answered, "routing.answered", {**body, "waited_s": wait_s}),
        Said(answered + talk_s, "routing.wrap_started", {**body, "handled_s": talk_s}),
        Said(answered + talk_s, "routing.wrap_ended", {**body, "wrap_s": 0}),
    ]


async def figure(browser: httpx.AsyncClient, metric: str, **query: Any) -> dict[str, Any]:
    """Ask for a figure over the day."""
    period = {
        "from": MORNING.replace(hour=0).isoformat(),
        "to": (MORNING + timedelta(days=1)).replace(hour=0).isoformat(),
    }
    answer: dict[str, Any] = ok(
        await browser.get("/metrics", params={"metric": metric, **period, **query})
    )
    return answer
