"""What a server does with mail, in a process of its own that a test may kill at any moment."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from ascolto.channels import store
from ascolto.channels.mailroom import fetching, outgoing
from ascolto.channels.mailroom.fetching import Fetcher
from ascolto.channels.mailroom.imap import ImapError
from ascolto.channels.mailroom.intake import Intake
from ascolto.channels.mailroom.sending import Post
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.secretbox import server_box
from ascolto.kit.settings import Settings
from ascolto.kit.subscribers import read_batch

LEASE = timedelta(seconds=1)


async def work(dsn: str, data: str, tenant: str, channel_id: str) -> None:
    """Fetch, take in, queue and send for ever."""
    fetching.LEASE = LEASE
    database = await Database.open(dsn, size=4)
    settings = Settings(data=Path(data))
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        channel = await store.get_channel(tx, channel_id)
    assert channel is not None
    imap = channel.email().imap
    assert imap is not None
    post = fetching.Post(tenant, channel, imap, None)
    fetcher = Fetcher(database, post, box=server_box(settings.data), node=str(sys.argv))
    intake = Intake(database, settings, again=LEASE)
    sender = Post(database, settings, lease=LEASE * 3)
    # Told everything again after each start; what it was told once since then, no more.
    place = (0, 0)
    while True:
        try:
            await fetcher.once()
        except (ImapError, OSError, TimeoutError):  # as the fetcher that runs for ever does
            await asyncio.sleep(0.1)
        await intake.round()
        async with database.connection() as connection:
            events = await read_batch(connection, place, outgoing.HEARD, limit=10_000)
        for event in events:
            async with database.transaction(tenant, actor=SYSTEM) as tx:
                await outgoing.hear(tx, event)
            place = (event.xid, event.id)
        await sender.round()
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
