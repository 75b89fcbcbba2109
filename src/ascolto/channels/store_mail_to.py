"""Statements on the recipients of a mail of ours: who they are and what became of it for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ascolto.channels.store_mail_out import OutMail
from ascolto.kit.db import Tx

# What no later word of the sending side takes back.
REACHED = ("accepted", "delayed", "relayed", "delivered")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to whom a mail of ours goes."""

    address: str
    role: str
    state: str = "waiting"
    why: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as the message shows it."""
        return {"address": self.address, "role": self.role, "state": self.state, "why": self.why}


async def add(tx: Tx, mail: OutMail, addressees: Sequence[Addressee]) -> None:
    """Write to whom a mail goes."""
    await tx.executemany(
        "INSERT INTO channels.mail_out_to (tenant_id, out_id, client_id, address, role, place,"
        " state, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            (tx.tenant_id, mail.id, mail.client_id, one.address, one.role, place, one.state,
             one.why, tx.now)
            for place, one in enumerate(addressees)
        ],
    )  # fmt: skip


async def of_mail(tx: Tx, out_id: str) -> list[Addressee]:
    """Return to whom a mail goes, in the order in which they were named."""
    rows = await tx.fetch(
        "SELECT address, role, state, why FROM channels.mail_out_to"
        " WHERE tenant_id = $1 AND out_id = $2 ORDER BY place",
        tx.tenant_id, out_id,
    )  # fmt: skip
    return [Addressee(**row) for row in rows]


async def settle(tx: Tx, out_id: str, fates: Mapping[str, tuple[str, str]]) -> None:
    """Write what became of a mail for some recipients: state and why.

    Reports come in any order: what was delivered stays so, a relay is no news after it, and what
    was heard is known also to whoever has no word of a server.
    """
    await tx.executemany(
        "UPDATE channels.mail_out_to SET state = $4, why = $5, at = $6"
        " WHERE tenant_id = $1 AND out_id = $2 AND address = $3 AND state <> 'delivered'"
        " AND NOT (state IN ('relayed', 'bounced') AND $4 IN ('accepted', 'delayed'))"
        " AND NOT (state NOT IN ('waiting', 'uncertain') AND $4 = 'uncertain')",
        [
            (tx.tenant_id, out_id, address, state, why[:300], tx.now)
            for address, (state, why) in fates.items()
        ],
    )  # fmt: skip


async def not_given(tx: Tx, out_id: str, *, attempt: int) -> None:
    """Note that a server said of an attempt that it has not taken the mail."""
    await tx.execute(
        "UPDATE channels.mail_out_to SET given_in = array_remove(given_in, $3::int)"
        " WHERE tenant_id = $1 AND out_id = $2 AND $3 = ANY(given_in)",
        tx.tenant_id, out_id, attempt,
    )  # fmt: skip


async def wait_again(tx: Tx, out_id: str) -> list[str]:
    """Let everybody wait whom a mail has not reached, and return their addresses."""
    rows = await tx.fetch(
        "UPDATE channels.mail_out_to SET state = 'waiting', why = '', at = $3"
        " WHERE tenant_id = $1 AND out_id = $2 AND state <> ALL($4::text[]) RETURNING address",
        tx.tenant_id, out_id, tx.now, list(REACHED),
    )  # fmt: skip
    return [row["address"] for row in rows]
