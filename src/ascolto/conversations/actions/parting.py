"""Customers who were merged by mistake part again, and so do the conversations joined across them.

What was written in a conversation goes back to it, with its numbers; answers written after the
joining stay where they were written. Whoever comes by a conversation that goes on in one of
another customer finds both parted, however late the room hears of the customers.
"""

from collections.abc import Sequence
from itertools import pairwise

from ascolto import customers
from ascolto.conversations import clocks, events, live, queueing, store, store_parting
from ascolto.conversations.actions.working import reopen_held
from ascolto.conversations.held import SYSTEM_AUTHOR, Held, hold
from ascolto.conversations.model import State, preview_of
from ascolto.kit.db import Tx

# Which id leads where is not written down for mails joined before it was kept why they were.
UNGUARDED = "email"
_ALL = 1_000_000


async def part(tx: Tx, *, customer_id: str, other_id: str) -> int:
    """Part every conversation joined across two customers, unless they are one; return how many."""
    one = await customers.standing_for(tx, customer_id)
    other = await customers.standing_for(tx, other_id)
    if one is None or other is None or one.id == other.id:
        return 0
    families = [await customers.family_ids(tx, each.id) for each in (one, other)]
    joined = await store_parting.joined_across(tx, *families)
    # All of them first: whoever writes to one holds it before what it goes on in.
    for source_id in joined:
        await hold(tx, source_id)
    parted = [await _part(tx, source_id) for source_id in joined]
    return sum(parted)


async def keep_apart(tx: Tx, conversation_id: str) -> None:
    """Part a conversation from what it goes on in where the two customers are not one any more."""
    way = [await store.get(tx, conversation_id)]
    while way[-1] is not None and way[-1].merged_into is not None:
        way.append(await store.get(tx, way[-1].merged_into))
    for one, into in pairwise(way):
        if one is None or into is None or one.one_person or one.channel == UNGUARDED:
            continue
        if one.customer_id != into.customer_id:
            await part(tx, customer_id=one.customer_id, other_id=into.customer_id)


async def _part(tx: Tx, source_id: str) -> bool:
    """Part one conversation, with all that went on in it, from what it goes on in.

    The line in the thread it leaves names the numbers that were taken out, counted back from its
    own: so they hold wherever the thread is moved to.
    """
    source = await hold(tx, source_id)
    if source.now.merged_into is None:
        return False
    target = await hold(tx, source.now.merged_into)
    while target.now.merged_into is not None:
        target = await hold(tx, target.now.merged_into)
    parts = await store_parting.joined_into(tx, source_id)
    unread = await store_parting.unread_of(tx, target.now, parts)
    waits = target.now.waiting_since is not None and target.now.state is not State.CLOSED
    since = await store_parting.unanswered_since(tx, target.now.id, parts) if waits else None
    numbers = await _move_back(source, target, parts)
    await _reckon(source)
    await _reckon(target)
    target.change(unread=target.now.unread - unread)
    if waits and await store_parting.unanswered_since(tx, target.now.id) is None:
        target.now = clocks.paused(target.now, await target.hours(), tx.now)
    tx.emit(events.Parted(**source.ids(), out_of=target.now.id, messages=len(numbers), parts=parts))
    line = target.now.last_seq + 1
    taken = [[line - first, line - last] for first, last in spans(numbers)]
    await target.note_event("parted", author=SYSTEM_AUTHOR, number=source.now.number, taken=taken)
    await source.note_event("parted", author=SYSTEM_AUTHOR, number=target.now.number)
    if since is not None:
        source.change(unread=unread)
        reopen_held(source, by="system")
        source.now = clocks.customer_wrote(source.now, await source.hours(), since)
        await queueing.join(
            source, cause="returned", preferred_operator=source.now.last_operator_id,
            enqueued_at=since,
        )  # fmt: skip
    await target.save()
    await source.save(reason="requeued")
    return True


async def _move_back(source: Held, target: Held, parts: Sequence[str]) -> list[int]:
    """Move the messages back behind none that is known of the source; return their numbers."""
    tx, last = source.tx, target.now.last_seq
    if source.now.last_seq:
        # Lines that were added since: after what comes back, so that no number is given twice.
        last += source.now.last_seq
        await store_parting.shift(tx, conversation_id=source.now.id, by=last)
        last += source.now.last_seq
    whose = await customers.standing_for(tx, source.now.customer_id)
    numbers = await store_parting.move_back(
        tx,
        source=source.now,
        target=target.now,
        origins=parts,
        name=whose.name if whose else source.now.customer_name,
    )
    source.change(merged_into=None, last_seq=last)
    for message in await store.list_messages(
        tx, conversation_id=source.now.id, after_seq=0, before_seq=None, limit=_ALL
    ):
        tx.show(*live.message_added(message))
    return numbers


async def _reckon(held: Held) -> None:
    """Count a thread anew after lines came or went."""
    received, last = await store_parting.counted(held.tx, held.now.id)
    said = await store.list_messages(
        held.tx, conversation_id=held.now.id, after_seq=None, before_seq=None, limit=1,
        public_only=True,
    )  # fmt: skip
    held.change(received=received, last_customer_seq=last)
    if not said:
        held.change(last_message_at=None, last_from=None, preview="")
    for line in said:
        held.change(
            last_message_at=line.at,
            last_from=line.author.kind.value,
            preview=preview_of(line.text, [ref.name for ref in line.attachments]),
        )


def spans(numbers: Sequence[int]) -> list[list[int]]:
    """Return rising numbers as first and last of each unbroken row."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
