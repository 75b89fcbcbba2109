"""Files are kept before they are sent, and forgotten when they never are."""

import asyncio
from datetime import timedelta
from pathlib import Path

from ascolto.conversations import errors, live, store, store_aside, store_consults, store_files
from ascolto.conversations.files import checked_file, place_of, write_content
from ascolto.conversations.model import Attachment, AttachmentRef, Conversation
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import setting
from ascolto.tenancy.settings import declare, whole_number

UNSENT_LIMIT = 20
# What a customer did not send within hours they sent otherwise; a reply may wait for a shift, and
# what belongs to a draft for as long as somebody goes on with it.
UNSENT_FOR = timedelta(days=1)
DRAFTED_FOR = timedelta(days=30)
CUSTOMERS_UNSENT_FOR = timedelta(hours=3)
_MEGABYTE = 1_000_000
A_DAY = timedelta(days=1)

# Anybody can open a chat: without an end to it, one script would fill the disk.
CONVERSATION_LIMIT = declare(
    "conversations.files_per_conversation_mb",
    default=100,
    parse=whole_number(least=1, most=100_000),
    meaning="Megabytes of files that a customer may send in one conversation",
)
DAY_LIMIT = declare(
    "conversations.files_per_day_mb",
    default=5_000,
    parse=whole_number(least=1, most=10_000_000),
    meaning="Megabytes of files that all customers of a client may send in 24 hours",
)


async def keep_attachment(
    tx: Tx, *, folder: Path, conversation_id: str, name: str, data: bytes, uploader_kind: str,
    operator_id: str | None = None,
) -> Attachment:  # fmt: skip
    """Store a file for a message to come; its content is on disk before its row is committed."""
    conversation = await store.get(tx, conversation_id)
    if conversation is None:
        raise errors.UnknownConversation("No such conversation.", conversation_id=conversation_id)
    checked = checked_file(name, data)
    unsent = await store_files.count_unsent(
        tx, conversation_id=conversation_id, uploader_kind=uploader_kind, operator_id=operator_id
    )
    if unsent >= UNSENT_LIMIT:
        raise errors.BadFiles("Send the files that are ready first.", limit=UNSENT_LIMIT)
    if uploader_kind == "customer":
        await _require_room(tx, conversation, size=checked.size)
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


async def _require_room(tx: Tx, conversation: Conversation, *, size: int) -> None:
    """Refuse what a customer sends beyond what a conversation and a client's day may hold."""
    client_id = conversation.client_id
    limit = _MEGABYTE * await setting(tx, CONVERSATION_LIMIT, client_id=client_id)
    kept = await store_files.bytes_of(tx, conversation_id=conversation.id, uploader_kind="customer")
    if kept + size > limit:
        raise errors.FilesFull("No more files in this conversation.", limit_bytes=limit)
    limit = _MEGABYTE * await setting(tx, DAY_LIMIT, client_id=client_id)
    kept = await store_files.bytes_since(
        tx, client_id=client_id, uploader_kind="customer", since=tx.now - A_DAY
    )
    if kept + size > limit:
        raise errors.FilesFull("No more files today.", limit_bytes=limit)


async def copy_files(tx: Tx, *, message_id: str) -> list[AttachmentRef]:
    """Give back the files of a message that was taken back, for the next one to carry."""
    return await store_files.copy_of_message(tx, message_id=message_id)


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


async def find_consult_file(
    tx: Tx, *, folder: Path, consult_id: str, file_id: str
) -> tuple[AttachmentRef, Path]:
    """Return a file of a consult and where its content lies; no customer's way leads here."""
    found = await store_consults.get_file(tx, consult_id=consult_id, file_id=file_id)
    if found is None:
        raise errors.UnknownAttachment("No such file.", attachment_id=file_id)
    file, sha256 = found
    path = place_of(folder, tenant_id=tx.tenant_id, sha256=sha256)
    if not await asyncio.to_thread(path.is_file):
        raise errors.DiskUnavailable("The file cannot be read just now.")
    return file, path


async def forget_wrap_ups(tx: Tx) -> int:
    """Empty what was being written up and nobody will go on with; return how many drafts."""
    emptied = await store_aside.empty_wrap_ups(tx, begun_before=tx.now - DRAFTED_FOR)
    for client_id, draft in emptied:
        tx.show(live.draft_changed(draft, client_id=client_id))
    return len(emptied)


async def forget_unsent(tx: Tx) -> list[str]:
    """Forget uploads that were never sent; return the contents whose files may go after commit."""
    return await store_files.delete_unsent(
        tx,
        before=tx.now - UNSENT_FOR,
        customers_before=tx.now - CUSTOMERS_UNSENT_FOR,
        drafted_before=tx.now - DRAFTED_FOR,
    )
