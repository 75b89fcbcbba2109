"""What somebody wants to be sent unasked: said through a link of their mails, or to a person.

A link is the sealed name of an address at a client (AES-256-GCM under the server's key): nobody
makes one up, and whoever reads it along the way learns no address. It does not run out, because
the law lets a consent be taken back as easily as it was given, at any time (GDPR, art. 7.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from ascolto import customers
from ascolto.channels import errors, store_invitations
from ascolto.customers import Consent, Customer, Identity, Purpose, Source, identity_key
from ascolto.customers.errors import SaidAlready
from ascolto.kit.db import Tx
from ascolto.kit.ids import is_id
from ascolto.kit.mail import recall_mail
from ascolto.kit.secretbox import SealError, SecretBox

# Which words stand on the page. Whoever changes `page.consent_…` in words/*.po counts on here.
TEXT_VERSIONS = {Purpose.SURVEY: "survey-1", Purpose.NOTICE: "notice-1"}
_PLACE = "channels.preferences"
_MOST = 1_000
# How long a question by mail can be answered, and so the longest that its mail waits to be sent.
LIFE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Reachable:
    """An address at a client, and the purpose of the mail that brought somebody here."""

    tenant_id: str
    client_id: str
    purpose: Purpose
    address: str


def sealed(box: SecretBox, one: Reachable) -> str:
    """Return what stands in a link for an address."""
    text = f"{one.tenant_id} {one.client_id} {one.purpose.value} {one.address}"
    return box.seal(text, place=_PLACE).rstrip("=")


def opened(box: SecretBox, token: str) -> Reachable | None:
    """Return the address of a link, or None when we did not make it."""
    body = token.partition(".")[2]
    if len(token) > _MOST or not token.isascii():
        return None
    try:
        text = box.open(token + "=" * (-len(body) % 4), place=_PLACE)
    except SealError:
        return None
    tenant_id, client_id, purpose, address = text.split(" ", 3)
    if not is_id(tenant_id) or not is_id(client_id) or purpose not in set(Purpose):
        return None
    return Reachable(tenant_id, client_id, Purpose(purpose), address)


async def say(
    tx: Tx, who: Reachable, *, purpose: Purpose, given: bool, source: Source, words: str,
    note: str = "",
) -> bool:  # fmt: skip
    """Keep what somebody said of a purpose; after a no, what has not left does not leave.

    Return False when it had been said already.
    """
    fresh = await customers.say_consent(
        tx,
        client_id=who.client_id,
        email=who.address,
        purpose=purpose,
        given=given,
        source=source,
        text_version=TEXT_VERSIONS[purpose],
        words=words,
        note=note,
    )
    if not given and purpose is Purpose.SURVEY:
        mails = await store_invitations.mails_since(
            tx,
            client_id=who.client_id,
            address_key=identity_key("email", who.address),
            since=tx.now - LIFE,
        )
        await recall_mail(tx, mails)
    return fresh


@dataclass(frozen=True, slots=True)
class Standing:
    """An address of a customer, and its last word on each purpose of which it has said any."""

    address: str
    verified: bool
    said: Mapping[Purpose, Consent]


def addresses(customer: Customer) -> list[Identity]:
    """Return the mail addresses of a customer, each once: as proved where it was proved."""
    found: dict[str, Identity] = {}
    for one in sorted(customer.identities, key=lambda identity: not identity.verified):
        if one.kind == "email":
            found.setdefault(identity_key("email", one.value), one)
    return list(found.values())


async def standing(tx: Tx, customer: Customer) -> list[Standing]:
    """Return how each mail address of a customer stands with their client."""
    known = addresses(customer)
    said = await customers.consents_of(
        tx, client_id=customer.client_id, emails=[one.value for one in known]
    )
    return [Standing(one.value, one.verified, said[one.value]) for one in known]


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer told a person: of which purpose, yes or no, how, and where that is seen."""

    address: str
    purpose: Purpose
    given: bool
    source: Source
    text_version: str
    note: str


async def write_down(tx: Tx, customer: Customer, told: Told, *, words: str) -> None:
    """Keep what a customer told a person, who read these words to them; a no works at once.

    A yes is taken only for an address that was proved: else whoever names another's would undo
    their no. A no is taken for every address.
    """
    wanted = identity_key("email", told.address)
    address = next(
        (one for one in addresses(customer) if identity_key("email", one.value) == wanted), None
    )
    if address is None:
        raise errors.NotTheirAddress("The customer has no such address.")
    if told.given and not address.verified:
        raise errors.AddressNotProved("Confirm first that the address is the customer's.")
    if told.text_version != TEXT_VERSIONS[told.purpose]:
        raise errors.TextChanged("The text has changed.", version=TEXT_VERSIONS[told.purpose])
    who = Reachable(tx.tenant_id, customer.client_id, told.purpose, address.value)
    fresh = await say(
        tx, who, purpose=told.purpose, given=told.given, source=told.source, words=words,
        note=told.note,
    )  # fmt: skip
    if not fresh:
        raise SaidAlready("This stands already.")
