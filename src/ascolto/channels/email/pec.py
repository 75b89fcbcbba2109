"""Italian certified mail (PEC; DPR 68/2005, DM 2 November 2005): envelopes and receipts.

A receipt says what a provider did with a mail; a transport envelope carries somebody's mail in
`postacert.eml`. Both hold `daticert.xml`, read here by its few tags: an XML parser would also read
what an attacker puts there.
"""

import html
import re
from dataclasses import dataclass

from ascolto.channels.email.mail import Mail, part_text
from ascolto.channels.email.parts import Part, bodies

# As X-Ricevuta and the `tipo` of daticert.xml name them; the last say that it was not delivered.
RECEIPTS = (
    *("accettazione", "presa-in-carico", "avvenuta-consegna", "non-accettazione"),
    *("preavviso-errore-consegna", "errore-consegna", "rilevazione-virus"),
)
_FAILURES = (
    "non-accettazione",
    "preavviso-errore-consegna",
    "errore-consegna",
    "rilevazione-virus",
)
_SUBJECTS = {
    "accettazione:": "accettazione",
    "consegna:": "avvenuta-consegna",
    "avviso di non accettazione": "non-accettazione",
    "avviso di mancata consegna": "errore-consegna",
    "presa in carico:": "presa-in-carico",
    "problema di sicurezza:": "rilevazione-virus",
}
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Certified:
    """What certified mail says of itself.

    `kind` is a receipt's name, "posta-certificata" or "errore" (ordinary mail in an envelope).
    `recipients` are all of the mail, `reached` those of whom a receipt speaks.
    """

    kind: str
    sender: str
    recipients: tuple[str, ...]
    reached: tuple[str, ...]
    subject: str
    provider: str
    identifier: str
    original_id: str | None
    error: str
    explained: str
    at: str

    @property
    def is_receipt(self) -> bool:
        """Tell whether it is a provider's receipt and no mail of a person."""
        return self.kind in RECEIPTS

    @property
    def failed(self) -> bool:
        """Tell whether it says that the mail was not accepted or not delivered."""
        return self.kind in _FAILURES

    @property
    def tries_on(self) -> bool:
        """Tell whether it only warns: not delivered in twelve hours, and perhaps in the next."""
        return self.kind == "preavviso-errore-consegna"


def read_certified(mail: Mail) -> Certified | None:
    """Return what makes a mail certified mail, None for every other mail."""
    header = mail.root.header
    kind = header("x-ricevuta").strip().lower() or header("x-trasporto").strip().lower()
    data = _certificate(mail)
    local = mail.sender.address.partition("@")[0].lower() if mail.sender else ""
    if not kind and data is None and local.startswith("posta-certificata"):
        kind = _by_subject(mail.subject)  # a receipt that lost its marks on the way
    if not kind and data is None:
        return None
    xml = data or ""
    root = re.search(r"<postacert\b([^>]{0,500})>", xml)
    said = _attribute(root[1], "tipo") if root else ""
    if not kind and not said:
        return None
    error = _attribute(root[1], "errore") if root else ""
    reference = _tag(xml, "msgid") or header("x-riferimento-message-id")
    return Certified(
        kind=kind or said.lower() or _by_subject(mail.subject),
        sender=_tag(xml, "mittente"),
        recipients=tuple(_tags(xml, "destinatari") or _tags(xml, "ricezione")),
        reached=tuple(_tags(xml, "consegna") or _tags(xml, "ricezione")),
        subject=_tag(xml, "oggetto"),
        provider=_tag(xml, "gestore-emittente"),
        identifier=_tag(xml, "identificativo") or header("x-riferimento-message-id").strip("<> "),
        original_id=reference.strip().strip("<>").strip() or None,
        error="" if error == "nessuno" else error,
        explained=_tag(xml, "errore-esteso"),
        at=" ".join(filter(None, (_tag(xml, "giorno"), _tag(xml, "ora"), _zone(xml)))),
    )


def carried_mail(mail: Mail, certified: Certified) -> Mail | None:
    """Return the person's own mail out of a transport or anomaly envelope."""
    if certified.is_receipt:
        return None
    for part in mail.root.walk():
        if part.is_message and (part.name or "").lower() in ("postacert.eml", ""):
            inner = part.children[0]
            return Mail(inner, bodies(inner))
    return None


def _by_subject(subject: str) -> str:
    low = subject.lower()
    return next((kind for start, kind in _SUBJECTS.items() if low.startswith(start)), "")


def _certificate(mail: Mail) -> str | None:
    for part in mail.root.walk():
        if (part.name or "").lower() == "daticert.xml" and _is_text(part):
            return part_text(part)[:_LONGEST]
    return None


def _is_text(part: Part) -> bool:
    return part.type.endswith("/xml") or part.type.startswith(("application/oct", "text/"))


def _tags(xml: str, name: str) -> list[str]:
    found = re.findall(rf"<{name}\b[^>]{{0,300}}>([^<]{{0,4000}})</{name}>", xml)
    return [html.unescape(one).strip() for one in found]


def _tag(xml: str, name: str) -> str:
    return next(iter(_tags(xml, name)), "")


def _zone(xml: str) -> str:
    zone = re.search(r"<data\b[^>]{0,80}zona\s?=\s?[\"']([^\"']{1,10})", xml)
    return zone[1] if zone else ""


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\b{name}\s?=\s?[\"']([^\"']{{0,100}})", tag)
    return found[1] if found else ""
