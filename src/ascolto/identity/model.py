"""Accounts, sessions, tokens and whoever stands behind a request, as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.kit.db import Actor

SESSION_IDLE = timedelta(hours=12)
SESSION_LIFE = timedelta(days=7)
RESET_LIFE = timedelta(minutes=30)
INVITATION_LIFE = timedelta(days=7)
# How stale the "last seen" of a session or token may be: saves a write on most requests.
SEEN_GRAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can come in; `clients` None means every client of the organisation."""

    id: str
    email: str
    name: str
    locale: str
    roles: tuple[str, ...]
    clients: frozenset[str] | None
    operator_id: str | None
    has_password: bool
    has_totp: bool
    v: int
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is checked against; never leaves this room."""

    account_id: str
    name: str
    password_hash: str | None
    totp_secret: str | None
    recovery_hashes: tuple[str, ...]
    disabled: bool


@dataclass(frozen=True, slots=True)
class Principal:
    """Who stands behind a request, and what they may do and see."""

    tenant_id: str
    account_id: str
    name: str
    email: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    clients: frozenset[str] | None
    operator_id: str | None
    session_id: str | None
    locale: str
    kind: str
    token_id: str | None = None

    def may(self, permission: str) -> bool:
        """Tell whether a permission is held."""
        return permission in self.permissions

    def actor(self) -> Actor:
        """Return how this person or program signs what it does."""
        if self.kind == "token":
            return Actor(kind="token", id=self.token_id or self.account_id, name=self.name)
        return Actor(kind="account", id=self.account_id, name=self.name)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in."""

    id: str
    ip: str
    user_agent: str
    place: str | None
    country: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's key, never wider than its owner."""

    id: str
    account_id: str
    name: str
    scopes: tuple[str, ...]
    clients: frozenset[str] | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def email_key(email: str) -> str:
    """Return the form in which two spellings of an address are the same account."""
    return email.strip().casefold()
