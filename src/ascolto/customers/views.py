"""How customers look on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from ascolto.customers.model import (
    Consent,
    Customer,
    Identity,
    Link,
    LinkRole,
    Note,
    Preferences,
    Purpose,
    Source,
)

Name = Annotated[str, Field(max_length=200)]
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
Minute = Annotated[int, Field(ge=0, le=1440)]


class IdentityView(BaseModel):
    """An identity and whether it was proved."""

    kind: str
    value: str
    verified: bool

    @classmethod
    def of(cls, identity: Identity) -> "IdentityView":
        """Show an identity."""
        return cls(kind=identity.kind, value=identity.value, verified=identity.verified)


class PreferencesView(BaseModel):
    """How a customer wants to be reached; minutes count from local midnight."""

    channel: Annotated[str | None, Field(max_length=40)] = None
    from_minute: Minute | None = None
    to_minute: Minute | None = None
    note: Annotated[str, Field(max_length=500)] = ""

    def model(self) -> Preferences:
        """Return the plain value."""
        return Preferences(self.channel, self.from_minute, self.to_minute, self.note)


class ConsentView(BaseModel):
    """What an address said of mails that nobody asked for, and which text it was shown."""

    id: str
    address: str
    # Whether the address was proved to be the customer's, or was only named by them.
    verified: bool
    purpose: Purpose
    given: bool
    at: datetime
    source: Source
    text_version: str
    words: str
    # Where a word that a person wrote down comes from, and who wrote it; nobody when the customer
    # said it by themselves.
    note: str
    by_name: str | None

    @classmethod
    def of(cls, consent: Consent, address: str, *, verified: bool) -> "ConsentView":
        """Show what was said for an address."""
        return cls(
            id=consent.id,
            address=address,
            verified=verified,
            purpose=consent.purpose,
            given=consent.given,
            at=consent.at,
            source=consent.source,
            text_version=consent.text_version,
            words=consent.words,
            note=consent.note,
            by_name=consent.by_name,
        )


class MergedView(BaseModel):
    """A customer for whom this one stands."""

    id: str
    name: str
    at: datetime


class CustomerView(BaseModel):
    """A customer with what is proved and what is claimed."""

    id: str
    client_id: str
    name: str
    language: str
    verified: bool
    preferences: PreferencesView
    identities: list[IdentityView]
    merged: list[MergedView] = []
    v: int
    created_at: datetime

    @classmethod
    def of(
        cls, customer: Customer, merged: list[tuple[str, str, datetime]] | None = None
    ) -> "CustomerView":
        """Show a customer; web identities stay inside, for they say nothing to a person."""
        return cls(
            id=customer.id,
            client_id=customer.client_id,
            name=customer.name,
            language=customer.language,
            verified=customer.verified,
            preferences=PreferencesView.model_validate(customer.preferences),
            identities=[IdentityView.of(i) for i in customer.identities if i.kind != "web"],
            merged=[MergedView(id=i, name=name, at=at) for i, name, at in merged or []],
            v=customer.v,
            created_at=customer.created_at,
        )


class CustomerPatch(BaseModel):
    """What to change; what is absent stays."""

    v: int
    name: Name | None = None
    language: Language | None = None
    preferences: PreferencesView | None = None


class Proof(BaseModel):
    """An identity that a person has checked, or was only told."""

    kind: Annotated[str, Field(pattern="^(email|phone|external|tax_code)$")]
    value: Annotated[str, Field(min_length=1, max_length=320)]
    # False writes down what the customer says of themselves: it proves nothing until it is checked.
    checked: bool = True


class NoteWords(BaseModel):
    """What colleagues should know."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class CustomerNoteView(BaseModel):
    """A note on a customer, for colleagues alone."""

    id: str
    text: str
    at: datetime
    by_name: str

    @classmethod
    def of(cls, note: Note) -> "CustomerNoteView":
        """Show a note."""
        return cls(id=note.id, text=note.text, at=note.at, by_name=note.by_name)


class LinkView(BaseModel):
    """Another customer who speaks for this one (`acts_for_them`), or for whom this one speaks."""

    id: str
    role: LinkRole
    at: datetime
    by_name: str
    customer_id: str
    name: str
    acts_for_them: bool

    @classmethod
    def of(cls, link: Link) -> "LinkView":
        """Show a link from one's side."""
        return cls(
            id=link.id,
            role=link.role,
            at=link.at,
            by_name=link.by_name,
            customer_id=link.other_id,
            name=link.other_name,
            acts_for_them=link.acts_for_them,
        )


class LinkOrder(BaseModel):
    """Who speaks for a customer, and as what."""

    acting: UUID
    role: LinkRole


class MergeOrder(BaseModel):
    """The customer who is to stand for the one named in the address."""

    into: UUID
