"""One ticker for all desks of a process: their pings, their silence, and whether they may stay."""

import asyncio
import contextlib
import math
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from ascolto.kit.http import Services
from ascolto.kit.live import LiveHub
from ascolto.kit.outbox import StoredEvent
from ascolto.web.line import loop_time

BEAT_S = 0.5
# What may end a line or change what may be seen on it, and what names whose line it is.
HEARD = {
    "identity.session_revoked": "account_id",
    "identity.account_changed": "account_id",
    "identity.token_changed": "account_id",
    "people.operator_changed": "operator_id",
}


class Beating(Protocol):
    """Who is looked after."""

    welcome_at: float

    def beat(self, now: float) -> None:
        """Do what is due at this time; must not block."""

    def is_of(self, tenant_id: str, who: str) -> bool:
        """Tell whether this is the line of an account or an operator of a tenant."""

    async def look_again(self) -> None:
        """See whether the one at the line may stay."""

    def fail(self, error: Exception) -> None:
        """End for a fault that came up while it was looked after; must not raise."""


_PULSES: WeakKeyDictionary[LiveHub, "Pulse"] = WeakKeyDictionary()


class Pulse:
    """Beats for as long as anybody is on a line; a desk costs it no task and no timer."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._all: set[Any] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._called = asyncio.Event()
        self.heard = 0

    def hear(self, event: StoredEvent) -> None:
        """Have the lines looked at, at once, of whomever an event says that they changed."""
        named = HEARD.get(event.kind)
        if named is None:
            return
        self.heard += 1
        for one in self._all:
            if one.is_of(event.tenant_id, event.body[named]):
                one.welcome_at = -math.inf
        self._called.set()

    def join(self, one: Beating) -> None:
        """Look after one more."""
        self._all.add(one)
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._beat(), name="pulse"),
                asyncio.create_task(self._look(), name="welcome"),
            ]

    def leave(self, one: Beating) -> None:
        """Look after one less."""
        self._all.discard(one)
        if not self._all:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            now = loop_time()
            for one in list(self._all):
                try:
                    one.beat(now)
                except Exception as error:  # noqa: BLE001 - the others' pulse is to go on
                    one.fail(error)

    async def _look(self) -> None:
        """Ask for one after the other, so that many at once do not crowd the database."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), timeout=BEAT_S)
            self._called.clear()
            now = loop_time()
            for one in [one for one in self._all if now >= one.welcome_at]:
                try:
                    await one.look_again()
                except Exception as error:  # noqa: BLE001 - as above
                    one.fail(error)


def pulse_of(services: Services) -> Pulse:
    """Return the ticker beside a process's hub."""
    pulse = _PULSES.get(services.live)
    if pulse is None:
        pulse = _PULSES[services.live] = Pulse()
        services.relay.add_event_listener(pulse.hear)
    return pulse
