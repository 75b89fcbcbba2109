"""Routes of what colleagues keep beside a customer: notes, and who speaks for whom."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from ascolto.customers import actions, aside, store, store_aside
from ascolto.customers.views import CustomerNoteView, LinkOrder, LinkView, NoteWords
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of

router = APIRouter()

Reader = Annotated[Call, permit("customers.read")]
Editor = Annotated[Call, permit("customers.edit")]


@router.get("/customers/{customer_id}/notes", summary="Notes on a customer")
async def list_notes(
    customer_id: UUID, call: Reader, cursor: Cursor = None, limit: Limit = 50
) -> Page[CustomerNoteView]:
    """Return what colleagues wrote of a customer and of whoever was merged into them."""
    customer = await actions.known(call.tx, str(customer_id))
    found = await store_aside.notes_of(
        call.tx,
        await store.family_ids(call.tx, customer.id),
        before=decode_id(cursor),
        limit=limit + 1,
    )
    return page_of(found, limit=limit, show=CustomerNoteView.of, place=lambda note: (note.id,))


@router.post("/customers/{customer_id}/notes", status_code=201, summary="Write a note")
async def add_note(customer_id: UUID, body: NoteWords, call: Editor) -> CustomerNoteView:
    """Keep a note for colleagues; the customer never sees it, but may ask for a copy."""
    return CustomerNoteView.of(
        await aside.add_note(call.tx, customer_id=str(customer_id), text=body.text)
    )


@router.delete(
    "/customers/{customer_id}/notes/{note_id}", status_code=204, summary="Take a note away"
)
async def remove_note(customer_id: UUID, note_id: UUID, call: Editor) -> None:
    """Take a note away for good."""
    await aside.remove_note(call.tx, customer_id=str(customer_id), note_id=str(note_id))


@router.get("/customers/{customer_id}/links", summary="Who speaks for whom")
async def list_links(customer_id: UUID, call: Reader) -> list[LinkView]:
    """Return who speaks for a customer, and for whom they speak."""
    customer = await actions.known(call.tx, str(customer_id))
    family = await store.family_ids(call.tx, customer.id)
    return [LinkView.of(one) for one in await store_aside.links_of(call.tx, family)]


@router.post("/customers/{customer_id}/links", status_code=204, summary="Link two customers")
async def link(customer_id: UUID, body: LinkOrder, call: Editor) -> None:
    """Write down that another customer of the same client speaks for this one, and as what."""
    await aside.link(call.tx, customer_id=str(customer_id), acting=str(body.acting), role=body.role)


@router.delete(
    "/customers/{customer_id}/links/{link_id}", status_code=204, summary="Unlink two customers"
)
async def unlink(customer_id: UUID, link_id: UUID, call: Editor) -> None:
    """Take away that two customers are linked, seen from either."""
    await aside.unlink(call.tx, customer_id=str(customer_id), link_id=str(link_id))
