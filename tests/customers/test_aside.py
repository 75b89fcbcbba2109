"""Notes on a customer and who speaks for whom: kept within one client, and through merges."""

import pytest

from ascolto import customers
from ascolto.customers import aside, errors, store, store_aside
from ascolto.customers.model import LinkRole
from ascolto.kit.db import SYSTEM, Actor, Database
from ascolto.kit.ids import new_id

pytestmark = pytest.mark.anyio

CLIENT = new_id()
ANNA = Actor(kind="account", id=new_id(), name="Anna Neri")


async def a_customer(database: Database, tenant: str, name: str, *, client_id: str = CLIENT) -> str:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        return (await customers.identify(tx, client_id=client_id, name=name)).id


async def notes(database: Database, tenant: str, customer_id: str) -> list[tuple[str, str]]:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        family = await store.family_ids(tx, customer_id)
        found = await store_aside.notes_of(tx, family, before=None, limit=10)
    return [(one.text, one.by_name) for one in found]


async def links(database: Database, tenant: str, customer_id: str) -> list[tuple[str, str, bool]]:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        found = await store_aside.links_of(tx, await store.family_ids(tx, customer_id))
    return [(one.other_name, one.role.value, one.acts_for_them) for one in found]


async def test_a_note_says_who_wrote_it_and_goes_for_good(database: Database, tenant: str) -> None:
    who = await a_customer(database, tenant, "Rosa Verdi")
    async with database.transaction(tenant, actor=ANNA) as tx:
        first = await aside.add_note(tx, customer_id=who, text=" Sente poco: scrivere chiaro. ")
        await aside.add_note(tx, customer_id=who, text="Chiama la mattina")
        with pytest.raises(errors.NothingNoted):
            await aside.add_note(tx, customer_id=who, text="  ")
    assert await notes(database, tenant, who) == [
        ("Chiama la mattina", "Anna Neri"),
        ("Sente poco: scrivere chiaro.", "Anna Neri"),
    ]
    async with database.transaction(tenant, actor=ANNA) as tx:
        await aside.remove_note(tx, customer_id=who, note_id=first.id)
        with pytest.raises(errors.UnknownNote):
            await aside.remove_note(tx, customer_id=who, note_id=first.id)
    assert [text for text, _ in await notes(database, tenant, who)] == ["Chiama la mattina"]


async def test_a_note_on_somebody_else_cannot_be_taken_away_through_this_one(
    database: Database, tenant: str
) -> None:
    rosa = await a_customer(database, tenant, "Rosa")
    ugo = await a_customer(database, tenant, "Ugo")
    async with database.transaction(tenant, actor=ANNA) as tx:
        note = await aside.add_note(tx, customer_id=rosa, text="Di Rosa")
        with pytest.raises(errors.UnknownNote):
            await aside.remove_note(tx, customer_id=ugo, note_id=note.id)
    assert len(await notes(database, tenant, rosa)) == 1


async def test_a_link_is_seen_from_both_sides_and_said_again_it_changes(
    database: Database, tenant: str
) -> None:
    mother = await a_customer(database, tenant, "Rosa")
    son = await a_customer(database, tenant, "Ugo")
    async with database.transaction(tenant, actor=ANNA) as tx:
        await aside.link(tx, customer_id=mother, acting=son, role=LinkRole.RELATIVE)
        await aside.link(tx, customer_id=mother, acting=son, role=LinkRole.ADMINISTRATOR)
    assert await links(database, tenant, mother) == [("Ugo", "administrator", True)]
    assert await links(database, tenant, son) == [("Rosa", "administrator", False)]
    async with database.transaction(tenant, actor=ANNA) as tx:
        (found,) = await store_aside.links_of(tx, [son])
        await aside.unlink(tx, customer_id=son, link_id=found.id)
        with pytest.raises(errors.UnknownLink):
            await aside.unlink(tx, customer_id=mother, link_id=found.id)
    assert await links(database, tenant, mother) == []


async def test_nobody_is_linked_with_themselves_or_with_another_clients_customer(
    database: Database, tenant: str
) -> None:
    rosa = await a_customer(database, tenant, "Rosa")
    ugo = await a_customer(database, tenant, "Ugo")
    far = await a_customer(database, tenant, "Lia", client_id=new_id())
    async with database.transaction(tenant, actor=ANNA) as tx:
        with pytest.raises(errors.LinkWithItself):
            await aside.link(tx, customer_id=rosa, acting=rosa, role=LinkRole.DELEGATE)
        with pytest.raises(errors.MergeAcrossClients):
            await aside.link(tx, customer_id=rosa, acting=far, role=LinkRole.DELEGATE)
        await customers.merge(tx, customer_id=ugo, into=rosa)
        with pytest.raises(errors.LinkWithItself):
            await aside.link(tx, customer_id=rosa, acting=ugo, role=LinkRole.DELEGATE)


async def test_notes_and_links_of_whoever_was_merged_are_those_of_who_stands_for_them(
    database: Database, tenant: str
) -> None:
    rosa = await a_customer(database, tenant, "Rosa")
    twice = await a_customer(database, tenant, "R. Verdi")
    ugo = await a_customer(database, tenant, "Ugo")
    async with database.transaction(tenant, actor=ANNA) as tx:
        await aside.add_note(tx, customer_id=twice, text="Sente poco")
        await aside.link(tx, customer_id=twice, acting=ugo, role=LinkRole.RELATIVE)
        await customers.merge(tx, customer_id=twice, into=rosa)
    assert await notes(database, tenant, rosa) == [("Sente poco", "Anna Neri")]
    assert await links(database, tenant, rosa) == [("Ugo", "relative", True)]
