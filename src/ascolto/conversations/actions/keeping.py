"""Files are kept before they are sent, and forgotten when they never are."""

import asyncio
from datetime import timedelta
from pathlib import Path

from ascolto.conversations import errors, store, store_files
from ascolto.conversations.files import checked_file, place_of, write_content
from ascolto.conversations.model import Attachment
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id

UNSENT_LIMIT = 20
UNSENT_FOR = timedelta(days=1)


async def keep_attachment(
    tx: Tx, *, folder: Path, conversation_id: str, name: str, data: bytes, uploader_kind: str
) -> Attachment:
    """Store a file for a message to come; its content is on disk before its row is committed."""
    conversation = await store.get(tx, conversation_id)
    if conversation is None:
        raise errors.UnknownConversation("No such conversation.", conversation_id=conversation_id)
    checked = checked_file(name, data)
    unsent = await store_files.count_unsent(
        tx, conversation_id=conversation_id, uploader_kind=uploader_kind
    )
    if unsent >= UNSENT_LIMIT:
        raise errors.BadFiles("Send the files that are ready first.", limit=UNSENT_LIMIT)
    path = place_of(folder, tenant_id=tx.tenant_id, sha256=checked.sha256)
    await asyncio.to_thread(write_content, path, data)
    file = Attachment(
        id=new_id(),
        client_id=conversation.client_id,
        conversation_id=conversation_id,
        message_id=None,
        uploader_kind=uploader_kind,
        name=checked.name,
        size=checked.size,
        type=checked.type,
        sha256=checked.sha256,
        created_at=tx.now,
    )
    await store_files.insert_attachment(tx, file)
    return file


async def find_attachment(
    tx: Tx, *, folder: Path, conversation_id: str, attachment_id: str
) -> tuple[Attachment, Path]:
    """Return a file of a conversation and where its content lies."""
    file = await store_files.get_attachment(tx, attachment_id)
    if file is None or file.conversation_id != conversation_id:
        raise errors.UnknownAttachment("No such file.", attachment_id=attachment_id)
    path = place_of(folder, tenant_id=tx.tenant_id, sha256=file.sha256)
    if not await asyncio.to_thread(path.is_file):
        raise errors.DiskUnavailable("The file cannot be read just now.")
    return file, path


async def forget_unsent(tx: Tx) -> list[str]:
    """Forget uploads that were never sent; return the contents whose files may go after commit."""
    return await store_files.delete_unsent(tx, before=tx.now - UNSENT_FOR)
