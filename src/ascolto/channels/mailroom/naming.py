"""The domain name system as the machine's own settings reach it, with an end to all patience."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from threading import Lock

import dns.exception
import dns.name
import dns.resolver

from ascolto.channels.email.names import Kind, NamesAway

_EACH_S = 2.0
# For everything that the mails of one batch make us ask.
PATIENCE_S = 4.0
SILENT_S = 60.0
MOST_SILENT = 1_000
_LONGEST_TEXT = 8_000
# For so many slow names of a batch one patience is shared; the others are asked in their turn.
_MOST_EXPECTED = 60


class Silent:
    """Remembers for a while which names gave no answer, so that nobody waits for them again."""

    def __init__(self, *, for_s: float = SILENT_S) -> None:
        """Begin with none."""
        self._for_s = for_s
        self._until: dict[str, float] = {}

    def __contains__(self, name: str) -> bool:
        """Tell whether a name was silent a short while ago."""
        return self._until.get(name, 0.0) > time.monotonic()

    def add(self, name: str) -> None:
        """Remember a name; of too many the oldest goes."""
        for other in list(self._until)[: max(0, len(self._until) - MOST_SILENT + 1)]:
            self._until.pop(other, None)
        self._until[name] = time.monotonic() + self._for_s


class SystemNames:
    """Answers by the resolver that the machine is set up with; made anew for each batch of mails.

    Several threads may ask at once.
    """

    def __init__(
        self, *, patience_s: float = PATIENCE_S, silent: Silent | None = None,
        resolve: Callable[..., dns.resolver.Answer] = dns.resolver.resolve,
        askers: Executor | None = None,
    ) -> None:  # fmt: skip
        """Prepare; nothing is asked yet. Without `askers` nothing is asked before it has to be."""
        self._askers = askers
        self._coming: dict[tuple[str, Kind], Future[list[str]]] = {}
        self._turn = Lock()
        self._until = time.monotonic() + patience_s
        self._silent = Silent() if silent is None else silent
        self._resolve = resolve
        self._known: dict[tuple[str, Kind], list[str]] = {}

    def look_up(self, name: str, kind: Kind) -> list[str]:
        """Return what a name has; raises NamesAway, also when a batch has asked for too long."""
        key = (name.lower(), kind)
        if key not in self._known:
            coming = self._coming.get(key)
            # Behind slow names that fill every asker nobody waits: one asks oneself.
            begun = coming is not None and not coming.cancel()
            self._known[key] = coming.result() if coming and begun else self._asked(*key)
        return self._known[key]

    def expect(self, questions: Sequence[tuple[str, Kind]]) -> None:
        """Begin to ask, so that slow answers are waited for at once and not one after another."""
        with self._turn:
            for name, kind in questions:
                key = (name.lower(), kind)
                if self._askers and key not in self._coming and len(self._coming) < _MOST_EXPECTED:
                    self._coming[key] = self._askers.submit(self._asked, *key)

    def _asked(self, name: str, kind: Kind) -> list[str]:
        try:
            dns.name.from_text(name)
        except (dns.exception.DNSException, ValueError):
            return []  # no such name can be: too long a label, an empty one
        left = min(_EACH_S, self._until - time.monotonic())
        if name in self._silent:
            raise NamesAway("gave no answer a short while ago")
        if left <= 0:
            raise NamesAway("asked for too long")
        try:
            answer = self._resolve(name, kind, lifetime=left, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as away:
            if left == _EACH_S:  # else it had no time to answer
                self._silent.add(name)
            raise NamesAway(type(away).__name__) from away
        match kind:
            case "TXT":
                joined = (b"".join(one.strings) for one in answer)
                return [one.decode("latin-1")[:_LONGEST_TEXT] for one in joined]
            case "MX":
                hosts = sorted((one.preference, one.exchange.to_text()) for one in answer)
                return [host.rstrip(".") for _, host in hosts if host != "."]
            case _:
                return [one.address for one in answer]
