"""Customers of a client: who they are as verified, what they claim, who stands or speaks for whom.

Owns the schema `customers`. Finds a customer by a verified identity only. Never reads what they
wrote: conversations lie on a higher floor.
"""

from ascolto.customers.actions import (
    change,
    consents,
    consents_of,
    identify,
    is_of_another,
    known,
    may_send_unasked,
    merge,
    prove,
    remember_channel,
    say_consent,
    unmerge,
)
from ascolto.customers.model import (
    BY_HAND,
    ClaimedIdentity,
    Consent,
    Customer,
    Identity,
    Preferences,
    Purpose,
    Source,
    identity_key,
)
from ascolto.customers.store import family_ids, standing_for

__all__ = [
    "BY_HAND",
    "ClaimedIdentity",
    "Consent",
    "Customer",
    "Identity",
    "Preferences",
    "Purpose",
    "Source",
    "change",
    "consents",
    "consents_of",
    "family_ids",
    "identify",
    "identity_key",
    "is_of_another",
    "known",
    "may_send_unasked",
    "merge",
    "prove",
    "remember_channel",
    "say_consent",
    "standing_for",
    "unmerge",
]
