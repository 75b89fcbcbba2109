"""What is kept beside a thread: drafts, how far one has read, tags; and what found no thread."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ascolto.conversations import (
    errors,
    events,
    live,
    store,
    store_aside,
    store_files,
    store_quarantine,
)
from ascolto.conversations.held import checked_text, hold, hold_for
from ascolto.conversations.model import WRAP_UP, Conversation, Draft, Outcome, State
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id

TAG_LENGTH = 60
TAGS_LIMIT = 30


async def set_draft(
    tx: Tx, *, conversation_id: str, operator_id: str, kind: str, text: str, rev: int,
    lines: dict[str, str] | None = None, about: dict[str, Any] | None = None,
    files: Sequence[str] = (), other: str | None = None,
    closing: dict[str, Any] | None = None,
) -> Draft:  # fmt: skip
    """Keep what an operator has begun to write, if nothing newer is kept.

    `rev` is the revision the writer started from. When another device wrote meanwhile it is
    refused with what is stored, to be brought together; the same again is no change. A message of
    another thread, and files that are elsewhere or sent already, are left out.
    """
    conversation = await store.get(tx, conversation_id)
    if conversation is None:
        raise errors.UnknownConversation("No such conversation.", conversation_id=conversation_id)
    ended = conversation.state is State.CLOSED and conversation.outcome != Outcome.UNCLASSIFIED
    if kind == WRAP_UP and ended:
        raise errors.NotNow("It is written up already.", state=conversation.state.value)
    for words in (text, other):
        if words:
            checked_text(words, files=1)
    if about is not None:
        message = await store.get_message(tx, about["message_id"])
        about = about if message and message.conversation_id == conversation_id else None
    kept = await store_files.refs_of(tx, files, conversation_id=conversation_id) if files else []
    draft = Draft(
        conversation_id, operator_id, kind, text, rev, lines, about, tuple(kept), other, closing
    )
    stored = await store_aside.put_draft(tx, draft, client_id=conversation.client_id)
    if stored is None:
        known = await store_aside.get_draft(
            tx, conversation_id=conversation_id, operator_id=operator_id, kind=kind
        )
        if known is not None and known == replace(draft, rev=known.rev):
            return known
        raise errors.DraftChanged(
            "Another device wrote this draft meanwhile.",
            rev=known.rev if known else 0,
            draft=live.draft_body(known) if known else None,
        )
    tx.show(live.draft_changed(stored, client_id=conversation.client_id))
    return stored


async def mark_read(tx: Tx, *, conversation_id: str, operator_id: str, seq: int) -> Conversation:
    """Note how far an operator has read; lower than before marks what follows unread again."""
    held = await hold(tx, conversation_id)
    seq = max(0, min(seq, held.now.last_seq))
    await store_aside.put_read_mark(tx, conversation=held.now, operator_id=operator_id, seq=seq)
    if held.now.operator_id != operator_id:
        return held.now
    unread = await store_aside.count_unread(tx, conversation_id=conversation_id, seq=seq)
    if unread == held.now.unread:
        return held.now
    held.change(unread=unread)
    return await held.save()


async def tag(
    tx: Tx,
    *,
    conversation_id: str,
    operator_id: str | None,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    supervise: bool = False,
) -> Conversation:
    """Put tags on a conversation and take others off; a new tag becomes known to its client."""
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    gone = {_tag(name) for name in remove}
    tags = [name for name in held.now.tags if name not in gone]
    new = [name for name in dict.fromkeys(map(_tag, add)) if name not in tags]
    if len(tags) + len(new) > TAGS_LIMIT:
        raise errors.BadText("A conversation carries up to 30 tags.", limit=TAGS_LIMIT)
    if new:
        await store_aside.know_tags(tx, client_id=held.now.client_id, names=new)
    if tuple(tags + new) == held.now.tags:
        return held.now
    held.change(tags=tuple(tags + new))
    tx.emit(events.Tagged(**held.ids(), tags=list(held.now.tags)))
    return await held.save()


def _tag(name: str) -> str:
    clean = " ".join(name.split()).casefold()
    if not clean or len(clean) > TAG_LENGTH:
        raise errors.BadText("A tag has 1 to 60 characters.", limit=TAG_LENGTH)
    return checked_text(clean)


async def set_aside(
    tx: Tx, *, client_id: str | None, channel: str, reason: str, content: dict[str, Any]
) -> str:
    """Keep something that came in and could not be placed, for a person to look at."""
    quarantine_id = new_id()
    await store_quarantine.add_quarantine(
        tx, quarantine_id, client_id=client_id, channel=channel, reason=reason, content=content
    )
    tx.emit(
        events.SetAside(
            client_id=client_id, quarantine_id=quarantine_id, channel=channel, reason=reason
        )
    )
    return quarantine_id


async def release(tx: Tx, *, quarantine_id: str) -> None:
    """Let go of something set aside, having dealt with it."""
    if not await store_quarantine.release_quarantine(tx, quarantine_id):
        raise errors.UnknownMessage("Nothing is set aside under this id.", id=quarantine_id)
    tx.emit(events.Released(quarantine_id=quarantine_id))
