"""The domain name system as the machine's own settings reach it, with an end to all patience."""

import time

import dns.exception
import dns.resolver

from ascolto.channels.email.names import Kind, NamesAway

_EACH_S = 4.0
# For everything that one mail makes us ask.
PATIENCE_S = 10.0
_LONGEST_TEXT = 8_000


class SystemNames:
    """Answers by the resolver that the machine is set up with; made anew for each mail."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        """Prepare; nothing is asked yet."""
        self._until = time.monotonic() + patience_s
        self._known: dict[tuple[str, Kind], list[str]] = {}

    def look_up(self, name: str, kind: Kind) -> list[str]:
        """Return what a name has; raises NamesAway, also when one mail has asked for too long."""
        key = (name.lower(), kind)
        if key not in self._known:
            self._known[key] = self._asked(*key)
        return self._known[key]

    def _asked(self, name: str, kind: Kind) -> list[str]:
        left = min(_EACH_S, self._until - time.monotonic())
        if left <= 0:
            raise NamesAway("asked for too long")
        try:
            answer = dns.resolver.resolve(name, kind, lifetime=left, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as away:
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
