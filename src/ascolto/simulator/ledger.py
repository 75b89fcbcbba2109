"""The simulator's own books: what was sent, what was accepted, and what must be found stored. Pure.

A message is sent under a nonce and tried again under the same nonce when the line breaks, so the
server may see it several times and must keep it once. Only a clear refusal is not accepted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Entry:
    """One message of one author: its nonce, and whether the server has said yes."""

    conversation_id: str
    author: str
    nonce: str
    text: str
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """One message as the server shows it afterwards."""

    seq: int
    nonce: str
    text: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What the comparison of books and store has found."""

    accepted: int = 0
    stored: int = 0
    missing: int = 0
    doubled: int = 0
    altered: int = 0
    out_of_order: int = 0

    def __add__(self, other: "Audit") -> "Audit":
        """Return both findings together."""
        return Audit(
            self.accepted + other.accepted,
            self.stored + other.stored,
            self.missing + other.missing,
            self.doubled + other.doubled,
            self.altered + other.altered,
            self.out_of_order + other.out_of_order,
        )

    @property
    def clean(self) -> bool:
        """Tell whether every accepted message is there once, unaltered and in its place."""
        return not (self.missing or self.doubled or self.altered or self.out_of_order)


@dataclass(slots=True)
class Books:
    """Every message of a run, in the order in which each author wrote."""

    entries: list[Entry] = field(default_factory=list)

    def write(self, conversation_id: str, *, author: str, nonce: str, text: str) -> Entry:
        """Enter a message that is about to be sent."""
        entry = Entry(conversation_id, author, nonce, text)
        self.entries.append(entry)
        return entry

    @property
    def accepted(self) -> int:
        """Return how many messages the server has taken."""
        return sum(entry.accepted for entry in self.entries)

    def conversations(self) -> list[str]:
        """Return the conversations with at least one accepted message."""
        return list(dict.fromkeys(e.conversation_id for e in self.entries if e.accepted))

    def of(self, conversation_id: str) -> list[Entry]:
        """Return a conversation's entries in the order in which they were written."""
        return [entry for entry in self.entries if entry.conversation_id == conversation_id]


def audit(entries: Iterable[Entry], stored: Iterable[Stored]) -> Audit:
    """Compare the accepted entries of one conversation with what is stored of it."""
    expected = [entry for entry in entries if entry.accepted]
    rows = sorted(stored, key=lambda row: row.seq)
    times = Counter(row.nonce for row in rows if row.nonce)
    first_seq: dict[str, int] = {}
    texts: dict[str, str] = {}
    for row in rows:
        first_seq.setdefault(row.nonce, row.seq)
        texts.setdefault(row.nonce, row.text)
    numbers = [row.seq for row in rows]
    return Audit(
        accepted=len(expected),
        stored=sum(1 for entry in expected if entry.nonce in times),
        missing=sum(1 for entry in expected if entry.nonce not in times),
        doubled=sum(1 for entry in expected if times[entry.nonce] > 1),
        altered=sum(1 for e in expected if e.nonce in texts and texts[e.nonce] != e.text),
        out_of_order=_inversions(expected, first_seq) + len(numbers) - len(set(numbers)),
    )


def _inversions(expected: list[Entry], first_seq: dict[str, int]) -> int:
    """Count each author's messages that stand before an earlier one of his own."""
    highest: dict[str, int] = {}
    wrong = 0
    for entry in expected:
        seq = first_seq.get(entry.nonce)
        if seq is None:
            continue
        if seq < highest.get(entry.author, -1):
            wrong += 1
        highest[entry.author] = max(seq, highest.get(entry.author, -1))
    return wrong
