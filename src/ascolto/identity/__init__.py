"""Who comes in and what they may do: accounts, roles, sessions, API tokens.

Owns the schema `identity`. Knows a person only as an account; what an account's operator can do
belongs to people, and what the organisation is to tenancy.
"""

from ascolto.identity.model import Account, Principal
from ascolto.identity.permissions import ALL_PERMISSIONS, PERMISSIONS_OF, Role, permissions_of

__all__ = [
    "ALL_PERMISSIONS",
    "PERMISSIONS_OF",
    "Account",
    "Principal",
    "Role",
    "permissions_of",
]
