"""Our own look at who sent a mail, where no server of ours stands before us.

SPF (RFC 7208), DKIM (RFC 6376, without the broken hash that RFC 8301 bans), ARC (RFC 8617) and
DMARC (RFC 7489). Where a domain's own record does not say it, the organisation that a name belongs
to is found by walking up the names, as the revision of DMARC does, and not by a list of suffixes
that would have to be kept up to date.
"""

import contextlib
import re
from dataclasses import dataclass

import dkim

from ascolto.channels.email.headers import unfold
from ascolto.channels.email.mail import Mail
from ascolto.channels.email.names import Kind, Names, NamesAway
from ascolto.channels.email.spf import check_spf

MOST_SIGNATURES = 5
# Canonical forms are copies: a larger mail is judged without its signatures.
LARGEST = 25 << 20
# No word of RFC 8601: the desk says that it was not checked, and why.
TOO_LARGE = "too_large"
_MOST_STEPS = 8
_TRUE = ("pass",)
# Where the library that checks signatures ends them.
_END_OF_HEADERS = re.compile(rb"(?:\A|\n)\r?\n")


@dataclass(frozen=True, slots=True)
class Peer:
    """The server that handed a mail to us: its address, its name, and the sender it named."""

    ip: str
    helo: str
    mail_from: str


@dataclass(frozen=True, slots=True)
class _Policy:
    """A DMARC record that counts for a domain, and where it stands."""

    domain: str
    tags: dict[str, str]


def verify_sender(mail: Mail, raw: bytes, peer: Peer, names: Names) -> dict[str, str]:
    """Return the results of spf, dkim, dmarc and arc, named as a server writes them (RFC 8601)."""
    names.expect(_sure_questions(mail, peer))
    spf, spf_domain = check_spf(peer.ip, mail_from=peer.mail_from, helo=peer.helo, names=names)
    large = len(raw) > LARGEST
    signed, signers = _unjudged(mail) if large else _signatures(mail, raw, names)
    passed = [*signers, *([spf_domain] if spf in _TRUE else [])]
    aligned = _dmarc(mail, passed, spf, spf_domain, names)
    if signed == TOO_LARGE and aligned == "fail":
        aligned = TOO_LARGE  # what nobody has looked at might vouch for it
    found = {"spf": spf, "dkim": signed, "dmarc": aligned}
    if mail.root.raw("arc-seal") is not None:
        found["arc"] = TOO_LARGE if large else _arc(raw, names)
    return found


def _sure_questions(mail: Mail, peer: Peer) -> list[tuple[str, Kind]]:
    """Return what will be asked whatever the answers are: where they are slow, all are at once."""
    sender = peer.mail_from.strip("<> ") or f"postmaster@{peer.helo}"
    asked = [sender.rpartition("@")[2].lower().rstrip(".")]
    for value in mail.root.all("dkim-signature")[:MOST_SIGNATURES]:
        tags = {key.strip(): said.strip() for key, _, said in _pairs(value)}
        asked.append(f"{tags.get('s', '')}._domainkey.{tags.get('d', '')}")
    written = mail.people("from")
    if written and "@" in written[0].address:
        domain = written[0].address.rpartition("@")[2].lower().rstrip(".")
        asked += [f"_dmarc.{step}" for step in _steps(domain)]
    return [(name, "TXT") for name in asked if "." in name.strip(".")]


def _pairs(value: str) -> list[tuple[str, str, str]]:
    return [pair.partition("=") for pair in value.split(";")]


