"""How each kind of thing is put back as it was: by the verbs of its own room, never by its rows."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from ascolto.channels.actions import configuring as channels
from ascolto.configuration import errors
from ascolto.configuration.model import Change, Image, ahead
from ascolto.conversations.actions import configuring as conversations
from ascolto.kit.db import Tx
from ascolto.people import actions as people
from ascolto.people import catalogue
from ascolto.people.model import SkillLevel
from ascolto.routing import queues
from ascolto.tenancy import actions as tenancy
from ascolto.tenancy.model import Ahead

Put = Callable[[Tx, str, Image], Awaitable[object]]
Remove = Callable[[Tx, str], Awaitable[object]]


async def revive(tx: Tx, change: Change) -> None:
    """Take one thing into use again as it last was, when it has to be and its room has a verb.

    All of them before the first is put: two queues that overflow into each other are both there,
    and ready replies or reasons that swapped their names are in each other's way no more.
    """
    free = _FREE.get(change.kind)
    if free is not None and change.after is not None:
        await free(tx, change.thing)
    again = _REVIVE.get(change.kind)
    if again is not None and change.before is None and change.after is not None:
        await again(tx, change.thing)


async def put(tx: Tx, change: Change) -> None:
    """Bring one thing, in use or revived, to `change.after`, by whatever verb leads there."""
    if change.after is None:
        await _REMOVE[change.kind](tx, change.thing)
    else:
        await _PUT[change.kind](tx, change.thing, change.after)


async def _client(tx: Tx, thing: str, image: Image) -> None:
    v = (await tenancy.get_client(tx, thing)).v
    await tenancy.change_client(tx, thing, v=v, changes={**image, "archived_at": None})


async def _calendar(tx: Tx, thing: str, image: Image) -> None:
    known = await tenancy.find_calendar(tx, thing)
    if known is None:
        await tenancy.create_calendar(
            tx,
            name=image["name"],
            hours=image["hours"],
            client_id=image["client_id"],
            calendar_id=thing,
        )
        return
    await tenancy.change_calendar(tx, thing, v=known.v, name=image["name"], hours=image["hours"])


async def _queue(tx: Tx, thing: str, image: Image) -> None:
    values = {name: value for name, value in image.items() if name != "client_id"}
    await queues.change_queue(tx, queue_id=thing, values=values)


async def _channel(tx: Tx, thing: str, image: Image) -> None:
    v = (await channels.known(tx, thing)).v
    names = ("name", "queue_id", "settings", "active")
    await channels.change_channel(tx, thing, v=v, changes={name: image[name] for name in names})


async def _skill(tx: Tx, thing: str, image: Image) -> None:
    await catalogue.change_skill(tx, thing, name=image["name"])


async def _team(tx: Tx, thing: str, image: Image) -> None:
    await catalogue.change_team(tx, thing, name=image["name"])


async def _operator(tx: Tx, thing: str, image: Image) -> None:
    v = (await people.get_operator(tx, thing)).v
    own = {name: value for name, value in image.items() if name not in {"skills", "clients"}}
    changes: dict[str, Any] = {**own, "languages": tuple(own["languages"]), "archived_at": None}
    await people.change_operator(tx, thing, v=v, changes=changes)
    skills = {code: _level(*pair) for code, pair in image["skills"].items()}
    await people.put_skills(tx, thing, skills)
    await people.set_clients(tx, thing, image["clients"])


def _level(level: int, expires_at: str | None) -> SkillLevel:
    return SkillLevel(level, None if expires_at is None else datetime.fromisoformat(expires_at))


async def _setting(tx: Tx, thing: str, image: Image) -> None:
    if "value" in image and "valid_from" not in image:
        raise errors.MomentUnknown("It is not written from when on that value was to hold.")
    await _replan(tx, thing, ahead(image, now=tx.now))


async def _unset(tx: Tx, thing: str) -> None:
    """Leave a client with the organisation's value, the organisation with the default."""
    await _replan(tx, thing, [Ahead(inherits=True)])


async def _replan(tx: Tx, thing: str, values: Sequence[Ahead]) -> None:
    key, _, client_id = thing.partition("@")
    await tenancy.replan_setting(tx, key, values, actor=tx.actor, client_id=client_id or None)


async def _archive_client(tx: Tx, thing: str) -> None:
    """Put a client away without its opening hours, which may go as well; its image has them."""
    client = await tenancy.get_client(tx, thing)
    if client.default_calendar_id is not None:
        gone = {"default_calendar_id": None}
        await tenancy.change_client(tx, thing, v=client.v, changes=gone)
    await tenancy.archive_client(tx, thing)


async def _archive_queue(tx: Tx, thing: str) -> None:
    await queues.archive_queue(tx, queue_id=thing)


async def _archive_skill(tx: Tx, thing: str) -> None:
    await catalogue.change_skill(tx, thing, archived=True)


async def _archive_team(tx: Tx, thing: str) -> None:
    await catalogue.change_team(tx, thing, archived=True)


_PUT: dict[str, Put] = {
    "client": _client,
    "calendar": _calendar,
    "skill": _skill,
    "team": _team,
    "queue": _queue,
    "channel": _channel,
    "operator": _operator,
    "reason": conversations.put_reason,
    "canned": conversations.put_canned,
    "setting": _setting,
}
_REVIVE: dict[str, Remove] = {
    "queue": queues.revive_queue,
    "channel": channels.revive_channel,
    "skill": catalogue.revive_skill,
    "team": catalogue.revive_team,
}
_FREE: dict[str, Remove] = {
    "reason": conversations.free_reason,
    "canned": conversations.free_canned,
}
_REMOVE: dict[str, Remove] = {
    "client": _archive_client,
    "calendar": tenancy.delete_calendar,
    "skill": _archive_skill,
    "team": _archive_team,
    "queue": _archive_queue,
    "channel": channels.archive_channel,
    "operator": people.archive_operator,
    "reason": conversations.archive_reason,
    "canned": conversations.archive_canned,
    "setting": _unset,
}
