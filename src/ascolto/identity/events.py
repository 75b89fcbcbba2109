"""What happens to accounts; never holds a secret or a mail address."""

from dataclasses import dataclass
from typing import ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """An account opened a session."""

    kind: ClassVar[str] = "identity.signed_in"
    account_id: str
    session_id: str
    with_totp: bool


@dataclass(frozen=True, kw_only=True)
class SessionRevoked(Event):
    """A session ended before its time; open sockets of it must close."""

    kind: ClassVar[str] = "identity.session_revoked"
    account_id: str
    session_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class LockedOut(Event):
    """Too many failures: an address must wait."""

    kind: ClassVar[str] = "identity.locked_out"
    what: str
    account_id: str | None = None
    blocked_until: str


@dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    """An account was created, updated, disabled or enabled."""

    kind: ClassVar[str] = "identity.account_changed"
    account_id: str
    change: str
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """An account has a new password."""

    kind: ClassVar[str] = "identity.password_changed"
    account_id: str
    by_link: bool


@dataclass(frozen=True, kw_only=True)
class TotpChanged(Event):
    """An account asks for codes from now on, or no longer."""

    kind: ClassVar[str] = "identity.totp_changed"
    account_id: str
    on: bool


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """Somebody came in with a recovery code."""

    kind: ClassVar[str] = "identity.recovery_code_used"
    account_id: str
    left: int


@dataclass(frozen=True, kw_only=True)
class TokenChanged(Event):
    """An API token was issued or revoked."""

    kind: ClassVar[str] = "identity.token_changed"
    account_id: str
    token_id: str
    change: str


@dataclass(frozen=True, kw_only=True)
class MailRead(Event):
    """An administrator read the text of a mail that has not left."""

    kind: ClassVar[str] = "identity.mail_read"
    mail_id: str
