"""A client's own server vouches for who is signed in on its page, and the chat believes it."""

from dataclasses import dataclass
from datetime import datetime

from ascolto.channels import errors, store
from ascolto.channels.model import TICKET_LIFE, Channel, Ticket
from ascolto.customers import ClaimedIdentity
from ascolto.identity import secrets
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Issued:
    """A ticket's secret, for the page, and until when it is good."""

    secret: str
    expires_at: datetime


async def issue_ticket(
    tx: Tx, channel: Channel, *, kind: str, value: str, name: str = ""
) -> Issued:
    """Return a ticket for one start by one person, good for ten minutes."""
    if channel.kind != "webchat":
        raise errors.WrongKind("Tickets are for chats.", kind=channel.kind)
    secret, secret_hash = secrets.issue(tx.tenant_id)
    expires_at = tx.now + TICKET_LIFE
    ticket = Ticket(
        id=new_id(),
        client_id=channel.client_id,
        channel_id=channel.id,
        kind=kind,
        value=value.strip(),
        name=name.strip(),
    )
    await store.insert_ticket(tx, ticket, secret_hash=secret_hash, expires_at=expires_at)
    return Issued(secret, expires_at)


async def vouched(
    tx: Tx, channel: Channel, *, secret: str, nonce: str
) -> tuple[ClaimedIdentity, str]:
    """Return the identity that a ticket proves and the name it gives."""
    shown = secrets.read(secret)
    ticket = None
    if shown is not None and shown.tenant_id == tx.tenant_id:
        ticket = await store.use_ticket(
            tx, channel_id=channel.id, secret_hash=shown.secret_hash, nonce=nonce
        )
    if ticket is None:
        raise errors.TicketGone("The ticket was used or has run out.")
    return ClaimedIdentity(ticket.kind, ticket.value, verified=True), ticket.name
