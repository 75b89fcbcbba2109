"""Codes of an authenticator app (RFC 6238) and recovery codes. Pure but for the randomness."""

import hashlib
import hmac
import os
from base64 import b32encode
from datetime import datetime

import pyotp

STEP_S = 30
# A phone's clock may be half a minute off, either way.
_STEPS_OFF = (0, -1, 1)
RECOVERY_CODES = 10


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return the address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def matching_step(secret: str, code: str, *, at: datetime, after_step: int) -> int | None:
    """Return the time step whose code this is, if it is later than the last one used.

    A code is good once: whoever overheard it cannot use it again.
    """
    code = code.replace(" ", "")
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    now = int(at.timestamp()) // STEP_S
    generator = pyotp.TOTP(secret)
    for off in _STEPS_OFF:
        step = now + off
        if hmac.compare_digest(generator.generate_otp(step), code) and step > after_step:
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Return fresh single-use codes of 80 bits, written in four groups."""
    return ["-".join(_groups(b32encode(os.urandom(10)).decode())) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """Return the fingerprint of a recovery code however it was typed."""
    plain = code.replace("-", "").replace(" ", "").upper()
    return hashlib.sha256(plain.encode()).hexdigest()


def looks_like_recovery(code: str) -> bool:
    """Tell whether a text is a recovery code rather than six digits."""
    return len(code.replace("-", "").replace(" ", "")) == 16


def _groups(text: str) -> list[str]:
    return [text[i : i + 4] for i in range(0, len(text), 4)]
