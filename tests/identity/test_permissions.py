"""The table of permissions, read aloud."""

import pytest

from ascolto.identity import ALL_PERMISSIONS, PERMISSIONS_OF, Role, permissions_of
from ascolto.identity.guard import permit
from ascolto.identity.permissions import NOT_FOR_TOKENS


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS_OF) == set(Role)


def test_an_operator_answers_customers_and_configures_nothing() -> None:
    operator = permissions_of(["operator"])
    assert {"conversations.reply", "routing.work", "customers.read"} <= operator
    assert not {p for p in operator if p.endswith((".configure", ".manage", ".manage_accounts"))}


def test_an_operator_sees_own_results_and_no_floor() -> None:
    operator = permissions_of(["operator"])
    assert "insight.own_results" in operator
    assert "insight.floor" not in operator


def test_a_client_reads_its_figures_and_no_conversation_customer_or_worker() -> None:
    client = permissions_of(["client"])
    assert "insight.metrics" in client
    assert not {p for p in client if p.startswith(("conversations.", "customers.", "people."))}
    assert "insight.floor" not in client


def test_an_administrator_reads_no_conversation() -> None:
    assert not {"conversations.read", "conversations.reply"} & permissions_of(["admin"])


def test_only_privacy_reads_who_looked_at_whom_and_sets_what_may_be_seen() -> None:
    for permission in ("privacy.read_views", "privacy.set_monitoring"):
        assert [role for role in Role if permission in PERMISSIONS_OF[role]] == [Role.PRIVACY]


def test_everybody_who_works_here_can_read_what_is_monitored() -> None:
    for role in Role:
        assert ("privacy.read_monitoring" in PERMISSIONS_OF[role]) == (role is not Role.CLIENT)


def test_everybody_looks_after_their_own_account_and_sees_who_looked_at_them() -> None:
    for role in Role:
        assert {"identity.own_account", "privacy.read_own_views"} <= PERMISSIONS_OF[role]


def test_only_an_administrator_manages_accounts() -> None:
    assert [r for r in Role if "identity.manage_accounts" in PERMISSIONS_OF[r]] == [Role.ADMIN]


def test_two_roles_together_may_what_either_may() -> None:
    both = permissions_of(["operator", "planner"])
    assert both == permissions_of(["operator"]) | permissions_of(["planner"])


def test_an_unknown_role_may_nothing() -> None:
    assert permissions_of(["superuser", "root", ""]) == frozenset()


def test_no_program_handles_accounts_or_makes_keys() -> None:
    assert {"identity.manage_accounts", "identity.manage_tokens"} <= NOT_FOR_TOKENS
    assert NOT_FOR_TOKENS <= ALL_PERMISSIONS


def test_a_permission_names_a_room_and_a_verb() -> None:
    rooms = {
        "channels", "configuration", "conversations", "customers", "identity", "insight", "people",
        "privacy", "routing", "tenancy", "workforce",
    }  # fmt: skip
    for permission in ALL_PERMISSIONS:
        room, dot, verb = permission.partition(".")
        assert dot
        assert verb
        assert room in rooms


def test_a_route_cannot_ask_for_a_permission_that_nobody_has() -> None:
    with pytest.raises(ValueError, match="given to no role"):
        permit("conversations.repply")
