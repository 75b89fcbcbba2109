"""What a process is told from outside: addresses, folders, switches."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings; every field has an environment variable ASCOLTO_<NAME>."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8400
    public_url: str = "http://127.0.0.1:8400"
    smtp_url: str | None = None
    allow_private_webhooks: bool = False
    demo: bool = False
    # Where mail servers hand over mail to us (SMTP); nobody listens while it is None.
    mail_host: str = "127.0.0.1"
    mail_port: int | None = None
    # The same by LMTP, for a mail server on the same machine or network.
    lmtp_port: int | None = None
    # A virus scanner that speaks clamd's protocol, as "host:port" or "unix:/path"; mail is held
    # while it is away, unless it is said to let mail pass unlooked at.
    clamd: str | None = None
    clamd_away_passes: bool = False
    api_per_second: float = 50.0

    @property
    def secure_cookies(self) -> bool:
        """Tell whether browsers reach us over TLS, so that cookies must never travel without."""
        return self.public_url.startswith("https://")

    @property
    def attachments(self) -> Path:
        """Return the folder of stored files."""
        return self.data / "attachments"


def settings_from(env: Mapping[str, str] = os.environ, *, data: Path) -> Settings:
    """Read the settings from environment variables, with a data folder as default."""
    port = int(env.get("ASCOLTO_PORT", "8400"))
    host = env.get("ASCOLTO_HOST", "127.0.0.1")
    settings = Settings(
        data=Path(env.get("ASCOLTO_DATA", str(data))).resolve(), host=host, port=port
    )
    return replace(
        settings,
        public_url=env.get("ASCOLTO_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
        smtp_url=env.get("ASCOLTO_SMTP_URL") or None,
        allow_private_webhooks=env.get("ASCOLTO_ALLOW_PRIVATE_WEBHOOKS") == "1",
        demo=env.get("ASCOLTO_DEMO") == "1",
        mail_host=env.get("ASCOLTO_MAIL_HOST", "127.0.0.1"),
        mail_port=int(env["ASCOLTO_MAIL_PORT"]) if env.get("ASCOLTO_MAIL_PORT") else None,
        lmtp_port=int(env["ASCOLTO_LMTP_PORT"]) if env.get("ASCOLTO_LMTP_PORT") else None,
        clamd=_clamd(env.get("ASCOLTO_CLAMD")),
        clamd_away_passes=_away(env.get("ASCOLTO_CLAMD_AWAY", "hold")) == "pass",
        api_per_second=float(env.get("ASCOLTO_API_PER_SECOND", "50")),
    )


def _clamd(said: str | None) -> str | None:
    if said and not said.startswith("unix:/") and not said.rpartition(":")[2].isdecimal():
        raise ValueError(f"ASCOLTO_CLAMD is host:port or unix:/path, not {said!r}")
    return said or None


def _away(said: str) -> str:
    if said not in ("hold", "pass"):
        raise ValueError(f"ASCOLTO_CLAMD_AWAY is hold or pass, not {said!r}")
    return said
