"""A mailbox's secrets: sealed when they come in, opened only where they are used."""

import base64
import os

from ascolto.channels import errors, events, store_mail
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Mailbox
from ascolto.kit.db import Tx
from ascolto.kit.secretbox import SecretBox

_KEY_BYTES = 32


def place_of_secret(channel_id: str, name: str) -> str:
    """Return what a secret of a mailbox is bound to when it is sealed."""
    return f"channels.mailbox.{name}/{channel_id}"


async def mailbox_of(tx: Tx, channel: Channel, *, box: SecretBox) -> Mailbox:
    """Return how a channel's mailbox stands, beginning one at the first look."""
    mailbox = await store_mail.get_mailbox(tx, channel.id)
    if mailbox is None:
        key = base64.b64encode(os.urandom(_KEY_BYTES)).decode()
        sealed = box.seal(key, place=place_of_secret(channel.id, "reply"))
        await store_mail.add_mailbox(tx, channel, reply_secret=sealed)
        mailbox = await store_mail.get_mailbox(tx, channel.id)
    if mailbox is None:
        raise errors.UnknownChannel("There is no such mailbox.", channel_id=channel.id)
    return mailbox


def reply_key(mailbox: Mailbox, *, box: SecretBox) -> bytes:
    """Return what a mailbox's reply addresses are signed with."""
    sealed = box.open(mailbox.reply_secret, place=place_of_secret(mailbox.channel_id, "reply"))
    return base64.b64decode(sealed)


def opened(mailbox: Mailbox, name: str, *, box: SecretBox) -> str:
    """Return a secret in the clear; empty when none was given."""
    sealed = {
        "imap": mailbox.imap_secret,
        "smtp": mailbox.smtp_secret,
        "dkim": mailbox.dkim_secret,
        "oauth": mailbox.oauth_secret,
        "oauth_client": mailbox.oauth_client_secret,
        "access": mailbox.oauth_access,
    }[name]
    return box.open(sealed, place=place_of_secret(mailbox.channel_id, name)) if sealed else ""


async def set_secrets(
    tx: Tx, channel: Channel, *, secrets: dict[str, str | None], box: SecretBox
) -> None:
    """Seal and keep the secrets that were given; None forgets one."""
    if channel.kind != "email":
        raise errors.WrongKind("Only a mailbox has these secrets.", kind=channel.kind)
    await mailbox_of(tx, channel, box=box)
    sealed = {
        f"{name}_secret": box.seal(value, place=place_of_secret(channel.id, name))
        if value
        else None
        for name, value in secrets.items()
    }
    await store_mail.set_secrets(tx, channel_id=channel.id, sealed=sealed)
    if "oauth" in secrets:
        change = "access_given" if secrets["oauth"] else "access_taken_back"
        tx.emit(
            events.ChannelChanged(client_id=channel.client_id, channel_id=channel.id, change=change)
        )
