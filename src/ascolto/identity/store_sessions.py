"""Statements on sessions and API tokens: whoever stands behind a request."""

from datetime import datetime

import asyncpg

from ascolto.identity.model import SEEN_GRAIN, SESSION_IDLE, ApiToken, Principal, Session
from ascolto.identity.permissions import NOT_FOR_TOKENS, permissions_of
from ascolto.kit.db import Tx

# Who only answers customers sees the clients they work for, within the account's own scope.
_SIGHT = """CASE WHEN a.roles <> ARRAY['operator'] THEN a.client_scope
                WHEN a.client_scope IS NULL THEN a.operator_clients
                ELSE ARRAY(SELECT unnest(a.client_scope)
                           INTERSECT SELECT unnest(a.operator_clients))
           END"""

# One statement finds who is asking and narrows the transaction to the clients they may see.
_BY_SESSION = f"""
SELECT x.*, set_config('ascolto.clients', COALESCE(x.client_scope::text, '*'), true)
  FROM (
    SELECT a.id AS account_id, a.name, a.email, a.roles, a.operator_id, a.locale,
           s.id AS session_id, s.seen_at, {_SIGHT} AS client_scope
      FROM identity.session s
      JOIN identity.account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
     WHERE s.tenant_id = $1 AND s.secret_hash = $2
       AND s.expires_at > $3 AND s.seen_at > $4 AND a.disabled_at IS NULL
  ) x
"""

_BY_API_KEY = f"""
SELECT x.*, set_config('ascolto.clients', COALESCE(x.client_scope::text, '*'), true)
  FROM (
    SELECT a.id AS account_id, t.name, a.email, a.roles, a.operator_id, a.locale,
           t.id AS token_id, t.scopes, t.last_used_at,
           CASE WHEN t.client_scope IS NULL THEN o.client_scope
                WHEN o.client_scope IS NULL THEN t.client_scope
                ELSE ARRAY(SELECT unnest(t.client_scope) INTERSECT SELECT unnest(o.client_scope))
           END AS client_scope
      FROM identity.api_token t
      JOIN identity.account a ON a.tenant_id = t.tenant_id AND a.id = t.account_id
     CROSS JOIN LATERAL (SELECT {_SIGHT} AS client_scope) o
     WHERE t.tenant_id = $1 AND t.secret_hash = $2
       AND t.expires_at > $3 AND t.revoked_at IS NULL AND a.disabled_at IS NULL
  ) x
"""

_BY_ACCOUNT = f"""
SELECT x.*, set_config('ascolto.clients', COALESCE(x.client_scope::text, '*'), true)
  FROM (
    SELECT a.id AS account_id, a.name, a.email, a.roles, a.operator_id, a.locale,
           {_SIGHT} AS client_scope
      FROM identity.account a
     WHERE a.tenant_id = $1 AND a.id = $2 AND a.disabled_at IS NULL
  ) x
"""


async def principal_of_account(tx: Tx, account_id: str) -> Principal | None:
    """Return who an account is now, and narrow the transaction to their clients.

    For what somebody asked to be done later: they may do then what they may do then.
    """
    row = await tx.fetchrow(_BY_ACCOUNT, tx.tenant_id, account_id)
    if row is None:
        return None
    return _seated(tx, row, kind="account", permissions=permissions_of(row["roles"]))


async def principal_by_session(tx: Tx, secret_hash: bytes) -> Principal | None:
    """Find who a session belongs to, narrow the transaction to their clients, mark it as seen."""
    row = await tx.fetchrow(_BY_SESSION, tx.tenant_id, secret_hash, tx.now, tx.now - SESSION_IDLE)
    if row is None:
        return None
    if row["seen_at"] < tx.now - SEEN_GRAIN:
        # Two requests of one browser: the second does not wait for the first to say the same.
        await tx.execute(
            "UPDATE identity.session SET seen_at = $3 WHERE (tenant_id, id) IN ("
            " SELECT tenant_id, id FROM identity.session"
            " WHERE tenant_id = $1 AND id = $2 FOR UPDATE SKIP LOCKED)",
            tx.tenant_id, row["session_id"], tx.now,
        )  # fmt: skip
    return _seated(tx, row, kind="account", permissions=permissions_of(row["roles"]))


async def principal_by_token(tx: Tx, secret_hash: bytes) -> Principal | None:
    """Find whose program a token is, never wider than its owner."""
    row = await tx.fetchrow(_BY_API_KEY, tx.tenant_id, secret_hash, tx.now)
    if row is None:
        return None
    if row["last_used_at"] is None or row["last_used_at"] < tx.now - SEEN_GRAIN:
        await tx.execute(
            "UPDATE identity.api_token SET last_used_at = $3 WHERE (tenant_id, id) IN ("
            " SELECT tenant_id, id FROM identity.api_token"
            " WHERE tenant_id = $1 AND id = $2 FOR UPDATE SKIP LOCKED)",
            tx.tenant_id, row["token_id"], tx.now,
        )  # fmt: skip
    allowed = permissions_of(row["roles"]) & frozenset(row["scopes"])
    return _seated(tx, row, kind="token", permissions=allowed - NOT_FOR_TOKENS)


