"""Who only answers customers sees the clients they work for, and no others."""

from dataclasses import dataclass

import httpx
import pytest

from ascolto import conversations, customers, routing
from ascolto.people.actions import archive_operator, set_clients
from ascolto.tenancy.actions import create_client
from support.office import Office, ok

WIDE = "larga@prova.example"


@dataclass
class Neighbour:
    """A second client of the organisation, with a conversation of its own."""

    client_id: str
    queue_id: str
    conversation_id: str
    customer_id: str


@pytest.fixture
async def gas(office: Office) -> Neighbour:
    desk = office.desk
    async with desk.as_system() as tx:
        client = await create_client(tx, name="Gas", color="#332211")
        queue = await routing.create_queue(
            tx, values={"client_id": client.id, "name": "Gas", "channel": "webchat"}
        )
        customer = await customers.identify(tx, client_id=client.id, name="Zenobia Gas")
        talk = await conversations.open_conversation(
            tx,
            client_id=client.id,
            channel="webchat",
            customer_id=customer.id,
            queue_id=queue.id,
            subject="Caldaia",
        )
    await desk.wrote(talk.id, "La caldaia perde")
    return Neighbour(client.id, queue.id, talk.id, customer.id)


async def hire_wide(office: Office) -> None:
    """Let Anna in with an account that by itself would see every client."""
    async with office.desk.as_system() as tx:
        await tx.execute("UPDATE identity.account SET client_scope = NULL")


async def seen(browser: httpx.AsyncClient, gas: Neighbour) -> list[str]:
    """Tell on which ways something of the neighbour came out."""
    found = []
    lists = {
        "waiting": ("/conversations", {"view": "waiting"}),
        "all": ("/conversations", {"view": "all"}),
        "search": ("/conversations", {"view": "waiting", "q": "caldaia"}),
        "customers": ("/customers", {"q": "Zenobia"}),
        "clients": ("/clients", {}),
        "queues": ("/queues", {}),
    }
    for name, (path, query) in lists.items():
        answer = await browser.get(path, params=query)
        assert answer.status_code == 200, (name, answer.text)
        text = answer.text
        if any(one in text for one in (gas.client_id, gas.conversation_id, gas.customer_id)):
            found.append(name)
    for path in (
        f"/conversations/{gas.conversation_id}",
        f"/conversations/{gas.conversation_id}/messages",
        f"/customers/{gas.customer_id}",
    ):
        answer = await browser.get(path)
        assert answer.status_code in {200, 404}, (path, answer.text)
        if answer.status_code == 200:
            found.append(path)
    return found


async def test_an_operator_of_one_client_finds_nothing_of_another_until_given_it(
    office: Office, gas: Neighbour
) -> None:
    await hire_wide(office)
    own = await office.desk.talking()
    async with office.signed_in() as anna:
        assert await seen(anna, gas) == []
        assert ok(await anna.get(f"/conversations/{own.id}"))["conversation"]["id"] == own.id
        async with office.desk.as_system() as tx:
            both = [office.desk.client_id, gas.client_id]
            await set_clients(tx, office.desk.anna, both)
        after = await seen(anna, gas)
        assert f"/conversations/{gas.conversation_id}" in after
        assert f"/customers/{gas.customer_id}" in after
        assert {"waiting", "search", "customers", "clients", "queues"} <= set(after)
        async with office.desk.as_system() as tx:
            await set_clients(tx, office.desk.anna, [office.desk.client_id])
        assert await seen(anna, gas) == []


async def test_the_accounts_own_scope_still_bounds_what_the_operator_may_see(
    office: Office, gas: Neighbour
) -> None:
    async with office.desk.as_system() as tx:
        await set_clients(tx, office.desk.anna, [office.desk.client_id, gas.client_id])
    async with office.signed_in() as anna:
        assert await seen(anna, gas) == []


async def test_who_also_leads_a_team_sees_what_the_account_may_see(
    office: Office, gas: Neighbour
) -> None:
    await office.hire(WIDE, "operator", "team_leader")
    async with office.signed_in(WIDE) as leader:
        assert f"/conversations/{gas.conversation_id}" in await seen(leader, gas)


async def test_an_operator_who_has_left_and_one_who_is_not_set_up_yet_see_no_client(
    office: Office, gas: Neighbour
) -> None:
    await hire_wide(office)
    own = await office.desk.talking()
    await office.hire(WIDE, "operator")
    async with office.signed_in() as anna, office.signed_in(WIDE) as newcomer:
        async with office.desk.as_system() as tx:
            await archive_operator(tx, office.desk.anna)
        for browser in (anna, newcomer):
            assert await seen(browser, gas) == []
            assert (await browser.get(f"/conversations/{own.id}")).status_code == 404


async def test_a_change_by_somebody_of_one_client_leaves_the_operators_others_as_they_are(
    office: Office, gas: Neighbour
) -> None:
    await hire_wide(office)
    desk = office.desk
    async with desk.as_system() as tx:
        await set_clients(tx, desk.anna, [desk.client_id, gas.client_id])
    async with desk.database.transaction(
        desk.tenant, actor=tx.actor, clients=[desk.client_id]
    ) as narrow:
        await set_clients(narrow, desk.anna, [desk.client_id])
    async with office.signed_in() as anna:
        assert f"/conversations/{gas.conversation_id}" in await seen(anna, gas)
