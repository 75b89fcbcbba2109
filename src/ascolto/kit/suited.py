"""Whether a PostgreSQL of somebody's own can carry Ascolto, told in words before anything is made.

Owns: the least version, the rights that migrations need, and who may become the bounded role.
Never: the embedded server, which is ours and always suited.
"""

from dataclasses import dataclass

import asyncpg

from ascolto.kit.postgres.urls import APP_ROLE

OLDEST_VERSION = 160_000
_CONNECT_S = 10.0

_RIGHTS = """
SELECT current_setting('server_version_num')::int AS version,
       current_setting('server_version') AS version_name,
       current_user::text AS login,
       current_database()::text AS database,
       has_database_privilege(current_database(), 'CREATE')
         AND has_schema_privilege('public', 'CREATE') AS may_create,
       me.rolsuper OR me.rolcreaterole AS may_create_roles,
       bounded.oid IS NOT NULL AS bounded_there,
       coalesce(bounded.rolsuper OR bounded.rolbypassrls, false) AS unbounded,
       -- Older servers know no right to SET: they are refused by their version.
       bounded.oid IS NOT NULL AND pg_has_role(current_user, bounded.oid, 'MEMBER') AS member,
       -- Policies for a role bind everybody who has its rights without asking for them.
       bounded.oid IS NOT NULL AND NOT me.rolsuper
         AND pg_has_role(current_user, bounded.oid, 'USAGE') AS bound,
       bounded.oid IS NOT NULL
         AND pg_has_role(current_user, bounded.oid, 'MEMBER WITH ADMIN OPTION') AS may_grant
FROM pg_roles me LEFT JOIN pg_roles bounded ON bounded.rolname = $1
WHERE me.rolname = current_user
"""


class UnsuitedDatabaseError(Exception):
    """The named database cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Login:
    """What one address's role is and may do."""

    version: int
    version_name: str
    login: str
    database: str
    may_create: bool
    may_create_roles: bool
    bounded_there: bool
    unbounded: bool
    member: bool
    bound: bool
    may_grant: bool


async def require_suited(*, owner_dsn: str, app_dsn: str) -> None:
    """Raise UnsuitedDatabaseError unless both addresses answer with what Ascolto needs."""
    owner = await _ask(owner_dsn, setting="DATABASE_URL or DATABASE_OWNER_URL")
    app = await _ask(app_dsn, setting="DATABASE_URL")
    wrong = reason_against(owner, app)
    if wrong:
        raise UnsuitedDatabaseError(wrong)


def reason_against(owner: Login, app: Login) -> str | None:
    """Decide whether two logins suffice, and say what is missing if not."""
    if owner.version < OLDEST_VERSION:
        return (
            f"The database is PostgreSQL {owner.version_name}; Ascolto needs 16 or newer."
            " Upgrade it, or leave DATABASE_URL unset for the embedded one."
        )
    if not owner.may_create:
        return (
            f"The role {owner.login} may not make schemas in the database {owner.database}."
            f' As an administrator: ALTER DATABASE "{owner.database}" OWNER TO "{owner.login}";'
        )
    if owner.unbounded:
        return (
            f"The role {APP_ROLE} gets round row-level security, which keeps organisations apart."
            f" As an administrator: ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS;"
        )
    if owner.bound and not owner.may_grant:
        return (
            f"The role {owner.login} owns the tables and is bound by the walls of {APP_ROLE} too,"
            " so nothing would be routed. As an administrator:"
            f' REVOKE INHERIT OPTION FOR {APP_ROLE} FROM "{owner.login}";'
        )
    made_at_migration = not app.bounded_there and app.login == owner.login
    if app.member or (made_at_migration and owner.may_create_roles):
        return None
    create = "" if app.bounded_there else f"CREATE ROLE {APP_ROLE} NOLOGIN; "
    return (
        f"The role {app.login} cannot step down to {APP_ROLE}, the role that serves requests and"
        f' owns nothing. As an administrator: {create}GRANT {APP_ROLE} TO "{app.login}";'
    )


async def _ask(dsn: str, *, setting: str) -> Login:
    try:
        connection = await asyncpg.connect(dsn, timeout=_CONNECT_S)
        try:
            return Login(**dict(await connection.fetchrow(_RIGHTS, APP_ROLE)))
        finally:
            await connection.close(timeout=_CONNECT_S)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = str(error) or type(error).__name__
        raise UnsuitedDatabaseError(f"The database of {setting} cannot be used: {why}") from error
