"""What this room hears and does by itself."""

from collections.abc import Awaitable, Callable, Sequence

from ascolto.kit.http import Services
from ascolto.kit.subscribers import Subscriber

SUBSCRIBERS: Sequence[Subscriber] = ()
BACKGROUND: Sequence[tuple[str, Callable[[Services], Awaitable[None]]]] = ()
