"""The limit that PostgreSQL sets on this machine just now: what every figure stands beside."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.postgres.binaries import binary

_TABLE = (
    "CREATE TABLE IF NOT EXISTS public.bench_limit"
    " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb NOT NULL)"
)
_INSERT = """INSERT INTO public.bench_limit (body) VALUES ('{"kind": "bench", "n": 1}');\n"""


def committed_inserts(urls: PostgresUrls, *, clients: int = 32, seconds: int = 5) -> float:
    """Return C32: committed single-row inserts a second over so many connections, by pgbench."""
    env = {**os.environ, **_connection(urls.owner_dsn)}
    _run([str(binary("psql")), "-qc", _TABLE], env=env)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text(_INSERT)
        told = _run(
            [
                *(str(binary("pgbench")), "-n", "-M", "prepared", "-f", str(script)),
                *("-c", str(clients), "-j", "2", "-T", str(seconds)),
            ],
            env=env,
        )
    found = re.search(r"tps = ([0-9.]+)", told)
    assert found is not None, told
    return float(found[1])


def _run(command: list[str], *, env: dict[str, str]) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _connection(dsn: str) -> dict[str, str]:
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or ""])[0]
    port = query.get("port", [str(parts.port or 5432)])[0]
    return {
        "PGHOST": host,
        "PGPORT": port,
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
    }
