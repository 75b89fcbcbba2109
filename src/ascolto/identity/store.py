"""Statements on accounts and on the links by which a password is set."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import asyncpg

from ascolto.identity.model import Account, Credentials, email_key
from ascolto.kit.db import Tx

_ACCOUNT = (
    "id, email, name, locale, roles, client_scope, operator_id, password_hash IS NOT NULL AS"
    " has_password, totp_secret IS NOT NULL AS has_totp, v, created_at, disabled_at"
)


def _account(row: asyncpg.Record) -> Account:
    values = dict(row)
    scope = values.pop("client_scope")
    roles = values.pop("roles")
    return Account(
        **values, roles=tuple(roles), clients=None if scope is None else frozenset(scope)
    )


def _scope(clients: Collection[str] | None) -> list[str] | None:
    return None if clients is None else sorted(clients)


async def insert_account(tx: Tx, account: Account, *, password_hash: str | None) -> None:
    """Write a new account."""
    await tx.execute(
        "INSERT INTO identity.account (tenant_id, id, email, email_key, name, locale, roles,"
        " client_scope, operator_id, password_hash, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.tenant_id, account.id, account.email, email_key(account.email), account.name,
        account.locale, list(account.roles), _scope(account.clients), account.operator_id,
        password_hash, account.created_at,
    )  # fmt: skip


async def get_account(tx: Tx, account_id: str) -> Account | None:
    """Return an account whose scope lies within the transaction's."""
    row = await tx.fetchrow(
        f"SELECT {_ACCOUNT} FROM identity.account"
        " WHERE tenant_id = $1 AND id = $2 AND ($3::uuid[] IS NULL OR client_scope <@ $3)",
        tx.tenant_id, account_id, _scope(tx.clients),
    )  # fmt: skip
    return _account(row) if row else None


async def own_account(tx: Tx, account_id: str) -> Account | None:
    """Return the account of whoever asks, whatever its scope."""
    row = await tx.fetchrow(
        f"SELECT {_ACCOUNT} FROM identity.account WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id,
    )  # fmt: skip
    return _account(row) if row else None


async def list_accounts(tx: Tx, *, after: str | None, limit: int) -> list[tuple[str, Account]]:
    """Return accounts within the transaction's scope by address, with their sort keys."""
    rows = await tx.fetch(
        f"SELECT email_key, {_ACCOUNT} FROM identity.account"
        " WHERE tenant_id = $1 AND ($2::text IS NULL OR email_key > $2)"
        " AND ($3::uuid[] IS NULL OR client_scope <@ $3) ORDER BY email_key LIMIT $4",
        tx.tenant_id, after, _scope(tx.clients), limit,
    )  # fmt: skip
    return [(row["email_key"], _account(_without_key(row))) for row in rows]


async def accounts_by_email(tx: Tx, emails: Collection[str]) -> list[Account]:
    """Return the accounts within the transaction's scope that have one of the addresses."""
    rows = await tx.fetch(
        f"SELECT {_ACCOUNT} FROM identity.account WHERE tenant_id = $1"
        " AND email_key = ANY($2::text[]) AND ($3::uuid[] IS NULL OR client_scope <@ $3)",
        tx.tenant_id, [email_key(email) for email in emails], _scope(tx.clients),
    )  # fmt: skip
    return [_account(row) for row in rows]


def _without_key(row: asyncpg.Record) -> Any:
    return {name: value for name, value in row.items() if name != "email_key"}


async def update_account(tx: Tx, account: Account) -> Account | None:
    """Save an account if it is still at version `account.v`; return it at its new version."""
    row = await tx.fetchrow(
        "UPDATE identity.account SET name = $4, locale = $5, roles = $6, client_scope = $7,"
        " operator_id = $8, disabled_at = $9, v = v + 1"
        f" WHERE tenant_id = $1 AND id = $2 AND v = $3 RETURNING {_ACCOUNT}",
        tx.tenant_id, account.id, account.v, account.name, account.locale, list(account.roles),
        _scope(account.clients), account.operator_id, account.disabled_at,
    )  # fmt: skip
    return _account(row) if row else None


