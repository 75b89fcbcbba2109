"""What a person does with mails that were set aside."""

from ascolto.channels import errors, store_mail, store_mail_in, store_mail_raw
from ascolto.channels.store_mail import Incoming, Read
from ascolto.kit.db import Tx


async def replay(tx: Tx, mail_id: str) -> Incoming:
    """Let a mail be read again from its bytes, as if it had just come."""
    mail = await _held(tx, mail_id)
    if mail.state not in ("quarantined", "dismissed", "noted"):
        raise errors.NotNow("This mail has become a message already.", state=mail.state)
    if await store_mail_raw.raw_of(tx, mail_id) is None:
        raise errors.NotNow("Its bytes were forgotten in time.", state=mail.state)
    await store_mail.read_anew(tx, mail_id)
    return await _held(tx, mail_id)


async def dismiss(tx: Tx, mail_id: str) -> Incoming:
    """Put a mail away that nobody can use; it is kept."""
    mail = await _held(tx, mail_id)
    if mail.state != "quarantined":
        raise errors.NotNow("Only what was set aside is put away.", state=mail.state)
    away = Read(state="dismissed", reason=mail.reason, sender=mail.sender, subject=mail.subject)
    await store_mail_in.settle(tx, {mail_id: away})
    return await _held(tx, mail_id)


async def _held(tx: Tx, mail_id: str) -> Incoming:
    mail = await store_mail.hold_mail(tx, mail_id)
    if mail is None:
        raise errors.UnknownMail("There is no such mail.", mail_id=mail_id)
    return mail
