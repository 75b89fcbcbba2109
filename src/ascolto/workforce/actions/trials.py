"""What the rest of a day is lived through with: as it is, and with each lever that makes sense."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ascolto import routing
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.laying_out import PATIENCE_S, DayLines
from ascolto.workforce.levers import Half, Lever, abreast, pulled
from ascolto.workforce.reaching import TOLD, moved_breaks
from ascolto.workforce.today import HALF_HOUR

SAID_TO = frozenset({"webchat", "messaging"})
"""Channels on which those who wait can be told something, and choose another way."""


def trial_question(days: dict[str, DayLines], levers: Sequence[Lever], *, queue_id: str) -> Any:
    """Return what the calculating process lives through: the rest as it is, and each lever."""
    _check_queues(days, levers, queue_id=queue_id)
    for lines in days.values():
        if not lines.aht_s:
            raise BadPlan(
                "aht", "Nobody knows how long the work takes.", queue_id=lines.read.queue.id
            )
        if not lines.read.expected:
            raise BadPlan(
                "forecast_none",
                "No published forecast speaks of the day.",
                queue_id=lines.read.queue.id,
            )
    now = {key: lines.ahead() for key, lines in days.items()}
    if not now[queue_id]:
        raise BadPlan("left", "Nothing of the day is left.")
    if not any(one.people for one in now[queue_id]):
        raise BadPlan("nobody_rostered", "Nobody is rostered for the rest of the day.")
    last = now[queue_id][-1].starts_at + HALF_HOUR
    for lever in levers:
        concerned = [days[queue_id]]
        if lever.other_queue_id is not None:
            concerned.append(days[lever.other_queue_id])
        _check_group(lever, concerned)
        _check(lever, now[queue_id], until=last)
        _check_told(lever, days[queue_id])
        if lever.other_queue_id is not None:
            _check_other(lever, now[queue_id], now[lever.other_queue_id])
    now = abreast(now)
    worlds = [(now, None), *(_world(now, lever, days, queue_id) for lever in levers)]
    return {
        "cv": days[queue_id].rest.cv,
        "queues": {
            key: {
                "aht_s": lines.aht_s,
                "patience_s": PATIENCE_S,
                "target_s": lines.read.queue.target_s,
            }
            for key, lines in days.items()
        },
        "trials": [
            {
                "queues": {
                    key: [{"calls": one.calls, "people": one.people} for one in halves]
                    for key, halves in world.items()
                },
                "help": help_told,
            }
            for world, help_told in worlds
        ],
    }


def _world(
    now: dict[str, list[Half]], lever: Lever, days: dict[str, DayLines], queue_id: str
) -> tuple[dict[str, list[Half]], dict[str, Any] | None]:
    """Return the rest of the day with a lever pulled, and which queue's people help another's."""
    read, breaks = days[queue_id].read, None
    if lever.kind == "break_move":
        breaks = moved_breaks(
            read.shifts,
            lever,
            queue_id=queue_id,
            crew=read.crew,
            starts=[one.starts_at for one in now[queue_id]],
        )
    other = days[lever.other_queue_id].read.queue if lever.other_queue_id else None
    moves = lever.kind == "skill_move" and other is not None
    keep_both = moves and other is not None and not routing.can_be_left(other, read.queue)
    after = pulled(now, lever, queue_id=queue_id, breaks=breaks, keep_both=keep_both)
    if lever.kind != "overflow" and not keep_both:
        return after, None
    inside = [lever.from_at <= one.starts_at < lever.until_at for one in now[queue_id]]
    told = {"queue": queue_id, "by": lever.other_queue_id, "inside": inside}
    return after, {**told, "people": lever.people} if keep_both else told


def _check_told(lever: Lever, lines: DayLines) -> None:
    most = lines.read.told_share_most
    if lever.share > most:
        raise BadPlan("many_told", "So many will not be told.", field="share", most=most)
    if lever.kind in TOLD and lines.read.stream.channel not in SAID_TO:
        raise BadPlan("nobody_told", "Nobody who waits here can be told anything.", field="kind")


def _check_group(lever: Lever, days: Sequence[DayLines]) -> None:
    """Refuse what is done where few work: what it would bring, or why not, would tell of them."""
    stretches = [(lever.from_at, lever.until_at)]
    if lever.to_at is not None:
        stretches.append((lever.to_at, lever.to_at + (lever.until_at - lever.from_at)))
    for lines in days:
        for one in lines.lines:
            if 0 < one.people < lines.read.smallest_group and any(
                one.starts_at < until and since < one.starts_at + HALF_HOUR
                for since, until in stretches
            ):
                raise BadPlan("too_few", "Too few people work then to be counted.", field="from_at")


def _check_queues(days: dict[str, DayLines], levers: Sequence[Lever], *, queue_id: str) -> None:
    """Refuse an overflow to where the work cannot go on: routing would, once it is to begin."""
    own = days[queue_id].read.stream
    for lever in levers:
        if lever.kind != "overflow" or lever.other_queue_id is None:
            continue
        into = days[lever.other_queue_id].read.stream
        same = (own.client_id, own.channel) == (into.client_id, into.channel)
        if into.queue_id == queue_id or not same:
            raise BadPlan(
                "overflow",
                "A queue overflows into another of the same client and channel.",
                field="other_queue_id",
            )


def _check_other(lever: Lever, ahead: Sequence[Half], others: Sequence[Half]) -> None:
    there = {one.starts_at: one.people for one in others}
    inside = [one.starts_at for one in ahead if lever.from_at <= one.starts_at < lever.until_at]
    if any(lever.people > there.get(at, 0) for at in inside):
        raise BadPlan("many_over", "Not so many are there to come over.", field="people")
    if lever.kind == "overflow" and not any(there.get(at, 0) for at in inside):
        raise BadPlan("help", "Nobody is there to help.", field="other_queue_id")


def _check(lever: Lever, ahead: Sequence[Half], *, until: datetime) -> None:
    first = ahead[0].starts_at
    if not first <= lever.from_at < lever.until_at <= until:
        raise BadPlan(
            "from_left", "What is done about a day lies in what is left of it.", field="from_at"
        )
    if lever.to_at is not None and lever.until_at - lever.from_at != HALF_HOUR:
        # The breaks of a longer stretch would all be at one moment.
        raise BadPlan("break_span", "A break moves out of half an hour.", field="until_at")
    if lever.to_at is not None and not (
        first <= lever.to_at and lever.to_at + (lever.until_at - lever.from_at) <= until
    ):
        raise BadPlan(
            "break_later", "A break is moved within what is left of the day.", field="to_at"
        )
    there = [one.people for one in ahead if lever.from_at <= one.starts_at < lever.until_at]
    if lever.kind == "time_off" and lever.people > min(there, default=0):
        raise BadPlan("many_there", "Not so many are there.", field="people")
