"""Signed reply addresses ("aiuto+c42-k7…@azienda.example") and tags in subjects ("[#42]")."""

import base64
import hmac
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

# 80 bits: too many to guess by mail, few enough for the 64 characters of a local part.
_SIGNATURE_BYTES = 10
_TOKEN = re.compile(r"\+c([a-z0-9]{1,24})-([a-z2-7]{16})@")
_TAG = re.compile(r"\[#([A-Za-z0-9]{1,24})\]")


def reply_address(mailbox: str, conversation: str, *, key: bytes) -> str:
    """Return the address whose replies belong to a conversation.

    Small letters and figures only, because some servers change capitals.
    """
    local, at, domain = mailbox.partition("@")
    return f"{local}+c{conversation}-{_signature(conversation, key)}{at}{domain}"


def read_token(addresses: Iterable[str], *, keys: Sequence[bytes]) -> str | None:
    """Return the conversation that a reply address names, if one of our keys signed it."""
    for address in addresses:
        found = _TOKEN.search(address.lower())
        if found is None:
            continue
        for key in keys:
            if hmac.compare_digest(found[2], _signature(found[1], key)):
                return found[1]
    return None


def subject_tag(conversation: str) -> str:
    """Return the tag that names a conversation in a subject."""
    return f"[#{conversation}]"


def read_tag(subject: str) -> str | None:
    """Return the conversation that a subject's tag names; anybody can write one."""
    found = _TAG.findall(subject)
    return found[-1].lower() if found else None


def _signature(conversation: str, key: bytes) -> str:
    digest = hmac.new(key, f"reply:{conversation}".encode(), sha256).digest()
    return base64.b32encode(digest[:_SIGNATURE_BYTES]).decode("ascii").lower()
