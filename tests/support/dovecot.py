"""A real Dovecot on a loopback port, with a mailbox that tests put mails into."""

import contextlib
import imaplib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.post import free_port

USER, PASSWORD = "aiuto", "segreto-di-prova"


@dataclass
class Dovecot:
    """A running server."""

    port: int
    folder: Path

    @contextlib.contextmanager
    def client(self, user: str = USER) -> Iterator[imaplib.IMAP4]:
        """Sign in as the mailbox's owner would with any mail program."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def append(self, *mails: bytes) -> None:
        """Put mails into the mailbox."""
        with self.client() as client:
            for mail in mails:
                for again in range(5):
                    answer, said = client.append("INBOX", "", "", mail)
                    if answer == "OK":
                        break
                    time.sleep(again)  # somebody who was killed may still hold a lock
                assert answer == "OK", said

    def number_anew(self) -> None:
        """Let the server lose its numbers, as after a move or a restored backup."""
        for path in (self.folder / USER).rglob("dovecot*"):
            if path.is_file():
                path.unlink()

    @property
    def settings(self) -> dict[str, object]:
        """Return what a mailbox of ours needs to read it."""
        return {"host": "127.0.0.1", "port": self.port, "security": "none", "user": USER}


@contextlib.contextmanager
def running_dovecot(folder: Path, *, introspection: str = "") -> Iterator[Dovecot]:
    """Run a server, or skip with a sentence where that cannot be done.

    With an address for introspection it also takes tokens of whoever answers there.
    """
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        pytest.skip(
            "Dovecot is not installed here: apt-get install dovecot-imapd (make mailserver)."
        )
    if os.geteuid() != 0:
        pytest.skip("Dovecot is started as root only, because it gives up its rights itself.")
    port = free_port()
    mails = folder / "mails"
    for path in (folder / "run", mails):
        path.mkdir(parents=True)
    # Its processes run as nobody, and pytest's folders are closed to others.
    for path in (folder, *folder.parents):
        if path.stat().st_uid == os.geteuid() and str(path).startswith("/tmp/"):
            path.chmod(path.stat().st_mode | 0o711)
    mails.chmod(0o777)
    config = folder / "dovecot.conf"
    told = _CONFIG.format(folder=folder, mails=mails, port=port, password=PASSWORD)
    if introspection:
        (folder / "oauth2.conf").write_text(_INTROSPECTION.format(url=introspection))
        told += _TOKENS.format(folder=folder)
    config.write_text(told)
    server = subprocess.Popen([program, "-F", "-c", str(config)])
    try:
        _wait(port)
        yield Dovecot(port, mails)
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            imaplib.IMAP4("127.0.0.1", port, timeout=2).logout()
            return
        time.sleep(0.05)
    raise AssertionError("Dovecot did not come up")


_TOKENS = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""
_INTROSPECTION = """
introspection_mode = auth
introspection_url = {url}
username_attribute = user
active_attribute = active
active_value = true
"""
_CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{mails}/%u
first_valid_uid = 1
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={mails}/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
}}
"""
