"""A real server in its own process whose clock stands ahead of ours: for what takes days to live.

Its own process runs `python later.py SECONDS`, told of the rest by the environment like any other.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from ascolto.kit.log import configure_logging
from ascolto.kit.settings import settings_from
from ascolto.web.app import build_app
from ascolto.web.listen import server_config


class ClockAhead:
    """The machine's clock, so much later."""

    def __init__(self, ahead: timedelta) -> None:
        """Stand so far ahead of it."""
        self._ahead = ahead

    def now(self) -> datetime:
        """Return the moment it shows, in UTC."""
        return datetime.now(UTC) + self._ahead


def main() -> None:
    """Serve until killed."""
    configure_logging()
    settings = settings_from(os.environ, data=Path(os.environ["ASCOLTO_DATA"]))
    clock = ClockAhead(timedelta(seconds=float(sys.argv[1])))
    app = build_app(settings, dsn=os.environ["DATABASE_URL"], clock=clock)
    uvicorn.Server(server_config(settings, app)).run()


if __name__ == "__main__":
    main()