async def set_operator(tx: Tx, account_id: str, operator_id: str | None) -> int:
    """Link an account with an operator, or unlink it; for whom they work is told afterwards."""
    return await tx.execute(
        "UPDATE identity.account SET operator_id = $3, operator_clients = '{}', v = v + 1"
        " WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id, operator_id,
    )  # fmt: skip


async def set_operator_clients(tx: Tx, operator_id: str, clients: Collection[str]) -> None:
    """Note for which clients the operator that an account is works."""
    await tx.execute(
        "UPDATE identity.account SET operator_clients = $3"
        " WHERE tenant_id = $1 AND operator_id = $2",
        tx.tenant_id, operator_id, sorted(clients),
    )  # fmt: skip


async def other_admins(tx: Tx, account_id: str) -> int:
    """Count the other accounts that administer the whole organisation, holding them still."""
    rows = await tx.fetch(
        "SELECT id FROM identity.account WHERE tenant_id = $1 AND 'admin' = ANY(roles)"
        " AND client_scope IS NULL AND disabled_at IS NULL ORDER BY id FOR UPDATE",
        tx.tenant_id,
    )
    return sum(row["id"] != account_id for row in rows)


async def credentials_by_email(tx: Tx, email: str) -> Credentials | None:
    """Return what a login with this address is checked against."""
    row = await tx.fetchrow(
        "SELECT id AS account_id, name, password_hash, totp_secret, recovery_hashes,"
        " disabled_at IS NOT NULL AS disabled"
        " FROM identity.account WHERE tenant_id = $1 AND email_key = $2",
        tx.tenant_id, email_key(email),
    )  # fmt: skip
    return _credentials(row)


async def credentials_of(tx: Tx, account_id: str) -> Credentials | None:
    """Return what an account's password and codes are checked against."""
    row = await tx.fetchrow(
        "SELECT id AS account_id, name, password_hash, totp_secret, recovery_hashes,"
        " disabled_at IS NOT NULL AS disabled"
        " FROM identity.account WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id,
    )  # fmt: skip
    return _credentials(row)


def _credentials(row: asyncpg.Record | None) -> Credentials | None:
    if row is None:
        return None
    values = dict(row)
    hashes = values.pop("recovery_hashes")
    return Credentials(**values, recovery_hashes=tuple(hashes))


async def set_password(tx: Tx, account_id: str, password_hash: str) -> None:
    """Give an account a password."""
    await tx.execute(
        "UPDATE identity.account SET password_hash = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id, password_hash,
    )  # fmt: skip


async def put_link(
    tx: Tx, *, account_id: str, secret_hash: bytes, purpose: str, expires_at: datetime
) -> None:
    """Store a link's fingerprint; it replaces the account's earlier ones."""
    await tx.execute(
        "DELETE FROM identity.password_link WHERE tenant_id = $1 AND account_id = $2",
        tx.tenant_id, account_id,
    )  # fmt: skip
    await tx.execute(
        "INSERT INTO identity.password_link"
        " (tenant_id, secret_hash, account_id, purpose, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        tx.tenant_id, secret_hash, account_id, purpose, tx.now, expires_at,
    )  # fmt: skip


async def account_of_link(tx: Tx, secret_hash: bytes) -> Account | None:
    """Return the account a link that still holds is for, without spending it."""
    row = await tx.fetchrow(
        f"SELECT {_ACCOUNT} FROM identity.account a WHERE a.tenant_id = $1"
        " AND a.disabled_at IS NULL AND a.id = (SELECT l.account_id FROM identity.password_link l"
        "  WHERE l.tenant_id = $1 AND l.secret_hash = $2 AND l.expires_at > $3)",
        tx.tenant_id, secret_hash, tx.now,
    )  # fmt: skip
    return _account(row) if row else None


