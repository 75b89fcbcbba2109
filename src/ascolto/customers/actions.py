"""What is done with customers: find or make them, change them, prove an identity, merge, undo."""

from collections.abc import Sequence
from dataclasses import replace

from ascolto.customers import errors, events, store, store_consents
from ascolto.customers.model import (
    BY_HAND,
    PERSONAL_KINDS,
    ClaimedIdentity,
    Consent,
    Customer,
    Preferences,
    Purpose,
    Source,
    identity_key,
    search_text,
)
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id

_Keyed = tuple[str, str, str]


async def identify(
    tx: Tx,
    *,
    client_id: str,
    identities: Sequence[ClaimedIdentity] = (),
    name: str = "",
    language: str = "it",
) -> Customer:
    """Return the customer of a verified identity, or a new one; claims are only written down."""
    proofs = [_keyed(one) for one in identities if one.verified]
    claims = [_keyed(one) for one in identities if not one.verified]
    customer = await _find(tx, client_id, proofs)
    if customer is None:
        return await _create(tx, client_id, proofs, claims, name=name, language=language)
    return await _extend(tx, customer, proofs, claims, name=name)


def _keyed(identity: ClaimedIdentity) -> _Keyed:
    value = identity.value.strip()
    key = identity_key(identity.kind, value)
    if not key.strip("+") or len(key) > 320 or len(value) > 320 or "\x00" in value:
        raise errors.BadIdentity("This cannot be an identity.", kind=identity.kind)
    return identity.kind, value, key


async def _find(tx: Tx, client_id: str, proofs: Sequence[_Keyed]) -> Customer | None:
    """Return the customer of the first proof that is known.

    Two proofs of two customers do not join them: that is for a person to decide.
    """
    for kind, _, key in proofs:
        customer = await store.by_identity(tx, client_id=client_id, kind=kind, key=key)
        if customer is not None:
            return customer
    return None


async def is_of_another(tx: Tx, *, customer_id: str, identity: ClaimedIdentity) -> bool:
    """Tell whether a verified identity is somebody else's than a customer's.

    Nobody's is taken for another's when the customer has proved one of this kind that differs.
    """
    customer = await known(tx, customer_id)
    kind, _, key = _keyed(identity)
    holder = await store.by_identity(tx, client_id=customer.client_id, kind=kind, key=key)
    if holder is not None:
        return holder.id != customer.id
    return any(one.kind == kind and one.verified_how for one in customer.identities)


async def _create(
    tx: Tx,
    client_id: str,
    proofs: Sequence[_Keyed],
    claims: Sequence[_Keyed],
    *,
    name: str,
    language: str,
) -> Customer:
    customer_id = new_id()
    shown = [value for kind, value, _ in (*proofs, *claims) if kind != "web"]
    store.insert_customer(
        tx,
        customer_id=customer_id,
        client_id=client_id,
        name=name.strip()[:200],
        language=language,
        search=search_text(name, shown),
    )
    # In one order everywhere, so that two who prove the same things never wait for each other.
    for kind, value, key in sorted(proofs):
        added = await store.add_identity(
            tx, customer_id=customer_id, client_id=client_id, kind=kind, value=value, key=key,
            how="channel",
        )  # fmt: skip
        if not added:
            # Somebody else wrote the same identity meanwhile: theirs is the customer.
            await store.delete_customer(tx, customer_id)
            other = await _find(tx, client_id, proofs)
            if other is None:
                raise errors.IdentityTaken("Another customer has this identity.", kind=kind)
            return await _extend(tx, other, proofs, claims, name=name)
    if claims:
        store.put_claims(tx, customer_id=customer_id, client_id=client_id, claims=claims)
    verified = any(kind in PERSONAL_KINDS for kind, _, _ in proofs)
    tx.emit(events.CustomerCreated(client_id=client_id, customer_id=customer_id, verified=verified))
    return Customer(
        id=customer_id,
        client_id=client_id,
        name=name.strip()[:200],
        language=language,
        preferences={},
        merged_into=None,
        v=1,
        created_at=tx.now,
        verified=verified,
    )


