"""Embedded PostgreSQL: the wheel's binaries under our own supervisor.

Owns: where the cluster lies, which operating-system account runs it, its roles and passwords, its
life and death. Never: schemas, tables or queries of the product (those are migrations and stores).
The wheel's own `get_server()` is never imported: it opens ancestor folders to everyone and lets
anyone in without a password.
"""

from ascolto.kit.postgres.binaries import binary
from ascolto.kit.postgres.failures import PostgresError, PostgresInUseError, PostgresStartError
from ascolto.kit.postgres.supervisor import EmbeddedPostgres, temporary_postgres
from ascolto.kit.postgres.urls import ADMIN_ROLE, APP_ROLE, OWNER_ROLE, PostgresUrls

__all__ = [
    "ADMIN_ROLE",
    "APP_ROLE",
    "OWNER_ROLE",
    "EmbeddedPostgres",
    "PostgresError",
    "PostgresInUseError",
    "PostgresStartError",
    "PostgresUrls",
    "binary",
    "temporary_postgres",
]
