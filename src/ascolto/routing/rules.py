"""The organisation's rules for routing that are settings: dated, and read where they count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.kit.db import Tx
from ascolto.privacy import MINIMUM_GROUP
from ascolto.routing import engine, openings
from ascolto.routing.model import Queue
from ascolto.tenancy import declare
from ascolto.tenancy import store as tenancy_store
from ascolto.tenancy.actions import setting
from ascolto.tenancy.settings import BadValue

_USUAL: dict[str, dict[str, Any]] = {
    usual.channel: {"cost": usual.cost, "interrupts": sorted(usual.interrupts)}
    for usual in engine.USUAL_COSTS
}
_MOST = 1000


def channel_costs(value: Any) -> dict[str, dict[str, Any]]:
    """Read costs by channel; a channel that is left out keeps its usual one."""
    if not isinstance(value, dict) or not value.keys() <= _USUAL.keys():
        raise BadValue("an object of channels: " + ", ".join(_USUAL))
    for told in value.values():
        if not isinstance(told, dict) or told.keys() != {"cost", "interrupts"}:
            raise BadValue("a cost and what it interrupts for each channel")
        cost, beside = told["cost"], told["interrupts"]
        if not isinstance(cost, int) or isinstance(cost, bool) or not 1 <= cost <= _MOST:
            raise BadValue(f"a whole cost from 1 to {_MOST} for each channel")
        if not isinstance(beside, list) or not all(isinstance(one, str) for one in beside):
            raise BadValue("a list of the channels that each may interrupt")
        if not _USUAL.keys() >= set(beside):
            raise BadValue("channels to interrupt out of " + ", ".join(_USUAL))
    return {**_USUAL, **value}


CHANNELS = declare(
    "routing.channels",
    default=_USUAL,
    parse=channel_costs,
    meaning="What one piece of each channel's work takes of a person's budget, and beside which"
    " other channels' work it may come. What interrupts nothing or costs 50 and more is exclusive:"
    " past its target, somebody's room is held back for it.",
)

FOLLOWED = frozenset({CHANNELS.key, MINIMUM_GROUP.key})
"""The settings that a leader follows."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds now, and when to read it again: a setting takes another value, a day ends."""

    costs: tuple[engine.ChannelCost, ...]
    smallest_groups: dict[str, int]
    openings: dict[str, engine.Openings]
    changes_at: datetime


async def read_costs(tx: Tx) -> tuple[engine.ChannelCost, ...]:
    """Return what each channel's work takes now."""
    value = await setting(tx, CHANNELS)
    return tuple(
        engine.ChannelCost(channel, told["cost"], frozenset(told["interrupts"]))
        for channel, told in sorted(value.items())
    )


async def read_rules(tx: Tx, queues: Collection[Queue]) -> Rules:
    """Return the rules in force for some queues, with the smallest group of each of their clients.

    They hold until `changes_at`, the next midnight (UTC) at the latest.
    """
    coming = [
        known.valid_from
        for known in await tenancy_store.list_settings(tx)
        if known.key in FOLLOWED and known.valid_from > tx.now
    ]
    return Rules(
        costs=await read_costs(tx),
        smallest_groups={
            client_id: await setting(tx, MINIMUM_GROUP, client_id=client_id)
            for client_id in sorted({queue.client_id for queue in queues})
        },
        openings=await openings.of_queues(tx, queues),
        changes_at=min([*coming, openings.renewed_at(tx.now)]),
    )
