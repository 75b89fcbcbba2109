"""Mail in the demo: each client's address leads to a queue like its first, and no mail leaves."""

from typing import Any

from ascolto import routing, tenancy
from ascolto.channels.actions.configuring import create_channel, mail_addresses
from ascolto.demo.organisation import Organisation, read_organisation
from ascolto.kit.db import Tx
from ascolto.kit.settings import Settings

SLUGS = ("aurelia", "ponente")
_ANSWERED_WITHIN_S = 4 * 3600.0


async def prepare_mail(tx: Tx, one: Organisation) -> int:
    """Give a mailbox to each client that has an address and none yet; return how many."""
    sheets = {sheet["name"]: sheet for sheet in one.clients}
    there = await mail_addresses(tx)
    queues = await routing.list_queues(tx)
    prepared = 0
    for client in await tenancy.list_clients(tx):
        sheet = sheets.get(client.name)
        address = sheet["contact"].get("email") if sheet else None
        named = [row["name"] for row in one.queues if sheet and row["client"] == sheet["key"]]
        own = [queue for queue in queues if queue.client_id == client.id and queue.name in named]
        if not address or address in there or not own:
            continue
        own.sort(key=lambda queue: named.index(queue.name))
        await create_channel(
            tx,
            client_id=client.id,
            kind="email",
            name=f"Posta {client.name}",
            queue_id=(await routing.create_queue(tx, values=_like(own[0]))).id,
            settings={
                "address": address,
                "name": client.name,
                "undo_s": 5,
                "signature": f"{client.name}\n{address}",
            },
        )
        prepared += 1
    return prepared


def _like(queue: routing.Queue) -> dict[str, Any]:
    """Return a queue for mail that the same people answer, who have more time for it."""
    return {
        "client_id": queue.client_id,
        "name": f"Posta · {queue.name}",
        "channel": "email",
        "priority": queue.priority,
        "rings": queue.rings,
        "target_s": _ANSWERED_WITHIN_S,
        "target_share": queue.target_share,
        "long_work_s": queue.long_work_s,
        "calendar_id": queue.calendar_id,
    }


def mail_texts(settings: Settings) -> list[str]:
    """Return how to write a mail to each demo organisation and where its answers are shown."""
    if settings.mail_port is None:
        return []
    where = f"{settings.mail_host}:{settings.mail_port}"
    lines = [f"  Mail trap       smtp://{where} (nothing leaves this machine)"]
    for slug in SLUGS:
        one = read_organisation(slug)
        to = ", ".join(sheet["contact"]["email"] for sheet in one.clients)
        lines.append(f"    {to}: answers at {settings.public_url}/demo-mail/{slug}")
    return lines
