"""Channels made, changed and taken out of use."""

import base64
import os
from dataclasses import replace
from typing import Any

import asyncpg
from pydantic import ValidationError

from ascolto import routing
from ascolto.channels import errors, events, store, store_mail, store_mail_access
from ascolto.channels.email.settings import EmailSettings
from ascolto.channels.model import Channel, ExternalSettings, WebchatSettings
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id

# How conversations of an external channel are counted in capacity: the engine knows these kinds.
LABELS = {"webchat": "webchat", "external": "messaging", "email": "email"}
SETTINGS: dict[str, type[WebchatSettings | ExternalSettings | EmailSettings]] = {
    "webchat": WebchatSettings,
    "external": ExternalSettings,
    "email": EmailSettings,
}


async def create_channel(
    tx: Tx,
    *,
    client_id: str,
    kind: str,
    name: str,
    queue_id: str,
    settings: dict[str, Any] | None = None,
    public_key: str | None = None,
) -> Channel:
    """Add a channel to a client; its public key is random unless one is given."""
    await _require_queue(tx, client_id=client_id, queue_id=queue_id, kind=kind)
    channel = Channel(
        id=new_id(),
        client_id=client_id,
        kind=kind,
        label=LABELS[kind],
        name=name.strip(),
        public_key=public_key or fresh_key(),
        queue_id=queue_id,
        settings=checked_settings(kind, settings or {}),
        active=True,
        created_at=tx.now,
        archived_at=None,
        v=1,
    )
    try:
        await store.insert_channel(tx, channel)
    except asyncpg.UniqueViolationError as taken:
        raise errors.KeyTaken("Another channel has this name, key or address.") from taken
    tx.emit(_changed(channel, "created"))
    return channel


def fresh_key() -> str:
    """Return a random public key: 120 bits, so that channels cannot be listed by guessing."""
    return base64.urlsafe_b64encode(os.urandom(15)).decode()


def checked_settings(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings as they are stored, or refuse them field by field."""
    try:
        checked = SETTINGS[kind].model_validate(settings)
    except ValidationError as wrong:
        found = {".".join(map(str, e["loc"])): e["msg"] for e in wrong.errors()}
        raise errors.BadChannel("These settings make no sense.", settings=found) from wrong
    return checked.model_dump(mode="json", exclude_defaults=True)


async def _require_queue(tx: Tx, *, client_id: str, queue_id: str, kind: str) -> None:
    queue = await routing.get_queue(tx, queue_id)
    if queue is None or queue.client_id != client_id:
        raise errors.BadChannel("The client has no such queue.", field="queue_id")
    # The work asks for capacity by its channel's label, the crew is chosen by the queue's channel:
    # where they differ, work may wait for nobody. Mailboxes stood before any queue once: those stay
    # and work on, and with their next queue they come to one of their own kind.
    if queue.channel != LABELS[kind]:
        raise errors.BadChannel(
            f"The queue is for {queue.channel}; this channel needs one for {LABELS[kind]}.",
            field="queue_id",
            queue_channel=queue.channel,
            needed=LABELS[kind],
        )


async def known(tx: Tx, channel_id: str) -> Channel:
    """Return a channel in scope or refuse."""
    channel = await store.get_channel(tx, channel_id)
    if channel is None:
        raise errors.UnknownChannel("There is no such channel.", channel_id=channel_id)
    return channel


async def mail_addresses(tx: Tx) -> set[str]:
    """Return the addresses of the mailboxes in scope."""
    channels = await store.list_channels(tx)
    return {one.email().address for one in channels if one.kind == "email"}


async def change_channel(tx: Tx, channel_id: str, *, v: int, changes: dict[str, Any]) -> Channel:
    """Change some fields of a channel that is still at version `v`.

    A mailbox forgets the secrets that its new settings would show to another server: who may
    configure it was not told them, and must not be by sending them to a server of his.
    """
    channel = await known(tx, channel_id)
    if "settings" in changes:
        changes["settings"] = checked_settings(channel.kind, changes["settings"])
    if changes.get("queue_id", channel.queue_id) != channel.queue_id:
        await _require_queue(
            tx, client_id=channel.client_id, queue_id=changes["queue_id"], kind=channel.kind
        )
    try:
        saved = await store.update_channel(tx, replace(channel, v=v, **changes))
    except asyncpg.UniqueViolationError as taken:
        raise errors.KeyTaken("Another channel has this name or address.") from taken
    if saved is None:
        raise errors.ChannelChanged("Somebody changed this channel meanwhile.", v=channel.v)
    if saved.kind == "email" and (moved := channel.email().moved_secrets(saved.email())):
        if "oauth" in moved:
            await _end_access(tx, channel)
        await store_mail.set_secrets(
            tx, channel_id=saved.id, sealed={f"{name}_secret": None for name in moved}
        )
    tx.emit(_changed(saved, "updated"))
    return saved


async def archive_channel(tx: Tx, channel_id: str) -> None:
    """Close a door for good; what came in by it stays, and a mailbox's access is taken back."""
    channel = await known(tx, channel_id)
    if channel.kind == "email" and await _end_access(tx, channel):
        await store_mail.set_secrets(tx, channel_id=channel.id, sealed={"oauth_secret": None})
    await store.update_channel(tx, replace(channel, active=False, archived_at=tx.now))
    tx.emit(_changed(channel, "archived"))


async def _end_access(tx: Tx, channel: Channel) -> bool:
    """Have a mailbox's access ended at its provider after the commit; tell whether it had one."""
    mailbox = await store_mail.get_mailbox(tx, channel.id)
    if mailbox is None or not mailbox.oauth_secret:
        return False
    oauth = channel.email().oauth
    if oauth is not None and oauth.revoke_url:
        await store_mail_access.add_ended(tx, channel, mailbox, oauth=oauth.model_dump(mode="json"))
    return True


async def revive_channel(tx: Tx, channel_id: str) -> None:
    """Open a door again that was closed; it stays shut until it is said to be active."""
    try:
        channel = await store.revive_channel(tx, channel_id)
    except asyncpg.UniqueViolationError as taken:
        raise errors.KeyTaken("Another channel has this name or address.") from taken
    if channel is None:
        raise errors.UnknownChannel("There is no such channel.", channel_id=channel_id)
    tx.emit(_changed(channel, "created"))


def _changed(channel: Channel, change: str) -> events.ChannelChanged:
    return events.ChannelChanged(client_id=channel.client_id, channel_id=channel.id, change=change)
