"""End sessions: one's own, one of them, all of an account."""

from ascolto.identity import events, store_sessions
from ascolto.identity.errors import UnknownSession
from ascolto.kit.db import Tx


async def end_session(tx: Tx, *, account_id: str, session_id: str, reason: str) -> None:
    """End one session of an account or refuse when it has none such."""
    ended = await store_sessions.delete_sessions(tx, account_id, only=session_id)
    if not ended:
        raise UnknownSession("There is no such session.", session_id=session_id)
    _say(tx, account_id, ended, reason)


async def end_sessions(tx: Tx, *, account_id: str, reason: str, keep: str | None = None) -> int:
    """End every session of an account, but for one that is kept; return how many."""
    ended = await store_sessions.delete_sessions(tx, account_id, but=keep)
    _say(tx, account_id, ended, reason)
    return len(ended)


def _say(tx: Tx, account_id: str, ended: list[str], reason: str) -> None:
    for session_id in ended:
        tx.emit(events.SessionRevoked(account_id=account_id, session_id=session_id, reason=reason))
