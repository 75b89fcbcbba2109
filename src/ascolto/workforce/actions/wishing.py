"""Use case of wishes: when somebody likes to work, and what they agree to."""

from ascolto.kit.db import Tx
from ascolto.workforce import events, store_requests
from ascolto.workforce.asking import Wishes


async def wish(tx: Tx, operator_id: str, wishes: Wishes) -> None:
    """Write down what somebody wishes for, in place of what they did; it can be taken back."""
    await store_requests.put_wishes(tx, operator_id, wishes)
    tx.emit(
        events.WishesChanged(
            operator_id=operator_id,
            short_shifts=wishes.short_shifts,
            split_shifts=wishes.split_shifts,
            early_offers=wishes.early_offers,
        )
    )
