"""Mails on their way through the intake, and which of them go through it together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ascolto.channels.mailroom.reading import Letter
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming

# So many mails share a transaction; one that fails lets the others go alone.
BATCH = 10
BATCH_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Shut:
    """A mail that may be read, and what a scanner said of it."""

    mail: Incoming
    channel: Channel
    raw: bytes
    scanned: bool | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail that has been read, and whose it is."""

    mail: Incoming
    channel: Channel
    letter: Letter


def batches(mails: Sequence[Incoming]) -> Iterator[list[Incoming]]:
    """Yield mails in batches that memory bears: a large mail goes alone."""
    batch: list[Incoming] = []
    held = 0
    for mail in mails:
        if batch and (held + mail.size > BATCH_BYTES or len(batch) >= BATCH):
            yield batch
            batch, held = [], 0
        batch.append(mail)
        held += mail.size
    if batch:
        yield batch


def size(mails: Sequence[Incoming]) -> int:
    """Return how many bytes some mails have."""
    return sum(mail.size for mail in mails)


def groups(opened: Sequence[Opened]) -> Iterator[list[Opened]]:
    """Yield what can be taken in at once: of one mailbox, and no Message-ID twice."""
    waiting = list(opened)
    while waiting:
        channel_id, ids = waiting[0].channel.id, set[str]()
        group, rest = [], []
        for one in waiting:
            mail_id = one.letter.mail_id
            if one.channel.id != channel_id or mail_id in ids:
                rest.append(one)
                continue
            group.append(one)
            if mail_id:
                ids.add(mail_id)
        yield group
        waiting = rest
