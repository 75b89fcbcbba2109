"""Customers against a real PostgreSQL: proof finds, a claim never does, a merge can be undone."""

import asyncio
import random
from typing import Any

import pytest

from ascolto import customers
from ascolto.customers import ClaimedIdentity, Customer, errors, store
from ascolto.customers.model import identity_key, like_patterns, normalise
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id

pytestmark = pytest.mark.anyio

CLIENT = new_id()
OTHER_CLIENT = new_id()


def proof(value: str, kind: str = "email") -> ClaimedIdentity:
    return ClaimedIdentity(kind, value, verified=True)


def claim(value: str, kind: str = "email") -> ClaimedIdentity:
    return ClaimedIdentity(kind, value)


async def identified(
    database: Database,
    tenant: str,
    *identities: ClaimedIdentity,
    name: str = "",
    client_id: str = CLIENT,
) -> Customer:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        return await customers.identify(
            tx, client_id=client_id, identities=identities, name=name, language="it"
        )


async def test_a_proved_address_finds_the_customer_again(database: Database, tenant: str) -> None:
    first = await identified(database, tenant, proof("Anna@Esempio.it"), name="Anna Neri")
    again = await identified(database, tenant, proof(" anna@esempio.IT "))
    assert again.id == first.id
    assert again.name == "Anna Neri"
    assert again.verified


async def test_a_typed_address_never_finds_nor_reveals_anybody(
    database: Database, tenant: str
) -> None:
    anna = await identified(database, tenant, proof("anna@esempio.it"), name="Anna Neri")
    stranger = await identified(database, tenant, claim("anna@esempio.it"))
    assert stranger.id != anna.id
    assert stranger.name == ""
    assert not stranger.verified
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        known = await customers.known(tx, stranger.id)
    assert [(i.value, i.verified) for i in known.identities] == [("anna@esempio.it", False)]


async def test_a_claim_beside_a_proof_stays_a_claim(database: Database, tenant: str) -> None:
    await identified(database, tenant, proof("device-1", "web"), claim("anna@esempio.it"))
    by_mail = await identified(database, tenant, proof("anna@esempio.it"))
    by_device = await identified(database, tenant, proof("device-1", "web"))
    assert by_mail.id != by_device.id
    assert not by_device.verified


async def test_the_same_address_at_two_clients_is_two_customers(
    database: Database, tenant: str
) -> None:
    one = await identified(database, tenant, proof("anna@esempio.it"))
    two = await identified(database, tenant, proof("anna@esempio.it"), client_id=OTHER_CLIENT)
    assert one.id != two.id


async def test_twenty_first_contacts_at_once_make_one_customer(
    database: Database, tenant: str
) -> None:
    pair = (proof("anna@esempio.it"), proof("+39 333 1234567", "phone"))
    found = await asyncio.gather(
        *(identified(database, tenant, *(pair if n % 2 else pair[::-1])) for n in range(20))
    )
    assert len({customer.id for customer in found}) == 1
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await tx.fetchval("SELECT count(*) FROM customers.customer") == 1
        assert await tx.fetchval("SELECT count(*) FROM customers.identity") == 2


async def test_two_proofs_of_two_customers_join_nobody(database: Database, tenant: str) -> None:
    anna = await identified(database, tenant, proof("anna@esempio.it"))
    bruno = await identified(database, tenant, proof("+39 333 1", "phone"))
    both = await identified(database, tenant, proof("anna@esempio.it"), proof("+39 333 1", "phone"))
    assert both.id == anna.id != bruno.id
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert (await customers.known(tx, bruno.id)).merged_into is None


async def test_proving_a_claim_replaces_it(database: Database, tenant: str) -> None:
    anna = await identified(database, tenant, claim("anna@esempio.it"))
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        proved = await customers.prove(
            tx, customer_id=anna.id, kind="email", value="anna@esempio.it"
        )
    assert [(i.value, i.verified) for i in proved.identities] == [("anna@esempio.it", True)]
    assert proved.verified


async def test_an_address_proved_for_another_is_refused(database: Database, tenant: str) -> None:
    anna = await identified(database, tenant, proof("anna@esempio.it"))
    other = await identified(database, tenant, claim("anna@esempio.it"))
    with pytest.raises(errors.IdentityTaken) as refusal:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await customers.prove(tx, customer_id=other.id, kind="email", value="anna@esempio.it")
    assert refusal.value.fields == {"customer_id": anna.id}


async def test_a_change_over_another_change_is_refused(database: Database, tenant: str) -> None:
    anna = await identified(database, tenant, name="Ana")
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await customers.change(tx, customer_id=anna.id, v=anna.v, name="Anna")
    with pytest.raises(errors.CustomerChanged):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await customers.change(tx, customer_id=anna.id, v=anna.v, name="Anita")


async def test_customers_of_different_clients_are_never_joined(
    database: Database, tenant: str
) -> None:
    one = await identified(database, tenant)
    two = await identified(database, tenant, client_id=OTHER_CLIENT)
    with pytest.raises(errors.MergeAcrossClients):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await customers.merge(tx, customer_id=one.id, into=two.id)


