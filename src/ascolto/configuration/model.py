"""Versions of the configuration, what differs between two, and what waits for its moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ascolto.tenancy.model import Ahead

# In the order in which what is named comes before who names it.
KINDS = (
    *("calendar", "client", "skill", "team", "queue", "channel"),
    *("operator", "reason", "canned", "setting"),
)

# Nothing names these but what happened once: they go out of use before another takes their name.
NAMED_BY_NONE = frozenset({"reason", "canned"})

# Shown and never put back: what opens a door is not in their images, and a door that was shut by
# whoever lost the key stays shut.
ONLY_SHOWN = frozenset({"token", "webhook"})

Image = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing, how it was and how it is; None where it was not, or is no longer, in use."""

    kind: str
    thing: str
    client_id: str | None
    name: str
    before: Image | None
    after: Image | None

    def fields(self) -> list[tuple[str, Any, Any]]:
        """Return (name, before, after) of what differs, by name."""
        old, new = self.before or {}, self.after or {}
        return [
            (name, old.get(name), new.get(name))
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        ]


@dataclass(frozen=True, slots=True)
class Version:
    """One transaction that changed something: who, when and why."""

    id: int
    at: datetime
    actor: dict[str, Any]
    why: str
    publication_id: str | None
    restores: int | None
    things: int
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wish:
    """One request of the HTTP interface that is to be made later."""

    method: str
    path: str
    body: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """Return the shape that is kept."""
        return {"method": self.method, "path": self.path, "body": self.body}


@dataclass(frozen=True, slots=True)
class Publication:
    """Requests with their moment, the ground they were asked on, and what became of them."""

    id: str
    due_at: datetime
    why: str
    requests: list[dict[str, Any]]
    ground: dict[str, int]
    by_account: str
    by_name: str
    created_at: datetime
    state: str
    decided_at: datetime | None
    refusal: dict[str, Any] | None

    def wishes(self) -> list[Wish]:
        """Return what is to be done, in order."""
        return [Wish(each["method"], each["path"], each["body"]) for each in self.requests]


def ahead(image: Image | None, *, now: datetime) -> list[Ahead]:
    """Return what a setting of such an image takes from now on: what holds now, then what comes."""
    first, later = Ahead(inherits=True), []
    image = image or {}
    for each in (*([image] if "value" in image else []), *image.get("planned", [])):
        told = each.get("valid_from")  # not in the images of old
        begins = None if told is None else datetime.fromisoformat(told)
        if begins is None or begins <= now:
            first = Ahead(each["value"])
        else:
            later.append(Ahead(each["value"], begins))
    return [first, *later]


def way_back(changes: Sequence[Change], *, now: datetime) -> list[Change]:
    """Return what leads from now back to before some changes, given from the first to the last.

    Several changes of one thing are one way; a thing that came back by itself is left alone, and a
    setting that takes from now on what it took. What is named comes before what names it; what
    goes out of use goes last, in the other direction, but what nothing names goes first.
    """
    first: dict[tuple[str, str], Change] = {}
    last: dict[tuple[str, str], Change] = {}
    for change in changes:
        first.setdefault((change.kind, change.thing), change)
        last[change.kind, change.thing] = change
    back = [
        Change(new.kind, new.thing, new.client_id, new.name, new.after, first[key].before)
        for key, new in last.items()
        if new.after != first[key].before and new.kind not in ONLY_SHOWN
    ]
    back = [
        step
        for step in back
        if step.kind != "setting" or ahead(step.before, now=now) != ahead(step.after, now=now)
    ]

    def turn(change: Change) -> tuple[int, int, str]:
        place = KINDS.index(change.kind)
        if change.after is not None:
            return 1, place, change.thing
        return 0 if change.kind in NAMED_BY_NONE else 2, -place, change.thing

    return sorted(back, key=turn)
