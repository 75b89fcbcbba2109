"""Links for wall screens: tokens that may read the floor and the names of clients, and no more.

A wall is seen by whoever passes: what such a token can ask for holds queues and groups of at
least five people, and no name of a person.
"""

from collections.abc import Sequence
from datetime import timedelta

from ascolto.identity.actions.issue_tokens import issue_token, list_own_tokens, revoke_token
from ascolto.identity.errors import UnknownToken
from ascolto.identity.model import ApiToken, Principal
from ascolto.kit.db import Tx

SCOPES = ("insight.floor", "tenancy.read_clients")


async def open_screen(
    tx: Tx, principal: Principal, *, name: str, days: int
) -> tuple[ApiToken, str]:
    """Make a screen's token, good for some days; its secret is shown once, in the link."""
    return await issue_token(
        tx,
        principal,
        name=name,
        scopes=SCOPES,
        clients=None,
        expires_at=tx.now + timedelta(days=days),
    )


async def list_screens(tx: Tx, principal: Principal) -> Sequence[ApiToken]:
    """Return one's own screens, the oldest first."""
    return [one for one in await list_own_tokens(tx, principal) if one.scopes == SCOPES]


async def close_screen(tx: Tx, principal: Principal, token_id: str) -> None:
    """Take a screen's token back; the wall goes dark at its next look."""
    if token_id not in {token.id for token in await list_screens(tx, principal)}:
        raise UnknownToken("There is no such screen.", token_id=token_id)
    await revoke_token(tx, principal, token_id)
