"""Statements on failures counted per account address and per network address."""

import hashlib
import ipaddress
from datetime import timedelta

from ascolto.identity import lockout
from ascolto.identity.lockout import Bucket, Policy
from ascolto.identity.model import email_key
from ascolto.kit.db import Tx


def account_key(email: str) -> str:
    """Return the throttle key of an address, the same whether it has an account or not."""
    return _key("account", email_key(email))


def mail_key(email: str) -> str:
    """Return the throttle key of the mails that strangers ask us to send to an address."""
    return _key("mail", email_key(email))


def network_key(ip: str) -> str:
    """Return the throttle key of a network address; an IPv6 host owns its whole /64."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return _key("network", ip)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if isinstance(address, ipaddress.IPv6Address):
        return _key("network", str(ipaddress.ip_network((address, 64), strict=False)))
    return _key("network", str(address))


def _key(kind: str, what: str) -> str:
    # Hashed: addresses typed by mistake or by an attacker are nobody's business.
    return f"{kind}:{hashlib.sha256(what.encode()).hexdigest()}"


async def look(tx: Tx, key: str) -> Bucket | None:
    """Return the bucket of a key."""
    row = await tx.fetchrow(
        "SELECT level, counted_at, blocked_until FROM identity.throttle"
        " WHERE tenant_id = $1 AND key = $2",
        tx.tenant_id, key,
    )  # fmt: skip
    return Bucket(**row) if row else None


async def charge(tx: Tx, key: str, policy: Policy) -> tuple[int, Bucket]:
    """Count one more failure unless the key must wait; return the seconds to wait and the bucket.

    The row is locked first: of many attempts at once each is counted, and none slips through.
    """
    await tx.execute(
        "INSERT INTO identity.throttle (tenant_id, key, level, counted_at) VALUES ($1, $2, 0, $3)"
        " ON CONFLICT DO NOTHING",
        tx.tenant_id, key, tx.now,
    )  # fmt: skip
    row = await tx.fetchrow(
        "SELECT level, counted_at, blocked_until FROM identity.throttle"
        " WHERE tenant_id = $1 AND key = $2 FOR UPDATE",
        tx.tenant_id, key,
    )  # fmt: skip
    bucket = Bucket(**row) if row else Bucket(0.0, tx.now)
    if wait := bucket.wait_s(tx.now):
        return wait, bucket
    bucket = lockout.failed(bucket, policy=policy, now=tx.now)
    await _save(tx, key, bucket)
    return 0, bucket


async def forgive(tx: Tx, key: str, policy: Policy) -> None:
    """Take back one failure that was counted before the answer was known."""
    row = await tx.fetchrow(
        "SELECT level, counted_at, blocked_until FROM identity.throttle"
        " WHERE tenant_id = $1 AND key = $2 FOR UPDATE",
        tx.tenant_id, key,
    )  # fmt: skip
    if row:
        await _save(tx, key, lockout.forgiven(Bucket(**row), policy=policy, now=tx.now))


async def _save(tx: Tx, key: str, bucket: Bucket) -> None:
    await tx.execute(
        "UPDATE identity.throttle SET level = $3, counted_at = $4, blocked_until = $5"
        " WHERE tenant_id = $1 AND key = $2",
        tx.tenant_id, key, bucket.level, bucket.counted_at, bucket.blocked_until,
    )  # fmt: skip


async def clear(tx: Tx, key: str) -> None:
    """Forget every failure of a key."""
    await tx.execute(
        "DELETE FROM identity.throttle WHERE tenant_id = $1 AND key = $2", tx.tenant_id, key
    )


async def forget_old(tx: Tx) -> int:
    """Delete the buckets that have leaked empty since the day before yesterday."""
    return await tx.execute(
        "DELETE FROM identity.throttle WHERE tenant_id = $1 AND counted_at < $2",
        tx.tenant_id, tx.now - timedelta(days=2),
    )  # fmt: skip
