"""The address under which somebody's own calendar reads their shifts, without signing in."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ascolto.identity import secrets
from ascolto.identity.actions.change_accounts import get_account
from ascolto.kit.db import SYSTEM, Tx
from ascolto.kit.http import services_of
from ascolto.people import get_operator
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce import store_rosters
from ascolto.workforce.ical import calendar_of

BACK = timedelta(days=31)
AHEAD = timedelta(days=123)


async def show_calendar(request: Request) -> Response:
    """Return the calendar of whoever's secret this is; any other leads nowhere."""
    presented = secrets.read(request.path_params["secret"])
    if presented is None:
        raise HTTPException(404)
    async with services_of(request).db.transaction(presented.tenant_id, actor=SYSTEM) as tx:
        text = await _calendar(tx, presented.secret_hash)
    if text is None:
        raise HTTPException(404)
    return Response(
        text,
        media_type="text/calendar; charset=utf-8",
        headers={"cache-control": "private, no-store"},
    )


async def _calendar(tx: Tx, secret_hash: bytes) -> str | None:
    operator_id = await store_rosters.operator_of_feed(tx, secret_hash)
    operator = await get_operator(tx, operator_id) if operator_id else None
    if operator is None or operator.archived_at is not None or operator.account_id is None:
        return None
    # Whoever may no longer come in reads no shifts either.
    account = await get_account(tx, operator.account_id)
    if account.disabled_at is not None:
        return None
    today = tx.now.date()
    shifts = await store_rosters.in_force(
        tx, first_day=today - BACK, last_day=today + AHEAD, operator_id=operator.id
    )
    language = account.locale or (await tenancy_store.get_tenant(tx)).locale
    return calendar_of(shifts, tenant_id=tx.tenant_id, now=tx.now, language=language)


routes: list[BaseRoute] = [Route("/shifts/{secret}.ics", show_calendar)]
