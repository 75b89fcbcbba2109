"""Which rooms there are: their routes, what they hear, what they do by themselves.

One list each, so that "who answers this" and "who hears that" are one look away.
"""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter
from starlette.routing import BaseRoute

from ascolto.customers import api as customers_api
from ascolto.identity import api as identity_api
from ascolto.identity import jobs as identity_jobs
from ascolto.insight import api as insight_api
from ascolto.kit.http import Services
from ascolto.kit.subscribers import Subscriber
from ascolto.people import api as people_api
from ascolto.privacy import api as privacy_api
from ascolto.routing import api as routing_api

Job = Callable[[Services], Awaitable[None]]

API_ROUTERS: Sequence[APIRouter] = (
    identity_api.router,
    privacy_api.router,
    people_api.router,
    customers_api.router,
    routing_api.router,
    insight_api.router,
)

PUBLIC_ROUTERS: Sequence[APIRouter] = ()

PAGE_ROUTES: Sequence[BaseRoute] = ()

SUBSCRIBERS: Sequence[Subscriber] = ()


def background() -> Sequence[tuple[str, Job]]:
    """Return the endless tasks that each process runs beside the requests."""
    return (*identity_jobs.BACKGROUND,)
