"""What can go wrong with the embedded server, as one small family.

PostgresError
├── PostgresInUseError   another Ascolto runs on the same data folder
└── PostgresStartError   the server could not be prepared or started
"""


class PostgresError(Exception):
    """The embedded PostgreSQL cannot do what was asked; the message says why and what to do."""


class PostgresInUseError(PostgresError):
    """Another living process already supervises the server of this data folder."""


class PostgresStartError(PostgresError):
    """The server could not be prepared or started."""
