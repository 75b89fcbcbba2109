"""What customers are told by the house: from which country they are answered, why they wait."""

from ascolto import routing
from ascolto.conversations import (
    countries,
    errors,
    events,
    queueing,
    saying,
    store_due,
    store_lists,
)
from ascolto.conversations.held import Held, hold
from ascolto.conversations.model import AuthorKind, Conversation, State
from ascolto.kit.db import Tx
from ascolto.people import store as people
from ascolto.tenancy.actions import setting

TOLD_AT_ONCE = 50


async def tell_country(held: Held, *, operator_id: str) -> None:
    """Tell the customer the country of who answers, unless they know it already.

    Told again when somebody in another country goes on, when who answers says that they are in
    another country now, and after a reopening.
    """
    c = held.now
    country = await country_of(held.tx, operator_id)
    if country is None or country == c.country_told:
        return
    when = await setting(held.tx, countries.TELL_COUNTRY, client_id=c.client_id)
    if not countries.is_told(when, country):
        # A country that was told and is no longer true must not stand.
        held.change(country_told=None)
        return
    offers = not countries.in_eu(country) and not c.eu_only
    text = countries.said(
        "country_offer" if offers else "country", language=c.language, country=country
    )
    nonce = f"country-{c.work_item_id}-{c.last_seq + 1}"
    message = await saying.say(
        held, text, nonce=nonce, meta={"what": "country", "country": country}
    )
    held.change(country_told=country)
    held.tx.emit(
        events.CountryTold(
            **held.ids(), country=country, in_eu=countries.in_eu(country), message_id=message.id
        )
    )


async def tell_move(tx: Tx, *, operator_id: str) -> None:
    """Tell the customers whom an operator answers now of the country they are answered from.

    Who was told this country already, or need not be told of it, is left alone.
    """
    country = await country_of(tx, operator_id)
    if country is None:
        return
    for row in await store_due.told_otherwise(tx, operator_id=operator_id, country=country):
        when = await setting(tx, countries.TELL_COUNTRY, client_id=row.client_id)
        if row.country_told is None and not countries.is_told(when, country):
            continue
        held = await hold(tx, row.id)
        if held.now.state is State.ACTIVE and held.now.operator_id == operator_id:
            await tell_country(held, operator_id=operator_id)
            await held.save(reason="told")


async def country_of(tx: Tx, operator_id: str) -> str | None:
    """Return where an operator is: by their session if it says so, else by their own record."""
    presence = await routing.get_presence(tx, operator_id)
    if presence is not None and presence.country is not None:
        return presence.country
    operator = await people.get_operator(tx, operator_id)
    return operator.country if operator else None


async def ask_for_eu(tx: Tx, *, conversation_id: str) -> Conversation:
    """Let a customer wait for somebody in the Union, without losing their place; twice is once."""
    held = await hold(tx, conversation_id)
    if held.now.merged_into is not None:
        return await ask_for_eu(tx, conversation_id=held.now.merged_into)
    if held.now.state not in {State.OPEN, State.WAITING, State.ACTIVE}:
        raise errors.NotNow("Nobody is answering here now.", state=held.now.state.value)
    if held.now.eu_only:
        return held.now
    owner = held.now.operator_id
    held.change(eu_only=True)
    tx.emit(events.EuRequested(**held.ids()))
    if owner is not None and await is_in_eu(tx, owner):
        # Who answers is where the customer wants them: the wish holds for whoever comes after.
        return await held.save()
    await saying.say(held, countries.said("eu_asked", language=held.now.language))
    if held.now.state is not State.OPEN:
        await queueing.give_back(held, to_head=owner is not None)
    return await held.save(reason="requeued")


async def is_in_eu(tx: Tx, operator_id: str) -> bool:
    """Tell whether an operator is known to be in the Union now."""
    country = await country_of(tx, operator_id)
    return country is not None and countries.in_eu(country)


async def tell_waiting(tx: Tx, *, queue_id: str, digest: str, after: str | None = None) -> int:
    """Tell what a queue says to those who wait in it, a few at a time; return how many were told.

    A queue that is longer goes on in the next transaction, with an event of its own: one that told
    everybody would hold up the whole stream. `digest` is of the words that are news; if the queue
    says something else by now, that has its own telling. Nobody is told the same in one wait twice.
    """
    queue = await routing.get_queue(tx, queue_id)
    if queue is None or not queue.message or queue.channel not in saying.TOLD_CHANNELS:
        return 0
    if saying.digest_of(queue.message) != digest:
        return 0
    told = 0
    waiting = await store_lists.waiting_in(tx, queue_id=queue_id, after=after, limit=TOLD_AT_ONCE)
    for conversation_id, work_item_id in waiting:
        nonce = saying.queue_nonce(queue.message, work_item_id=work_item_id)
        held = await hold(tx, conversation_id, side=AuthorKind.SYSTEM, nonce=nonce)
        still = held.now.state is State.WAITING and held.now.work_item_id == work_item_id
        if held.known_id is None and still and held.now.queue_id == queue_id:
            await saying.say(held, queue.message, nonce=nonce, meta={"what": "queue"})
            await held.save(reason="told")
            told += 1
    if len(waiting) == TOLD_AT_ONCE:
        tx.emit(
            events.QueueTold(
                client_id=queue.client_id, queue_id=queue_id, digest=digest, after=waiting[-1][0]
            )
        )
    return told