async def _extend(
    tx: Tx, customer: Customer, proofs: Sequence[_Keyed], claims: Sequence[_Keyed], *, name: str
) -> Customer:
    changed = False
    for kind, value, key in sorted(proofs):
        added = await store.add_identity(
            tx, customer_id=customer.id, client_id=customer.client_id, kind=kind, value=value,
            key=key, how="channel",
        )  # fmt: skip
        changed = changed or added
        if added and kind in PERSONAL_KINDS:
            customer = replace(customer, verified=True)
    if claims:
        added_claims = await store.add_claims(
            tx, customer_id=customer.id, client_id=customer.client_id, claims=claims
        )
        changed = changed or added_claims > 0
    if name.strip() and not customer.name:
        await store.set_name(tx, customer.id, name.strip()[:200])
        customer = replace(customer, name=name.strip()[:200], v=customer.v + 1)
        changed = True
    if changed:
        await store.refresh_search(tx, customer.id)
        _say_changed(tx, customer, "identified")
    return customer


def _say_changed(tx: Tx, customer: Customer, what: str) -> None:
    tx.emit(
        events.CustomerChanged(client_id=customer.client_id, customer_id=customer.id, what=what)
    )


async def change(
    tx: Tx,
    *,
    customer_id: str,
    v: int,
    name: str | None = None,
    language: str | None = None,
    preferences: Preferences | None = None,
) -> Customer:
    """Change what is given of a customer that is still at version `v`."""
    customer = await known(tx, customer_id)
    saved = await store.update_customer(
        tx,
        customer_id=customer.id,
        v=v,
        name=customer.name if name is None else name.strip(),
        language=customer.language if language is None else language,
        preferences=customer.preferences if preferences is None else preferences.document(),
    )
    if not saved:
        raise errors.CustomerChanged("Somebody changed this customer meanwhile.", v=customer.v)
    await store.refresh_search(tx, customer.id)
    _say_changed(tx, customer, "details")
    return await known(tx, customer.id)


async def remember_channel(tx: Tx, *, customer_id: str, channel: str) -> None:
    """Note the channel a customer chose, unless they have said before how to reach them."""
    customer = await store.standing_for(tx, customer_id)
    if customer is None or customer.preferences.get("channel"):
        return
    await change(
        tx,
        customer_id=customer.id,
        v=customer.v,
        preferences=Preferences(**{**customer.preferences, "channel": channel}),
    )


async def prove(
    tx: Tx, *, customer_id: str, kind: str, value: str, how: str = "operator"
) -> Customer:
    """Write an identity as verified for a customer, in place of its claim."""
    kind, value, key = _keyed(ClaimedIdentity(kind, value, verified=True))
    customer = await known(tx, customer_id)
    holder = await store.by_identity(tx, client_id=customer.client_id, kind=kind, key=key)
    if holder is None:
        added = await store.add_identity(
            tx, customer_id=customer.id, client_id=customer.client_id, kind=kind, value=value,
            key=key, how=how,
        )  # fmt: skip
        if not added:
            holder = await store.by_identity(tx, client_id=customer.client_id, kind=kind, key=key)
    if holder is not None and holder.id != customer.id:
        raise errors.IdentityTaken("Another customer has this identity.", customer_id=holder.id)
    family = await store.family_ids(tx, customer.id)
    await store.drop_claim(tx, customer_ids=family, kind=kind, key=key)
    await store.refresh_search(tx, customer.id)
    _say_changed(tx, customer, "identified")
    return await known(tx, customer.id)


async def claim(tx: Tx, *, customer_id: str, kind: str, value: str) -> Customer:
    """Write down an identity that a customer only named; one that is proved stays so."""
    keyed = _keyed(ClaimedIdentity(kind, value))
    customer = await known(tx, customer_id)
    holder = await store.by_identity(tx, client_id=customer.client_id, kind=kind, key=keyed[2])
    if holder is None or holder.id != customer.id:
        await _extend(tx, customer, (), [keyed], name="")
    return await known(tx, customer.id)


async def known(tx: Tx, customer_id: str) -> Customer:
    """Return the customer who stands for an id, with the identities of the whole family."""
    customer = await store.standing_for(tx, customer_id)
    if customer is None:
        raise errors.UnknownCustomer("No such customer.", customer_id=customer_id)
    family = await store.family_ids(tx, customer.id)
    identities = await store.identities_of(tx, family)
    return replace(customer, identities=tuple(identities))


