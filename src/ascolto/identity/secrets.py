"""Opaque secrets: 256 random bits, of which only a SHA-256 is stored.

Outside they read "<tenant>.<secret>", so that the tenant is known before the look-up.
"""

import base64
import hashlib
import os
from dataclasses import dataclass

from ascolto.kit.ids import is_id

TOKEN_PREFIX = "ascolto_"  # noqa: S105 - a public prefix, by which scanners find a leaked token


@dataclass(frozen=True, slots=True)
class Presented:
    """A secret as somebody shows it: for which tenant, and its fingerprint."""

    tenant_id: str
    secret_hash: bytes


def issue(tenant_id: str) -> tuple[str, bytes]:
    """Return a fresh secret in its outside form and the fingerprint to store."""
    secret = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    return f"{tenant_id}.{secret}", fingerprint(secret)


def read(text: str | None) -> Presented | None:
    """Read the outside form, or None when it cannot be one."""
    if text is None or len(text) > 200:
        return None
    tenant_id, dot, secret = text.removeprefix(TOKEN_PREFIX).partition(".")
    if not dot or not secret.isascii() or not is_id(tenant_id):
        return None
    return Presented(tenant_id.lower(), fingerprint(secret))


def fingerprint(secret: str) -> bytes:
    """Return the SHA-256 of a secret; enough, because the secret itself cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()
