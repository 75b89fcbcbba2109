"""Bounces, automatic replies and receipts: tied to the mail of ours that they speak of."""

from collections.abc import Sequence

from ascolto import conversations
from ascolto.channels import store_mail_out, store_mail_threads
from ascolto.channels.email.kinds import Kind
from ascolto.channels.email.reply_tokens import read_token
from ascolto.channels.mailroom.reading import Letter
from ascolto.channels.mailroom.words import say
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming, Read
from ascolto.channels.store_mail_out import OutMail
from ascolto.kit.db import Tx

_SENT = ("accepted", "uncertain", "sending", "delivered")
_DELIVERED = ("delivered", "displayed", "avvenuta-consegna")
_SHOWN = 2_000
# An address that does not exist stays so; a full mailbox may be empty tomorrow (RFC 3463).
_NO_SUCH_ADDRESS = "5.1."


async def take_report(
    tx: Tx, channel: Channel, incoming: Incoming, letter: Letter, *, addresses: Sequence[str],
    key: bytes,
) -> Read:  # fmt: skip
    """Do what a report asks for and return what became of it."""
    about = await _about(tx, channel, letter, addresses=addresses, key=key)
    if about is not None:
        await _follow(tx, channel, incoming, letter, about)
    return Read(
        state="noted",
        kind=letter.found.kind.value,
        reason=None if about else "unrelated",
        mail_id=letter.mail_id,
        sender=letter.sender,
        subject=letter.subject,
        no_auto_reply="no message of a person",
        conversation_id=about.conversation_id if about else None,
        about_id=about.id if about else None,
    )


async def _about(
    tx: Tx, channel: Channel, letter: Letter, *, addresses: Sequence[str], key: bytes
) -> OutMail | None:
    """Return the mail that a report speaks of: by its id, else by the address it came to."""
    for mail_id in (letter.found.original_id, *letter.refs):
        out = await store_mail_out.of_mail_id(tx, mail_id) if mail_id else None
        if out is not None and out.channel_id == channel.id:
            return out
    numbered = read_token(addresses, keys=[key])
    if numbered is None or not numbered.isdecimal():
        return None
    thread = await store_mail_threads.thread_of_number(
        tx, channel_id=channel.id, number=int(numbered)
    )
    return await store_mail_out.last_of_thread(tx, thread.id) if thread else None


async def _follow(
    tx: Tx, channel: Channel, incoming: Incoming, letter: Letter, about: OutMail
) -> None:
    found = letter.found
    failed = found.kind is Kind.BOUNCE or bool(found.certified and found.certified.failed)
    if failed and found.permanent is not False:
        await _bounced(tx, channel, letter, about)
        what = "bounced"
    elif failed:
        what = "delayed"
    elif found.kind is Kind.RECEIPT and found.receipt in _DELIVERED:
        await _delivered(tx, about)
        what = "receipt"
    else:
        what = found.kind.value
    conversation = await conversations.get(tx, about.conversation_id)
    if conversation is None:
        return
    text = found.receipt if what == "receipt" else letter.text[:_SHOWN]
    note = say(
        what,
        language=conversation.language,
        recipient=about.recipient,
        why=_why(letter),
        sender=letter.sender,
        text=text,
    )
    # A receipt that only says what the message shows is no news.
    if what != "receipt" or found.receipt not in _DELIVERED:
        await conversations.add_note(
            tx,
            conversation_id=about.conversation_id,
            operator_id=None,
            text=note,
            nonce=f"mail-{incoming.id}",
            meta={"mail": {"id": incoming.id, "kind": found.kind.value, "about": about.message_id}},
        )


async def _bounced(tx: Tx, channel: Channel, letter: Letter, about: OutMail) -> None:
    changed = await store_mail_out.change_state(
        tx, about.id, of=_SENT, to="bounced", error=_why(letter) or "bounced", at=tx.now
    )
    if changed is not None:
        await conversations.mark_delivered(tx, message_id=about.message_id, delivery="failed")
    for one in letter.found.recipients:
        # Only whom we wrote to: a report is anybody's word.
        if one.status.startswith(_NO_SUCH_ADDRESS) and one.address.lower() == about.recipient:
            await store_mail_out.add_unreachable(
                tx, channel, address=about.recipient, reason=_why(letter)
            )


async def _delivered(tx: Tx, about: OutMail) -> None:
    changed = await store_mail_out.change_state(
        tx, about.id, of=("accepted", "uncertain"), to="delivered", error=None, at=tx.now
    )
    if changed is not None:
        await conversations.mark_delivered(tx, message_id=about.message_id, delivery="delivered")


def _why(letter: Letter) -> str:
    found = letter.found
    said = [f"{one.status} {one.diagnostic}".strip() for one in found.recipients]
    if found.certified is not None and found.certified.error:
        said.append(found.certified.error)
    return "; ".join(one for one in said if one)[:300]
