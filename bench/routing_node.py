"""One node's routing in a process of its own, to be frozen and killed by bench_routing."""

import sys

import uvloop

from ascolto.kit.db import Database
from ascolto.kit.relay import Relay
from ascolto.kit.sweep import sweep
from ascolto.routing import Dispatcher


async def main() -> None:
    """Run the dispatcher of a node until the process ends."""
    dsn, node_id = sys.argv[1:]
    db = await Database.open(dsn, size=4)
    relay = Relay(db, node_id=node_id)
    await relay.start()
    await Dispatcher(db, relay, node_id=node_id).start()
    await sweep()  # as the server does


if __name__ == "__main__":
    uvloop.run(main())
