"""How a chat stands for whoever is about to write: open or closed, how long the wait is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto import routing
from ascolto.channels.model import Channel, WebchatSettings
from ascolto.channels.webchat.texts import Words
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
        return self.words.wait(self.wait_s) if self.open else ""

    def answer_at_start(self) -> str:
        """Return what to say at once to somebody who has just written."""
        if self.hours is not None and not self.open:
            return self.words.closed(self.hours, self.now, name="received_closed")
        if self.busy:
            return self.words.say("busy", wait=self.wait_words())
        return ""


async def scene_of(tx: Tx, channel: Channel, *, language: str | None) -> Scene:
    """Look at a channel as it stands now."""
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
        wait_s=await wait_of(tx, channel.queue_id),
        now=tx.now,
    )


async def hours_of(tx: Tx, channel: Channel) -> OpeningHours | None:
    """Return the hours of the queue behind a channel, else its client's; None is always open."""
    queue = await routing.get_queue(tx, channel.queue_id)
    if queue is not None and queue.calendar_id is not None:
        calendar = await tenancy.get_calendar(tx, queue.calendar_id)
    else:
        calendar = await tenancy.calendar_of_client(tx, channel.client_id)
    return calendar.hours if calendar else None


async def wait_of(tx: Tx, queue_id: str) -> float | None:
    """Return the wait that the dispatcher expects in a queue, if it said so of late."""
    for row in await routing.read_now(tx, queue_id=queue_id):
        if tx.now - row["at"] <= FRESH:
            wait: float | None = row["wait_s"]
            return wait
    return None
