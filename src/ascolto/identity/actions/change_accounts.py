"""Create accounts and change what they may do and see."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import asyncpg

from ascolto.identity import errors, events, store
from ascolto.identity.actions.end_sessions import end_sessions
from ascolto.identity.model import Account
from ascolto.identity.permissions import Role
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy import store as tenancy_store

# Deliberately loose: the mail that arrives is the proof.
_EMAIL = re.compile(r"[^@\s<>,;\"\x00-\x1f]{1,64}@[^@\s<>,;\"\x00-\x1f]{1,255}")
_ROLES = frozenset(role.value for role in Role)


async def create_account(
    tx: Tx,
    *,
    email: str,
    name: str,
    roles: Collection[str],
    clients: Collection[str] | None = None,
    locale: str = "it",
    password_hash: str | None = None,
    account_id: str | None = None,
) -> Account:
    """Create an account; without a password it waits for its invitation to be followed."""
    email = email.strip()
    if _EMAIL.fullmatch(email) is None:
        raise errors.BadEmail("This is not a mail address.")
    account = Account(
        id=account_id or new_id(),
        email=email,
        name=name,
        locale=locale,
        roles=_known_roles(roles),
        clients=await _known_scope(tx, clients),
        operator_id=None,
        has_password=password_hash is not None,
        has_totp=False,
        v=1,
        created_at=tx.now,
        disabled_at=None,
    )
    _require_named_client(account)
    try:
        await store.insert_account(tx, account, password_hash=password_hash)
    except asyncpg.UniqueViolationError as taken:
        raise errors.EmailTaken("An account with this address exists.") from taken
    tx.emit(_event(account, "created"))
    return account


async def get_account(tx: Tx, account_id: str) -> Account:
    """Return an account within the asker's scope or refuse."""
    account = await store.get_account(tx, account_id)
    if account is None:
        raise errors.UnknownAccount("There is no such account.", account_id=account_id)
    return account


async def accounts_by_email(tx: Tx, emails: Collection[str]) -> dict[str, Account]:
    """Return the accounts within the asker's scope that have one of the addresses, by address."""
    found = await store.accounts_by_email(tx, emails)
    return {account.email.lower(): account for account in found}


async def change_account(tx: Tx, account_id: str, *, v: int, changes: dict[str, Any]) -> Account:
    """Change name, locale, roles, clients or `disabled` of an account still at version `v`."""
    before = await get_account(tx, account_id)
    wanted = dict(changes)
    if "roles" in wanted:
        wanted["roles"] = _known_roles(wanted["roles"])
    if "clients" in wanted:
        wanted["clients"] = await _known_scope(tx, wanted["clients"])
    if "disabled" in wanted:
        disabled = wanted.pop("disabled")
        wanted["disabled_at"] = (before.disabled_at or tx.now) if disabled else None
    after = replace(before, v=v, **wanted)
    if after.disabled_at is None:
        _require_named_client(after)
    if (
        _administers(before)
        and not _administers(after)
        and not await store.other_admins(tx, account_id)
    ):
        raise errors.LastAdmin("Nobody else administers the organisation.")
    saved = await store.update_account(tx, after)
    if saved is None:
        raise errors.AccountChanged("Somebody changed this account meanwhile.", v=before.v)
    if saved.disabled_at is not None and before.disabled_at is None:
        await end_sessions(tx, account_id=account_id, reason="account_disabled")
    tx.emit(_event(saved, "updated"))
    return saved


async def link_operator(tx: Tx, *, account_id: str, operator_id: str | None) -> None:
    """Say which operator an account is, or that it is none."""
    try:
        linked = await store.set_operator(tx, account_id, operator_id)
    except asyncpg.UniqueViolationError as taken:
        raise errors.OperatorTaken("This operator already has an account.") from taken
    if not linked:
        raise errors.UnknownAccount("There is no such account.", account_id=account_id)


async def keep_operator_clients(tx: Tx, *, operator_id: str, clients: Collection[str]) -> None:
    """Note for which clients the operator of an account works: who only answers sees no others."""
    await store.set_operator_clients(tx, operator_id, clients)


def _administers(account: Account) -> bool:
    return Role.ADMIN in account.roles and account.clients is None and account.disabled_at is None


def _require_named_client(account: Account) -> None:
    """Refuse a client's own people without a client: with none named they would see them all."""
    if Role.CLIENT in account.roles and not account.clients:
        raise errors.ClientUnnamed("Say which client these are the people of.")


def _known_roles(roles: Collection[str]) -> tuple[str, ...]:
    unknown = sorted(set(roles) - _ROLES)
    if unknown or not roles:
        raise errors.UnknownRole("An account has one or more of the known roles.", unknown=unknown)
    return tuple(sorted(set(roles)))


async def _known_scope(tx: Tx, clients: Collection[str] | None) -> frozenset[str] | None:
    """Return the scope to give: nobody gives away more than they see."""
    if clients is None:
        if tx.clients is not None:
            raise errors.ScopeExceeded("You cannot give access to every client.")
        return None
    unknown = set(clients) - await tenancy_store.known_clients(tx, sorted(clients))
    if unknown:
        raise errors.UnknownScopeClient("There is no such client.", unknown=sorted(unknown))
    return frozenset(clients)


def _event(account: Account, change: str) -> events.AccountChanged:
    return events.AccountChanged(account_id=account.id, change=change, roles=list(account.roles))