async def spend_link(tx: Tx, secret_hash: bytes) -> str | None:
    """Delete a link and return its account, if it still held: the second comer gets None."""
    account_id: str | None = await tx.fetchval(
        "DELETE FROM identity.password_link"
        " WHERE tenant_id = $1 AND secret_hash = $2 AND expires_at > $3 RETURNING account_id",
        tx.tenant_id, secret_hash, tx.now,
    )  # fmt: skip
    return account_id


async def totp_state(tx: Tx, account_id: str) -> tuple[bool, int]:
    """Tell whether an account asks for codes, and how many recovery codes are left."""
    row = await tx.fetchrow(
        "SELECT totp_secret IS NOT NULL AS asks, cardinality(recovery_hashes) AS codes_left"
        " FROM identity.account WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id,
    )  # fmt: skip
    return (row["asks"], row["codes_left"]) if row else (False, 0)


async def start_totp(tx: Tx, account_id: str, sealed: str) -> int:
    """Keep a sealed secret that waits to be confirmed; 0 when codes are already on."""
    return await tx.execute(
        "UPDATE identity.account SET totp_pending = $3"
        " WHERE tenant_id = $1 AND id = $2 AND totp_secret IS NULL",
        tx.tenant_id, account_id, sealed,
    )  # fmt: skip


async def pending_totp(tx: Tx, account_id: str) -> str | None:
    """Return the sealed secret that waits to be confirmed."""
    sealed: str | None = await tx.fetchval(
        "SELECT totp_pending FROM identity.account WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        tx.tenant_id, account_id,
    )  # fmt: skip
    return sealed


async def confirm_totp(
    tx: Tx, account_id: str, *, step: int, recovery_hashes: Collection[str]
) -> None:
    """Turn the pending secret into the account's."""
    await tx.execute(
        "UPDATE identity.account SET totp_secret = totp_pending, totp_pending = NULL,"
        " totp_last_step = $3, recovery_hashes = $4 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id, step, list(recovery_hashes),
    )  # fmt: skip


async def drop_totp(tx: Tx, account_id: str) -> None:
    """Let an account come in without codes."""
    await tx.execute(
        "UPDATE identity.account SET totp_secret = NULL, totp_pending = NULL, totp_last_step = 0,"
        " recovery_hashes = '{}' WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id,
    )  # fmt: skip


async def totp_last_step(tx: Tx, account_id: str) -> int:
    """Return the last time step used, holding the account so that a code counts once."""
    step: int = await tx.fetchval(
        "SELECT totp_last_step FROM identity.account WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        tx.tenant_id, account_id,
    )  # fmt: skip
    return step


async def use_totp_step(tx: Tx, account_id: str, step: int) -> None:
    """Remember the step of the code just used."""
    await tx.execute(
        "UPDATE identity.account SET totp_last_step = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id, step,
    )  # fmt: skip


async def use_recovery_code(tx: Tx, account_id: str, code_hash: str) -> int | None:
    """Strike out a recovery code and return how many are left; None when it is not one."""
    left: int | None = await tx.fetchval(
        "UPDATE identity.account SET recovery_hashes = array_remove(recovery_hashes, $3)"
        " WHERE tenant_id = $1 AND id = $2 AND $3 = ANY(recovery_hashes)"
        " RETURNING cardinality(recovery_hashes)",
        tx.tenant_id, account_id, code_hash,
    )  # fmt: skip
    return left


async def get_preferences(tx: Tx, account_id: str) -> dict[str, Any]:
    """Return what the holder of an account has chosen for their own desk."""
    chosen: dict[str, Any] = await tx.fetchval(
        "SELECT preferences FROM identity.account WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id,
    )  # fmt: skip
    return chosen


async def set_preferences(tx: Tx, account_id: str, chosen: dict[str, Any]) -> None:
    """Keep what the holder of an account has chosen; the account's version stays as it is."""
    await tx.execute(
        "UPDATE identity.account SET preferences = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, account_id, chosen,
    )  # fmt: skip
