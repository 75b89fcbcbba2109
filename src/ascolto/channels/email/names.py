"""What the checks of a sender ask the domain name system, as a port that a test can answer."""

from collections.abc import Sequence
from typing import Literal, Protocol

Kind = Literal["TXT", "A", "AAAA", "MX"]


class NamesAway(Exception):
    """The system of names gives no answer now; it may later."""


class Names(Protocol):
    """Answers questions about names."""

    def look_up(self, name: str, kind: Kind) -> list[str]:
        """Return what a name has, the strings of one TXT record joined, of MX the hosts in order.

        Empty where there is no such name or it has none of this kind; raises NamesAway.
        """
        ...

    def expect(self, questions: Sequence[tuple[str, Kind]]) -> None:
        """Begin to ask what will be asked soon, all at once; for who waits for nobody, nothing."""
        ...
