"""Passwords: argon2id with OWASP's parameters, off the event loop, a bounded number at once."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ascolto.identity.errors import WeakPassword

SHORTEST = 10
LONGEST = 256
# One hash takes 19 MiB and some 20 ms of a core: two at once keep the rest of the server lively.
_AT_ONCE = 2

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_EXECUTOR = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="argon2")
# Checked when there is no account: whoever waits cannot tell the difference.
_NOBODY = _HASHER.hash("nobody has this password")

_WELL_KNOWN = frozenset(
    [
        "password",
        "password1",
        "password12",
        "password123",
        "1234567890",
        "12345678910",
        "123456789a",
        "qwertyuiop",
        "qwerty12345",
        "qwerty123456",
        "abcdefghij",
        "iloveyou123",
        "letmein123",
        "welcome123",
        "administrator",
        "changeme123",
        "passw0rd123",
        "p@ssw0rd123",
        "juventus1897",
        "forzainter",
        "forzamilan",
        "amoremio123",
        "francesco123",
        "alessandro1",
        "ciaociao123",
        "buongiorno1",
        "benvenuto1",
        "0123456789",
        "9876543210",
        "1q2w3e4r5t",
        "1q2w3e4r5t6y",
        "qazwsxedcrfv",
        "aaaaaaaaaa",
        "1111111111",
        "0000000000",
    ]
)


def check_strength(password: str, *, email: str) -> None:
    """Refuse a password that is too short, too long, well known or the address itself."""
    plain = password.casefold()
    if len(password) < SHORTEST:
        raise WeakPassword(f"A password has at least {SHORTEST} characters.", least=SHORTEST)
    if len(password) > LONGEST:
        raise WeakPassword(f"A password has at most {LONGEST} characters.", most=LONGEST)
    if plain in _WELL_KNOWN or len(set(plain)) < 4:
        raise WeakPassword("This password is among the first that anybody would try.")
    local_part = email.casefold().partition("@")[0]
    if plain in (email.casefold(), local_part):
        raise WeakPassword("The address is not a password.")


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_EXECUTOR, _HASHER.hash, _normal(password))


async def verify(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is right; takes as long when there is no hash."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(
        _EXECUTOR, _verify, _normal(password[: LONGEST + 1]), password_hash or _NOBODY
    )
    return right and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _verify(password: str, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """Two keyboards may write the same letter in two ways; a password is what one reads."""
    return unicodedata.normalize("NFKC", password)
