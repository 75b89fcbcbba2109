"""Where a webhook may lead: out to the world, never into our own network.

The name is resolved once, every address it has must be public, and the connection goes to the
very address that was looked at: a name that changes its mind in between leads nowhere.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from ascolto.channels.errors import BadAddress

TIMEOUT_S = 10.0
ANSWER_LIMIT = 4_096
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"https": 443, "http": 80}


class UnreachableError(Exception):
    """The address leads nowhere we may go; the text says why, without the address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said."""

    status: int
    text: str


def checked_url(url: str, *, allow_private: bool) -> str:
    """Return a web address that a webhook may have, or refuse it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise BadAddress("This is not a web address.", field="url") from wrong
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise BadAddress("A webhook has an https address.", field="url")
    if parts.scheme == "http" and not allow_private:
        raise BadAddress("A webhook's address begins with https.", field="url")
    if parts.username or parts.password or parts.fragment:
        raise BadAddress("The address holds a name, a password or a fragment.", field="url")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise BadAddress("The address holds characters it cannot have.", field="url")
    literal = _literal(parts.hostname)
    if literal is not None and not allow_private and not is_public(literal):
        raise BadAddress("The address lies in a private network.", field="url")
    return url


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address belongs to the open internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo is not None:
            return False
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """Return an address of a name, or refuse a name of which any address is not public."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as unknown:
        raise UnreachableError("the name is not known") from unknown
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not allow_private and not all(is_public(ipaddress.ip_address(one)) for one in addresses):
        raise UnreachableError("the name leads into a private network")
    return addresses[0]


async def post(
    http: httpx.AsyncClient, url: str, *, body: bytes, headers: dict[str, str], allow_private: bool,
    keep: int = 500,
) -> Answer:  # fmt: skip
    """Send a body to a web address and return what was said, cut to `keep` bytes."""
    target = httpx.URL(checked_url(url, allow_private=allow_private))
    port = target.port or _PORTS[target.scheme]
    address = await resolve(target.host, port, allow_private=allow_private)
    request = http.build_request(
        "POST",
        target.copy_with(host=address),
        content=body,
        headers={**headers, "host": target.netloc.decode()},
        extensions={"sni_hostname": target.host},
    )
    async with asyncio.timeout(TIMEOUT_S):
        answer = await http.send(request, stream=True, follow_redirects=False)
        try:
            text = await _beginning(answer, keep=keep)
        finally:
            await answer.aclose()
    return Answer(answer.status_code, text)


async def _beginning(answer: httpx.Response, *, keep: int) -> str:
    seen = b""
    async for chunk in answer.aiter_raw():
        seen += chunk
        if len(seen) >= max(ANSWER_LIMIT, keep):
            break
    return seen[:keep].decode("utf-8", "replace").replace("\x00", "")
