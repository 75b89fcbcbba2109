"""What happens to customers; names and addresses stay out of the log."""

from dataclasses import dataclass
from typing import ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    """A customer was seen for the first time."""

    kind: ClassVar[str] = "customers.created"
    customer_id: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """A name, a language, a preference or an identity of a customer changed."""

    kind: ClassVar[str] = "customers.changed"
    customer_id: str
    what: str


@dataclass(frozen=True, kw_only=True)
class ConsentSaid(Event):
    """A customer's address said yes or no to mails of a purpose; once for each who has it."""

    kind: ClassVar[str] = "customers.consent_said"
    customer_id: str
    purpose: str
    given: bool


@dataclass(frozen=True, kw_only=True)
class CustomersSearched(Event):
    """A search by name, telephone or address has shown somebody these customers of a client."""

    kind: ClassVar[str] = "customers.searched"
    customer_ids: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(Event):
    """One customer stands for another from now on."""

    kind: ClassVar[str] = "customers.merged"
    customer_id: str
    kept_id: str


@dataclass(frozen=True, kw_only=True)
class CustomersUnmerged(Event):
    """A merge was undone: both stand for themselves again."""

    kind: ClassVar[str] = "customers.unmerged"
    customer_id: str
    kept_id: str
