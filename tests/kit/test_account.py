"""The account that PostgreSQL runs as under root, made by whoever starts first."""

import subprocess
import sys
import uuid
from pathlib import Path

LOOKS = """
import sys
from pathlib import Path
from ascolto.kit.postgres import account

account.SYSTEM_USER = sys.argv[2]
account._ACCOUNTS = Path(sys.argv[1], "passwd")
account._USERADD_PATH = sys.argv[1]
account._system_user()
"""
USERADD = """#!/bin/sh
echo begun >> "$(dirname "$0")/log"
sleep 0.2
echo ended >> "$(dirname "$0")/log"
"""


def test_starts_at_the_same_moment_add_the_account_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "passwd").touch()
    useradd = tmp_path / "useradd"
    useradd.write_text(USERADD)
    useradd.chmod(0o755)
    name = f"ascolto-{uuid.uuid4().hex[:12]}"  # one that this machine cannot have
    starts = [
        subprocess.Popen([sys.executable, "-c", LOOKS, str(tmp_path), name], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for start in starts:
        _, told = start.communicate(timeout=60)
        assert start.returncode == 0, told.decode()
    assert (tmp_path / "log").read_text().split() == ["begun", "ended"] * 4
