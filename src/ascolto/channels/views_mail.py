"""Wire shapes of mailboxes and of the mails that came and went."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming, Mailbox
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.views import FileView

Secret = Annotated[str, StringConstraints(max_length=8_000, pattern=r"^[^\x00]*$")]


class SecretsBody(BaseModel):
    """Secrets of a mailbox: absent ones stay, null forgets one. They are never shown again."""

    model_config = ConfigDict(extra="forbid")

    imap: Secret | None = None
    smtp: Secret | None = None
    dkim: Secret | None = None
    # What renews the access at a provider that takes no passwords, and the secret of our name.
    oauth: Secret | None = None
    oauth_client: Secret | None = None

    def given(self) -> dict[str, str | None]:
        """Return the secrets that were named."""
        return self.model_dump(include=self.model_fields_set)


class GrantBody(BaseModel):
    """What the provider gave to somebody who signed in there, as it stands in the address."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"^[ -~]*$")]
    state: Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"^[!-~]*$")]


class SignInView(BaseModel):
    """Where to sign in, and where the provider has to know that people are sent back to."""

    url: str
    redirect_uri: str


class WayBackView(BaseModel):
    """Where providers send people back to, as they have to know it."""

    redirect_uri: str


class TakenBackView(BaseModel):
    """How a mailbox stands without its access, and what the provider made of it.

    `revoked`: ended there too; `unnamed`: it names no address for that; `unconfirmed`: it did not
    say so, and `why`.
    """

    mailbox: "MailboxView"
    provider: Literal["revoked", "unnamed", "unconfirmed"]
    why: str | None


class GrantedView(BaseModel):
    """The mailbox that has access now."""

    channel_id: str


class LedgerView(BaseModel):
    """What came in and where it is: received = handled + waiting + quarantined."""

    received: int
    handled: int
    waiting: int
    quarantined: int
    balanced: bool
    by_state: dict[str, int]


class MailboxView(BaseModel):
    """How a mailbox stands; `reconciliation` lays the server's mails beside ours."""

    channel_id: str
    client_id: str
    name: str
    address: str
    active: bool
    # Whether its mail is fetched from a server; else it is handed to us.
    fetched: bool
    has_imap_secret: bool
    has_smtp_secret: bool
    has_dkim_secret: bool
    has_oauth_secret: bool
    has_oauth_client_secret: bool
    # Access by a provider's token: given by nobody yet, held, or refused when it was to be renewed.
    access: Literal["none", "given", "refused"]
    access_until: datetime | None
    read_at: datetime | None
    # Why it is not read: `unreachable`, `unknown_host`, `too_slow`, `untrusted`, `not_secure` or
    # `sealed`; or `refused`, `answered` or `no_access`, with a colon and what was said.
    trouble: str | None
    trouble_since: datetime | None
    reconciled_at: datetime | None
    reconciliation: dict[str, Any] | None
    reconciliation_asked: bool
    ledger: LedgerView

    @classmethod
    def of(cls, channel: Channel, mailbox: Mailbox | None, counts: dict[str, int]) -> "MailboxView":
        """Show a mailbox; one that nobody has looked into yet has no state."""
        received = sum(counts.values())
        waiting = counts.get("received", 0)
        quarantined = counts.get("quarantined", 0)
        handled = sum(
            counts.get(state, 0) for state in ("taken", "noted", "copy", "own", "dismissed")
        )
        return cls(
            channel_id=channel.id,
            client_id=channel.client_id,
            name=channel.name,
            address=channel.email().address,
            active=channel.active,
            fetched=channel.email().imap is not None,
            has_imap_secret=bool(mailbox and mailbox.imap_secret),
            has_smtp_secret=bool(mailbox and mailbox.smtp_secret),
            has_dkim_secret=bool(mailbox and mailbox.dkim_secret),
            has_oauth_secret=bool(mailbox and mailbox.oauth_secret),
            has_oauth_client_secret=bool(mailbox and mailbox.oauth_client_secret),
            access=_access(mailbox),
            access_until=mailbox.oauth_until if mailbox else None,
            read_at=mailbox.read_at if mailbox else None,
            trouble=_trouble(mailbox) if mailbox else None,
            trouble_since=mailbox.trouble_since if mailbox else None,
            reconciled_at=mailbox.reconciled_at if mailbox else None,
            reconciliation=mailbox.reconciled if mailbox else None,
            reconciliation_asked=bool(mailbox and mailbox.reconcile_now),
            ledger=LedgerView(
                received=received,
                handled=handled,
                waiting=waiting,
                quarantined=quarantined,
                balanced=received == handled + waiting + quarantined,
                by_state=counts,
            ),
        )


def _trouble(mailbox: Mailbox) -> str | None:
    if mailbox.oauth_trouble:
        return f"no_access: {mailbox.oauth_trouble}"
    return mailbox.trouble


def _access(mailbox: Mailbox | None) -> Literal["none", "given", "refused"]:
    if mailbox is None or not mailbox.oauth_secret:
        return "none"
    return "refused" if mailbox.oauth_trouble else "given"


class IncomingView(BaseModel):
    """A mail that came and what became of it."""

    id: str
    channel_id: str
    client_id: str
    source: str
    size: int
    received_at: datetime
    state: str
    reason: str | None
    kind: str | None
    sender: str
    subject: str
    attempts: int
    conversation_id: str | None
    message_id: str | None
    about_id: str | None

    @classmethod
    def of(cls, mail: Incoming) -> "IncomingView":
        """Show a mail without its words."""
        return cls(**{name: getattr(mail, name) for name in cls.model_fields})


class OutMailView(BaseModel):
    """A mail of ours and how far it is."""

    id: str
    channel_id: str
    client_id: str
    conversation_id: str
    message_id: str
    mail_id: str
    automatic: bool
    recipient: str
    subject: str
    state: str
    attempts: int
    next_try_at: datetime
    last_code: int | None
    last_error: str | None
    created_at: datetime
    accepted_at: datetime | None

    @classmethod
    def of(cls, mail: OutMail) -> "OutMailView":
        """Show a mail without its words."""
        return cls(**{name: getattr(mail, name) for name in cls.model_fields})


class RecalledMailView(OutMailView):
    """A mail that was taken back; its files are there once more, for the next answer to carry."""

    files: list[FileView]


class WholeMailView(BaseModel):
    """A mail as it can be read: its whole text, cleaned HTML, and what hangs on it."""

    mail: IncomingView
    sender: str
    to: list[str]
    cc: list[str]
    text: str
    quoted: str
    signature: str
    html: str
    blocked_images: int
    attachments: list[str]
    problems: list[str]
