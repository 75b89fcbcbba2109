"""Keep what came, day by day, once everybody who came in it has been answered."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from ascolto.insight.volumes import TAIL, log_begins_at, volumes_between
from ascolto.kit.db import Tx
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce import store_history
from ascolto.workforce.model import GRIDS
from ascolto.workforce.past import Stream


async def keep_next_day(tx: Tx) -> bool:
    """Keep the day that follows the last one that is kept; False when there is none to keep."""
    zone = ZoneInfo((await tenancy_store.get_tenant(tx)).timezone)
    whole = Stream("", "", "", zone)
    last = await store_history.last_kept_day(tx)
    if last is not None:
        day = last + timedelta(days=1)
    else:
        begins = await log_begins_at(tx)
        if begins is None:
            return False
        day = whole.today(begins)
    since, until = whole.midnight(day), whole.midnight(day + timedelta(days=1))
    if until + TAIL > tx.now:
        return False
    volumes = await volumes_between(tx, since=since, until=until, minutes=GRIDS[0])
    return await store_history.keep_day(tx, day, volumes)
