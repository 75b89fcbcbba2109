"""Where a mail belongs, by what is stored: signed token, ids even of mails never seen, tag.

The same order and the same rules as `email/threads.py` has in memory, on rows that outlive us.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ascolto.channels import store_mail_out, store_mail_threads
from ascolto.channels.email.reply_tokens import read_tag, read_token
from ascolto.channels.mailroom.reading import Letter
from ascolto.channels.model import Channel
from ascolto.channels.store_mail_threads import MailThread
from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Place:
    """The thread of a mail, if there is one, by what, and threads that it ties to it."""

    thread: MailThread | None
    by: str
    also: tuple[MailThread, ...] = ()


async def place_of(
    tx: Tx, channel: Channel, letter: Letter, *, addresses: Sequence[str], key: bytes,
    own_id: str | None, leading: Collection[str],
) -> Place:  # fmt: skip
    """Return where a mail belongs; call it while the channel is held.

    `leading` are the ids that lead somewhere, of those that the mail names.
    """
    numbered = read_token(addresses, keys=[key])
    if numbered is not None and numbered.isdecimal():
        thread = await store_mail_threads.thread_of_number(
            tx, channel_id=channel.id, number=int(numbered)
        )
        if thread is not None:
            return Place(thread, "token")
    refs = [*letter.refs, *([own_id] if own_id else [])]
    if any(ref in leading for ref in refs):
        found = await store_mail_threads.threads_of_refs(tx, channel_id=channel.id, refs=refs)
        threads = list({thread.id: thread for _, thread in found}.values())
        return Place(threads[0], "references", tuple(threads[1:]))
    tag = read_tag(letter.subject)
    if tag is not None and tag.isdecimal() and len(tag) < 18:
        thread = await store_mail_threads.thread_of_number(
            tx, channel_id=channel.id, number=int(tag)
        )
        if thread is not None:
            return Place(thread, "tag")
    return Place(None, "new")


async def joinable(tx: Tx, threads: Sequence[MailThread]) -> list[MailThread]:
    """Return the threads that hold no mail of ours: two conversations that we lead stay two."""
    return [one for one in threads if await store_mail_out.last_of_thread(tx, one.id) is None]
