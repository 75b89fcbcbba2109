"""What is set on a mailbox. Passwords and keys are no part of it: they lie sealed beside."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from ascolto.kit.words import Language

Security = Literal["tls", "starttls", "none"]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
MailAddress = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9.!#$%&'*/=?^_`{|}~-]{1,40}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
        max_length=200,
    ),
]
Line = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f<>\"]*$")]
Block = Annotated[str, StringConstraints(max_length=4_000, pattern=r"^[^\x00]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Imap(_Part):
    """Where mail is fetched."""

    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)] = 993
    security: Security = "tls"
    user: Annotated[
        str, StringConstraints(min_length=1, max_length=250, pattern=r"^[^\x00-\x1f]*$")
    ]
    folder: Annotated[
        str, StringConstraints(min_length=1, max_length=250, pattern=r"^[^\x00-\x1f\"\\]*$")
    ] = "INBOX"
    # A look behind the server's own word that something came.
    every_s: Annotated[int, Field(ge=5, le=1_500)] = 60
    # Mails that are there already at the first look are left alone.
    skip_existing: bool = False


class Smtp(_Part):
    """Where mail is handed over."""

    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Security = "starttls"
    user: Annotated[str, StringConstraints(max_length=250, pattern=r"^[^\x00-\x1f]*$")] = ""


class OAuth(_Part):
    """Where access is renewed in place of passwords (RFC 6749 §6), and under which name."""

    token_url: Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,400}$", max_length=400)]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[!-~]*$")]
    scope: Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[ -~]*$")] = ""
    # Where a person signs in to give us access; without it what renews it is given by hand.
    authorize_url: Annotated[
        str, StringConstraints(pattern=r"^(https?://[!-~]{1,400})?$", max_length=400)
    ] = ""
    # Where the provider is told that an access is over (RFC 7009); many name no such address.
    revoke_url: Annotated[
        str, StringConstraints(pattern=r"^(https?://[!-~]{1,400})?$", max_length=400)
    ] = ""

    @model_validator(mode="after")
    def _told_to_nobody_else(self) -> Self:
        """Refuse a revoking address elsewhere, as what renews the access is shown there."""
        if self.revoke_url and _origin(self.revoke_url) != _origin(self.token_url):
            raise ValueError("the access is revoked at the host that gives its tokens")
        return self

    def renews_like(self, other: "OAuth | None") -> bool:
        """Tell whether what renews access by one set of these renews it by another."""
        here = (self.token_url, self.client_id, self.scope)
        return other is not None and here == (other.token_url, other.client_id, other.scope)


class Dkim(_Part):
    """Under which name our mails are signed."""

    domain: Host
    selector: Host


class EmailSettings(_Part):
    """What a client may set on a mailbox."""

    address: MailAddress
    aliases: list[MailAddress] = Field(default_factory=list, max_length=20)
    name: Line = ""
    language: Language = "it"
    imap: Imap | None = None
    smtp: Smtp | None = None
    # With this, both servers are shown a token of the provider's and no password.
    oauth: OAuth | None = None
    dkim: Dkim | None = None
    signature: Block = ""
    footer: Block = ""
    # Both name the conversation: the address by a signature, the tag as a last resort.
    plus_addresses: bool = True
    subject_tag: bool = True
    # So long an answer can still be taken back.
    undo_s: Annotated[int, Field(ge=0, le=300)] = 10
    # A thread that was closed longer ago than this begins a new conversation.
    new_after_days: Annotated[int, Field(ge=0, le=365)] = 30
    # Ask servers that offer it to say when a mail was delivered, delayed or not (RFC 3461).
    delivery_reports: bool = True
    # A while after a conversation was closed the customer is asked by mail how it went, once.
    survey: bool = False
    # The server of ours whose Authentication-Results are believed.
    trusted_hop: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{0,253}$")] = ""

    @field_validator("address", "aliases")
    @classmethod
    def _small(cls, value: str | list[str]) -> str | list[str]:
        return value.lower() if isinstance(value, str) else [one.lower() for one in value]

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Return every address that leads here."""
        return (self.address, *self.aliases)

    def moved_secrets(self, to: "EmailSettings") -> list[str]:
        """Return the secrets that new settings would show to somebody they were not given for.

        A password is for one host, one port there and one way of securing the line: another port is
        perhaps somebody else's, and who lowers the security lets others read along. What renews the
        access is for one provider and one name there, and the access that it gives for the servers
        that there are.
        """
        moved = [
            name
            for name, old, new in (("imap", self.imap, to.imap), ("smtp", self.smtp, to.smtp))
            if old is not None and _server(old) != _server(new)
        ]
        if self.oauth is not None and not self.oauth.renews_like(to.oauth):
            return [*moved, "oauth", "oauth_client"]
        return [*moved, "oauth"] if _servers(to) - _servers(self) else moved


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _server(one: Imap | Smtp | None) -> tuple[str, int, str] | None:
    return (one.host, one.port, one.security) if one is not None else None


def _servers(settings: EmailSettings) -> set[tuple[str, int, str] | None]:
    return {_server(one) for one in (settings.imap, settings.smtp) if one is not None}
