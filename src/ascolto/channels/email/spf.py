"""May this server send for that domain: the Sender Policy Framework (RFC 7208).

Everything but `ptr` (which is not to be used, §5.5, and matches nothing here) and the explanation
of a failure (§6.2), which nobody would be shown.
"""

import ipaddress
import re
from dataclasses import dataclass, field

from ascolto.channels.email.names import Names, NamesAway

MOST_LOOKUPS = 10
MOST_VOID = 2
MOST_HOSTS = 10
_LONGEST_LABEL, _LONGEST_NAME = 63, 253
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]+|[^\s]*:[^\s]*))?"
    r"((?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"([a-z][\w.-]*)=(\S*)", re.IGNORECASE)
_FILLED = re.compile(r"%(?:\{([slodiphcrtv])(\d*)(r?)([.+,/_=-]*)\}|([%_-]))", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?=.{1,253}\.?$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]+\.?", re.IGNORECASE
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class _Ended(Exception):
    """The check ends here; the text is the result."""


def check_spf(ip: str, *, mail_from: str, helo: str, names: Names) -> tuple[str, str]:
    """Return the result for a server at an address, and the domain that was asked.

    An empty sender, as of reports, is judged by the name that the server gave (§2.4).
    """
    sender = mail_from.strip("<> ") or f"postmaster@{helo}"
    local, _, domain = sender.rpartition("@")
    domain = domain.lower().rstrip(".")
    if not _DOMAIN.fullmatch(domain):
        return "none", domain
    check = _Check(_plain(ip), f"{local or 'postmaster'}@{domain}", helo, names)
    try:
        return check.of(domain), domain
    except NamesAway:
        return "temperror", domain
    except _Ended as ended:
        return str(ended), domain


def _possible(name: str) -> bool:
    """Tell whether a name fits the system of names (RFC 1035 §2.3.4)."""
    fits = all(0 < len(label.encode()) <= _LONGEST_LABEL for label in name.split("."))
    return fits and len(name) <= _LONGEST_NAME


def _plain(ip: str) -> Address:
    address = ipaddress.ip_address(ip.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@dataclass
class _Check:
    """One check: what it may still ask, and of whom it is."""

    ip: Address
    sender: str
    helo: str
    names: Names
    lookups: int = 0
    void: int = 0
    # Whether the term that is being looked at has counted as void already: it does so once.
    term_void: bool = False
    inside: list[str] = field(default_factory=list)

    def of(self, domain: str) -> str:
        """Return what a domain's record says (§4)."""
        if domain in self.inside or not _DOMAIN.fullmatch(domain):
            return "permerror" if domain in self.inside else "none"
        record = self._record(domain)
        if record is None:
            return "none"
        self.inside.append(domain)
        try:
            return self._judged(record, domain)
        finally:
            self.inside.pop()

    def _record(self, domain: str) -> str | None:
        found = [
            one for one in self.names.look_up(domain, "TXT")
            if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")
        ]  # fmt: skip
        if len(found) > 1:
            raise _Ended("permerror")
        return found[0] if found else None

    def _judged(self, record: str, domain: str) -> str:
        redirect = None
        terms: list[tuple[str, str, str, str]] = []
        for word in record.split()[1:]:
            modifier = _MODIFIER.fullmatch(word)
            if modifier:
                if modifier[1].lower() == "redirect":
                    redirect = modifier[2]
                continue
            term = _TERM.fullmatch(word)
            if term is None:
                raise _Ended("permerror")
            terms.append((term[1] or "+", term[2].lower(), term[3] or "", term[4]))
        for sign, name, value, prefix in terms:
            if self._matches(name, value, prefix, domain):
                return _RESULTS[sign]
        if redirect is None:
            return "neutral"
        self._count()
        result = self.of(self._expanded(redirect, domain))
        return "permerror" if result == "none" else result

    def _matches(self, name: str, value: str, prefix: str, domain: str) -> bool:
        if name == "all":
            return True
        if name in ("ip4", "ip6"):
            return self._in_network(value + prefix, version=int(name[2]))
        self._count()
        self.term_void = False
        target = self._expanded(value, domain) if value else domain
        match name:
            case "include":
                result = self.of(target)
                if result in ("temperror", "permerror", "none"):
                    raise _Ended("temperror" if result == "temperror" else "permerror")
                return result == "pass"
            case "exists":
                return bool(self._asked(target, "A"))
            case "mx":
                hosts = self._asked(target, "MX")
                if len(hosts) > MOST_HOSTS:
                    raise _Ended("permerror")
                return any(self._has(host, prefix) for host in hosts)
            case _:
                return name == "a" and self._has(target, prefix)

    def _in_network(self, text: str, *, version: int) -> bool:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise _Ended("permerror") from None
        if network.version != version:
            raise _Ended("permerror")
        return self.ip.version == version and self.ip in network

    def _has(self, host: str, prefix: str) -> bool:
        """Tell whether a host has our address, or one beside it within the prefix."""
        four, _, six = prefix.partition("//")
        is_four = self.ip.version == 4
        size = (four.strip("/") or "32") if is_four else (six or "128")
        if int(size) > self.ip.max_prefixlen:
            raise _Ended("permerror")
        return any(
            self.ip in ipaddress.ip_network(f"{one}/{size}", strict=False)
            for one in self._asked(host, "A" if is_four else "AAAA")
        )

    def _asked(self, name: str, kind: str) -> list[str]:
        if not _possible(name):
            return []  # nobody can be asked
        found = self.names.look_up(name, kind)  # type: ignore[arg-type] # one of the four kinds
        if not found and not self.term_void:
            self.term_void = True
            self.void += 1
            if self.void > MOST_VOID:
                raise _Ended("permerror")
        return found

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise _Ended("permerror")

    def _expanded(self, text: str, domain: str) -> str:
        """Return a domain with its macros filled in (§7), cut from the left to a name's length."""
        local, _, sender_domain = self.sender.rpartition("@")
        dotted = str(self.ip)
        if isinstance(self.ip, ipaddress.IPv6Address):
            dotted = ".".join(self.ip.exploded.replace(":", ""))
        letters = {
            "s": self.sender, "l": local, "o": sender_domain, "d": domain, "i": dotted,
            "p": "unknown", "h": self.helo, "c": str(self.ip), "r": "unknown", "t": "0",
            "v": "in-addr" if self.ip.version == 4 else "ip6",
        }  # fmt: skip

        def filled(found: re.Match[str]) -> str:
            if found[5]:
                return {"%": "%", "_": " ", "-": "%20"}[found[5]]
            pieces = re.split(f"[{re.escape(found[4] or '.')}]", letters[found[1].lower()])
            if found[3]:
                pieces.reverse()
            if found[2]:
                pieces = pieces[-int(found[2]) :] if int(found[2]) else []
            return ".".join(pieces)

        name = _FILLED.sub(filled, text)
        while len(name) > 253:
            name = name.partition(".")[2] or name[-253:]
        return name.lower().rstrip(".")
