"""Routes of the door: sign in and out, sessions, passwords, codes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response

from ascolto.identity import api_accounts, api_preferences, store, store_sessions
from ascolto.identity.actions import end_sessions as ending
from ascolto.identity.actions import set_password, use_totp
from ascolto.identity.actions.sign_in import Attempt, sign_in
from ascolto.identity.guard import (
    Call,
    check_origin,
    cookie_name,
    is_secure,
    permit,
    recognise,
)
from ascolto.identity.model import SESSION_LIFE, Principal
from ascolto.identity.views import (
    CodeProof,
    CodesView,
    EndedView,
    EnrolmentView,
    PasswordChange,
    PasswordProof,
    RecoveryCodesView,
    ResetConfirmation,
    ResetRequest,
    SessionStateView,
    SessionView,
    SignIn,
)
from ascolto.kit.db import Actor, Tx
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    as_id,
    decode_cursor,
    decode_moment,
    page_of,
    services_of,
)
from ascolto.kit.secretbox import server_box
from ascolto.tenancy import store as tenancy_store

OWN = "identity.own_account"

router = APIRouter(tags=["identity"])
router.include_router(api_accounts.router)
router.include_router(api_preferences.router)

Own = Annotated[Call, permit(OWN)]
Person = Annotated[Principal, recognise(OWN)]


@router.post("/session", summary="Sign in")
async def open_session(body: SignIn, request: Request, response: Response) -> SessionStateView:
    """Check address, password and code; the answer sets the session cookie."""
    check_origin(request)
    services = services_of(request)
    opened = await sign_in(
        services.db,
        Attempt(
            tenant=body.tenant,
            email=body.email,
            password=body.password,
            code=body.totp,
            ip=_ip(request),
            user_agent=request.headers.get("user-agent", ""),
            place=body.place,
            country=body.country,
        ),
        box=server_box(services.settings.data),
    )
    door = Actor(kind="system", id="door")
    async with services.db.transaction(opened.tenant_id, actor=door) as tx:
        principal = await store_sessions.principal_by_session(tx, opened.secret_hash)
        if principal is None:
            raise LookupError("a session vanished as it was opened")
        state = await _state(tx, principal)
    secure = is_secure(request)
    response.set_cookie(
        cookie_name(secure=secure),
        opened.cookie,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return state


@router.get("/session", summary="Who is signed in")
async def show_session(call: Own) -> SessionStateView:
    """Return who is signed in, in which organisation, and what they may do."""
    return await _state(call.tx, call.principal)


@router.delete("/session", status_code=204, summary="Sign out")
async def close_session(call: Own, request: Request, response: Response) -> None:
    """End this session and take the cookie back."""
    if call.principal.session_id is not None:
        await ending.end_session(
            call.tx,
            account_id=call.principal.account_id,
            session_id=call.principal.session_id,
            reason="signed_out",
        )
    secure = is_secure(request)
    response.delete_cookie(
        cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax"
    )


@router.get("/sessions", summary="Where I am signed in")
async def list_sessions(call: Own, cursor: Cursor = None, limit: Limit = 100) -> Page[SessionView]:
    """Return a page of one's open sessions, the latest seen first."""
    values = decode_cursor(cursor, 2)
    after = None if values is None else (decode_moment(values[0]), as_id(values[1]))
    found = await store_sessions.list_sessions(
        call.tx, call.principal.account_id, after=after, limit=limit + 1
    )
    return page_of(
        found,
        limit=limit,
        show=lambda one: SessionView.of(one, current=call.principal.session_id),
        place=lambda one: (one.seen_at.isoformat(), one.id),
    )


@router.delete("/sessions", summary="Sign out everywhere else")
async def end_other_sessions(call: Own) -> EndedView:
    """End all of one's sessions but this one."""
    ended = await ending.end_sessions(
        call.tx,
        account_id=call.principal.account_id,
        reason="revoked",
        keep=call.principal.session_id,
    )
    return EndedView(ended=ended)


@router.delete("/sessions/{session_id}", status_code=204, summary="Sign out one browser")
async def end_one_session(session_id: UUID, call: Own) -> None:
    """End one of one's sessions."""
    await ending.end_session(
        call.tx,
        account_id=call.principal.account_id,
        session_id=str(session_id),
        reason="revoked",
    )


@router.post("/password-reset", status_code=202, summary="Ask for a link to a new password")
async def request_reset(
    body: ResetRequest, request: Request, background: BackgroundTasks
) -> dict[str, str]:
    """Mail a link if the address has an account; the answer is the same, as soon, if not."""
    check_origin(request)
    services = services_of(request)
    background.add_task(
        set_password.request_reset,
        services.db,
        tenant=body.tenant,
        email=body.email,
        ip=_ip(request),
        public_url=services.settings.public_url,
    )
    return {"status": "accepted"}


@router.post("/password-reset/confirm", status_code=204, summary="Choose a new password")
async def confirm_reset(body: ResetConfirmation, request: Request) -> None:
    """Spend a link that came by mail; every session of the account ends."""
    check_origin(request)
    await set_password.set_password_by_link(
        services_of(request).db, link=body.token, password=body.password
    )


@router.put("/password", status_code=204, summary="Change my password")
async def change_password(body: PasswordChange, person: Person, request: Request) -> None:
    """Replace one's password; one's other sessions end."""
    await set_password.change_password(
        services_of(request).db, person, current=body.current, password=body.password
    )


@router.get("/totp", summary="Whether I use codes")
async def show_totp(call: Own) -> CodesView:
    """Return whether the door asks for a code, and how many recovery codes are left."""
    asks, left = await store.totp_state(call.tx, call.principal.account_id)
    return CodesView(on=asks, recovery_left=left)


@router.post("/totp", summary="Begin to use codes")
async def start_totp(body: PasswordProof, person: Person, request: Request) -> EnrolmentView:
    """Make a secret for one's authenticator app; it counts once a code has confirmed it."""
    services = services_of(request)
    enrolment = await use_totp.start_totp(
        services.db, person, password=body.password, box=server_box(services.settings.data)
    )
    return EnrolmentView(secret=enrolment.secret, uri=enrolment.uri)


@router.post("/totp/confirm", summary="Confirm with the first code")
async def confirm_totp(body: CodeProof, call: Own, request: Request) -> RecoveryCodesView:
    """Ask for codes from now on; the recovery codes are shown this once."""
    box = server_box(services_of(request).settings.data)
    codes = await use_totp.confirm_totp(call.tx, call.principal, code=body.code, box=box)
    return RecoveryCodesView(recovery_codes=codes)


@router.delete("/totp", status_code=204, summary="Stop using codes")
async def stop_totp(body: PasswordProof, person: Person, request: Request) -> None:
    """Come in with the password alone from now on."""
    await use_totp.stop_totp(services_of(request).db, person, password=body.password)


async def _state(tx: Tx, principal: Principal) -> SessionStateView:
    tenant = await tenancy_store.get_tenant(tx)
    return SessionStateView.of(principal, tenant, await tenancy_store.list_clients(tx))


def _ip(request: Request) -> str:
    return request.client.host if request.client else ""
