"""What this room hears and does by itself."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from ascolto import conversations, customers
from ascolto.channels import store, store_external, store_webhooks
from ascolto.channels.actions import calling
from ascolto.channels.actions.preferring import standing
from ascolto.channels.forms import inviting
from ascolto.channels.mailroom import outgoing
from ascolto.channels.mailroom.access import Access
from ascolto.channels.mailroom.fetching import fetch_mail
from ascolto.channels.mailroom.forgetting import forget_raw_mail
from ascolto.channels.mailroom.intake import take_in_mail
from ascolto.channels.mailroom.listener import listen_for_lmtp, listen_for_mail
from ascolto.channels.mailroom.sending import send_mail
from ascolto.channels.views_consents import StandingView
from ascolto.channels.webchat.texts import Words
from ascolto.channels.webhooks.deliver import deliver
from ascolto.channels.webhooks.fan_out import fan_out
from ascolto.channels.webhooks.model import AWAITED_FOR
from ascolto.conversations import State
from ascolto.conversations.errors import NonceClash
from ascolto.conversations.files import remove_contents
from ascolto.customers.events import ConsentSaid
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.http import Services
from ascolto.kit.jobs import AWAY, every, in_turn
from ascolto.kit.outbox import Frame, StoredEvent
from ascolto.kit.secretbox import server_box
from ascolto.kit.subscribers import Subscriber
from ascolto.tenancy import store as tenancy

CALLS_EVERY_S = 5.0
INVITATIONS_EVERY_S = 30.0
SWEEP_EVERY_S = 600.0
ACCESSES_EVERY_S = 60.0
# A content touched of late may be about to be used again.
SETTLED_S = 3_600.0
# Nobody has more than a few conversations of one customer open.
SHOWN = 50
OPENINGS_FOR = timedelta(days=2)
DELIVERIES_FOR = timedelta(days=14)
EXTERNAL_FOR = timedelta(days=30)
# What the database may do to a job: it goes on at its next turn.

log = structlog.get_logger(__name__)


async def apologise(tx: Tx, event: StoredEvent) -> None:
    """Tell a customer whose work overflowed that others are asked now, and what else helps."""
    conversation = await conversations.get(tx, str(event.body.get("conversation_id", "")))
    if conversation is None or conversation.channel_id is None:
        return
    if event.body["work_item_id"] != conversation.work_item_id:
        return  # a colleague's question has overflowed, or work that was over
    channel = await store.get_channel(tx, conversation.channel_id)
    if channel is None or channel.kind != "webchat" or conversation.state is not State.WAITING:
        return
    queue_id = str(event.body.get("queue_id") or conversation.queue_id)
    calendar = await conversations.calendar_of_queue(
        tx, queue_id=queue_id, client_id=channel.client_id
    )
    if calendar is not None and not calendar.hours.is_open(tx.now):
        return  # nobody is there to be asked
    client = await tenancy.get_client(tx, channel.client_id)
    words = Words.of(
        channel.webchat(),
        language=conversation.language,
        client_name=client.name if client else "",
    )
    # Once for each conversation, however often it moves on and whatever the words are by then.
    with contextlib.suppress(NonceClash):
        await conversations.say(
            tx, conversation_id=conversation.id, text=words.say("overflowed"), nonce="overflowed"
        )


async def queue_calls(services: Services) -> None:
    """Let promised calls join their queue when their time has come."""
    while True:
        await asyncio.sleep(CALLS_EVERY_S)
        await _each_tenant(services.db, "calls", calling.queue_due)
        await _each_tenant(services.db, "ended calls", calling.settle_ended)


async def ask_how_it_went(services: Services) -> int:
    """Send the questions that are due after conversations by mail; return how many were decided."""
    ask = partial(
        inviting.invite_due, services.db, box=server_box(services.settings.data),
        public_url=services.settings.public_url,
    )  # fmt: skip
    async with services.db.connection() as connection:
        tenants = await tenancy.list_tenant_ids(connection)
    return await in_turn(tenants, ask, failed="channels.questions_not_asked")


async def end_accesses(services: Services) -> int:
    """Have what mailboxes no longer may ended at their providers; return how many were told."""
    settings = services.settings
    access = Access(
        services.db, box=server_box(settings.data), allow_private=settings.allow_private_webhooks
    )
    async with services.db.connection() as connection:
        tenants = await tenancy.list_tenant_ids(connection)
    return await in_turn(tenants, access.end_due, failed="channels.accesses_not_ended")


async def sweep(services: Services) -> None:
    """Forget passes, links and nonces that have run out."""
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        await _each_tenant(services.db, "sweep", _forget)
        await _each_tenant(services.db, "uploads", partial(_forget_uploads, services))
        await _each_tenant(services.db, "raw mail", forget_raw_mail)


async def _forget_uploads(services: Services, tx: Tx) -> int:
    gone = await conversations.forget_unsent(tx)
    await asyncio.to_thread(
        remove_contents,
        services.settings.attachments,
        tenant_id=tx.tenant_id,
        contents=gone,
        older_s=SETTLED_S,
    )
    return len(gone)


async def _forget(tx: Tx) -> int:
    gone = await store.forget_old(tx, openings_for=OPENINGS_FOR)
    gone += await store_webhooks.forget_deliveries(
        tx, before=tx.now - DELIVERIES_FOR, aside_before=tx.now - 2 * AWAITED_FOR
    )
    await store_webhooks.take_up_again(tx)
    return gone + await store_external.forget_external(tx, before=tx.now - EXTERNAL_FOR)


async def _each_tenant(db: Database, what: str, do: Callable[[Tx], Awaitable[int]]) -> None:
    try:
        async with db.connection() as connection:
            tenants = await tenancy.list_tenant_ids(connection)
        for tenant_id in tenants:
            async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                await do(tx)
    except AWAY as error:
        log.warning("channels.postponed", what=what, error=type(error).__name__)


async def show_consents(tx: Tx, event: StoredEvent) -> None:
    """Show how a customer's addresses stand now to whoever has a conversation of theirs open."""
    customer = await customers.known(tx, str(event.body["customer_id"]))
    body = {
        "customer_id": customer.id,
        "standing": [
            view.model_dump(mode="json")
            for one in await standing(tx, customer)
            for view in StandingView.each(one)
        ],
    }
    family = await customers.family_ids(tx, customer.id)
    for one in await conversations.newest_of_customers(tx, family, limit=SHOWN):
        topic = f"conversation:{one}"
        tx.show(Frame(topic, "consents.changed", body, customer.client_id))


SUBSCRIBERS: Sequence[Subscriber] = (
    Subscriber("channels.apologise", ("routing.overflowed",), apologise),
    Subscriber("channels.show_consents", (ConsentSaid.kind,), show_consents),
    Subscriber("channels.mail_out", outgoing.HEARD, outgoing.hear),
    Subscriber("channels.invite", inviting.HEARD, inviting.hear),
)
BACKGROUND: Sequence[tuple[str, Callable[[Services], Awaitable[None]]]] = (
    ("promised calls", queue_calls),
    every(INVITATIONS_EVERY_S, "channels", "questions after mails", ask_how_it_went),
    every(ACCESSES_EVERY_S, "channels", "ended accesses", end_accesses),
    ("sweep of passes", sweep),
    ("fan-out to webhooks and external channels", fan_out),
    ("deliveries to webhooks", deliver),
    ("door for mail servers", listen_for_mail),
    ("door for mail servers by LMTP", listen_for_lmtp),
    ("fetching of mail", fetch_mail),
    ("intake of mail", take_in_mail),
    ("sending of mail", send_mail),
)
