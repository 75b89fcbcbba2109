"""Who may do what: one table, role by role. Whatever is not written here is refused.

A permission is "room.verb". A route names exactly one; a new permission is written here first,
else `permit()` refuses to build the route.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an account is for; an account may have several."""

    OPERATOR = "operator"
    TEAM_LEADER = "team_leader"
    PLANNER = "planner"
    KNOWLEDGE = "knowledge"
    CONFIGURATOR = "configurator"
    ANALYST = "analyst"
    CLIENT = "client"
    PRIVACY = "privacy"
    ADMIN = "admin"


# One's own account, sessions and results, and the names everybody must read.
_EVERYBODY = {
    "identity.own_account",
    "privacy.read_own_views",
    "tenancy.read_clients",
}

_STAFF = _EVERYBODY | {
    "channels.read",
    "people.read_directory",
    "privacy.read_monitoring",
    "routing.read_queues",
    "tenancy.read_calendars",
}

_OPERATOR = _STAFF | {
    "conversations.close",
    "conversations.draft",
    "conversations.note",
    "conversations.open",
    "conversations.read",
    "conversations.read_canned",
    "conversations.reply",
    "conversations.tag",
    "conversations.transfer",
    "customers.edit",
    "customers.merge",
    "customers.read",
    "insight.own_results",
    "routing.explain",
    "routing.set_presence",
    "routing.work",
    "workforce.own_shifts",
}

_TEAM_LEADER = _OPERATOR | {
    "channels.handle_mail",
    "conversations.read_all",
    "conversations.read_ledger",
    "conversations.release_quarantine",
    "conversations.supervise",
    "insight.floor",
    "insight.floor_people",
    "insight.metrics",
    "insight.share_floor",
    "people.assign_skills",
    "routing.supervise",
    "tenancy.read_settings",
    "workforce.read",
}

_PLANNER = _STAFF | {
    "insight.floor",
    "insight.metrics",
    "insight.share_floor",
    "people.assign_skills",
    "people.manage",
    "tenancy.read_settings",
    "workforce.plan",
    "workforce.read",
    "workforce.roster",
}

_KNOWLEDGE = _STAFF | {
    "conversations.configure_canned",
    "conversations.read_canned",
    "insight.metrics",
}

_CONFIGURATOR = _STAFF | {
    "channels.configure",
    "channels.deliver",
    "channels.manage_webhooks",
    "configuration.publish",
    "configuration.read",
    "conversations.configure",
    "conversations.configure_canned",
    "conversations.read_canned",
    "identity.manage_tokens",
    "insight.floor",
    "insight.metrics",
    "insight.share_floor",
    "people.assign_skills",
    "people.manage",
    "routing.configure",
    "routing.explain",
    "tenancy.configure",
    "tenancy.read_settings",
}

_ANALYST = _STAFF | {
    "identity.manage_tokens",
    "insight.floor",
    "insight.metrics",
    "tenancy.read_settings",
    "workforce.read",
}

# The committente's own people: figures of their client, never its supplier's staff.
_CLIENT = _EVERYBODY | {
    "insight.metrics",
}

_PRIVACY = _STAFF | {
    "privacy.read_views",
    "privacy.set_monitoring",
    "tenancy.read_settings",
}

_ADMIN = _CONFIGURATOR | {
    "customers.read",
    "identity.manage_accounts",
    "identity.read_mail",
}

PERMISSIONS_OF: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.OPERATOR: frozenset(_OPERATOR),
        Role.TEAM_LEADER: frozenset(_TEAM_LEADER),
        Role.PLANNER: frozenset(_PLANNER),
        Role.KNOWLEDGE: frozenset(_KNOWLEDGE),
        Role.CONFIGURATOR: frozenset(_CONFIGURATOR),
        Role.ANALYST: frozenset(_ANALYST),
        Role.CLIENT: frozenset(_CLIENT),
        Role.PRIVACY: frozenset(_PRIVACY),
        Role.ADMIN: frozenset(_ADMIN),
    }
)

ALL_PERMISSIONS: frozenset[str] = frozenset().union(*PERMISSIONS_OF.values())

_NAMES = frozenset(role.value for role in Role)

# A token acts for a program: it never handles accounts, sessions or other tokens, and leaves
# nothing behind that would be made later with all its owner may do.
NOT_FOR_TOKENS = frozenset(
    {
        "configuration.publish",
        "identity.manage_accounts",
        "identity.manage_tokens",
        "identity.own_account",
        "identity.read_mail",
        "insight.share_floor",
        "privacy.set_monitoring",
    }
)


def permissions_of(roles: Collection[str]) -> frozenset[str]:
    """Return what several roles may do together; an unknown role may do nothing."""
    return frozenset().union(*(PERMISSIONS_OF[Role(role)] for role in roles if role in _NAMES))
