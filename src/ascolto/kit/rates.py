"""Token buckets in a process's memory: how fast one caller may go.

A limit of one node among several is enough against floods; what must never happen twice is
guarded by the database.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

KEYS_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: float
    per_second: float


@dataclass
class Buckets:
    """The buckets of one process, the least recently used forgotten first."""

    now: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[Hashable, tuple[float, float]] = field(default_factory=OrderedDict)

    def spend(self, key: Hashable, rate: Rate) -> float:
        """Take one from a bucket and return 0, or return how many seconds to wait for it."""
        left = self._refilled(key, rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, self.now())
        self._buckets.move_to_end(key)
        if len(self._buckets) > KEYS_KEPT:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / rate.per_second

    def left(self, key: Hashable, rate: Rate) -> int:
        """Return how many a bucket would give just now."""
        return int(self._refilled(key, rate))

    def knows(self, key: Hashable) -> bool:
        """Tell whether anything was taken from a bucket lately."""
        return key in self._buckets

    def _refilled(self, key: Hashable, rate: Rate) -> float:
        at = self.now()
        left, since = self._buckets.get(key, (rate.burst, at))
        return min(rate.burst, left + (at - since) * rate.per_second)


def address_of(connection: HTTPConnection) -> str | None:
    """Return the network an address stands for; None for this very machine.

    Requests of this machine come from our own programs, or from a proxy that has to name the true
    address (`X-Forwarded-For`).
    """
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
