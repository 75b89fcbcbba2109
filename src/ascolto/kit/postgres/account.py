"""Which operating-system account runs PostgreSQL, and what that account can reach.

PostgreSQL refuses to run as root. Under root it gets an unprivileged account of its own; no folder
that is not Ascolto's is ever made more open for it.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from ascolto.kit.postgres.failures import PostgresStartError

SYSTEM_USER = "ascolto"
_ROOT = 0
_ACCOUNTS = Path("/etc/passwd")
_USERADD_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


class _SpawnAs(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The account PostgreSQL runs as; `switch` says that it is not our own."""

    uid: int
    gid: int
    name: str
    switch: bool

    def spawn_as(self) -> _SpawnAs:
        """Return the arguments that make a child process run as this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, path: Path) -> bool:
        """Ask the kernel, as this account, whether `[ test path ]` holds (as in `-r`, `-x`)."""
        if not self.switch:
            return os.access(path, {"-r": os.R_OK, "-x": os.X_OK, "-w": os.W_OK}[test])
        asked = subprocess.run(
            ["/bin/sh", "-c", '[ "$1" "$2" ]', "sh", test, str(path)],
            check=False,
            cwd="/",
            **self.spawn_as(),
        )
        return asked.returncode == 0

    def give(self, path: Path) -> None:
        """Hand a file or folder of ours to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def account_for(cluster: Path) -> Account:
    """Choose the account: our own, the owner of an existing cluster, or the system user."""
    uid = os.geteuid()
    if uid != _ROOT:
        return Account(uid=uid, gid=os.getegid(), name=_name_of(uid), switch=False)
    if cluster.is_dir():
        owner = cluster.stat()
        if owner.st_uid == _ROOT:
            message = f"{cluster} belongs to root, and PostgreSQL never runs as root: chown it."
            raise PostgresStartError(message)
        return Account(uid=owner.st_uid, gid=owner.st_gid, name=_name_of(owner.st_uid), switch=True)
    entry = _system_user()
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name, switch=True)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # containers often run as a number without a name
        return str(uid)


def _system_user() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    _add_system_user()
    for name in (SYSTEM_USER, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    message = (
        "PostgreSQL does not run as root, and there is neither a user 'ascolto' nor 'nobody' "
        "to run it as. Create one (useradd --system ascolto) or start Ascolto as a normal user."
    )
    raise PostgresStartError(message)


def _add_system_user() -> None:
    useradd = shutil.which("useradd", path=_USERADD_PATH)
    if useradd is None:
        return
    with _ACCOUNTS.open("rb") as accounts:
        # Of two useradd at once, each may write a user of its own, and the later one's number
        # stays: whoever read the earlier number would run PostgreSQL as nobody known.
        fcntl.flock(accounts, fcntl.LOCK_EX)
        with contextlib.suppress(KeyError):
            pwd.getpwnam(SYSTEM_USER)
            return  # whoever held the lock before us has added it
        subprocess.run(
            [
                useradd,
                *("--system", "--user-group", "--no-create-home"),
                *("--home-dir", "/var/lib/ascolto", "--shell", "/usr/sbin/nologin"),
                *("--comment", "Ascolto embedded PostgreSQL", SYSTEM_USER),
            ],
            check=False,  # where it may not, `nobody` serves
            capture_output=True,
        )
