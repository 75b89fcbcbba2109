"""What a room does by itself: one turn after the other, for as long as the server runs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import asyncpg
import structlog

from ascolto.kit.http import Services

# What is raised while the database is away: no fault of the job's, it goes on at its next turn.
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

Turn = Callable[[Services], Awaitable[int]]
Job = Callable[[Services], Awaitable[None]]

log = structlog.get_logger(__name__)


def every(seconds: float, room: str, what: str, turn: Turn) -> tuple[str, Job]:
    """Return a job that takes a turn every so many seconds, and its name.

    A turn returns how many things it did. One that fails is told, and the next one comes.
    """
    done, postponed, failed = f"{room}.job", f"{room}.job_postponed", f"{room}.job_failed"

    async def run(services: Services) -> None:
        while True:
            try:
                if count := await turn(services):
                    log.info(done, did=what, count=count)
            except AWAY as error:
                log.warning(postponed, what=what, error=type(error).__name__)
            except Exception:
                # An endless task that dies is missed by nobody until it is too late.
                log.exception(failed, what=what)
            await asyncio.sleep(seconds)

    return what, run


async def in_turn(
    tenants: Iterable[str], turn: Callable[[str], Awaitable[int]], *, failed: str
) -> int:
    """Do something for one organisation after the other; return how many things were done.

    A fault of one is told as `failed` and does not stop the others; a database that is away does.
    """
    done = 0
    for tenant_id in tenants:
        try:
            done += await turn(tenant_id)
        except AWAY:
            raise
        except Exception:
            log.exception(failed, tenant_id=tenant_id)
    return done
