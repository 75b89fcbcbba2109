"""Which mails belong together, whatever the order in which they come.

In this order: the signed token of a reply address; References and In-Reply-To, ids of mails that
never came included; the tag in the subject, for what is tied to nothing else. Never the subject
alone. Ids are joined as sets (union-find), so a parent that comes late joins what was apart.

Who writes is another question than where it belongs: somebody new on an old token or reference is
put into the thread, flagged, and is not taken for the customer.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

Node = tuple[str, str]
_PREFIXES = re.compile(
    r"^(?:\s*(?:re|r|rif|i|fw|fwd|tr|aw|wg|sv|vs|ant|odp|res|enc|rv|ynt|antw)(?:\[\d{1,3}\])?\s?[:：]"
    r"|\s*\[[^\]]{0,60}\])+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What threading must know of a mail; `key` is ours and unique, ids are only hints.

    `conversation` is set for our own mails, `token` for mails to a reply address whose signature
    holds, `tag` for a subject tag; all three name one of our conversations.
    """

    key: str
    message_id: str | None = None
    references: tuple[str, ...] = ()
    sender: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    digest: bytes = b""
    conversation: str | None = None
    token: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a mail was put and what to think of its sender."""

    thread: str
    by: str
    is_copy: bool = False
    id_reused: bool = False
    new_sender: bool = False
    is_customer: bool = False


@dataclass(slots=True)
class _Group:
    """A set of joined ids: its mails, and what ties it to a conversation."""

    keys: list[str] = field(default_factory=list)
    conversation: str | None = None
    tags: list[tuple[str, str]] = field(default_factory=list)
    customer: str = ""
    parties: set[str] = field(default_factory=set)


class Threads:
    """The threads of one mailbox or client, built up mail by mail."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}
        self._groups: dict[Node, _Group] = {}
        # Who used an id first, with which subject, and the bytes seen under it.
        self._used: dict[str, tuple[str, str]] = {}
        self._digests: dict[str, set[bytes]] = {}
        self._nodes: dict[str, Node] = {}

    def add(self, arrival: Arrival) -> Placement:
        """Put a mail where it belongs; threads that it ties together become one."""
        node, is_copy, reused = self._own_node(arrival)
        before = self._find(node) in self._groups and bool(self._group(node).keys)
        ties, by = self._ties(arrival)
        known = before or any(self._is_known(tie) for tie in ties)
        parties, customer = self._people(node, ties)
        for tie in ties:
            self._join(node, tie)
        group = self._group(node)
        group.keys.append(arrival.key)
        if arrival.tag:
            group.tags.append((arrival.key, arrival.tag))
            if by == "tag":
                tagged = self._group(("conversation", arrival.tag))
                known = known or self._is_known(("conversation", arrival.tag))
                parties, customer = parties | tagged.parties, customer or tagged.customer
        placed = Placement(
            thread=self.thread_of(arrival.key, node),
            by=by if known else "new",
            is_copy=is_copy,
            id_reused=reused,
            new_sender=self._is_stranger(arrival, known=known, parties=parties),
            is_customer=_same(arrival.sender, customer) if known else bool(arrival.sender),
        )
        self._remember_people(group, arrival, placed)
        self._nodes[arrival.key] = node
        return placed

    def thread_of(self, key: str, node: Node | None = None) -> str:
        """Return a name of the thread that a mail is in; it changes when threads become one."""
        group = self._group(self._nodes[key] if node is None else node)
        if group.conversation is not None:
            return group.conversation
        if group.tags:
            # Several tags in one untied group: the first by key, whatever came first.
            return min(group.tags)[1]
        return min(group.keys)

    def threads(self) -> list[list[str]]:
        """Return all threads as sorted lists of keys, in the order of their first key."""
        found: dict[str, list[str]] = {}
        for key in self._nodes:
            found.setdefault(self.thread_of(key), []).append(key)
        return sorted(sorted(keys) for keys in found.values())

    def _own_node(self, arrival: Arrival) -> tuple[Node, bool, bool]:
        """Return a mail's node, whether it is a copy, and whether it stole somebody's id."""
        name = arrival.message_id
        if name is None:
            return ("key", arrival.key), False, False
        used = (arrival.sender.lower(), bare_subject(arrival.subject))
        first = self._used.setdefault(name, used)
        if first[0] != used[0] and first[1] != used[1]:
            # Another sender and another subject: a machine that numbers badly, or worse.
            return ("key", arrival.key), False, True
        digests = self._digests.setdefault(name, set())
        is_copy = bool(digests)
        digests.add(arrival.digest)
        return ("id", name), is_copy, False

    def _ties(self, arrival: Arrival) -> tuple[list[Node], str]:
        if arrival.conversation is not None:
            return [("conversation", arrival.conversation)], "ours"
        if arrival.token is not None:
            return [("conversation", arrival.token)], "token"
        ids: list[Node] = [("id", one) for one in arrival.references if one != arrival.message_id]
        if ids:
            # The nearest mail first: where two conversations are named, it decides.
            return ids[::-1], "references"
        return [], "tag" if arrival.tag else "new"

    def _find(self, node: Node) -> Node:
        root = node
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(node, node)) != root:
            self._parent[node] = root
            node = above
        return root

    def _group(self, node: Node) -> _Group:
        root = self._find(node)
        found = self._groups.get(root)
        if found is None:
            named = node[1] if node[0] == "conversation" else None
            found = self._groups[root] = _Group(conversation=named)
        return found

    def _join(self, one: Node, other: Node) -> None:
        into, group = self._group(one), self._group(other)
        if into is group:
            return
        if None not in (into.conversation, group.conversation):
            # Two conversations stay two, whoever names both of them.
            return
        large, small = (one, other) if len(into.keys) >= len(group.keys) else (other, one)
        root, gone = self._find(large), self._find(small)
        kept, merged = self._groups[root], self._groups.pop(gone)
        self._parent[gone] = root
        kept.keys.extend(merged.keys)
        kept.tags.extend(merged.tags)
        kept.parties |= merged.parties
        kept.conversation = kept.conversation or merged.conversation
        kept.customer = kept.customer or merged.customer

    def _is_known(self, node: Node) -> bool:
        group = self._groups.get(self._find(node))
        return group is not None and (bool(group.keys) or node[0] == "conversation")

    def _people(self, node: Node, ties: Iterable[Node]) -> tuple[set[str], str]:
        parties: set[str] = set()
        customer = ""
        for tie in (node, *ties):
            group = self._groups.get(self._find(tie))
            if group is not None:
                parties |= group.parties
                customer = customer or group.customer
        return parties, customer

    @staticmethod
    def _is_stranger(arrival: Arrival, *, known: bool, parties: set[str]) -> bool:
        ours = arrival.conversation is not None
        return known and not ours and arrival.sender.lower() not in parties

    @staticmethod
    def _remember_people(group: _Group, arrival: Arrival, placed: Placement) -> None:
        recipients = {one.lower() for one in arrival.recipients}
        if arrival.conversation is not None:
            # Whom we write to is who the conversation is with.
            group.customer = group.customer or next(iter(arrival.recipients), "").lower()
            group.parties |= recipients
        elif not placed.new_sender:
            group.customer = group.customer or arrival.sender.lower()
            group.parties |= recipients | {arrival.sender.lower()}


def bare_subject(subject: str) -> str:
    """Return a subject without "R:", "Re:", "[list]" and the like, folded for comparing."""
    return " ".join(_PREFIXES.sub("", subject[:500]).split()).casefold()


def _same(one: str, other: str) -> bool:
    return bool(one) and one.lower() == other.lower()
