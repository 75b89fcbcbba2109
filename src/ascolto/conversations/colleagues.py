"""Who may be named in a client's conversations."""

from ascolto.conversations import errors
from ascolto.kit.db import Tx
from ascolto.people import get_operator
from ascolto.people.model import Operator


async def require_colleague(tx: Tx, operator_id: str, *, client_id: str) -> Operator:
    """Return an operator who works for a client, or refuse."""
    operator = await get_operator(tx, operator_id)
    if operator is None or operator.archived_at or client_id not in operator.clients:
        raise errors.UnknownColleague(
            "No such operator works for this client.", operator_id=operator_id
        )
    return operator
