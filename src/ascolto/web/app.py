"""The application: every room's routes under one roof, and what runs beside them."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Sequence

import asyncpg
import structlog
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, WebSocketRoute

import ascolto
from ascolto.kit.clock import Clock, SystemClock
from ascolto.kit.db import Database
from ascolto.kit.http import Services, services_of
from ascolto.kit.live import LiveHub
from ascolto.kit.relay import Relay
from ascolto.kit.settings import Settings
from ascolto.kit.stream import prune_frames
from ascolto.kit.subscribers import Subscribers
from ascolto.kit.tasks import end
from ascolto.routing.dispatcher import Dispatcher
from ascolto.web import edges, pages, problems
from ascolto.web.describe import DescribedApp, roomy_routes
from ascolto.web.idempotency import Idempotency, forget_old
from ascolto.web.limits import RateLimits
from ascolto.web.lines import Lines
from ascolto.web.live_socket import live
from ascolto.web.rooms import API_ROUTERS, PAGE_ROUTES, PUBLIC_ROUTERS, SUBSCRIBERS, Job, background
from ascolto.workforce.calculator import Calculator

PRUNE_EVERY_S = 60.0
HEALTH_S = 3.0
# A relay that lost its line finds it again within seconds.
DEAF_S = 10.0
JOB_AGAIN_S = 5.0

log = structlog.get_logger(__name__)


def build_app(settings: Settings, *, dsn: str, clock: Clock | None = None) -> FastAPI:
    """Build the server on a database address; it opens its connections when it starts."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(settings, dsn=dsn, clock=clock or SystemClock()) as (services, lines):
            app.state.services = services
            app.state.lines = lines
            yield

    app = DescribedApp(
        title="Ascolto",
        version=ascolto.__version__,
        summary="One queue for every contact of an organisation's customers.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    # Routes are tried in this order: the few that all customers use come before the many.
    app.router.routes.extend(_routes())
    app.router.routes.append(WebSocketRoute("/live", live))
    app.router.routes.extend(PAGE_ROUTES)
    app.router.routes.extend(pages.routes)
    app.add_api_route("/api/v1/health", health, methods=["GET"], tags=["system"])
    app.add_route("/api/v1/openapi.json", app.describe, include_in_schema=False)
    app.add_middleware(Idempotency)
    app.add_middleware(RateLimits, per_second=settings.api_per_second)
    app.add_middleware(edges.Edges, secure=settings.secure_cookies, roomy=roomy_routes())
    return app


@functools.cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return the rooms' routes, the same for every server of a process: it takes time."""
    return (*_mounted("/public/v1", PUBLIC_ROUTERS), *_mounted("/api/v1", API_ROUTERS))


def _mounted(prefix: str, routers: Sequence[APIRouter]) -> list[BaseRoute]:
    roof = APIRouter(prefix=prefix)
    for router in routers:
        roof.include_router(router)
    return roof.routes


async def health(request: Request) -> Response:
    """Tell whether the server and its database answer, and what happens reaches the desks."""
    services = services_of(request)
    try:
        async with asyncio.timeout(HEALTH_S), services.db.connection() as connection:
            await connection.fetchval("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return JSONResponse({"status": "no_database"}, status_code=503)
    if services.relay.deaf_s() > DEAF_S:  # requests may be served, but nobody is offered anything
        return JSONResponse({"status": "no_stream"}, status_code=503)
    return JSONResponse({"status": "ok", "version": ascolto.__version__})


@contextlib.asynccontextmanager
async def running(
    settings: Settings, *, dsn: str, clock: Clock
) -> AsyncIterator[tuple[Services, Lines]]:
    """Open the database and start what runs beside the requests; stop it all at the end."""
    db = await Database.open(dsn, clock=clock, size=16)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        relay = Relay(db)
        services = Services(db=db, relay=relay, live=LiveHub(relay), settings=settings, clock=clock)
        dispatcher = Dispatcher(db, relay, node_id=relay.node_id)
        services.dispatcher = dispatcher
        services.calculator = Calculator()
        stack.push_async_callback(services.calculator.stop)
        subscribers = Subscribers(db, relay, SUBSCRIBERS)
        lines = Lines(db, node_id=relay.node_id)
        await relay.start()
        stack.push_async_callback(relay.stop)
        for part in (dispatcher, subscribers, lines):
            await part.start()
            stack.push_async_callback(part.stop)
        tasks = [asyncio.create_task(_prune(db), name="prune frames")]
        tasks += [asyncio.create_task(_for_ever(name, job, services)) for name, job in background()]
        stack.push_async_callback(_cancel, tasks)
        yield services, lines


async def _for_ever(name: str, job: Job, services: Services) -> None:
    """Run an endless task; should it ever fail, say so and begin again."""
    while True:
        try:
            await job(services)
        except Exception:
            log.exception("job.failed", job=name)
        await asyncio.sleep(JOB_AGAIN_S)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    await end(*tasks)


async def _prune(db: Database) -> None:
    while True:
        await asyncio.sleep(PRUNE_EVERY_S)
        try:
            await prune_frames(db)
            await forget_old(db)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("prune.postponed", error=type(error).__name__)
