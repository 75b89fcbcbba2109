"""What a client's people prepare for conversations: reasons of two levels and ready replies."""

from typing import Any

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


async def free_canned(tx: Tx, canned_id: str) -> None:
    """Make way for `put_canned`: in use, and in nobody's way until it has its values."""
    if not await store_config.free_canned(tx, canned_id):
        raise errors.UnknownCanned("No such ready reply.")


async def free_reason(tx: Tx, reason_id: str) -> None:
    """Make way for `put_reason`: in use, and in nobody's way until it has its values."""
    if not await store_config.free_reason(tx, reason_id):
        raise errors.UnknownReason("No such reason.", reason_id=reason_id)


async def put_canned(tx: Tx, canned_id: str, values: dict[str, Any]) -> None:
    """Give a ready reply in use these values."""
    known = await store_config.get_canned(tx, canned_id)
    if known is None:
        raise errors.UnknownCanned("No such ready reply.")
    names = ("client_id", "key", "title", "text", "language")
    canned = Canned(id=canned_id, v=known.v, **{name: values[name] for name in names})
    if await store_config.canned_key_taken(tx, canned):
        raise errors.NameTaken("A ready reply has this key.", key=canned.key)
    await store_config.update_canned(tx, canned)


async def archive_canned(tx: Tx, canned_id: str) -> None:
    """Take a ready reply out of use."""
    if not await store_config.archive_canned(tx, canned_id):
        raise errors.UnknownCanned("No such ready reply.")


async def put_reason(tx: Tx, reason_id: str, values: dict[str, Any]) -> None:
    """Give a reason in use this name and place."""
    name, position = values["name"], values["position"]
    reason = Reason(reason_id, values["client_id"], values["parent_id"], name, position)
    if await store_config.reason_name_taken(tx, reason):
        raise errors.NameTaken("There is a reason of this name beside it.", name=name)
    if not await store_config.rename_reason(tx, reason_id=reason_id, name=name, position=position):
        raise errors.UnknownReason("No such reason.", reason_id=reason_id)


async def archive_reason(tx: Tx, reason_id: str) -> None:
    """Take a reason and those under it out of use; what is out already stays out."""
    await store_config.archive_reason(tx, reason_id)


async def was_prepared(tx: Tx, client_id: str) -> bool:
    """Tell whether a client has, or ever had, reasons or ready replies of its own."""
    return await store_config.ever_prepared(tx, client_id)