async def test_two_opposite_merges_at_once_make_one_and_no_circle(
    database: Database, tenant: str
) -> None:
    one = await identified(database, tenant)
    two = await identified(database, tenant)

    async def merge(customer_id: str, into: str) -> bool:
        try:
            async with database.transaction(tenant, actor=SYSTEM) as tx:
                await customers.merge(tx, customer_id=customer_id, into=into)
        except errors.AlreadyMerged:
            return False
        return True

    done = await asyncio.gather(merge(one.id, two.id), merge(two.id, one.id))
    assert sorted(done) == [False, True]


async def _picture(database: Database, tenant: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row of customers, identities and claims."""
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        statements = {
            "customer": "SELECT * FROM customers.customer ORDER BY id",
            "identity": "SELECT * FROM customers.identity ORDER BY id",
            "claim": "SELECT * FROM customers.claim ORDER BY id",
        }
        return {
            table: [dict(row) for row in await tx.fetch(sql)] for table, sql in statements.items()
        }


@pytest.mark.parametrize("seed", range(8))
async def test_undoing_merges_in_any_order_restores_every_row(
    database: Database, tenant: str, seed: int
) -> None:
    chance = random.Random(seed)
    made = [
        await identified(
            database, tenant, proof(f"{n}@esempio.it"), claim(f"c{n}@esempio.it"), name=f"Nome {n}"
        )
        for n in range(6)
    ]
    before = await _picture(database, tenant)
    merged: list[str] = []
    for _ in range(10):
        one, two = chance.sample(made, 2)
        try:
            async with database.transaction(tenant, actor=SYSTEM) as tx:
                await customers.merge(tx, customer_id=one.id, into=two.id)
            merged.append(one.id)
        except errors.AlreadyMerged:
            continue
    for customer in made:  # every address leads to who stands for it, and to nobody merged
        found = await identified(database, tenant, proof(f"{made.index(customer)}@esempio.it"))
        assert found.id not in merged
    chance.shuffle(merged)
    for customer_id in merged:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await customers.unmerge(tx, customer_id=customer_id)
    assert await _picture(database, tenant) == before


async def test_whoever_was_merged_is_found_by_name_and_address_until_it_is_undone(
    database: Database, tenant: str
) -> None:
    kept = await identified(database, tenant, name="Carla Rossi")
    between = await identified(database, tenant, proof("carla@esempio.it"), name="C. Rossi")
    last = await identified(database, tenant, claim("cr@altrove.it"), name="Rossi Bianchi")

    async def found(query: str) -> set[str]:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            rows = await store.search(
                tx, patterns=like_patterns(query), client_id=CLIENT, before=None, limit=10
            )
        return {row.id for row in rows}

    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await customers.merge(tx, customer_id=last.id, into=between.id)
        await customers.merge(tx, customer_id=between.id, into=kept.id)
    for words in ("carla@esempio.it", "cr@altrove.it", "bianchi", "c. rossi"):
        assert await found(words) == {kept.id}
    await identified(database, tenant, proof("carla@esempio.it"), claim("nuova@esempio.it"))
    assert await found("cr@altrove.it nuova@esempio.it") == {kept.id}
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await customers.prove(tx, customer_id=last.id, kind="email", value="cr@altrove.it")
    assert await found("cr@altrove.it carla@esempio.it") == {kept.id}
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await customers.unmerge(tx, customer_id=between.id)
    assert await found("bianchi carla@esempio.it") == {between.id}
    assert await found("cr@altrove.it") == {kept.id}


async def test_a_search_ignores_case_accents_and_order(database: Database, tenant: str) -> None:
    await identified(database, tenant, proof("n.dorè@esempio.it"), name="Nicolò D'Orè")
    await identified(database, tenant, name="Nicola 100% Bianchi")

    async def names(query: str) -> list[str]:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            found = await store.search(
                tx, patterns=like_patterns(query), client_id=CLIENT, before=None, limit=10
            )
        return [customer.name for customer in found]

    assert await names("ore NICOLO") == ["Nicolò D'Orè"]
    assert await names("esempio.it") == ["Nicolò D'Orè"]
    assert await names("100%") == ["Nicola 100% Bianchi"]
    assert await names("_") == []
    assert len(await names("nicol")) == 2


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "A@B.it", "a@b.IT "),
        ("phone", "333 123.45-67", "+393331234567"),
        ("phone", "0039 02 1234", "+39021234"),
        ("tax_code", "rss mra 80a01 h501u", "RSSMRA80A01H501U"),
    ],
)
def test_two_spellings_are_one_identity(kind: str, one: str, other: str) -> None:
    assert identity_key(kind, one) == identity_key(kind, other)


def test_normalising_folds_accents_case_and_spaces() -> None:
    assert normalise("  Perché\tNÒ ") == "perche no"
