"""What a desk holds after frames, told a second time: the rules of the protocol, row by row.

The desk's own reducers are TypeScript; two tellings that agree with the server on every recorded
trace do not share a mistake. A thread with a hole is None from then on: it is asked for anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
_EVENTS: dict[str, Callable[["Held", Row], None]] = {}


def _on(kind: str) -> Callable[[Callable[["Held", Row], None]], Callable[["Held", Row], None]]:
    def keep(rule: Callable[["Held", Row], None]) -> Callable[["Held", Row], None]:
        _EVENTS[kind] = rule
        return rule

    return keep


def kinds() -> set[str]:
    """Return the kinds of frames that there is a rule for."""
    return set(_EVENTS)


@dataclass
class Held:
    """Everything live that a desk holds; `left` is the version at which a row went away."""

    conversations: dict[str, Row]
    consults: dict[str, Row]
    offers: dict[str, Row]
    presence: Row | None
    threads: dict[str, list[Row] | None]
    drafts: dict[str, Row]
    consents: dict[str, list[Row]]
    mentions: list[tuple[str, str, str]]
    left: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, state: Row) -> "Held":
        """Return what a desk holds that has just been loaded."""
        desk = state["desk"]
        return cls(
            conversations={row["id"]: row for row in desk["conversations"]},
            consults={row["id"]: row for row in desk["consults"]},
            offers={row["work_item_id"]: row for row in desk["offers"]},
            presence=desk["presence"],
            threads={one: list(items) for one, items in state["threads"].items()},
            drafts=dict(state["drafts"]),
            consents={one: list(lines) for one, lines in state.get("consents", {}).items()},
            mentions=sorted(
                (one["conversation_id"], one["by"], one["at"]) for one in state["mentions"]
            ),
        )

    def hear(self, frames: Iterable[Row]) -> None:
        """Take frames in their order, each kind by its rule."""
        for frame in frames:
            _EVENTS[frame["k"]](self, frame["b"])

    def shown(self, *, but: Iterable[str] = ()) -> Row:
        """Return what is on the screen, without the threads that have to be asked for."""
        holes = set(but)
        told = {name: value for name, value in vars(self).items() if name != "left"}
        return told | {"threads": {k: v for k, v in self.threads.items() if k not in holes}}

    def holes(self) -> list[str]:
        """Return the threads that have to be asked for anew."""
        return [one for one, items in self.threads.items() if items is None]

    def _newer(self, table: dict[str, Row], row: Row) -> bool:
        known = table.get(row["id"], {"v": -1})["v"]
        return bool(row["v"] > max(known, self.left.get(row["id"], -1)))


@_on("conversation.changed")
def _conversation_changed(held: Held, row: Row) -> None:
    if held._newer(held.conversations, row):
        held.conversations[row["id"]] = row
        held.left.pop(row["id"], None)


@_on("conversation.removed")
def _conversation_removed(held: Held, body: Row) -> None:
    if held.conversations.get(body["id"], {"v": -1})["v"] <= body["v"]:
        held.conversations.pop(body["id"], None)
        held.left[body["id"]] = max(body["v"], held.left.get(body["id"], 0))


@_on("consult.changed")
def _consult_changed(held: Held, row: Row) -> None:
    if not held._newer(held.consults, row):
        return
    if row["state"] == "closed":
        held.consults.pop(row["id"], None)
        held.left[row["id"]] = row["v"]
    else:
        held.consults[row["id"]] = row


@_on("offer.made")
def _offer_made(held: Held, offer: Row) -> None:
    held.offers[offer["work_item_id"]] = offer


@_on("offer.withdrawn")
def _offer_withdrawn(held: Held, body: Row) -> None:
    held.offers.pop(body["work_item_id"], None)


@_on("presence.changed")
def _presence_changed(held: Held, body: Row) -> None:
    mine = held.presence
    if mine is None or (
        body["operator_id"] == mine["operator_id"] and body["since"] >= mine["since"]
    ):
        held.presence = body


@_on("message.added")
def _message_added(held: Held, message: Row) -> None:
    items = held.threads.get(message["conversation_id"])
    if items == []:
        held.threads[message["conversation_id"]] = [message]
    if not items:
        return
    if message["seq"] < items[0]["seq"] or any(one["id"] == message["id"] for one in items):
        return
    if message["seq"] > items[-1]["seq"] + 1:
        held.threads[message["conversation_id"]] = None
        return
    together = sorted([*items, message], key=lambda one: int(one["seq"]))
    gone = {
        seq
        for one in together
        if one["meta"].get("what") == "parted"
        for first, last in one["meta"].get("taken", [])
        for seq in range(one["seq"] - first, one["seq"] - last + 1)
    }
    held.threads[message["conversation_id"]] = [one for one in together if one["seq"] not in gone]


@_on("message.changed")
def _message_changed(held: Held, message: Row) -> None:
    items = held.threads.get(message["conversation_id"]) or []
    for place, one in enumerate(items):
        if one["id"] == message["id"]:
            items[place] = message


@_on("draft.changed")
def _draft_changed(held: Held, draft: Row) -> None:
    key = f"{draft['conversation_id']}/{draft['kind']}"
    if held.drafts.get(key, {"rev": -1})["rev"] < draft["rev"]:
        held.drafts[key] = draft


@_on("consents.changed")
def _consents_changed(held: Held, body: Row) -> None:
    known = {
        (one["address"], one["purpose"]): one for one in held.consents.get(body["customer_id"], [])
    }
    told: list[Row] = []
    for one in body["standing"]:
        old = known.get((one["address"], one["purpose"]))
        late = old and old["at"] and (not one["at"] or old["at"] > one["at"])
        told.append(old if old and late else one)
    held.consents[body["customer_id"]] = told


@_on("mention.added")
def _mention_added(held: Held, note: Row) -> None:
    told = (note["conversation_id"], note["by"], note["at"])
    held.mentions = sorted({*held.mentions, told})


@_on("conversation.overdue")
def _conversation_overdue(held: Held, overdue: Row) -> None:
    """Nothing that a fresh load would show differently: a row tells its own due moment."""
