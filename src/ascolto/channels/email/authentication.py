"""What our own mail server found out about a mail's sender (RFC 8601), and nobody else's word."""

import re

from ascolto.channels.email.mail import Mail

METHODS = ("spf", "dkim", "dmarc", "arc")
# A comment may hold anything, also something that reads like a result.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^\s*(\w+)(?:/\d+)?\s*=\s*(\w+)")
_BEST_FIRST = ("pass", "fail", "softfail", "temperror", "permerror", "neutral", "policy", "none")


def sender_checks(mail: Mail, trusted_hop: str) -> dict[str, str]:
    """Return the results of spf, dkim, dmarc and arc as our own server wrote them; empty without.

    Only the first line that may be its counts: ours is put on top, a sender can only write the
    lower ones. Of several signatures the one that passed stands for all.
    """
    lines = mail.root.all("authentication-results")
    if not trusted_hop or not lines:
        return {}
    # What a sender may write into an address, quoted, is no result.
    bare = _QUOTED.sub('""', lines[0])
    for _ in range(5):  # comments in comments
        bare = _COMMENT.sub(" ", bare)
    server, _, rest = bare.partition(";")
    if server.split()[:1] == [] or server.split()[0].lower() != trusted_hop.lower():
        return {}
    found: dict[str, list[str]] = {}
    for one in rest.split(";"):
        result = _RESULT.match(one)
        if result and result[1].lower() in METHODS:
            found.setdefault(result[1].lower(), []).append(result[2].lower())
    best = {name: min(said, key=_rank) for name, said in found.items()}
    if "dmarc" in found:  # of which there is one: of two, one is forged
        best["dmarc"] = max(found["dmarc"], key=_rank)
    return best


def _rank(result: str) -> int:
    return _BEST_FIRST.index(result) if result in _BEST_FIRST else len(_BEST_FIRST)
