"""What became of a mail of ours, recipient by recipient, told on its message."""

from collections.abc import Sequence

from ascolto import conversations
from ascolto.channels import store_mail_to
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.store_mail_to import Addressee
from ascolto.kit.db import Tx

_LOST = ("failed", "bounced")


async def tell_message(tx: Tx, mail: OutMail, *, state: str) -> None:
    """Show on a mail's message how it stands: with whom it arrived and with whom it did not."""
    addressees = await store_mail_to.of_mail(tx, mail.id)
    told = {"state": state, "recipients": [one.as_json() for one in addressees]}
    await conversations.mark_delivered(
        tx, message_id=mail.message_id, delivery=delivery_of(state, addressees), told=told
    )


def delivery_of(state: str, addressees: Sequence[Addressee]) -> str:
    """Return sent, delivered or failed: one recipient who was not reached is a failure."""
    if state in ("failed", "bounced", "recalled") or any(one.state in _LOST for one in addressees):
        return "failed"
    if state == "delivered" or (addressees and all(one.state == "delivered" for one in addressees)):
        return "delivered"
    return "sent"
