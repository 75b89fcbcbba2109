"""How fast one address and one customer may go."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from ascolto.channels.errors import TooFast
from ascolto.kit.rates import Buckets, Rate, address_of

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

    buckets: Buckets = field(default_factory=Buckets)

    def spend(self, name: str, who: str, rate: Rate) -> None:
        """Take one from a bucket, or refuse and say when there will be one again."""
        wait = self.buckets.spend((name, who), rate)
        if wait:
            raise TooFast("Slower, please.", retry_after_s=max(1, round(wait + 0.5)))

    def spend_address(self, connection: HTTPConnection, name: str, rate: Rate) -> None:
        """Take one from an address's bucket."""
        address = address_of(connection)
        if address is not None:
            self.spend(name, address, rate)


def limits_of(connection: HTTPConnection) -> Limits:
    """Return this process's buckets, made by the first who asks."""
    state = connection.app.state
    if not hasattr(state, "webchat_limits"):
        state.webchat_limits = Limits()
    limits: Limits = state.webchat_limits
    return limits
