"""What operators answer in a conversation by mail becomes a mail to be sent, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ascolto import conversations
from ascolto.channels import (
    errors,
    store,
    store_mail,
    store_mail_out,
    store_mail_threads,
    store_mail_to,
)
from ascolto.channels.email.addressing import is_own
from ascolto.channels.email.loops import Budget, within_budget
from ascolto.channels.mailroom.accounting import tell_message
from ascolto.channels.mailroom.composing import answer_subject
from ascolto.channels.model import Channel
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.store_mail_threads import MailThread
from ascolto.channels.store_mail_to import Addressee
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.kit.outbox import StoredEvent

HEARD = ("conversations.message_out", "conversations.merged", "conversations.parted")
RESENDABLE = ("uncertain", "failed", "bounced")


async def hear(tx: Tx, event: StoredEvent) -> None:
    """Queue the mail of an answer; follow a conversation into another, and out of it again."""
    conversation_id = str(event.body["conversation_id"])
    if event.kind == "conversations.merged":
        await store_mail_threads.move_conversation(
            tx, conversation_id=conversation_id, into=str(event.body["into"])
        )
        return
    if event.kind == "conversations.parted":
        await store_mail_threads.part_conversation(
            tx,
            conversation_id=conversation_id,
            out_of=str(event.body["out_of"]),
            parts=event.body["parts"],
            numbers=await _numbers(tx, event.body["parts"]),
        )
        return
    thread = await store_mail_threads.thread_of_conversation(tx, conversation_id)
    channel = await store.get_channel(tx, thread.channel_id) if thread else None
    if thread is None or channel is None:
        return
    if event.body.get("author_kind") == conversations.AuthorKind.SYSTEM.value:
        return  # it goes along with the next answer: a notice is no mail of its own
    automatic = event.body.get("author_kind") != conversations.AuthorKind.OPERATOR.value
    await _queue(tx, channel, thread, message_id=str(event.body["message_id"]), automatic=automatic)


async def _numbers(tx: Tx, conversation_ids: Sequence[str]) -> list[int]:
    found = [await conversations.get(tx, one) for one in conversation_ids]
    return [one.number for one in found if one is not None]


async def _queue(
    tx: Tx, channel: Channel, thread: MailThread, *, message_id: str, automatic: bool
) -> None:
    settings = channel.email()
    message = await conversations.get_message(tx, message_id)
    envelope = message.meta.get("envelope") if message else None
    addressees = named(channel, envelope) or [Addressee(thread.reply_to or thread.customer, "to")]
    refused = None
    if automatic:
        refused = await _why_not_automatic(tx, channel, thread, addressees[0].address)
    added = await queue_mail(
        tx,
        channel,
        thread,
        message_id=message_id,
        subject=answer_subject(thread.subject, number=thread.number, settings=settings),
        addressees=addressees,
        # The undo window runs from the moment the operator sent it, however late we hear of it.
        due=(message.at if message else tx.now) + _hold(channel, automatic=automatic),
        automatic=automatic,
        refused=refused,
    )
    if added and envelope:
        await store_mail_threads.add_parties(
            tx, thread_id=thread.id, addresses=[one.address for one in addressees]
        )


async def queue_mail(
    tx: Tx, channel: Channel, thread: MailThread, *, message_id: str, subject: str,
    addressees: Sequence[Addressee], due: datetime, kind: str = "answer", automatic: bool = False,
    refused: str | None = None,
) -> bool:  # fmt: skip
    """Queue the mail of a message, once; whom we know to be out of reach is not tried."""
    known = [await _reachable(tx, channel, one) for one in addressees]
    if all(one.state == "failed" for one in known):
        refused = refused or "unreachable"
    out_id = new_id()
    mail_id = f"{out_id}@{channel.email().address.partition('@')[2]}"
    mail = OutMail(
        id=out_id,
        client_id=channel.client_id,
        channel_id=channel.id,
        conversation_id=thread.conversation_id,
        message_id=message_id,
        thread_id=thread.id,
        mail_id=mail_id,
        kind=kind,
        automatic=automatic,
        recipient=known[0].address,
        subject=subject,
        state="failed" if refused else "queued",
        attempts=0,
        next_try_at=max(due, tx.now),
        data_began_at=None,
        last_code=None,
        last_error=refused,
        created_at=tx.now,
        accepted_at=None,
        settled_at=None,
    )
    if not await store_mail_out.add(tx, mail):
        return False
    await store_mail_to.add(tx, mail, known)
    # From now on answers to it are known, whether or not we ever hear that it was accepted.
    await store_mail_threads.add_refs(tx, channel, thread_id=thread.id, refs=[mail_id])
    if not automatic and (refused or any(one.state == "failed" for one in known)):
        await tell_message(tx, mail, state=mail.state)
    return True


def named(channel: Channel, envelope: dict[str, list[str]] | None) -> list[Addressee]:
    """Return whom an envelope names, without ourselves: a copy to us would only come round."""
    own = channel.email().own_addresses
    return [
        Addressee(address, role)
        for role in ("to", "cc", "bcc")
        for address in (envelope or {}).get(role, [])
        if not is_own(address, own)
    ]


async def _reachable(tx: Tx, channel: Channel, one: Addressee) -> Addressee:
    if await store_mail_out.is_unreachable(tx, channel_id=channel.id, address=one.address):
        return replace(one, state="failed", why="unreachable")
    return one


def _hold(channel: Channel, *, automatic: bool) -> timedelta:
    return timedelta(seconds=0 if automatic else channel.email().undo_s)


async def _why_not_automatic(
    tx: Tx, channel: Channel, thread: MailThread, recipient: str
) -> str | None:
    last = await store_mail.last_of_conversation(tx, thread.conversation_id)
    if last is not None and last.no_auto_reply:
        return f"no automatic answer: {last.no_auto_reply}"
    sent = await store_mail_out.automatic_since(
        tx, channel_id=channel.id, recipient=recipient, since=tx.now - Budget().within
    )
    return None if within_budget(sent, now=tx.now) else "no automatic answer: enough of them"


async def resend(tx: Tx, out_id: str) -> OutMail:
    """Send a mail again by hand to whom it has not reached, with its own id and bytes."""
    known = await store_mail_out.get(tx, out_id)
    if known is None:
        raise errors.UnknownMail("There is no such mail.", mail_id=out_id)
    if known.data_began_at and await store_mail_out.raw_of(tx, out_id) is None:
        # Somebody may have it: written anew it would be another mail under the same id.
        raise errors.NotNow("Its bytes were forgotten in time.", state=known.state)
    sent = await store_mail_out.change_state(
        tx, out_id, of=RESENDABLE, to="queued", error=None, at=tx.now
    )
    if sent is None:
        raise errors.NotNow("Only what failed or is uncertain is sent again.", state=known.state)
    waiting = await store_mail_to.wait_again(tx, out_id)
    if not waiting:
        raise errors.NotNow("It is not known whom it did not reach.", state=known.state)
    await store_mail_out.forget_unreachable(tx, channel_id=known.channel_id, addresses=waiting)
    await tell_message(tx, sent, state="queued")
    return sent


async def recall(tx: Tx, out_id: str) -> OutMail:
    """Take a mail back that has not left yet."""
    known = await store_mail_out.get(tx, out_id)
    if known is None:
        raise errors.UnknownMail("There is no such mail.", mail_id=out_id)
    back = await store_mail_out.change_state(
        tx, out_id, of=("queued",), to="recalled", error=None, at=tx.now
    )
    # What some have and others not, or what somebody may have, was not taken back for them.
    if back is None or back.accepted_at is not None or back.data_began_at is not None:
        raise errors.NotNow("It has left already.", state=known.state)
    await tell_message(tx, back, state="recalled")
    return back


async def recall_message(tx: Tx, message_id: str, *, operator_id: str | None) -> OutMail:
    """Take back the mail of a message; with an operator only if the message is theirs."""
    message = await conversations.get_message(tx, message_id)
    known = await store_mail_out.of_message(tx, message_id)
    if known is None or message is None:
        raise errors.UnknownMail("There is no such mail.", message_id=message_id)
    if operator_id is not None and message.author.id != operator_id:
        raise errors.UnknownMail("There is no such mail of yours.", message_id=message_id)
    return await recall(tx, known.id)
