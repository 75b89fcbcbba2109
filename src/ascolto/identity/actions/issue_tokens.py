"""Give programs keys, never wider than their owner."""

from collections.abc import Collection
from datetime import datetime, timedelta

from ascolto.identity import errors, events, secrets, store_sessions
from ascolto.identity.model import ApiToken, Principal
from ascolto.identity.permissions import NOT_FOR_TOKENS
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id

LONGEST_LIFE = timedelta(days=366)


async def issue_token(
    tx: Tx,
    principal: Principal,
    *,
    name: str,
    scopes: Collection[str],
    clients: Collection[str] | None,
    expires_at: datetime,
) -> tuple[ApiToken, str]:
    """Make a token and return it with its secret, shown once."""
    refused = sorted(scope for scope in scopes if not _may_give(principal, scope))
    if refused or not scopes:
        raise errors.UnknownScope("A token's scopes are permissions you hold.", refused=refused)
    if not tx.now < expires_at <= tx.now + LONGEST_LIFE:
        raise errors.BadExpiry("A token expires, within a year.")
    if clients is not None and principal.clients is not None:
        outside = sorted(set(clients) - principal.clients)
        if outside:
            raise errors.UnknownScopeClient("There is no such client.", unknown=outside)
    token = ApiToken(
        id=new_id(),
        account_id=principal.account_id,
        name=name,
        scopes=tuple(sorted(set(scopes))),
        clients=principal.clients if clients is None else frozenset(clients),
        created_at=tx.now,
        expires_at=expires_at,
        last_used_at=None,
    )
    text, secret_hash = secrets.issue(tx.tenant_id)
    await store_sessions.insert_token(tx, token, secret_hash=secret_hash)
    tx.emit(events.TokenChanged(account_id=token.account_id, token_id=token.id, change="issued"))
    return token, secrets.TOKEN_PREFIX + text


async def revoke_token(tx: Tx, principal: Principal, token_id: str) -> None:
    """Revoke one of one's own tokens; an administrator revokes anybody's."""
    everybody = sees_all_tokens(principal)
    owner = await store_sessions.revoke_token(
        tx, token_id, account_id=None if everybody else principal.account_id, at=tx.now
    )
    if owner is None:
        raise errors.UnknownToken("There is no such token.", token_id=token_id)
    tx.emit(events.TokenChanged(account_id=owner, token_id=token_id, change="revoked"))


async def list_own_tokens(tx: Tx, principal: Principal, *, limit: int = 500) -> list[ApiToken]:
    """Return one's own tokens that still hold, oldest first."""
    return await store_sessions.list_tokens(
        tx, account_id=principal.account_id, after=None, limit=limit
    )


def sees_all_tokens(principal: Principal) -> bool:
    """Tell whether somebody looks after everybody's tokens, not only their own."""
    return principal.may("identity.manage_accounts") and principal.clients is None


def _may_give(principal: Principal, scope: str) -> bool:
    return principal.may(scope) and scope not in NOT_FOR_TOKENS
