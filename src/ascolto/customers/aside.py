"""What colleagues keep beside a customer: notes, and who speaks for whom."""

from ascolto.customers import errors, events, store, store_aside
from ascolto.customers.actions import known
from ascolto.customers.model import LinkRole, Note
from ascolto.kit.db import Tx


async def add_note(tx: Tx, *, customer_id: str, text: str) -> Note:
    """Keep a note on a customer for colleagues; the customer never sees it."""
    customer = await known(tx, customer_id)
    if not text.strip():
        raise errors.NothingNoted("A note says something.")
    note = await store_aside.insert_note(
        tx, customer_id=customer.id, client_id=customer.client_id, text=text.strip()
    )
    _changed(tx, customer.client_id, customer.id, "noted")
    return note


async def remove_note(tx: Tx, *, customer_id: str, note_id: str) -> None:
    """Take a note away for good."""
    customer = await known(tx, customer_id)
    family = await store.family_ids(tx, customer.id)
    if not await store_aside.delete_note(tx, note_id, customer_ids=family):
        raise errors.UnknownNote("There is no such note.")
    _changed(tx, customer.client_id, customer.id, "note_removed")


async def link(tx: Tx, *, customer_id: str, acting: str, role: LinkRole) -> None:
    """Write down that another customer of the same client speaks for this one."""
    customer, other = await known(tx, customer_id), await known(tx, acting)
    if customer.id == other.id:
        raise errors.LinkWithItself("Nobody is linked with themselves.")
    if customer.client_id != other.client_id:
        raise errors.MergeAcrossClients("They are customers of different clients.")
    await store_aside.put_link(
        tx, client_id=customer.client_id, customer_id=customer.id, acting_id=other.id, role=role
    )
    _changed(tx, customer.client_id, customer.id, "linked")


async def unlink(tx: Tx, *, customer_id: str, link_id: str) -> None:
    """Take away that two customers are linked, seen from either."""
    customer = await known(tx, customer_id)
    family = await store.family_ids(tx, customer.id)
    if not await store_aside.delete_link(tx, link_id, customer_ids=family):
        raise errors.UnknownLink("They are not linked.")
    _changed(tx, customer.client_id, customer.id, "unlinked")


def _changed(tx: Tx, client_id: str, customer_id: str, what: str) -> None:
    tx.emit(events.CustomerChanged(client_id=client_id, customer_id=customer_id, what=what))
