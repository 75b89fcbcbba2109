"""Use cases of what is agreed: write contracts, agree with people, one by one or from a table."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ascolto import people
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people.errors import UnknownOperator
from ascolto.workforce import events, store_agreements
from ascolto.workforce.actions.rosters import require_whole
from ascolto.workforce.agreements import Agreement, Contract
from ascolto.workforce.agreements_table import Fault, read_agreements
from ascolto.workforce.errors import (
    BadPlan,
    ContractAgreed,
    RosterChanged,
    UnknownAgreement,
    UnknownContract,
)

FAR = date(2900, 1, 1)


@dataclass(slots=True)
class Brought:
    """What a table of agreements says, or what is wrong with it, row by row."""

    faults: list[Fault] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    written: bool = False


async def write_contract(
    tx: Tx, *, name: str, terms: dict[str, Any], contract_id: str | None = None, v: int = 0
) -> Contract:
    """Write a new contract, or other terms of one that nobody has agreed to yet."""
    require_whole(tx)
    if contract_id is not None:
        known = await _find_contract(tx, contract_id)
        if known.v != v:
            raise RosterChanged("Somebody changed this contract meanwhile.", v=known.v)
        if terms != known.terms:
            await _require_free(tx, contract_id)
    identity = contract_id or new_id()
    if await store_agreements.name_is_taken(tx, name, beside=identity):
        raise BadPlan("name_taken", "Another contract has this name.", field="name")
    contract = Contract(id=identity, name=name, terms=terms, v=v + 1)
    await store_agreements.put_contract(tx, contract)
    tx.emit(events.ContractWritten(contract_id=contract.id, name=name, terms=terms))
    return contract


async def drop_contract(tx: Tx, contract_id: str) -> None:
    """Throw away a contract that nobody has agreed to."""
    require_whole(tx)
    known = await _find_contract(tx, contract_id)
    await _require_free(tx, contract_id)
    await store_agreements.delete_contract(tx, contract_id)
    tx.emit(events.ContractDropped(contract_id=contract_id, name=known.name))


async def agree(tx: Tx, agreement: Agreement) -> Agreement:
    """Write what holds for a person from a day on, in place of what was agreed from that day."""
    require_whole(tx)
    _require_possible(agreement)
    operator = await people.get_operator(tx, agreement.operator_id)
    if operator is None or operator.archived_at is not None:
        raise UnknownOperator("There is no such operator.", operator_id=agreement.operator_id)
    if agreement.contract_id is not None:
        await _find_contract(tx, agreement.contract_id)
    await _write(tx, [agreement])
    return agreement


async def withdraw(tx: Tx, *, operator_id: str, from_day: date) -> None:
    """Take back what was to hold for a person from a day on; what held before goes on."""
    require_whole(tx)
    gone = await store_agreements.delete_agreement(tx, operator_id=operator_id, from_day=from_day)
    if not gone:
        raise UnknownAgreement("Nothing is agreed from this day on.")
    tx.emit(events.AgreementWithdrawn(operator_id=operator_id, from_day=from_day.isoformat()))


async def bring_in(tx: Tx, *, text: str, separator: str, dry_run: bool) -> Brought:
    """Judge a table of agreements row by row and, unless it is a trial, write all or nothing."""
    require_whole(tx)
    operators = await people.list_operators(tx)
    contracts = await store_agreements.list_contracts(tx)
    agreements, faults = read_agreements(
        text,
        separator=separator,
        operators=[(one.id, one.display_name) for one in operators],
        contracts={one.name.casefold(): one.id for one in contracts},
    )
    found = Brought(faults=faults, agreements=agreements)
    if not faults and agreements and not dry_run:
        await _write(tx, agreements)
        found.written = True
    return found


async def set_seats(tx: Tx, *, from_day: date, seats: int | None) -> None:
    """Write how many can sit in the office at once from a day on."""
    require_whole(tx)
    if from_day > FAR:
        raise BadPlan("no_day", "No such day.", day=from_day.isoformat())
    await store_agreements.put_seats(tx, from_day=from_day, seats=seats)
    tx.emit(events.SeatsChanged(from_day=from_day.isoformat(), seats=seats))


def _require_possible(agreement: Agreement) -> None:
    if agreement.from_day > FAR:
        raise BadPlan("no_day", "No such day.", day=agreement.from_day.isoformat())
    if agreement.office and agreement.office[0] > agreement.office[1]:
        raise BadPlan("office", "The least is more than the most.", field="office")


async def _write(tx: Tx, agreements: list[Agreement]) -> None:
    await store_agreements.put_agreements(tx, agreements)
    for one in agreements:
        tx.emit(
            events.Agreed(
                operator_id=one.operator_id,
                from_day=one.from_day.isoformat(),
                contract_id=one.contract_id,
                elastic=one.elastic,
                free_weekdays=list(one.free_weekdays),
                office=list(one.office) if one.office else None,
                team_weekdays=list(one.team_weekdays),
            )
        )


async def _find_contract(tx: Tx, contract_id: str) -> Contract:
    known = await store_agreements.get_contract(tx, contract_id)
    if known is None:
        raise UnknownContract("There is no such contract.", contract_id=contract_id)
    return known


async def _require_free(tx: Tx, contract_id: str) -> None:
    if bound := await store_agreements.people_on(tx, contract_id):
        raise ContractAgreed("People have agreed to it: write a new contract.", people=bound)
