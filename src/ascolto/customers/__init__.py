"""Customers of a client: who they are as verified, what they claim, who stands for whom.

Owns the schema `customers`. Finds a customer by a verified identity only. Never reads what they
wrote: conversations lie on a higher floor.
"""

from ascolto.customers.actions import (
    change,
    identify,
    known,
    merge,
    prove,
    remember_channel,
    unmerge,
)
from ascolto.customers.model import ClaimedIdentity, Customer, Identity, Preferences
from ascolto.customers.store import family_ids, standing_for

__all__ = [
    "ClaimedIdentity",
    "Customer",
    "Identity",
    "Preferences",
    "change",
    "family_ids",
    "identify",
    "known",
    "merge",
    "prove",
    "remember_channel",
    "standing_for",
    "unmerge",
]
