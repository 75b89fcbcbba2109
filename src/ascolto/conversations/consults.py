"""What every verb of a consult needs: to hold it, to save and tell it, its work in the queue."""

from dataclasses import replace
from typing import Any

from ascolto import routing
from ascolto.conversations import errors, live, store_consults
from ascolto.conversations.model import Consult, preview_of
from ascolto.kit.db import Tx

# Who answered is asked on first: they know the matter. After this anybody of the queue may.
KNOWN_FOR_S = 300.0
# What of the back office's own work is asked for by consults.
CHANNEL = "task"
CAUSE = "consult"


async def enqueued(tx: Tx, asked: Consult, *, text: str) -> Consult:
    """Let a question wait for the back office: whoever answered before is asked first."""
    item = await routing.enqueue(
        tx,
        client_id=asked.client_id,
        queue_id=str(asked.queue_id),
        channel=CHANNEL,
        ref=asked.conversation_id,
        card={
            "consult_id": asked.id,
            "asked_by_name": asked.asked_by_name,
            "customer_name": asked.customer_name,
            "subject": asked.subject,
            "preview": preview_of(text),
            "language": asked.language,
            "conversation_number": asked.number,
        },
        preferred_operator=asked.operator_id,
        preferred_for_s=KNOWN_FOR_S,
        eu_only=asked.eu_only,
        barred=[who for who in dict.fromkeys((asked.asked_by, asked.owner_id)) if who],
        cause=CAUSE,
    )
    return replace(asked, work_item_id=item.id, operator_id=None, operator_name="")


async def let_go(tx: Tx, asked: Consult, *, why: str) -> None:
    """End the work of a question that waits for the back office, or that somebody has taken."""
    if asked.work_item_id is None:
        return
    if asked.operator_id is None:
        await routing.cancel(tx, work_item_id=asked.work_item_id, reason=why)
    else:
        await routing.finish(
            tx, work_item_id=asked.work_item_id, operator_id=asked.operator_id, outcome=why
        )


async def hold_consult(tx: Tx, consult_id: str) -> Consult:
    """Return a consult, held against other writers. Raises UnknownConsult."""
    asked = await store_consults.get_consult(tx, consult_id, lock=True)
    if asked is None:
        raise errors.UnknownConsult("No such consult.", consult_id=consult_id)
    return asked


async def save_consult(tx: Tx, asked: Consult, *, former: str | None = None) -> Consult:
    """Write a consult down and tell both sides, and whoever answered it before."""
    asked = replace(asked, v=await store_consults.save_consult(tx, asked))
    tx.show(*live.consult_changed(asked, former=former))
    return asked


def ids_of_consult(asked: Consult) -> dict[str, Any]:
    """Return the fields that every event of a consult carries."""
    return {
        "client_id": asked.client_id,
        "conversation_id": asked.conversation_id,
        "number": asked.number,
        "channel": asked.channel,
        "customer_id": asked.customer_id,
        "queue_id": asked.queue_id,
        "work_item_id": asked.work_item_id,
        "operator_id": asked.operator_id,
        "consult_id": asked.id,
        "asked_by": asked.asked_by,
    }
