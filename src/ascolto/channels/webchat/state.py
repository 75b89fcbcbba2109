"""How a chat stands for whoever is about to write: open or closed, how long the wait is."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ascolto import conversations, routing
from ascolto.channels.model import Channel, WebchatSettings
from ascolto.channels.webchat.texts import Words
from ascolto.conversations import Conversation
from ascolto.kit.db import Tx
from ascolto.tenancy import OpeningHours
from ascolto.tenancy import store as tenancy

# What the leader last saw of a queue is told for so long; after that nobody knows.
FRESH = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Scene:
    """A channel with its words, its hours and its wait at a moment."""

    channel: Channel
    settings: WebchatSettings
    words: Words
    color: str
    hours: OpeningHours | None
    wait_s: float | None
    now: datetime
    # The wait of one who stands in line already, not of a new arrival.
    in_line: bool = False

    @property
    def open(self) -> bool:
        """Tell whether somebody should be there."""
        return self.hours is None or self.hours.is_open(self.now)

    @property
    def busy(self) -> bool:
        """Tell whether the wait is longer than the client thinks right."""
        return self.wait_s is not None and self.wait_s > self.settings.long_wait_s

    def wait_words(self) -> str:
        """Return the expected wait in words; nothing while closed."""
        if not self.open:
            return ""
        return self.words.wait(self.wait_s, in_line=self.in_line)

    def own_answer(self) -> tuple[str, str] | None:
        """Return what to say at once to somebody who has just written, and its nonce.

        One nonce for each closing, so that nobody hears the same twice in one night.
        """
        if self.hours is not None and not self.open:
            return closed_answer(self.words, self.hours, self.now, name="received_closed")
        if self.busy:
            return self.words.say("busy", wait=self.wait_words()), "busy"
        return None


def closed_answer(
    words: Words, hours: OpeningHours, now: datetime, *, name: str
) -> tuple[str, str]:
    """Return what to say while closed, and a nonce that is one for each closing."""
    opens = hours.next_opening(now)
    night = f"{opens:%Y%m%dT%H%M}" if opens else "for-now"
    return words.closed(hours, now, name=name), f"closed-{night}"


class _Remembered:
    """Values kept for a few seconds, so that a busy chat does not ask for them at every start."""

    def __init__(self, seconds: float) -> None:
        self._for = seconds
        self._kept: dict[tuple[str, ...], tuple[float, Any]] = {}

    def get(self, key: tuple[str, ...]) -> Any:
        at, value = self._kept.get(key, (-self._for, None))
        return value if time.monotonic() - at < self._for else None

    def put(self, key: tuple[str, ...], value: Any) -> None:
        if len(self._kept) >= REMEMBERED:
            self._kept.clear()
        self._kept[key] = (time.monotonic(), value)


REMEMBERED = 1_000
_waits = _Remembered(1.0)


async def scene_of(tx: Tx, channel: Channel, *, language: str | None) -> Scene:
    """Look at a channel as it stands now, its wait give or take a second."""
    settings = channel.webchat()
    client = await tenancy.get_client(tx, channel.client_id)
    return Scene(
        channel=channel,
        settings=settings,
        words=Words.of(
            settings, language=language or "it", client_name=client.name if client else ""
        ),
        color=settings.color or (client.color if client else "#0a6b5e"),
        hours=await hours_of(tx, channel),
        wait_s=await expected_wait_in(tx, channel.queue_id),
        now=tx.now,
    )


async def scene_for(tx: Tx, channel: Channel, conversation: Conversation) -> Scene:
    """Look at a channel as it stands for one conversation: its own queue, and its place there."""
    scene = await scene_of(tx, channel, language=conversation.language)
    queue_id = conversation.queue_id
    if queue_id is not None and queue_id != channel.queue_id:
        calendar = await conversations.calendar_of_queue(
            tx, queue_id=queue_id, client_id=channel.client_id
        )
        scene = replace(scene, hours=calendar.hours if calendar else None)
    if queue_id is None or conversation.work_item_id is None:
        return scene
    wait = await routing.wait_of(tx, conversation.work_item_id)
    return replace(scene, wait_s=wait.seconds if wait else None, in_line=True)


async def closed_now(tx: Tx, channel: Channel) -> bool:
    """Tell whether nobody is there by the hours of a channel."""
    hours = await hours_of(tx, channel)
    return hours is not None and not hours.is_open(tx.now)


async def hours_of(tx: Tx, channel: Channel) -> OpeningHours | None:
    """Return the hours of the queue behind a channel, else its client's; None is always open."""
    calendar = await conversations.calendar_of_queue(
        tx, queue_id=channel.queue_id, client_id=channel.client_id
    )
    return calendar.hours if calendar else None


async def expected_wait_in(tx: Tx, queue_id: str) -> float | None:
    """Return the wait that the dispatcher expects in a queue, if it said so of late."""
    row = await _seen_of(tx, queue_id)
    wait: float | None = row["wait_s"] if row else None
    return wait


async def _seen_of(tx: Tx, queue_id: str) -> dict[str, Any] | None:
    key = (tx.tenant_id, queue_id)
    rows: list[dict[str, Any]] | None = _waits.get(key)
    if rows is None:
        rows = await routing.read_now(tx, queue_id=queue_id)
        _waits.put(key, rows)
    return next((row for row in rows if tx.now - row["at"] <= FRESH), None)
