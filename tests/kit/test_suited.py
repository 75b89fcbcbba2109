"""Which PostgreSQL of somebody's own is taken, and what is said about one that is not."""

from dataclasses import replace

from ascolto.kit.suited import Login, reason_against

GOOD = Login(
    version=160_004,
    version_name="16.4",
    login="house",
    database="contact_centre",
    may_create=True,
    may_create_roles=True,
    bounded_there=False,
    unbounded=False,
    member=False,
    bound=False,
    may_grant=False,
)


def test_one_login_that_may_make_roles_suffices() -> None:
    assert reason_against(GOOD, GOOD) is None


def test_two_logins_suffice_when_an_administrator_made_the_bounded_role() -> None:
    owner = replace(GOOD, may_create_roles=False, bounded_there=True)
    app = replace(owner, login="desk", may_create=False, member=True)
    assert reason_against(owner, app) is None


def test_an_old_server_is_refused_with_its_version() -> None:
    old = replace(GOOD, version=150_007, version_name="15.7 (Debian 15.7-1)")
    wrong = reason_against(old, old)
    assert wrong is not None
    assert "PostgreSQL 15.7 (Debian 15.7-1); Ascolto needs 16 or newer" in wrong


def test_a_second_login_must_be_let_down_to_the_bounded_role() -> None:
    wrong = reason_against(GOOD, replace(GOOD, login="desk"))
    assert wrong is not None
    assert 'CREATE ROLE ascolto_app NOLOGIN; GRANT ascolto_app TO "desk"' in wrong


def test_a_bounded_role_that_is_not_bounded_is_refused() -> None:
    loose = replace(GOOD, bounded_there=True, member=True, unbounded=True)
    wrong = reason_against(loose, loose)
    assert wrong is not None
    assert "NOBYPASSRLS" in wrong


def test_an_owner_whom_the_walls_bind_is_refused_with_what_to_take_back() -> None:
    owner = replace(GOOD, bounded_there=True, member=True, bound=True)
    wrong = reason_against(owner, replace(owner, login="desk"))
    assert wrong is not None
    assert 'REVOKE INHERIT OPTION FOR ascolto_app FROM "house"' in wrong


def test_an_owner_who_granted_it_to_itself_takes_it_back_by_itself() -> None:
    owner = replace(GOOD, bounded_there=True, member=True, bound=True, may_grant=True)
    assert reason_against(owner, owner) is None
