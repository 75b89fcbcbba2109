"""How fast one address and one customer may go: token buckets in this process's memory.

A limit of one node among several is enough against floods; what must never happen twice is
guarded by the database. Requests of this very machine pass: they come from our own programs, or
from a proxy that has to name the true address (`X-Forwarded-For`).
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from ascolto.channels.errors import TooFast

KEYS_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: float
    per_second: float


STARTS = Rate(burst=20, per_second=1 / 6)
REQUESTS = Rate(burst=240, per_second=20)
MESSAGES = Rate(burst=30, per_second=2)
UPLOADS = Rate(burst=10, per_second=1 / 10)
TYPING = Rate(burst=20, per_second=2)
LINKS = Rate(burst=10, per_second=1 / 60)
STREAMS = Rate(burst=30, per_second=1 / 2)


@dataclass
class Limits:
    """The buckets of one process."""

    now: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def spend(self, name: str, who: str, rate: Rate) -> None:
        """Take one from a bucket, or refuse and say when there will be one again."""
        at = self.now()
        left, since = self._buckets.pop((name, who), (rate.burst, at))
        left = min(rate.burst, left + (at - since) * rate.per_second)
        allowed = left >= 1
        self._buckets[name, who] = (left - 1 if allowed else left, at)
        if len(self._buckets) > KEYS_KEPT:
            self._buckets.popitem(last=False)
        if not allowed:
            wait = (1 - left) / rate.per_second
            raise TooFast("Slower, please.", retry_after_s=max(1, round(wait + 0.5)))

    def spend_address(self, connection: HTTPConnection, name: str, rate: Rate) -> None:
        """Take one from an address's bucket."""
        address = address_of(connection)
        if address is not None:
            self.spend(name, address, rate)


def address_of(connection: HTTPConnection) -> str | None:
    """Return the network an address stands for; None for this very machine."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host or None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def limits_of(connection: HTTPConnection) -> Limits:
    """Return this process's buckets, made by the first who asks."""
    state = connection.app.state
    if not hasattr(state, "webchat_limits"):
        state.webchat_limits = Limits()
    limits: Limits = state.webchat_limits
    return limits