def _seated(tx: Tx, row: asyncpg.Record, *, kind: str, permissions: frozenset[str]) -> Principal:
    scope = row["client_scope"]
    principal = Principal(
        tenant_id=tx.tenant_id,
        account_id=row["account_id"],
        name=row["name"],
        email=row["email"],
        roles=tuple(row["roles"]),
        permissions=permissions,
        clients=None if scope is None else frozenset(scope),
        operator_id=row["operator_id"],
        session_id=row.get("session_id"),
        locale=row["locale"],
        kind=kind,
        token_id=row.get("token_id"),
    )
    tx.actor = principal.actor()
    tx.clients = principal.clients
    return principal


async def insert_session(
    tx: Tx, session: Session, *, account_id: str, secret_hash: bytes, password_hash: str
) -> bool:
    """Open a session, unless the account's password changed or it was disabled meanwhile."""
    return bool(
        await tx.execute(
            "INSERT INTO identity.session (tenant_id, id, account_id, secret_hash, ip, user_agent,"
            " place, country, created_at, seen_at, expires_at)"
            " SELECT a.tenant_id, $3, a.id, $4, $5, $6, $7, $8, $9, $10, $11"
            " FROM identity.account a WHERE a.tenant_id = $1 AND a.id = $2"
            " AND a.disabled_at IS NULL AND a.password_hash = $12",
            tx.tenant_id, account_id, session.id, secret_hash, session.ip, session.user_agent,
            session.place, session.country, session.created_at, session.seen_at,
            session.expires_at, password_hash,
        )
    )  # fmt: skip


async def list_sessions(
    tx: Tx,
    account_id: str,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int | None = None,
) -> list[Session]:
    """Return an account's open sessions, the latest seen first, from a place on."""
    seen_at, session_id = after or (None, None)
    rows = await tx.fetch(
        "SELECT id, ip, user_agent, place, country, created_at, seen_at, expires_at"
        " FROM identity.session WHERE tenant_id = $1 AND account_id = $2"
        " AND expires_at > $3 AND seen_at > $4"
        " AND ($5::timestamptz IS NULL OR (seen_at, id) < ($5, $6::uuid))"
        " ORDER BY seen_at DESC, id DESC LIMIT $7",
        tx.tenant_id, account_id, tx.now, tx.now - SESSION_IDLE, seen_at, session_id, limit,
    )  # fmt: skip
    return [Session(**row) for row in rows]


async def delete_sessions(
    tx: Tx, account_id: str, *, only: str | None = None, but: str | None = None
) -> list[str]:
    """End one session of an account, or all, or all but one; return the ids ended."""
    rows = await tx.fetch(
        "DELETE FROM identity.session WHERE tenant_id = $1 AND account_id = $2"
        " AND ($3::uuid IS NULL OR id = $3) AND ($4::uuid IS NULL OR id <> $4) RETURNING id",
        tx.tenant_id, account_id, only, but,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def forget_ended_sessions(tx: Tx) -> int:
    """Delete the sessions that are over."""
    return await tx.execute(
        "DELETE FROM identity.session"
        " WHERE tenant_id = $1 AND (expires_at <= $2 OR seen_at <= $3)",
        tx.tenant_id, tx.now, tx.now - SESSION_IDLE,
    )  # fmt: skip


async def insert_token(tx: Tx, token: ApiToken, *, secret_hash: bytes) -> None:
    """Write a new token."""
    await tx.execute(
        "INSERT INTO identity.api_token (tenant_id, id, account_id, name, secret_hash, scopes,"
        " client_scope, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.tenant_id, token.id, token.account_id, token.name, secret_hash, list(token.scopes),
        None if token.clients is None else sorted(token.clients), token.created_at,
        token.expires_at,
    )  # fmt: skip


async def list_tokens(
    tx: Tx, *, account_id: str | None, after: str | None, limit: int
) -> list[ApiToken]:
    """Return the tokens that still hold, of one account or of all, oldest first."""
    rows = await tx.fetch(
        "SELECT id, account_id, name, scopes, client_scope, created_at, expires_at, last_used_at"
        " FROM identity.api_token WHERE tenant_id = $1 AND revoked_at IS NULL AND expires_at > $2"
        " AND ($3::uuid IS NULL OR account_id = $3) AND ($4::uuid IS NULL OR id > $4)"
        " ORDER BY id LIMIT $5",
        tx.tenant_id, tx.now, account_id, after, limit,
    )  # fmt: skip
    return [
        ApiToken(
            id=row["id"],
            account_id=row["account_id"],
            name=row["name"],
            scopes=tuple(row["scopes"]),
            clients=None if row["client_scope"] is None else frozenset(row["client_scope"]),
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            last_used_at=row["last_used_at"],
        )
        for row in rows
    ]


async def revoke_token(
    tx: Tx, token_id: str, *, account_id: str | None, at: datetime
) -> str | None:
    """Revoke a token, of one account or of any; return its owner, None when there is none."""
    owner: str | None = await tx.fetchval(
        "UPDATE identity.api_token SET revoked_at = $4 WHERE tenant_id = $1 AND id = $2"
        " AND ($3::uuid IS NULL OR account_id = $3) AND revoked_at IS NULL RETURNING account_id",
        tx.tenant_id, token_id, account_id, at,
    )  # fmt: skip
    return owner
