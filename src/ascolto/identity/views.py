"""The shapes that accounts, sessions and tokens have on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from ascolto.identity.model import Account, ApiToken, Principal, Session
from ascolto.identity.permissions import Role
from ascolto.kit.mail import Mail
from ascolto.kit.words import Language
from ascolto.tenancy import Client, Tenant

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=320)]
# Longer than any password we take: the refusal of a long one is ours, with its own code.
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
OpaqueText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Body(BaseModel):
    """A request body: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Body):
    """Address, password and, when the account asks for it, a code."""

    tenant: Annotated[str, StringConstraints(min_length=1, max_length=63)]
    email: Email
    password: Password
    totp: Code | None = None
    place: Literal["home", "site"] | None = None
    country: Country | None = None


class TenantView(BaseModel):
    """The organisation one has come into."""

    id: str
    slug: str
    name: str


class ClientView(BaseModel):
    """A client as the desk's banner shows it."""

    id: str
    name: str
    color: str


class OwnAccountView(BaseModel):
    """Whoever is signed in."""

    id: str
    name: str
    email: str
    roles: list[str]
    locale: str


class SessionStateView(BaseModel):
    """Who is signed in, where, and what they may do."""

    account: OwnAccountView
    permissions: list[str]
    operator_id: str | None
    session_id: str | None
    tenant: TenantView
    clients: list[ClientView]

    @classmethod
    def of(cls, principal: Principal, tenant: Tenant, clients: list[Client]) -> "SessionStateView":
        """Show a principal."""
        return cls(
            account=OwnAccountView(
                id=principal.account_id,
                name=principal.name,
                email=principal.email,
                roles=list(principal.roles),
                locale=principal.locale,
            ),
            permissions=sorted(principal.permissions),
            operator_id=principal.operator_id,
            session_id=principal.session_id,
            tenant=TenantView(id=tenant.id, slug=tenant.slug, name=tenant.name),
            clients=[ClientView(id=c.id, name=c.name, color=c.color) for c in clients],
        )


class SessionView(BaseModel):
    """One browser that is signed in."""

    id: str
    current: bool
    ip: str
    user_agent: str
    place: str | None
    country: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, *, current: str | None) -> "SessionView":
        """Show a session."""
        return cls(
            id=session.id,
            current=session.id == current,
            ip=session.ip,
            user_agent=session.user_agent,
            place=session.place,
            country=session.country,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
        )


class EndedView(BaseModel):
    """How many sessions ended."""

    ended: int


class ResetRequest(Body):
    """Whose password is forgotten."""

    tenant: Annotated[str, StringConstraints(min_length=1, max_length=63)]
    email: Email


class ResetConfirmation(Body):
    """The text of the link and the password chosen."""

    token: OpaqueText
    password: Password


class PasswordChange(Body):
    """The present password and the next one."""

    current: Password
    password: Password


class PasswordProof(Body):
    """The password once more, before something that matters."""

    password: Password


class CodesView(BaseModel):
    """Whether the door asks for a code, and how many recovery codes are left."""

    on: bool
    recovery_left: int


class EnrolmentView(BaseModel):
    """What the authenticator app needs; shown once."""

    secret: str
    uri: str


class CodeProof(Body):
    """A code of the authenticator app."""

    code: Code


class RecoveryCodesView(BaseModel):
    """Single-use codes for the day the phone is lost; shown once."""

    recovery_codes: list[str]


class NewToken(Body):
    """A key for a program: what it may do, for which clients, until when."""

    name: Name
    scopes: list[Annotated[str, StringConstraints(max_length=100)]]
    clients: list[UUID] | None = None
    expires_at: AwareDatetime


class TokenView(BaseModel):
    """A program's key without its secret."""

    id: str
    account_id: str
    name: str
    scopes: list[str]
    clients: list[str] | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, token: ApiToken) -> "TokenView":
        """Show a token."""
        return cls(
            id=token.id,
            account_id=token.account_id,
            name=token.name,
            scopes=list(token.scopes),
            clients=None if token.clients is None else sorted(token.clients),
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
        )


class IssuedTokenView(BaseModel):
    """A fresh key with its secret; shown once."""

    token: TokenView
    secret: str


class NewAccount(Body):
    """Somebody to invite; `clients` null means every client."""

    email: Email
    name: Name
    roles: list[Role]
    clients: list[UUID] | None = None
    locale: Language = "it"


class AccountChange(Body):
    """What to change of an account that is still at version `v`; absent fields stay."""

    v: int
    name: Name | None = None
    locale: Language | None = None
    roles: list[Role] | None = None
    clients: list[UUID] | None = None
    disabled: bool | None = None


class AccountView(BaseModel):
    """An account as its administrator sees it."""

    id: str
    v: int
    email: str
    name: str
    locale: str
    roles: list[str]
    clients: list[str] | None
    operator_id: str | None
    invited: bool
    has_totp: bool
    created_at: datetime
    disabled_at: datetime | None

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        """Show an account."""
        return cls(
            id=account.id,
            v=account.v,
            email=account.email,
            name=account.name,
            locale=account.locale,
            roles=list(account.roles),
            clients=None if account.clients is None else sorted(account.clients),
            operator_id=account.operator_id,
            invited=not account.has_password,
            has_totp=account.has_totp,
            created_at=account.created_at,
            disabled_at=account.disabled_at,
        )


class MailRow(BaseModel):
    """A mail in the outbox, without its text."""

    id: str
    purpose: str
    to: str
    subject: str
    queued_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str | None

    @classmethod
    def of(cls, mail: Mail) -> "MailRow":
        """Show a mail."""
        return cls(
            id=mail.id,
            purpose=mail.purpose,
            to=mail.recipient,
            subject=mail.subject,
            queued_at=mail.queued_at,
            sent_at=mail.sent_at,
            attempts=mail.attempts,
            last_error=mail.last_error,
        )


class MailView(MailRow):
    """A mail in the outbox with the text it still has."""

    body: str