class _Asked:
    """The port as the library wants it; remembers that an answer was missing for now."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.away = False

    def __call__(self, name: bytes | str, timeout: float = 5) -> bytes | None:
        del timeout
        text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        try:
            found = self._names.look_up(text.rstrip("."), "TXT")
        except NamesAway:
            self.away = True
            return None
        return found[0].encode("ascii", "ignore") if found else None


def _unjudged(mail: Mail) -> tuple[str, list[str]]:
    return "none" if mail.root.raw("dkim-signature") is None else TOO_LARGE, []


def _signatures(mail: Mail, raw: bytes, names: Names) -> tuple[str, list[str]]:
    """Return the best result of the signatures, and the domains of those that hold."""
    try:
        fields, _ = dkim.rfc822_parse(raw)
    except (dkim.DKIMException, IndexError):
        fields = []
    count = sum(name.lower() == b"dkim-signature" for name, _ in fields)
    if not count:
        return "none", []
    if not _read_alike(mail, raw, fields):
        return "neutral", []
    signers, results = [], []
    for number in range(min(count, MOST_SIGNATURES)):
        result, domain = _signature(raw, number, _Asked(names))
        results.append(result)
        if result == "pass":
            signers.append(domain)
    return next(one for one in ("pass", "temperror", "fail", "none") if one in results), signers


def _read_alike(mail: Mail, raw: bytes, fields: list[list[bytes]]) -> bool:
    """Tell whether who checks signatures sees what we show: the one From, every field, the text.

    A blank before a colon, a name that is too long, a stray line: what ends one reader's headers,
    or is none of them, and not the other's, makes two mails of one. A signature on theirs says
    nothing of ours.
    """
    ours = [name.encode("ascii") for name, _ in mail.root.fields]
    senders = [unfold(value) for name, value in fields if name.lower() == b"from"]
    end = _END_OF_HEADERS.search(raw)
    return (
        len(senders) == 1
        and senders == mail.root.all("from")
        and [name.lower() for name, _ in fields] == ours
        and end is not None
        and end.end() == mail.root.start
    )


def _signature(raw: bytes, number: int, asked: _Asked) -> tuple[str, str]:
    """Return one signature's result and whose it is."""
    good, domain = False, ""
    fields: dict[bytes, bytes] = {}
    # Whatever is wrong with a signature, its mail is only unsigned.
    with contextlib.suppress(dkim.DKIMException, ValueError, KeyError, IndexError, TypeError):
        one = dkim.DKIM(raw)
        good = one.verify(idx=number, dnsfunc=asked)
        domain = one.domain.decode("ascii", "replace").lower()
        fields = one.signature_fields
    if good and b"l" in fields:
        return "none", ""  # anybody may have written on below what it covers
    if good and fields.get(b"a") != b"rsa-sha1":
        return "pass", domain
    return ("temperror" if asked.away else "fail"), ""


def _arc(raw: bytes, names: Names) -> str:
    asked = _Asked(names)
    result = "fail"
    with contextlib.suppress(dkim.DKIMException, ValueError, KeyError, IndexError, TypeError):
        seal, _, _ = dkim.ARC(raw).verify(dnsfunc=asked)
        result = (seal or b"fail").decode("ascii", "replace").lower()
    return "temperror" if result == "fail" and asked.away else result


def _dmarc(mail: Mail, passed: list[str], spf: str, spf_domain: str, names: Names) -> str:
    written = mail.people("from")
    domain = written[0].address.rpartition("@")[2].lower().rstrip(".") if written else ""
    if len(mail.root.all("from")) != 1 or len(written) != 1 or "." not in domain:
        return "permerror"  # nobody, or several, would be vouched for
    try:
        policy = _policy(domain, names)
        if policy is None:
            return "none"
        for one in passed:
            by_spf = spf in _TRUE and one == spf_domain
            if _aligned(one, domain, policy.tags.get("aspf" if by_spf else "adkim", "r"), names):
                return "pass"
    except NamesAway:
        return "temperror"
    return "fail"


def _policy(domain: str, names: Names) -> _Policy | None:
    """Return the record of the domain itself, else of its organisation."""
    records = _walk(domain, names)
    own = next((one for one in records if one.domain == domain), None)
    if own is not None:
        return own
    home = _organisation(domain, records)
    return next((one for one in records if one.domain == home), None)


def _aligned(one: str, domain: str, mode: str, names: Names) -> bool:
    if one == domain:
        return True
    if mode.lower() == "s":
        return False
    ours = _organisation(domain, _walk(domain, names))
    return ours == _organisation(one, _walk(one, names))


def _walk(domain: str, names: Names) -> list[_Policy]:
    """Return the records of a domain and of those above it, the longest name first."""
    found = []
    for name in _steps(domain):
        records = [
            one for one in names.look_up(f"_dmarc.{name}", "TXT")
            if one.replace(" ", "").lower().startswith("v=dmarc1")
        ]  # fmt: skip
        if len(records) == 1:  # of several none counts
            pairs = (pair.partition("=") for pair in records[0].split(";"))
            tags = {key.strip().lower(): value.strip() for key, _, value in pairs}
            found.append(_Policy(name, tags))
    return found


def _steps(domain: str) -> list[str]:
    """Return a domain and the names above it, of a long one only those nearest to the top."""
    labels = domain.split(".")
    steps = [labels]
    rest = labels[-(_MOST_STEPS - 1) :] if len(labels) > _MOST_STEPS else labels[1:]
    while rest:
        steps.append(rest)
        rest = rest[1:]
    return [".".join(step) for step in steps]


def _organisation(domain: str, records: list[_Policy]) -> str:
    """Return the name under which a domain's owner stands, by what the walk has found."""
    for one in records:
        psd = one.tags.get("psd", "u").lower()
        if psd == "n":
            return one.domain
        if psd == "y" and one.domain != domain:
            above = len(one.domain.split("."))
            return ".".join(domain.split(".")[-above - 1 :])
    return records[-1].domain if records else domain
