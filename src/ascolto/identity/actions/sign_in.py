"""Open a session: address, password and, where the account asks for one, a code.

The failure is counted before the password is looked at, so that many attempts at once are no
way around the wait; the password is hashed between transactions, so that no connection is held.
"""

from dataclasses import dataclass

from ascolto.identity import (
    events,
    lockout,
    passwords,
    secrets,
    store,
    store_sessions,
    store_throttle,
    totp,
)
from ascolto.identity.errors import SealBroken, TooManyAttempts, TotpRequired, WrongCredentials
from ascolto.identity.lockout import Bucket
from ascolto.identity.model import SESSION_LIFE, Credentials, Session
from ascolto.kit.db import SYSTEM, Actor, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.kit.secretbox import SealError, SecretBox
from ascolto.tenancy import store as tenancy_store


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody at the door shows."""

    tenant: str
    email: str
    password: str
    code: str | None
    ip: str
    user_agent: str
    place: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened and the cookie that carries it."""

    tenant_id: str
    session: Session
    cookie: str
    secret_hash: bytes


async def sign_in(db: Database, attempt: Attempt, *, box: SecretBox) -> Opened:
    """Open a session or refuse without saying what was wrong."""
    async with db.connection() as connection:
        tenant = await tenancy_store.tenant_by_slug(connection, attempt.tenant)
    if tenant is None:
        await passwords.verify(attempt.password, None)
        raise _wrong()
    bucket, found = await _knock(db, tenant.id, attempt)
    password_hash = None if found is None or found.disabled else found.password_hash
    right = await passwords.verify(attempt.password, password_hash)
    if not right or found is None or password_hash is None:
        await _count_failure(db, tenant.id, attempt, bucket, found)
        raise _wrong()
    if found.totp_secret is not None and attempt.code is None:
        async with db.transaction(tenant.id, actor=SYSTEM) as tx:
            await store_throttle.forgive(
                tx, store_throttle.account_key(attempt.email), lockout.ACCOUNT
            )
        raise TotpRequired("Give the code of your authenticator app too.")
    if passwords.needs_rehash(password_hash):
        password_hash = await _rehash(db, tenant.id, found.account_id, attempt.password)
    opened = await _open(db, tenant.id, attempt, found, password_hash, box)
    if opened is None:
        await _count_failure(db, tenant.id, attempt, bucket, found)
        raise _wrong()
    return opened


async def _knock(
    db: Database, tenant_id: str, attempt: Attempt
) -> tuple[Bucket, Credentials | None]:
    """Count the attempt, unless it must wait, and read what it is checked against."""
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        network = await store_throttle.look(tx, store_throttle.network_key(attempt.ip))
        if network is not None and (wait := network.wait_s(tx.now)):
            raise TooManyAttempts("Too many attempts: wait a little.", retry_after_s=wait)
        wait, bucket = await store_throttle.charge(
            tx, store_throttle.account_key(attempt.email), lockout.ACCOUNT
        )
        if wait:
            raise TooManyAttempts("Too many attempts: wait a little.", retry_after_s=wait)
        return bucket, await store.credentials_by_email(tx, attempt.email)


async def _count_failure(
    db: Database, tenant_id: str, attempt: Attempt, bucket: Bucket, found: Credentials | None
) -> None:
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        _, network = await store_throttle.charge(
            tx, store_throttle.network_key(attempt.ip), lockout.NETWORK
        )
        for what, counted in (("account", bucket), ("network", network)):
            if counted.blocked_until is not None:
                tx.emit(
                    events.LockedOut(
                        what=what,
                        account_id=found.account_id if found and what == "account" else None,
                        blocked_until=counted.blocked_until.isoformat(),
                    )
                )


async def _rehash(db: Database, tenant_id: str, account_id: str, password: str) -> str:
    password_hash = await passwords.hash_password(password)
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        await store.set_password(tx, account_id, password_hash)
    return password_hash


async def _open(
    db: Database,
    tenant_id: str,
    attempt: Attempt,
    found: Credentials,
    password_hash: str,
    box: SecretBox,
) -> Opened | None:
    actor = Actor(kind="account", id=found.account_id, name=found.name)
    async with db.transaction(tenant_id, actor=actor) as tx:
        if found.totp_secret is not None and not await accept_code(
            tx, found, attempt.code or "", box=box
        ):
            return None
        cookie, secret_hash = secrets.issue(tenant_id)
        session = _session(tx, attempt)
        if not await store_sessions.insert_session(
            tx,
            session,
            account_id=found.account_id,
            secret_hash=secret_hash,
            password_hash=password_hash,
        ):
            return None
        await store_throttle.clear(tx, store_throttle.account_key(attempt.email))
        await store_throttle.forget_old(tx)
        await store_sessions.forget_ended_sessions(tx)
        tx.emit(
            events.SignedIn(
                account_id=found.account_id,
                session_id=session.id,
                with_totp=found.totp_secret is not None,
            )
        )
        return Opened(tenant_id=tenant_id, session=session, cookie=cookie, secret_hash=secret_hash)


async def accept_code(tx: Tx, found: Credentials, code: str, *, box: SecretBox) -> bool:
    """Tell whether a code of the app or a recovery code is right, and spend it."""
    if found.totp_secret is None:
        return False
    if totp.looks_like_recovery(code):
        left = await store.use_recovery_code(tx, found.account_id, totp.recovery_hash(code))
        if left is None:
            return False
        tx.emit(events.RecoveryCodeUsed(account_id=found.account_id, left=left))
        return True
    secret = open_seal(found.totp_secret, tx=tx, account_id=found.account_id, box=box)
    last = await store.totp_last_step(tx, found.account_id)
    step = totp.matching_step(secret, code, at=tx.now, after_step=last)
    if step is None:
        return False
    await store.use_totp_step(tx, found.account_id, step)
    return True


def open_seal(sealed: str, *, tx: Tx, account_id: str, box: SecretBox) -> str:
    """Return a sealed TOTP secret, or refuse: without the server's key nobody can check codes."""
    try:
        return box.open(sealed, place=totp_place(tx.tenant_id, account_id))
    except SealError as broken:
        raise SealBroken("Codes cannot be checked now: the server's key has changed.") from broken


def totp_place(tenant_id: str, account_id: str) -> str:
    """Return the place a TOTP secret is sealed for."""
    return f"{tenant_id}|identity.account|totp_secret|{account_id}"


def _session(tx: Tx, attempt: Attempt) -> Session:
    return Session(
        id=new_id(),
        ip=attempt.ip,
        user_agent=attempt.user_agent[:400],
        place=attempt.place,
        country=attempt.country,
        created_at=tx.now,
        seen_at=tx.now,
        expires_at=tx.now + SESSION_LIFE,
    )


def _wrong() -> WrongCredentials:
    return WrongCredentials("Organisation, address, password or code: something is not right.")
