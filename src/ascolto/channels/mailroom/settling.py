"""How an attempt to send a mail ended is written down, and told to those who work on it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ascolto import conversations
from ascolto.channels import events, store_mail_out, store_mail_to
from ascolto.channels.mailroom.accounting import tell_message
from ascolto.channels.mailroom.talking import Ending
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.store_mail_to import Addressee
from ascolto.kit.db import Tx
from ascolto.kit.words import say

MOST_ATTEMPTS = 12
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=4)
_LONGEST_UNTRIED = timedelta(minutes=15)


async def settle(tx: Tx, mail: OutMail, ending: Ending) -> None:
    """Write how an attempt ended; too many of them are the end of it."""
    gave_up = ending.state == "queued" and mail.attempts >= MOST_ATTEMPTS and not ending.waits
    if gave_up:
        error = f"gave up after {mail.attempts} attempts: {ending.error}"
        ending = replace(ending, state="failed", error=error)
    wait = min(_FIRST_WAIT * 2 ** (mail.attempts - 1), _LONGEST_WAIT)
    if ending.waits:  # the longer it waits, the longer it waits on, as no attempt is counted
        wait = max(_FIRST_WAIT, min((tx.now - mail.created_at) / 4, _LONGEST_UNTRIED))
    before = await store_mail_to.of_mail(tx, mail.id)
    state, why = _standing(ending, before, last=mail.attempts >= MOST_ATTEMPTS)
    settled = await store_mail_out.settle_attempt(
        tx, mail, state=state, code=ending.code, error=why, again_at=tx.now + wait,
        taken=any(fate == "accepted" for fate, _ in ending.fates.values()), waits=ending.waits,
    )  # fmt: skip
    if not settled:
        return
    if ending.state in ("queued", "failed"):
        await store_mail_to.not_given(tx, mail.id, attempt=mail.attempts)
    fates = ending.fates
    if state in ("failed", "bounced"):
        gone = {one.address: ("failed", why or "") for one in before if one.state == "waiting"}
        fates = {**gone, **fates}
        fates = {
            who: ("failed", said) if fate == "waiting" else (fate, said)
            for who, (fate, said) in fates.items()
        }
    await store_mail_to.settle(tx, mail.id, fates)
    if state == "uncertain":
        await lose(tx, mail, why=why or "")
        return
    now = await store_mail_to.of_mail(tx, mail.id)
    if state == "accepted" and all(one.state == "delivered" for one in now):
        state = "delivered"  # its reports were faster than the server's own word
        await store_mail_out.change_state(
            tx, mail.id, of=("accepted",), to=state, error=None, at=tx.now
        )
    if state == "queued":
        await move_on(tx, mail)
    else:
        await tell_message(tx, mail, state=state)
    if state in ("failed", "bounced"):
        await _tell(tx, mail, "failed", why=why or "")


def _standing(ending: Ending, before: Sequence[Addressee], *, last: bool) -> tuple[str, str | None]:
    """Return how a mail stands after an attempt: taken for some only, it is not done with."""
    if ending.state != "accepted":
        return ending.state, ending.error
    known = {one.address: (one.state, one.why) for one in before if one.state == "failed"}
    fates = {**known, **ending.fates}
    open_still = [f"{who}: {why}" for who, (fate, why) in fates.items() if fate == "waiting"]
    lost = [f"{who}: {why}" for who, (fate, why) in fates.items() if fate == "failed"]
    if open_still and not last:
        return "queued", "; ".join(open_still)[:300]
    missed = [*lost, *open_still]
    return ("bounced", "; ".join(missed)[:300]) if missed else ("accepted", None)


async def _tell(tx: Tx, mail: OutMail, what: str, *, why: str) -> None:
    """Tell those who work on the conversation."""
    if what == "uncertain":
        tx.emit(
            events.MailUncertain(
                client_id=mail.client_id,
                mail_id=mail.id,
                channel_id=mail.channel_id,
                conversation_id=mail.conversation_id,
            )
        )
    conversation = await conversations.get(tx, mail.conversation_id)
    if conversation is not None:
        await conversations.add_note(
            tx,
            conversation_id=conversation.id,
            operator_id=None,
            text=say(f"mailroom.{what}", language=conversation.language, why=why),
            nonce=f"out-{mail.id}-{mail.attempts}",
        )


async def lose(tx: Tx, mail: OutMail, *, why: str = "") -> None:
    """Tell of a mail that nobody may have or somebody, unless it was heard of meanwhile."""
    if await move_on(tx, mail) is None:
        await tell_message(tx, mail, state="uncertain")
        await _tell(tx, mail, "uncertain", why=why)


async def move_on(tx: Tx, mail: OutMail) -> str | None:
    """Let a mail be uncertain no longer than it is; return how it stands if that has changed."""
    state = await store_mail_out.leave_uncertain(tx, mail.id)
    if state is not None:
        await tell_message(tx, mail, state=state)
    return state
