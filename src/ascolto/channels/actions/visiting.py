"""A customer comes in by a chat's door: begins a conversation, or goes on with one."""

import contextlib
import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from ascolto import conversations, customers
from ascolto.channels import errors, store
from ascolto.channels.actions.vouching import vouched
from ascolto.channels.model import PASS_LIFE, START_AGAIN_WITHIN, Channel, Pass
from ascolto.channels.webchat.state import Scene, scene_for
from ascolto.conversations import Conversation, Message, State
from ascolto.conversations.errors import NonceClash
from ascolto.customers import ClaimedIdentity
from ascolto.identity import secrets
from ascolto.kit.db import Actor, Tx
from ascolto.kit.ids import new_id

# What a header reads as more than an address (a comment, a group, an encoded word) is none here.
_MARKS = r"\s\x00-\x1f\x7f@<>()\[\]\\,:;\""
_EMAIL = re.compile(rf"(?!.*=\?)[^{_MARKS}]{{1,64}}@[^{_MARKS}]{{1,250}}\.[^{_MARKS}.]{{2,63}}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody sends to begin a conversation."""

    nonce: str
    text: str = ""
    name: str = ""
    email: str = ""
    page: str = ""
    ticket: str = ""
    subject: str = ""
    meta: dict[str, Any] = field(default_factory=dict)

    def fingerprint(self) -> bytes:
        """Return what tells two wishes apart."""
        parts = [self.text, self.name, self.email, self.ticket]
        parts += [self.subject] if self.subject else []
        return hashlib.sha256(orjson.dumps(parts)).digest()


@dataclass(frozen=True, slots=True)
class Started:
    """A conversation with the pass that opens it."""

    conversation: Conversation
    holder: Pass
    token: str
    said: tuple[Message, ...] = ()


async def start(tx: Tx, scene: Scene, wish: Wish) -> Started:
    """Begin a conversation once: the same wish again opens the same one."""
    channel = scene.channel
    _require_asked(scene, wish)
    conversation_id = new_id()
    claimed = await store.claim_start(
        tx,
        channel=channel,
        nonce=wish.nonce,
        fingerprint=wish.fingerprint(),
        conversation_id=conversation_id,
    )
    if claimed is not None:
        return await _again(tx, channel, wish, claimed)
    conversation, said = await _open(tx, scene, wish, conversation_id)
    started = _with_pass(tx, channel_id=channel.id, conversation=conversation)
    return replace(started, said=tuple(said))


async def _open(
    tx: Tx, scene: Scene, wish: Wish, conversation_id: str
) -> tuple[Conversation, list[Message]]:
    """Begin the conversation; what the customer wrote at once queues it, and may be answered."""
    channel = scene.channel
    # A typed address proves nothing: it is written down, it never opens another's file.
    identities = [ClaimedIdentity("email", wish.email)] if wish.email else []
    name = wish.name
    if wish.ticket:
        proof, known_as = await vouched(tx, channel, secret=wish.ticket, nonce=wish.nonce)
        identities.insert(0, proof)
        name = known_as or name
    customer = await customers.identify(
        tx,
        client_id=channel.client_id,
        identities=identities,
        name=name,
        language=scene.words.language,
    )
    tx.actor = Actor("customer", customer.id, customer.name)
    opening: dict[str, Any] = {
        "conversation_id": conversation_id,
        "client_id": channel.client_id,
        "channel": channel.label,
        "channel_id": channel.id,
        "queue_id": channel.queue_id,
        "subject": wish.subject,
        "language": scene.words.language,
        "meta": {**wish.meta, **({"page": wish.page} if wish.page else {})},
    }
    if not wish.text:
        fresh = await conversations.open_conversation(
            tx, customer_id=customer.id, known=customer, **opening
        )
        return fresh, []
    begun, first = await conversations.begin_with_words(
        tx, text=wish.text, nonce=wish.nonce, customer=customer, **opening
    )
    answer = scene.own_answer()
    if answer is None:
        return begun, [first]
    text, nonce = answer
    own = await conversations.say(tx, conversation_id=begun.id, text=text, nonce=nonce)
    return replace(begun, last_seq=own.seq), [first, own]


async def answer_closed(tx: Tx, channel: Channel, conversation_id: str) -> None:
    """Tell somebody who writes while nobody is there when they will be answered, once a night."""
    now = await standing(tx, conversation_id)
    if now.state is not State.WAITING:
        return
    answer = (await scene_for(tx, channel, now)).own_answer()
    if answer is not None:
        text, nonce = answer
        # Words that were changed in the meantime are no reason to say it again.
        with contextlib.suppress(NonceClash):
            await conversations.say(tx, conversation_id=now.id, text=text, nonce=nonce)


def _require_asked(scene: Scene, wish: Wish) -> None:
    asked = scene.settings
    missing = [
        name
        for name, rule, value in (
            ("name", asked.ask_name, wish.name),
            ("email", asked.ask_email, wish.email),
        )
        if rule == "required" and not value.strip() and not wish.ticket
    ]
    if missing:
        raise errors.BadChannel("This chat asks for more before it begins.", missing=missing)
    if wish.email:
        checked_email(wish.email)


def checked_email(email: str) -> str:
    """Return an address that mail can be sent to, or refuse it."""
    if not _EMAIL.fullmatch(email):
        raise errors.BadAddress("This is not an e-mail address.", field="email")
    return email


async def _again(
    tx: Tx, channel: Channel, wish: Wish, claimed: tuple[bytes, str | None, Any]
) -> Started:
    fingerprint, conversation_id, at = claimed
    if conversation_id is None or fingerprint != wish.fingerprint():
        raise errors.StartClash("This nonce was used for another start.")
    # The nonce opens the conversation, so it must not do so for long.
    if tx.now - at > START_AGAIN_WITHIN:
        raise errors.StartClash("This nonce was used long ago.")
    begun, now = await conversations.get(tx, conversation_id), await standing(tx, conversation_id)
    started = _with_pass(tx, channel_id=channel.id, conversation=begun or now)
    said = await conversations.list_messages(
        tx,
        conversation_id=now.id,
        after_seq=await first_own_seq(tx, started.holder, now),
        before_seq=None,
        limit=50,
        public_only=True,
    )
    return replace(started, conversation=now, said=tuple(said))


async def standing(tx: Tx, conversation_id: str) -> Conversation:
    """Return a conversation, or the one it goes on in.

    Never one of a customer who is another by now: such two part here, at the latest.
    """
    conversation = await conversations.get(tx, conversation_id)
    if conversation is not None and conversation.merged_into is not None:
        await conversations.keep_apart(tx, conversation_id)
        conversation = await conversations.get(tx, conversation_id)
    while conversation is not None and conversation.merged_into is not None:
        conversation = await conversations.get(tx, conversation.merged_into)
    if conversation is None:
        raise errors.NoPass("The conversation is no longer there.")
    return conversation


async def first_own_seq(tx: Tx, holder: Pass, now: Conversation) -> int:
    """Return the number after which a customer may read: all, unless theirs goes on elsewhere.

    In a conversation that took theirs in, what was said before is not shown to them.
    """
    if now.id == holder.conversation_id:
        return 0
    thread = await conversations.list_messages(
        tx, conversation_id=now.id, after_seq=0, before_seq=None, limit=10_000, public_only=True
    )
    own = [m.seq for m in thread if m.origin_id == holder.conversation_id]
    return min(own, default=now.last_seq + 1) - 1


def _with_pass(tx: Tx, *, channel_id: str, conversation: Conversation) -> Started:
    holder, token = issue_pass(
        tx,
        channel_id=channel_id,
        client_id=conversation.client_id,
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        customer_name=conversation.customer_name,
    )
    return Started(conversation, holder, token)


def issue_pass(tx: Tx, **values: str) -> tuple[Pass, str]:
    """Write a fresh pass and return it with the secret that only its holder will know."""
    token, secret_hash = secrets.issue(tx.tenant_id)
    holder = Pass(id=new_id(), expires_at=tx.now + PASS_LIFE, **values)
    store.insert_pass(tx, holder, secret_hash=secret_hash)
    return holder, token
