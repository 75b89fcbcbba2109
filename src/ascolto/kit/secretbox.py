"""Sealing of secrets that must be readable again: AES-256-GCM under one key of the server.

The key comes from the environment (ASCOLTO_SECRET_KEY, 32 bytes in base64: what several nodes
share) or from a file in the data folder, made at the first start and readable by its owner only.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "1"


class SealError(Exception):
    """A sealed text that this key or this place does not open, or a key that is none."""


class SecretBox:
    """Seals and opens short texts; the place (table, column, id) is bound into the seal."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        if len(key) != _KEY_BYTES:
            raise SealError("the secret key must have 32 bytes")
        self._cipher = AESGCM(key)

    def seal(self, text: str, *, place: str) -> str:
        """Return the sealed form of a text, good only for this place."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), place.encode())
        return f"{_VERSION}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, place: str) -> str:
        """Return the text, or raise SealError when the seal does not hold."""
        version, _, body = sealed.partition(".")
        try:
            raw = base64.urlsafe_b64decode(body)
            if version != _VERSION:
                raise SealError(f"unknown seal: {version!r}")
            return self._cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()
            ).decode()
        except (InvalidTag, binascii.Error, ValueError) as broken:
            raise SealError("the seal does not hold") from broken


@lru_cache(maxsize=8)
def server_box(data: Path) -> SecretBox:
    """Return the box of this process for a data folder; the key is read once."""
    return secret_box(data)


def secret_box(data: Path, *, env: Mapping[str, str] = os.environ) -> SecretBox:
    """Return the server's box, making its key file at the first start."""
    if given := env.get("ASCOLTO_SECRET_KEY"):
        try:
            return SecretBox(base64.b64decode(given, validate=True))
        except binascii.Error as wrong:
            raise SealError("ASCOLTO_SECRET_KEY is not base64") from wrong
    return SecretBox(_key_file(data / "secret.key"))


def _key_file(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    if not path.exists():
        # Written aside and linked: two starting nodes end with the same key, never half of one.
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
