"""Ask for codes at the door, from now on or no longer."""

from dataclasses import dataclass

from ascolto.identity import events, mails, store, totp
from ascolto.identity.actions.change_accounts import get_account
from ascolto.identity.actions.end_sessions import end_sessions
from ascolto.identity.actions.set_password import confirm_password
from ascolto.identity.actions.sign_in import open_seal, totp_place
from ascolto.identity.errors import OwnCodes, TotpAlreadyOn, TotpNotStarted, WrongCode
from ascolto.identity.model import Principal
from ascolto.kit.db import Database, Tx
from ascolto.kit.mail import queue_mail
from ascolto.kit.secretbox import SecretBox
from ascolto.tenancy import store as tenancy_store


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator app needs, shown once."""

    secret: str
    uri: str


async def start_totp(
    db: Database, principal: Principal, *, password: str, box: SecretBox
) -> Enrolment:
    """Make a secret for the principal's app; it counts once a code has confirmed it."""
    await confirm_password(db, principal, password)
    secret = totp.new_secret()
    async with db.transaction(principal.tenant_id, actor=principal.actor()) as tx:
        sealed = box.seal(secret, place=totp_place(tx.tenant_id, principal.account_id))
        if not await store.start_totp(tx, principal.account_id, sealed):
            raise TotpAlreadyOn("Your account already asks for codes.")
        tenant = await tenancy_store.get_tenant(tx)
    issuer = f"Ascolto {tenant.name}"
    uri = totp.provisioning_uri(secret, account=principal.email, issuer=issuer)
    return Enrolment(secret=secret, uri=uri)


async def confirm_totp(tx: Tx, principal: Principal, *, code: str, box: SecretBox) -> list[str]:
    """Turn codes on with the first right one; return the recovery codes, shown once."""
    sealed = await store.pending_totp(tx, principal.account_id)
    if sealed is None:
        raise TotpNotStarted("Start with a new secret.")
    secret = open_seal(sealed, tx=tx, account_id=principal.account_id, box=box)
    step = totp.matching_step(secret, code, at=tx.now, after_step=0)
    if step is None:
        raise WrongCode("This is not the code shown now.")
    codes = totp.new_recovery_codes()
    hashes = [totp.recovery_hash(each) for each in codes]
    await store.confirm_totp(tx, principal.account_id, step=step, recovery_hashes=hashes)
    tx.emit(events.TotpChanged(account_id=principal.account_id, on=True))
    return codes


async def stop_totp(db: Database, principal: Principal, *, password: str) -> None:
    """Let the principal come in with the password alone."""
    await confirm_password(db, principal, password)
    async with db.transaction(principal.tenant_id, actor=principal.actor()) as tx:
        await store.drop_totp(tx, principal.account_id)
        tx.emit(events.TotpChanged(account_id=principal.account_id, on=False))


async def drop_totp_of(tx: Tx, principal: Principal, *, account_id: str) -> None:
    """Let somebody who lost their phone come in without codes; their sessions end.

    They are told by mail: it may not have been their wish. For oneself the password is needed, so
    that an open browser is not enough. Of an account without codes nothing changes.
    """
    if account_id == principal.account_id:
        raise OwnCodes("Turn off your own codes in your profile, with your password.")
    account = await get_account(tx, account_id)
    if not account.has_totp:
        return
    await store.drop_totp(tx, account.id)
    await end_sessions(tx, account_id=account.id, reason="totp_dropped")
    tx.emit(events.TotpChanged(account_id=account.id, on=False))
    tenant = await tenancy_store.get_tenant(tx)
    letter = mails.codes_off_letter(
        locale=account.locale, name=account.name, organisation=tenant.name
    )
    await queue_mail(
        tx,
        purpose="identity.codes_off",
        to=account.email,
        subject=letter.subject,
        body=letter.body,
    )
