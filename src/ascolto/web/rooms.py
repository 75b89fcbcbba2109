"""Which rooms there are: their routes, what they hear, what they do by themselves.

One list each, so that "who answers this" and "who hears that" are one look away.
"""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter
from starlette.routing import BaseRoute

from ascolto.channels import api as channels_api
from ascolto.channels import jobs as channels_jobs
from ascolto.channels.forms import pages as form_pages
from ascolto.channels.mailroom import pages as mail_pages
from ascolto.channels.webchat import pages as webchat_pages
from ascolto.channels.webchat.public_api import public_router
from ascolto.configuration import api as configuration_api
from ascolto.configuration import jobs as configuration_jobs
from ascolto.configuration.verbs import Verbs
from ascolto.conversations import api as conversations_api
from ascolto.conversations import jobs as conversations_jobs
from ascolto.customers import api as customers_api
from ascolto.identity import api as identity_api
from ascolto.identity import jobs as identity_jobs
from ascolto.insight import api as insight_api
from ascolto.kit.http import Services
from ascolto.kit.subscribers import Subscriber
from ascolto.people import api as people_api
from ascolto.privacy import api as privacy_api
from ascolto.routing import api as routing_api
from ascolto.routing import jobs as routing_jobs
from ascolto.web import probe_api, tenancy_api
from ascolto.workforce import api as workforce_api
from ascolto.workforce import feed as workforce_feed
from ascolto.workforce import jobs as workforce_jobs

Job = Callable[[Services], Awaitable[None]]

# The framework tries routes one after the other: those of every message and offer come first.
_ROOMS: Sequence[APIRouter] = (
    conversations_api.router,
    routing_api.router,
    identity_api.router,
    tenancy_api.router,
    privacy_api.router,
    people_api.router,
    customers_api.router,
    channels_api.router,
    insight_api.router,
    workforce_api.router,
    probe_api.router,
)
_VERBS = Verbs(_ROOMS)
API_ROUTERS: Sequence[APIRouter] = (*_ROOMS, configuration_api.router_over(_VERBS))

PUBLIC_ROUTERS: Sequence[APIRouter] = (public_router,)

PAGE_ROUTES: Sequence[BaseRoute] = (
    *webchat_pages.routes,
    *form_pages.routes,
    *mail_pages.routes,
    *workforce_feed.routes,
)

SUBSCRIBERS: Sequence[Subscriber] = (*conversations_jobs.SUBSCRIBERS, *channels_jobs.SUBSCRIBERS)


def background() -> Sequence[tuple[str, Job]]:
    """Return the endless tasks that each process runs beside the requests."""
    return (
        *identity_jobs.BACKGROUND,
        *routing_jobs.BACKGROUND,
        *conversations_jobs.BACKGROUND,
        *channels_jobs.BACKGROUND,
        *workforce_jobs.BACKGROUND,
        *configuration_jobs.background(_VERBS),
    )