async def merge(tx: Tx, *, customer_id: str, into: str) -> Customer:
    """Let `into` stand for a customer; nothing moves, so that it can be undone exactly."""
    if customer_id == into:
        raise errors.MergeWithItself("A customer cannot be merged into itself.")
    locked = await store.lock_customers(tx, [customer_id, into])
    for wanted in (customer_id, into):
        if wanted not in locked:
            raise errors.UnknownCustomer("No such customer.", customer_id=wanted)
    merged, kept = locked[customer_id], locked[into]
    if merged.client_id != kept.client_id:
        raise errors.MergeAcrossClients("They are customers of different clients.")
    for one in (merged, kept):
        if one.merged_into is not None:
            raise errors.AlreadyMerged(
                "This customer has been merged already.",
                customer_id=one.id,
                merged_into=one.merged_into,
            )
    await store.set_merged_into(tx, merged.id, kept.id)
    await store.log_merge(tx, client_id=kept.client_id, kept_id=kept.id, merged_id=merged.id)
    await store.refresh_search(tx, kept.id)
    tx.emit(
        events.CustomersMerged(client_id=kept.client_id, customer_id=merged.id, kept_id=kept.id)
    )
    return await known(tx, kept.id)


async def unmerge(tx: Tx, *, customer_id: str) -> Customer:
    """Undo the merge of a customer: it stands for itself again, with all that was its own."""
    customer = await store.get_customer(tx, customer_id, lock=True)
    if customer is None:
        raise errors.UnknownCustomer("No such customer.", customer_id=customer_id)
    if customer.merged_into is None:
        raise errors.NotMerged("This customer is not merged.", customer_id=customer_id)
    await store.set_merged_into(tx, customer.id, None)
    await store.log_unmerge(tx, merged_id=customer.id)
    await store.refresh_search(tx, customer.id)
    former = await store.standing_for(tx, customer.merged_into)
    if former is not None:
        # Held, so that of two who leave it at once neither leaves the other's words behind.
        await store.get_customer(tx, former.id, lock=True)
        await store.refresh_search(tx, former.id)
    tx.emit(
        events.CustomersUnmerged(
            client_id=customer.client_id, customer_id=customer.id, kept_id=customer.merged_into
        )
    )
    return await known(tx, customer.id)


async def say_consent(
    tx: Tx, *, client_id: str, email: str, purpose: Purpose, given: bool, source: Source,
    text_version: str, words: str, note: str = "",
) -> bool:  # fmt: skip
    """Write down whether an address wants mails of a purpose; False when it had said so already.

    Nothing that was said before is changed: the last word holds, the earlier ones stay. A yes that
    a person writes down needs a note of where it comes from (GDPR, art. 7.1).
    """
    if source in BY_HAND and given and not note:
        raise errors.NoteNeeded("Say where this yes comes from.")
    kind, _, key = _keyed(ClaimedIdentity("email", email))
    await store_consents.hold_address(tx, client_id=client_id, kind=kind, key=key)
    last = (await consents(tx, client_id=client_id, email=email)).get(purpose)
    if last is not None and last.given is given:
        return False
    await store_consents.add_consent(
        tx, client_id=client_id, kind=kind, key=key, purpose=purpose, given=given, source=source,
        text_version=text_version, words=words, note=note,
    )  # fmt: skip
    for customer_id in await store_consents.holders(tx, client_id=client_id, kind=kind, key=key):
        tx.emit(
            events.ConsentSaid(
                client_id=client_id, customer_id=customer_id, purpose=purpose.value, given=given
            )
        )
    return True


async def consents(tx: Tx, *, client_id: str, email: str) -> dict[Purpose, Consent]:
    """Return the last word of an address on each purpose of which it has said any."""
    return (await consents_of(tx, client_id=client_id, emails=[email]))[email]


async def consents_of(
    tx: Tx, *, client_id: str, emails: Sequence[str]
) -> dict[str, dict[Purpose, Consent]]:
    """Return the last word of each address on each purpose of which it has said any."""
    keys = {email: _keyed(ClaimedIdentity("email", email))[2] for email in emails}
    said = await store_consents.last_consents(
        tx, client_id=client_id, kind="email", keys=sorted(set(keys.values()))
    )
    return {email: said[key] for email, key in keys.items()}


async def may_send_unasked(tx: Tx, *, client_id: str, email: str, purpose: Purpose) -> bool:
    """Tell whether an address may be sent what it did not ask for: not after it has said no.

    What it says meanwhile waits for the end of the transaction, and then finds what was sent.
    """
    kind, _, key = _keyed(ClaimedIdentity("email", email))
    await store_consents.hold_address(tx, client_id=client_id, kind=kind, key=key)
    last = (await consents(tx, client_id=client_id, email=email)).get(purpose)
    return last is None or last.given
