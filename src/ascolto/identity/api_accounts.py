"""Routes of administration: accounts, API tokens, the outbox of mail."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from ascolto.identity import store, store_sessions
from ascolto.identity.actions import change_accounts, issue_tokens, use_totp
from ascolto.identity.actions.end_sessions import end_sessions
from ascolto.identity.actions.set_password import send_link
from ascolto.identity.errors import ScopeExceeded, UnknownMail
from ascolto.identity.events import MailRead
from ascolto.identity.guard import Call, permit
from ascolto.identity.views import (
    AccountChange,
    AccountView,
    EndedView,
    IssuedTokenView,
    MailRow,
    MailView,
    NewAccount,
    NewToken,
    TokenView,
)
from ascolto.kit import mail
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    decode_id,
    decode_text,
    page_of,
    services_of,
)

router = APIRouter()

Admin = Annotated[Call, permit("identity.manage_accounts")]
TokenHolder = Annotated[Call, permit("identity.manage_tokens")]
MailReader = Annotated[Call, permit("identity.read_mail")]


@router.get("/accounts", summary="Accounts by address")
async def list_accounts(call: Admin, cursor: Cursor = None, limit: Limit = 50) -> Page[AccountView]:
    """Return a page of the accounts within one's own scope."""
    found = await store.list_accounts(call.tx, after=decode_text(cursor), limit=limit + 1)
    return page_of(
        found, limit=limit, show=lambda row: AccountView.of(row[1]), place=lambda row: (row[0],)
    )


@router.post("/accounts", status_code=201, summary="Invite somebody")
async def create_account(body: NewAccount, call: Admin, request: Request) -> AccountView:
    """Create an account and mail its owner a link to choose a password."""
    account = await change_accounts.create_account(
        call.tx,
        email=body.email,
        name=body.name,
        roles=[role.value for role in body.roles],
        clients=_ids(body.clients),
        locale=body.locale,
    )
    await _invite(call, account.id, request)
    return AccountView.of(account)


@router.get("/accounts/{account_id}", summary="One account")
async def show_account(account_id: UUID, call: Admin) -> AccountView:
    """Return an account within one's own scope."""
    return AccountView.of(await change_accounts.get_account(call.tx, str(account_id)))


@router.patch("/accounts/{account_id}", summary="Change an account")
async def change_account(account_id: UUID, body: AccountChange, call: Admin) -> AccountView:
    """Change name, language, roles, clients, or shut the account out; absent fields stay."""
    changes: dict[str, Any] = {
        name: getattr(body, name)
        for name in ("name", "locale", "disabled")
        if getattr(body, name) is not None
    }
    if body.roles is not None:
        changes["roles"] = [role.value for role in body.roles]
    if "clients" in body.model_fields_set:
        changes["clients"] = _ids(body.clients)
    account = await change_accounts.change_account(
        call.tx, str(account_id), v=body.v, changes=changes
    )
    return AccountView.of(account)


@router.post("/accounts/{account_id}/invitation", status_code=202, summary="Invite again")
async def invite_again(account_id: UUID, call: Admin, request: Request) -> dict[str, str]:
    """Mail the account a fresh link to choose a password."""
    await _invite(call, str(account_id), request)
    return {"status": "accepted"}


@router.delete("/accounts/{account_id}/sessions", summary="Sign somebody out everywhere")
async def end_sessions_of(account_id: UUID, call: Admin) -> EndedView:
    """End every session of an account."""
    account = await change_accounts.get_account(call.tx, str(account_id))
    ended = await end_sessions(call.tx, account_id=account.id, reason="revoked_by_admin")
    return EndedView(ended=ended)


@router.delete("/accounts/{account_id}/totp", status_code=204, summary="Drop somebody's codes")
async def drop_totp_of(account_id: UUID, call: Admin) -> None:
    """Let somebody who lost their phone come in without codes, signed out everywhere and told."""
    await use_totp.drop_totp_of(call.tx, call.principal, account_id=str(account_id))


@router.get("/tokens", summary="Keys of programs")
async def list_tokens(
    call: TokenHolder, cursor: Cursor = None, limit: Limit = 50
) -> Page[TokenView]:
    """Return one's own tokens; an administrator sees everybody's."""
    everybody = issue_tokens.sees_all_tokens(call.principal)
    found = await store_sessions.list_tokens(
        call.tx,
        account_id=None if everybody else call.principal.account_id,
        after=decode_id(cursor),
        limit=limit + 1,
    )
    return page_of(found, limit=limit, show=TokenView.of, place=lambda token: (token.id,))


@router.post("/tokens", status_code=201, summary="Make a key for a program")
async def issue_token(body: NewToken, call: TokenHolder) -> IssuedTokenView:
    """Make a token of permissions one holds; its secret is shown this once."""
    token, secret = await issue_tokens.issue_token(
        call.tx,
        call.principal,
        name=body.name,
        scopes=body.scopes,
        clients=_ids(body.clients),
        expires_at=body.expires_at,
    )
    return IssuedTokenView(token=TokenView.of(token), secret=secret)


@router.delete("/tokens/{token_id}", status_code=204, summary="Revoke a key")
async def revoke_token(token_id: UUID, call: TokenHolder) -> None:
    """Revoke a token: the program that holds it is refused from now on."""
    await issue_tokens.revoke_token(call.tx, call.principal, str(token_id))


@router.get("/outgoing-mail", summary="Mail that left or waits")
async def list_mail(call: MailReader, cursor: Cursor = None, limit: Limit = 50) -> Page[MailRow]:
    """Return a page of the outbox, newest first, without the texts."""
    _require_full_scope(call)
    found = await mail.list_mail(call.tx, before=decode_id(cursor), limit=limit + 1)
    return page_of(found, limit=limit, show=MailRow.of, place=lambda one: (one.id,))


@router.get("/outgoing-mail/{mail_id}", summary="The text of a mail that waits")
async def read_mail(mail_id: UUID, call: MailReader) -> MailView:
    """Return a waiting mail with its text; that it was read goes into the log."""
    _require_full_scope(call)
    found = await mail.get_mail(call.tx, str(mail_id))
    if found is None or found.body is None:
        raise UnknownMail("There is no such mail, or its text is gone.")
    call.tx.emit(MailRead(mail_id=found.id))
    return MailView(**MailRow.of(found).model_dump(), body=found.body)


def _require_full_scope(call: Call) -> None:
    """Refuse a narrower reader: a waiting mail may open any account."""
    if call.principal.clients is not None:
        raise ScopeExceeded("Only somebody who sees every client reads the outbox.")


async def _invite(call: Call, account_id: str, request: Request) -> None:
    account = await change_accounts.get_account(call.tx, account_id)
    public_url = services_of(request).settings.public_url
    await send_link(call.tx, account, purpose="invitation", public_url=public_url)


def _ids(clients: list[UUID] | None) -> list[str] | None:
    return None if clients is None else [str(client) for client in clients]
