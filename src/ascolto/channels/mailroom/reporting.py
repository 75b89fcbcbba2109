"""Bounces, automatic replies and receipts: tied to the mail of ours that they speak of."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from ascolto import conversations
from ascolto.channels import store_mail_out, store_mail_threads, store_mail_to
from ascolto.channels.email.kinds import Kind
from ascolto.channels.email.reply_tokens import read_token
from ascolto.channels.email.reports import Recipient
from ascolto.channels.mailroom.accounting import tell_message
from ascolto.channels.mailroom.reading import Letter
from ascolto.channels.mailroom.settling import move_on
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming, Read
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.store_mail_to import Addressee
from ascolto.kit.db import Tx
from ascolto.kit.words import say

_SENT = ("accepted", "uncertain", "sending", "delivered")
_DELIVERED = ("delivered", "displayed", "avvenuta-consegna")
_SHOWN = 2_000
# An address that does not exist stays so; a full mailbox may be empty tomorrow (RFC 3463).
_NO_SUCH_ADDRESS = "5.1."
_NOBODY_THERE = ("no-dest", "no-dominio")
_BADNESS = {"delivered": 0, "relayed": 1, "delayed": 2, "bounced": 3}


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
    for mail_id in (letter.found.original_id, letter.envelope_id, *letter.refs):
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


async def has_come(tx: Tx, mail: OutMail) -> OutMail:
    """Settle a mail that was uncertain: its own id came back, from somebody who must have it.

    One that waits to be sent again is not sent to them; one that is being sent is settled when its
    attempt ends without a word of the server.
    """
    if mail.state not in ("queued", "sending", "uncertain"):
        return mail
    await store_mail_out.hear_of(tx, mail.id)
    return replace(mail, state=await move_on(tx, mail) or mail.state)


async def _follow(
    tx: Tx, channel: Channel, incoming: Incoming, letter: Letter, about: OutMail
) -> None:
    found = letter.found
    about = await store_mail_out.hold(tx, about.id) or about
    if about.mail_id in (found.original_id, letter.envelope_id):
        about = await has_come(tx, about)
    failed = found.kind is Kind.BOUNCE or bool(found.certified and found.certified.failed)
    fates = _fates(letter, await store_mail_to.of_mail(tx, about.id), failed=failed)
    if failed and not _tries_on(letter):
        await _bounced(tx, channel, letter, about, fates)
        what = "bounced"
    elif failed:
        await _note_fates(tx, about, fates, state=about.state)
        what = "delayed"
    elif found.kind is Kind.RECEIPT and found.receipt in _DELIVERED:
        await _arrived(tx, about, fates)
        what = "receipt"
    else:
        what = found.kind.value
    conversation = await conversations.get(tx, about.conversation_id)
    # A receipt that only says what the message shows is no news.
    if conversation is None or (what == "receipt" and found.receipt in _DELIVERED):
        return
    text = found.receipt if what == "receipt" else letter.text[:_SHOWN]
    whom = [who for who, (state, _) in fates.items() if state in ("bounced", "delayed")]
    await conversations.add_note(
        tx,
        conversation_id=about.conversation_id,
        operator_id=None,
        text=say(
            f"mailroom.{what}",
            language=conversation.language,
            recipient=", ".join(whom) or about.recipient,
            why=_why(letter),
            sender=letter.sender,
            text=text,
        ),
        nonce=f"mail-{incoming.id}",
        meta={"mail": {"id": incoming.id, "kind": found.kind.value, "about": about.message_id}},
    )


def _fates(
    letter: Letter, addressees: Sequence[Addressee], *, failed: bool
) -> dict[str, tuple[str, str]]:
    """Return what a report says became of our recipients; only of those to whom we wrote."""
    found = letter.found
    ours = {one.address for one in addressees}
    fates: dict[str, tuple[str, str]] = {}
    for one in found.recipients:
        address = _whom(one, ours)
        if address is not None:
            fate = _fate_of(one, failed=failed), f"{one.status} {one.diagnostic}".strip()
            # An address may lead on to several: the worst that became of them is said.
            fates[address] = max(fates.get(address, fate), fate, key=lambda it: _BADNESS[it[0]])
    if fates:
        return fates
    state = "delivered"
    if failed:
        state = "delayed" if _tries_on(letter) else "bounced"
    spoken = _spoken_of(letter, ours)
    # One receipt of certified mail is of one recipient: which of several, it says elsewhere.
    return dict.fromkeys(spoken, (state, _why(letter))) if len(spoken) == 1 else {}


def _whom(one: Recipient, ours: Collection[str]) -> str | None:
    """Return whom of ours a report speaks of: by the name that we gave, else by its last."""
    said = (one.named.lower(), one.address.lower())
    return next((address for address in said if address in ours), None)


def _spoken_of(letter: Letter, ours: set[str]) -> set[str]:
    """Return whom of ours a report without fields may speak of, its surest word first."""
    certified = letter.found.certified
    said = (certified.reached, certified.recipients) if certified else ((letter.sender,),)
    for named in said:
        spoken = ours.intersection(one.lower() for one in named)
        if spoken:
            return spoken
    return ours


def _tries_on(letter: Letter) -> bool:
    """Tell whether a failure is one for now only.

    "failed" is the end whatever the status: 4.4.7 is a server that gave up (RFC 3464 §2.3.3).
    """
    given_up = any(one.action == "failed" for one in letter.found.recipients)
    return letter.found.permanent is False and not given_up


def _fate_of(one: Recipient, *, failed: bool) -> str:
    if one.action in ("delivered", "relayed"):
        return one.action
    if one.action == "expanded":
        return "relayed"  # to a list, whose members are told by nobody
    if one.action == "delayed" or (one.action != "failed" and one.status.startswith("4")):
        return "delayed"
    return "bounced" if failed else "delivered"


async def _bounced(
    tx: Tx, channel: Channel, letter: Letter, about: OutMail, fates: dict[str, tuple[str, str]]
) -> None:
    await store_mail_out.change_state(
        tx, about.id, of=_SENT, to="bounced", error=_why(letter) or "bounced", at=tx.now
    )
    await _note_fates(tx, about, fates, state="bounced")
    statuses: dict[str, list[str]] = {}
    for one in letter.found.recipients:
        # Only whom we wrote to: a report is anybody's word.
        address = _whom(one, fates)
        if address is not None:
            statuses.setdefault(address, []).append(one.status)
    certified = letter.found.certified
    if certified is not None and certified.error in _NOBODY_THERE:
        statuses |= {address: [_NO_SUCH_ADDRESS] for address in fates}
    for address, said in statuses.items():
        if all(status.startswith(_NO_SUCH_ADDRESS) for status in said):
            await store_mail_out.add_unreachable(tx, channel, address=address, reason=_why(letter))


async def _arrived(tx: Tx, about: OutMail, fates: dict[str, tuple[str, str]]) -> None:
    await store_mail_to.settle(tx, about.id, fates)
    addressees = await store_mail_to.of_mail(tx, about.id)
    state = about.state
    if all(one.state == "delivered" for one in addressees):
        changed = await store_mail_out.change_state(
            tx, about.id, of=("accepted", "uncertain"), to="delivered", error=None, at=tx.now
        )
        state = "delivered" if changed is not None else state
    await tell_message(tx, about, state=await move_on(tx, about) or state)


async def _note_fates(
    tx: Tx, about: OutMail, fates: dict[str, tuple[str, str]], *, state: str
) -> None:
    await store_mail_to.settle(tx, about.id, fates)
    await tell_message(tx, about, state=await move_on(tx, about) or state)


def _why(letter: Letter) -> str:
    found = letter.found
    said = [f"{one.status} {one.diagnostic}".strip() for one in found.recipients]
    if found.certified is not None:
        said.append(f"{found.certified.error} {found.certified.explained}".strip())
    return "; ".join(one for one in said if one)[:300]
