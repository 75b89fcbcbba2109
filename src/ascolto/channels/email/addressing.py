"""Whether an address is one of our own, also with a plus and what follows."""

from collections.abc import Iterable


def is_own(address: str, own: Iterable[str]) -> bool:
    """Tell whether an address leads to us."""
    local, at, domain = address.lower().partition("@")
    bare = local.partition("+")[0] + at + domain
    return any(one.lower() in (address.lower(), bare) for one in own)
