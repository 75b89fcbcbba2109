"""Routes on contracts, what is agreed with people from which day on, and seats in the office."""

from collections import Counter
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from ascolto import people
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_place, page_of, takes
from ascolto.workforce import store_agreements
from ascolto.workforce.actions import agreeing
from ascolto.workforce.actions.rosters import require_whole
from ascolto.workforce.agreements import by_person
from ascolto.workforce.views_agreements import (
    AgreedPersonView,
    AgreedTermsView,
    AgreementBody,
    ContractBody,
    ContractView,
    ImportAgreementsBody,
    ImportAgreementsReport,
    SeatsBody,
    SeatsView,
)

router = APIRouter(tags=["workforce"])

Planner = Annotated[Call, permit("workforce.roster")]

# Two million letters, and what JSON and two-byte letters add to them.
TABLE_LIMIT = 6_000_000


@router.get("/workforce/contracts", summary="Contracts")
async def list_contracts(
    call: Planner, cursor: Cursor = None, limit: Limit = 100
) -> Page[ContractView]:
    """Return a page of the contracts by name, with how many people each is or was agreed."""
    require_whole(call.tx)
    contracts = await store_agreements.list_contracts(
        call.tx, after=decode_place(cursor), limit=limit + 1
    )
    agreed = await store_agreements.list_agreements(call.tx, until=agreeing.FAR)
    pairs = {(one.contract_id, one.operator_id) for one in agreed}
    counts = Counter(contract_id for contract_id, _ in pairs)
    return page_of(
        contracts,
        limit=limit,
        show=lambda one: ContractView.of(one, counts[one.id]),
        place=lambda one: (one.name.lower(), one.id),
    )


@router.post("/workforce/contracts", status_code=201, summary="Write a contract")
async def write_contract(body: ContractBody, call: Planner) -> ContractView:
    """Write a new contract."""
    terms = body.terms.model_dump(mode="json", by_alias=True)
    return ContractView.of(await agreeing.write_contract(call.tx, name=body.name, terms=terms))


@router.put("/workforce/contracts/{contract_id}", summary="Change a contract")
async def change_contract(contract_id: UUID, body: ContractBody, call: Planner) -> ContractView:
    """Give a contract another name, or other terms as long as nobody has agreed to it."""
    changed = await agreeing.write_contract(
        call.tx,
        name=body.name,
        terms=body.terms.model_dump(mode="json", by_alias=True),
        contract_id=str(contract_id),
        v=body.v,
    )
    return ContractView.of(changed, await store_agreements.people_on(call.tx, changed.id))


@router.delete(
    "/workforce/contracts/{contract_id}", status_code=204, summary="Throw a contract away"
)
async def drop_contract(contract_id: UUID, call: Planner) -> None:
    """Throw away a contract that nobody has agreed to."""
    await agreeing.drop_contract(call.tx, str(contract_id))


@router.get("/workforce/agreements", summary="What is agreed with whom")
async def list_agreements(
    call: Planner, cursor: Cursor = None, limit: Limit = 100
) -> Page[AgreedPersonView]:
    """Return a page of who works here by name, with what is agreed in the order of days."""
    require_whole(call.tx)
    operators = await people.find_operators(call.tx, after=decode_place(cursor), limit=limit + 1)
    agreed = by_person(await store_agreements.list_agreements(call.tx, until=agreeing.FAR))
    return page_of(
        operators,
        limit=limit,
        show=lambda found: AgreedPersonView.of(found[1], agreed.get(found[1].id, [])),
        place=lambda found: (found[0], found[1].id),
    )


@router.put("/workforce/agreements/{operator_id}/{from_day}", summary="Agree with a person")
async def agree(
    operator_id: UUID, from_day: date, body: AgreementBody, call: Planner
) -> AgreedTermsView:
    """Write what holds for a person from a day on."""
    wanted = body.agreement(operator_id=str(operator_id), from_day=from_day)
    return AgreedTermsView.of(await agreeing.agree(call.tx, wanted))


@router.delete(
    "/workforce/agreements/{operator_id}/{from_day}",
    status_code=204,
    summary="Take back what was agreed",
)
async def withdraw(operator_id: UUID, from_day: date, call: Planner) -> None:
    """Take back what was to hold for a person from a day on."""
    await agreeing.withdraw(call.tx, operator_id=str(operator_id), from_day=from_day)


@router.post(
    "/workforce/agreements/import",
    summary="Bring in what is agreed",
    openapi_extra=takes(TABLE_LIMIT),
)
async def bring_in(body: ImportAgreementsBody, call: Planner) -> ImportAgreementsReport:
    """Judge a table row by row and, unless it is a trial, write all of it or nothing."""
    found = await agreeing.bring_in(
        call.tx, text=body.text, separator=body.separator, dry_run=body.dry_run
    )
    return ImportAgreementsReport.of(found)


@router.get("/workforce/office", summary="Seats in the office")
async def list_seats(call: Planner) -> list[SeatsView]:
    """Return from which days on how many can sit in the office at once."""
    require_whole(call.tx)
    return [
        SeatsView(from_day=from_day, seats=seats)
        for from_day, seats in await store_agreements.list_seats(call.tx)
    ]


@router.put("/workforce/office/{from_day}", summary="Change the seats in the office")
async def set_seats(from_day: date, body: SeatsBody, call: Planner) -> SeatsView:
    """Write how many can sit in the office at once from a day on."""
    await agreeing.set_seats(call.tx, from_day=from_day, seats=body.seats)
    return SeatsView(from_day=from_day, seats=body.seats)
