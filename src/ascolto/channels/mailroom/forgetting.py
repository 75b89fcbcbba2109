"""The bytes of mails are kept for as long as a client wants them, and then forgotten."""

from datetime import timedelta

from ascolto import tenancy
from ascolto.channels import store_mail_retention
from ascolto.kit.db import Tx
from ascolto.tenancy.actions import setting
from ascolto.tenancy.settings import declare, whole_number

# So many mails in one transaction: each may weigh megabytes.
SOME = 200

RAW_DAYS = declare(
    "channels.raw_mail_days",
    default=0,
    parse=whole_number(least=0, most=36_500),
    meaning="Days for which mails are kept byte for byte; then only what was read from them stays."
    " 0 = for ever",
)


async def forget_raw_mail(tx: Tx) -> int:
    """Forget the bytes of mails whose client's time is over; return how many, some at a time."""
    gone = 0
    for client in await tenancy.list_clients(tx):
        days = await setting(tx, RAW_DAYS, client_id=client.id)
        if not days:
            continue
        before = tx.now - timedelta(days=days)
        for forget in (store_mail_retention.forget_incoming, store_mail_retention.forget_outgoing):
            gone += await forget(tx, client_id=client.id, before=before, limit=SOME)
    return gone
