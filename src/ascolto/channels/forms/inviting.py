"""The question after a conversation by mail: asked once, a while later, and of nobody who said no.

Where the customer wrote in the chat the question stands there. By mail it is a mail that nobody
asked for: it says how to get no more of them, and it is not sent to whoever has said so.
"""

from datetime import timedelta
from typing import TypeGuard

import structlog

from ascolto import conversations, customers
from ascolto.channels import (
    store,
    store_invitations,
    store_mail,
    store_mail_out,
    store_mail_threads,
)
from ascolto.channels.actions.preferring import LIFE, Reachable, sealed
from ascolto.channels.actions.visiting import checked_email
from ascolto.channels.errors import BadAddress
from ascolto.channels.forms.words import Reader
from ascolto.channels.model import Channel
from ascolto.channels.store_invitations import Invitation
from ascolto.conversations import Conversation, State
from ascolto.customers import Purpose
from ascolto.identity import secrets
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.mail import queue_mail
from ascolto.kit.outbox import StoredEvent
from ascolto.kit.secretbox import SecretBox
from ascolto.kit.words import LANGUAGES
from ascolto.tenancy.actions import get_client

HEARD = ("conversations.closed",)
# Whoever has one more thing to say writes it before this.
AFTER = timedelta(minutes=30)
# Nobody is asked by the same client more often.
REST = timedelta(days=30)
AT_ONCE = 50
_OVER = (State.WRAPUP, State.CLOSED)

log = structlog.get_logger(__name__)


async def hear(tx: Tx, event: StoredEvent) -> None:
    """Plan the question of a conversation that was closed, where its mailbox asks one."""
    conversation = await conversations.get(tx, str(event.body["conversation_id"]))
    if conversation is None or conversation.channel_id is None:
        return
    channel = await store.get_channel(tx, conversation.channel_id)
    if not _asks(channel):
        return
    await store_invitations.add(
        tx,
        client_id=channel.client_id,
        channel_id=channel.id,
        conversation_id=conversation.id,
        due_at=event.at + AFTER,
    )


async def invite_due(db: Database, tenant_id: str, *, box: SecretBox, public_url: str) -> int:
    """Ask what is due, or leave it out and say why; return how many were decided.

    Each has a transaction of its own: one that fails is told, put off, and stops none behind it.
    """
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        due = await store_invitations.due(tx, limit=AT_ONCE)
    decided = 0
    for one in due:
        try:
            async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                decided += await _decide(tx, one, box=box, public_url=public_url)
        except Exception:
            log.exception("question.not_asked", invitation_id=one)
            # Raises what the database says when it is away.
            async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                await store_invitations.put_off(tx, one, to=tx.now + AFTER)
    return decided


async def _decide(tx: Tx, invitation_id: str, *, box: SecretBox, public_url: str) -> int:
    one = await store_invitations.hold_due(tx, invitation_id)
    if one is None:
        return 0  # another node has it
    conversation = await conversations.get(tx, one.conversation_id)
    thread = await store_mail_threads.thread_of_conversation(tx, one.conversation_id)
    if conversation is None or thread is None:
        await store_invitations.leave_out(tx, one.id, why="elsewhere")
        return 1
    address = thread.reply_to or thread.customer  # where the answers went
    why = await _why_not(tx, one, conversation) or await _why_not_them(tx, one, address=address)
    if why is not None:
        await store_invitations.leave_out(tx, one.id, why=why)
    else:
        await _ask(tx, one, conversation, address=address, box=box, public_url=public_url)
    return 1


def _asks(channel: Channel | None) -> TypeGuard[Channel]:
    return channel is not None and channel.kind == "email" and channel.email().survey


async def _why_not(tx: Tx, one: Invitation, conversation: Conversation) -> str | None:
    """Return what a conversation or its mailbox has that forbids the question."""
    if not _asks(await store.get_channel(tx, one.channel_id)):
        return "off"
    if conversation.state not in _OVER:
        return "reopened"
    if conversation.first_replied_at is None:
        return "unanswered"
    last = await store_mail.last_of_conversation(tx, conversation.id)
    if last is None or last.no_auto_reply:
        return "automatic"
    return None


async def _why_not_them(tx: Tx, one: Invitation, *, address: str) -> str | None:
    """Return why an address is not asked; from here on it says nothing until we are through."""
    try:
        checked_email(address)
    except BadAddress:
        return "no_address"
    if await store_mail_out.is_unreachable(tx, channel_id=one.channel_id, address=address):
        return "unreachable"
    if not await customers.may_send_unasked(
        tx, client_id=one.client_id, email=address, purpose=Purpose.SURVEY
    ):
        return "withdrawn"
    lately = await store_invitations.mails_since(
        tx,
        client_id=one.client_id,
        address_key=customers.identity_key("email", address),
        since=tx.now - REST,
    )
    return "lately" if lately else None


async def _ask(
    tx: Tx, one: Invitation, conversation: Conversation, *, address: str, box: SecretBox,
    public_url: str,
) -> None:  # fmt: skip
    language = conversation.language if conversation.language in LANGUAGES else LANGUAGES[0]
    brand = (await get_client(tx, one.client_id)).name
    reader = Reader(language, chosen=True, brand=brand)
    token, secret_hash = secrets.issue(tx.tenant_id)
    who = Reachable(tx.tenant_id, one.client_id, Purpose.SURVEY, address)
    stop = public_url + reader.to(f"/unsubscribe/{sealed(box, who)}")
    number = str(conversation.number)
    expires_at = tx.now + LIFE
    mail_id = await queue_mail(
        tx,
        purpose="survey",
        to=address,
        subject=reader.say("invite_subject", number=number),
        body=reader.say(
            "invite_body", number=number, link=public_url + reader.to(f"/survey/{token}"), stop=stop
        ),
        expires_at=expires_at,
        unsubscribe=stop,
    )
    await store_invitations.set_sent(
        tx,
        one.id,
        address_key=customers.identity_key("email", address),
        secret_hash=secret_hash,
        mail_id=mail_id,
        expires_at=expires_at,
    )
