"""Ask for codes at the door, from now on or no longer."""

from dataclasses import dataclass

from ascolto.identity import events, store, totp
from ascolto.identity.actions.set_password import confirm_password
from ascolto.identity.actions.sign_in import open_seal, totp_place
from ascolto.identity.errors import TotpAlreadyOn, TotpNotStarted, WrongCode
from ascolto.identity.model import Principal
from ascolto.kit.db import Database, Tx
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
