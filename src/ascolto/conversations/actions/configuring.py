"""What a client's people prepare for conversations: reasons of two levels and ready replies."""

from ascolto.conversations import errors, store_config
from ascolto.conversations.canned import check_variables
from ascolto.conversations.model import Canned, Reason
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


async def create_canned(
    tx: Tx, *, client_id: str | None, key: str, title: str, text: str, language: str | None
) -> Canned:
    """Add a ready reply of a client, or of all; its {{variables}} must be known."""
    check_variables(text)
    canned = Canned(
        id=new_id(), client_id=client_id, key=key, title=title, text=text, language=language, v=1
    )
    if not await store_config.insert_canned(tx, canned):
        raise errors.NameTaken("A ready reply has this key.", key=key)
    return canned


async def create_reason(
    tx: Tx, *, client_id: str | None, parent_id: str | None = None, name: str, position: int
) -> Reason:
    """Add a reason of a client, or of all; under a parent it is of the second level."""
    if parent_id is not None:
        parents = await store_config.get_reasons(tx, [parent_id])
        if not parents:
            raise errors.UnknownReason("No such reason.", reason_id=parent_id)
        if parents[0].parent_id is not None:
            raise errors.BadReasons("Reasons have two levels, no more.")
        if parents[0].client_id not in (None, client_id):
            raise errors.BadReasons("The parent is another client's.")
    reason = Reason(new_id(), client_id, parent_id, name, position)
    if not await store_config.insert_reason(tx, reason):
        raise errors.NameTaken("There is a reason of this name beside it.", name=name)
    return reason


async def was_prepared(tx: Tx, client_id: str) -> bool:
    """Tell whether a client has, or ever had, reasons or ready replies of its own."""
    return await store_config.ever_prepared(tx, client_id)
