"""A conversation goes on elsewhere: a link by mail, good once and for half an hour."""

from datetime import timedelta

from ascolto.channels import errors, events, store
from ascolto.channels.actions.visiting import Started, checked_email, issue_pass, standing
from ascolto.channels.model import LINK_LIFE, Pass, ResumeLink
from ascolto.channels.webchat.state import Scene
from ascolto.identity import secrets
from ascolto.kit.db import Actor, Tx
from ascolto.kit.ids import new_id
from ascolto.kit.mail import queue_mail

LINKS_AN_HOUR = 3


async def mail_link(
    tx: Tx, scene: Scene, holder: Pass, *, email: str, public_url: str, scripted: bool = True
) -> None:
    """Mail a link to the conversation, in the chat or, without a script, on its page.

    Opening it proves nothing about the customer: whoever asked for it may have typed an address
    of somebody else, who would then lend them their name with one click.
    """
    checked_email(email)
    sent = await store.links_since(
        tx, conversation_id=holder.conversation_id, since=tx.now - timedelta(hours=1)
    )
    if sent >= LINKS_AN_HOUR:
        raise errors.TooFast("Enough links for now.", retry_after_s=3_600)
    token, secret_hash = secrets.issue(tx.tenant_id)
    link = ResumeLink(
        id=new_id(),
        client_id=holder.client_id,
        channel_id=holder.channel_id,
        conversation_id=holder.conversation_id,
        customer_id=holder.customer_id,
        customer_name=holder.customer_name,
        email=email,
    )
    expires_at = tx.now + LINK_LIFE
    await store.insert_link(tx, link, secret_hash=secret_hash, expires_at=expires_at)
    # After the hash sign: neither servers on the way nor the host page's statistics see it.
    address = f"{public_url}/chat/{scene.channel.public_key}#resume={token}"
    if not scripted:
        address = f"{public_url}/talk-link/{token}?lang={scene.words.language}"
    await queue_mail(
        tx,
        purpose="resume_link",
        to=email,
        subject=scene.words.say("resume_subject"),
        body=scene.words.say("resume_body", link=address),
        expires_at=expires_at,
    )


async def resume(tx: Tx, secret_hash: bytes) -> Started:
    """Use a link up and return a fresh pass to its conversation."""
    link = await store.use_link(tx, secret_hash)
    if link is None:
        raise errors.LinkGone("The link was used or has run out.")
    await tx.narrow([link.client_id])
    tx.actor = Actor("customer", link.customer_id, link.customer_name)
    conversation = await standing(tx, link.conversation_id)
    holder, token = issue_pass(
        tx,
        channel_id=link.channel_id,
        client_id=link.client_id,
        conversation_id=link.conversation_id,
        customer_id=link.customer_id,
        customer_name=link.customer_name,
    )
    tx.emit(
        events.ConversationResumed(
            client_id=link.client_id,
            conversation_id=conversation.id,
            channel_id=link.channel_id,
        )
    )
    return Started(conversation, holder, token)
