"""Set a password: by a link that came by mail, or knowing the present one."""

from ascolto.identity import events, lockout, mails, passwords, secrets, store, store_throttle
from ascolto.identity.actions.end_sessions import end_sessions
from ascolto.identity.errors import LinkSpent, TooManyAttempts, WrongPassword
from ascolto.identity.model import INVITATION_LIFE, RESET_LIFE, Account, Principal
from ascolto.kit.db import SYSTEM, Actor, Database, Tx
from ascolto.kit.mail import queue_mail
from ascolto.tenancy import store as tenancy_store


async def request_reset(db: Database, *, tenant: str, email: str, ip: str, public_url: str) -> None:
    """Mail a link to the address if it has an account; say nothing either way."""
    async with db.connection() as connection:
        found = await tenancy_store.tenant_by_slug(connection, tenant)
    if found is None:
        return
    async with db.transaction(found.id, actor=SYSTEM) as tx:
        for key, policy in (
            (store_throttle.mail_key(email), lockout.MAIL),
            (store_throttle.network_key(ip), lockout.NETWORK),
        ):
            wait, _ = await store_throttle.charge(tx, key, policy)
            if wait:
                return
        credentials = await store.credentials_by_email(tx, email)
        if credentials is None or credentials.disabled:
            return
        account = await store.own_account(tx, credentials.account_id)
        if account is not None:
            await send_link(tx, account, purpose="reset", public_url=public_url)


async def send_link(tx: Tx, account: Account, *, purpose: str, public_url: str) -> None:
    """Mail an account a single-use link to choose its password."""
    tenant = await tenancy_store.get_tenant(tx)
    text, secret_hash = secrets.issue(tx.tenant_id)
    expires_at = tx.now + (RESET_LIFE if purpose == "reset" else INVITATION_LIFE)
    await store.put_link(
        tx,
        account_id=account.id,
        secret_hash=secret_hash,
        purpose=purpose,
        expires_at=expires_at,
    )
    letter = mails.password_letter(
        purpose=purpose,
        locale=account.locale,
        name=account.name,
        organisation=tenant.name,
        link=f"{public_url}/desk/password#{text}",
    )
    await queue_mail(
        tx,
        purpose=f"identity.{purpose}",
        to=account.email,
        subject=letter.subject,
        body=letter.body,
        expires_at=expires_at,
    )


async def set_password_by_link(db: Database, *, link: str, password: str) -> None:
    """Spend a link: the account has this password and no open session."""
    presented = secrets.read(link)
    if presented is None:
        raise _spent()
    async with db.transaction(presented.tenant_id, actor=SYSTEM) as tx:
        account = await store.account_of_link(tx, presented.secret_hash)
    if account is None:
        raise _spent()
    passwords.check_strength(password, email=account.email)
    password_hash = await passwords.hash_password(password)
    actor = Actor(kind="account", id=account.id, name=account.name)
    async with db.transaction(presented.tenant_id, actor=actor) as tx:
        if await store.spend_link(tx, presented.secret_hash) is None:
            raise _spent()
        await store.set_password(tx, account.id, password_hash)
        await store_throttle.clear(tx, store_throttle.account_key(account.email))
        await end_sessions(tx, account_id=account.id, reason="password_changed")
        tx.emit(events.PasswordChanged(account_id=account.id, by_link=True))


async def change_password(
    db: Database, principal: Principal, *, current: str, password: str
) -> None:
    """Replace one's own password; every other session ends."""
    await confirm_password(db, principal, current)
    passwords.check_strength(password, email=principal.email)
    password_hash = await passwords.hash_password(password)
    async with db.transaction(principal.tenant_id, actor=principal.actor()) as tx:
        await store.set_password(tx, principal.account_id, password_hash)
        await end_sessions(
            tx,
            account_id=principal.account_id,
            reason="password_changed",
            keep=principal.session_id,
        )
        tx.emit(events.PasswordChanged(account_id=principal.account_id, by_link=False))


async def confirm_password(db: Database, principal: Principal, password: str) -> None:
    """Refuse unless this is the principal's password; failures count as at the door."""
    key = store_throttle.account_key(principal.email)
    async with db.transaction(principal.tenant_id, actor=principal.actor()) as tx:
        wait, _ = await store_throttle.charge(tx, key, lockout.ACCOUNT)
        if wait:
            raise TooManyAttempts("Too many attempts: wait a little.", retry_after_s=wait)
        found = await store.credentials_of(tx, principal.account_id)
    if not await passwords.verify(password, found.password_hash if found else None):
        raise WrongPassword("This is not your password.")
    async with db.transaction(principal.tenant_id, actor=principal.actor()) as tx:
        await store_throttle.clear(tx, key)


def _spent() -> LinkSpent:
    return LinkSpent("This link was used, replaced, or is too old. Ask for another.")
