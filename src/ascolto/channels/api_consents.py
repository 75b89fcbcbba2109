"""Routes of what a customer may be sent unasked: how it stands, and what they say to a person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from ascolto import customers
from ascolto.channels.actions.preferring import standing, write_down
from ascolto.channels.forms.words import Reader
from ascolto.channels.views_consents import CustomerConsentsView, ToldBody
from ascolto.customers import Customer, Purpose
from ascolto.identity.guard import Call, permit
from ascolto.kit.db import Tx
from ascolto.kit.words import LANGUAGES

consents_router = APIRouter(tags=["customers"])


def _reader(customer: Customer) -> Reader:
    """Return whom the texts are read to: in their language, or in ours."""
    return Reader(customer.language if customer.language in LANGUAGES else LANGUAGES[0])


async def _shown(tx: Tx, customer: Customer) -> CustomerConsentsView:
    reader = _reader(customer)
    return CustomerConsentsView.of(
        await standing(tx, customer),
        client_id=customer.client_id,
        language=reader.language,
        words={one: reader.say(f"consent_{one.value}") for one in Purpose},
    )


@consents_router.get("/customers/{customer_id}/mail-consents", summary="What may be sent unasked")
async def show_mail_consents(
    customer_id: UUID, call: Annotated[Call, permit("customers.read")]
) -> CustomerConsentsView:
    """Return what stands for each mail address of a customer, and the texts to read to them."""
    return await _shown(call.tx, await customers.known(call.tx, str(customer_id)))


@consents_router.post(
    "/customers/{customer_id}/mail-consents", status_code=201, summary="Write down what was said"
)
async def write_mail_consent(
    customer_id: UUID, body: ToldBody, call: Annotated[Call, permit("customers.edit")]
) -> CustomerConsentsView:
    """Write down a yes or a no that a customer said by phone or in writing.

    A no holds at once: what waits to be sent is taken back. A yes says where it comes from
    (`note`) and is taken only for an address that was proved.
    """
    customer = await customers.known(call.tx, str(customer_id))
    words = _reader(customer).say(f"consent_{body.purpose.value}")
    await write_down(call.tx, customer, body.told(), words=words)
    return await _shown(call.tx, customer)
