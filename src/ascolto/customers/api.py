"""Routes of customers. Their timeline lies with the conversations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from ascolto.customers import actions, api_aside, events, store, store_consents
from ascolto.customers.model import like_patterns
from ascolto.customers.views import ConsentView, CustomerPatch, CustomerView, MergeOrder, Proof
from ascolto.identity.guard import Call, permit
from ascolto.kit.db import Tx
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of

router = APIRouter(tags=["customers"])
router.include_router(api_aside.router)


async def _view(tx: Tx, customer_id: str) -> CustomerView:
    customer = await actions.known(tx, customer_id)
    merged = await store.merges_into(tx, await store.family_ids(tx, customer.id))
    return CustomerView.of(customer, merged)


@router.get("/customers")
async def search_customers(
    call: Annotated[Call, permit("customers.read")],
    q: Annotated[str, Query(max_length=200)] = "",
    client_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CustomerView]:
    """Find customers by words of their name, identities or claims, newest first.

    Whom a search has shown is written into the log, with who searched; the words are not.
    """
    found = await store.search(
        call.tx,
        patterns=like_patterns(q),
        client_id=str(client_id) if client_id else None,
        before=decode_id(cursor),
        limit=limit + 1,
    )
    if q.strip():
        for one in {customer.client_id for customer in found[:limit]}:
            shown = [customer.id for customer in found[:limit] if customer.client_id == one]
            call.tx.emit(events.CustomersSearched(client_id=one, customer_ids=shown))
    return page_of(found, limit=limit, show=CustomerView.of, place=lambda customer: (customer.id,))


@router.get("/customers/{customer_id}")
async def read_customer(
    customer_id: UUID, call: Annotated[Call, permit("customers.read")]
) -> CustomerView:
    """Read a customer, or the one who stands for it after a merge."""
    return await _view(call.tx, str(customer_id))


@router.get("/customers/{customer_id}/consents")
async def list_consents(
    customer_id: UUID,
    call: Annotated[Call, permit("customers.read")],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ConsentView]:
    """Return what was said of mails nobody asked for, newest first; the last word holds.

    A program that sends of its own accord asks here first. Addresses that a customer has only
    named count as well (`verified` is false).
    """
    customer = await actions.known(call.tx, str(customer_id))
    found = await store_consents.consents_of_customers(
        call.tx,
        await store.family_ids(call.tx, customer.id),
        before=decode_id(cursor),
        limit=limit + 1,
    )
    return page_of(
        found,
        limit=limit,
        show=lambda one: ConsentView.of(one[0], one[1], verified=one[2]),
        place=lambda one: (one[0].id,),
    )


@router.patch("/customers/{customer_id}")
async def change_customer(
    customer_id: UUID, body: CustomerPatch, call: Annotated[Call, permit("customers.edit")]
) -> CustomerView:
    """Change the name, the language or the preferences of a customer."""
    customer = await actions.change(
        call.tx,
        customer_id=str(customer_id),
        v=body.v,
        name=body.name,
        language=body.language,
        preferences=body.preferences.model() if body.preferences else None,
    )
    return await _view(call.tx, customer.id)


@router.post("/customers/{customer_id}/identities", status_code=201)
async def prove_identity(
    customer_id: UUID, body: Proof, call: Annotated[Call, permit("customers.edit")]
) -> CustomerView:
    """Write down an identity of a customer: as checked by a person, or as only named by them."""
    write = actions.prove if body.checked else actions.claim
    customer = await write(call.tx, customer_id=str(customer_id), kind=body.kind, value=body.value)
    return await _view(call.tx, customer.id)


@router.post("/customers/{customer_id}/merge")
async def merge_customer(
    customer_id: UUID, body: MergeOrder, call: Annotated[Call, permit("customers.merge")]
) -> CustomerView:
    """Let another customer stand for this one; it can be undone."""
    kept = await actions.merge(call.tx, customer_id=str(customer_id), into=str(body.into))
    return await _view(call.tx, kept.id)


@router.post("/customers/{customer_id}/unmerge")
async def unmerge_customer(
    customer_id: UUID, call: Annotated[Call, permit("customers.merge")]
) -> CustomerView:
    """Undo the merge of this customer."""
    customer = await actions.unmerge(call.tx, customer_id=str(customer_id))
    return await _view(call.tx, customer.id)
