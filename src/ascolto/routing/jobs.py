"""What routing does by itself beside its dispatcher: it ends what was done until a moment."""

from collections.abc import Sequence

from ascolto.kit.http import Services
from ascolto.kit.jobs import Job, every
from ascolto.routing.interventions import expire_interventions

EXPIRE_EVERY_S = 20.0


async def _expire(services: Services) -> int:
    return await expire_interventions(services.db)


BACKGROUND: Sequence[tuple[str, Job]] = (
    every(EXPIRE_EVERY_S, "routing", "interventions ended", _expire),
)
