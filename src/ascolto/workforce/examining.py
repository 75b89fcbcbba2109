"""What a roster breaks, by the examiner that shares nothing with the search, and by the hours."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ascolto.kit.db import Tx
from ascolto.workforce import store_requests, store_rosters
from ascolto.workforce.casting import (
    LOOK_BACK,
    Planned,
    Stage,
    instance_document,
    roster_document,
)
from ascolto.workforce.exchanging import unagreed
from ascolto.workforce.hours import BY_AGREEMENT, away, beyond_hours
from ascolto.workforce.rostering.checking import examine
from ascolto.workforce.rosters import Roster, Shift, Violation, violations
from ascolto.workforce.ruling import coded
from ascolto.workforce.stage import cast_of, stage_of, whole_weeks

_BINDING = ("D.Lgs. 66/2003", "D.Lgs. 81/2008", BY_AGREEMENT)
_OF_A_WEEK = ("contract", "D.Lgs. 66/2003 art. 4", "L. 81/2017 art. 19")
_ONE_DAY = timedelta(days=1)


async def broken_rules(
    tx: Tx, roster: Roster, shifts: Sequence[Shift], *, operator_id: str | None = None
) -> list[Violation]:
    """Return what a version breaks with the articles, of everybody or one person.

    Its shifts are looked at in whole weeks, with what is in force around them. Of people with whom
    nothing is agreed only the hours are looked at.
    """
    monday, sunday = whole_weeks(roster.first_day, roster.last_day)
    around = await store_rosters.in_force(
        tx, first_day=monday - LOOK_BACK, last_day=sunday + LOOK_BACK, operator_id=operator_id
    )
    beside = [one for one in around if not roster.first_day <= one.day <= roster.last_day]
    own = [one for one in shifts if operator_id in (None, one.operator_id)]
    whole = [*beside, *own]
    stage = await stage_of(tx, first_day=monday, last_day=sunday)
    if operator_id is not None:
        # Seats are everybody's; what one person does is not judged by them.
        stage = replace(stage, seats=None)
    cast = await cast_of(tx, stage, operator_id=operator_id)
    agreed = await _examined(roster, whole, stage=stage, cast=cast)
    plain = [
        *violations([one for one in whole if _near(roster, one.day)]),
        *beyond_hours(whole, roster),
        *away(own, leave=stage.leave, agreements={one.operator_id: one.agreements for one in cast}),
    ]
    known = {(one.operator_id, one.day, one.article) for one in agreed}
    more = [one for one in plain if (one.operator_id, one.day, one.article) not in known]
    found = [*agreed, *more, *await _unagreed(tx, roster, own)]
    return sorted(found, key=lambda one: (one.day, one.operator_id or "", one.article))


def binding(violation: Violation) -> bool:
    """Tell whether nobody can allow it: hours, rests and pauses, not what a person may agree to.

    A short or split shift is nobody's to allow but the person's, who has not.
    """
    return violation.article.startswith(_BINDING)


def violation_told(violation: Violation) -> dict[str, Any]:
    """Return what is broken as it is kept and answered."""
    code, fields = coded(violation.rule)
    return {
        "operator_id": violation.operator_id,
        "day": violation.day.isoformat(),
        "article": violation.article,
        "rule": violation.rule,
        "code": code,
        "fields": fields,
        "binding": binding(violation),
    }


async def _unagreed(tx: Tx, roster: Roster, shifts: Sequence[Shift]) -> list[Violation]:
    """Return the short and the split shifts of people who did not agree to any."""
    short, split = await store_requests.agreeing(tx)
    return [
        Violation(one.operator_id, one.day or roster.first_day, one.rule, BY_AGREEMENT)
        for one in unagreed(shifts, short=short, split=split)
    ]


def _near(roster: Roster, day: date) -> bool:
    return roster.first_day - _ONE_DAY <= day <= roster.last_day + _ONE_DAY


async def _examined(
    roster: Roster, whole: Sequence[Shift], *, stage: Stage, cast: Sequence[Planned]
) -> list[Violation]:
    inside = [one for one in whole if stage.has(one.day)]
    queues: dict[str, list[float]] = {queue_id: [] for person in cast for queue_id in person.queues}
    instance = instance_document(stage, cast, queues, other_work=True)
    told = {person["id"] for person in instance["people"]}
    cast = [person for person in cast if person.operator_id in told]
    answer = roster_document(stage, cast, inside)
    found = await asyncio.to_thread(examine, instance, answer)
    silent = {one.operator_id for one in inside if not one.parts}
    shown = [_violation(one.person, one.day, one.article, one.text) for one in found.violations]
    return [
        one
        for one in _once(shown)
        if (roster.first_day <= one.day <= roster.last_day + _ONE_DAY or one.article in _OF_A_WEEK)
        # Of shifts that tell no parts nobody knows how much of a week they are.
        and not (one.operator_id in silent and one.article == "contract")
    ]


def _violation(person: str, day: str, article: str, text: str) -> Violation:
    # What everybody breaks together is told moment by moment; a day of it is one fault.
    return Violation(person or None, date.fromisoformat(day[:10]), text, article)


def _once(found: Sequence[Violation]) -> list[Violation]:
    seen: dict[Any, Violation] = {}
    for one in found:
        rule = one.rule if one.operator_id else ""
        seen.setdefault((one.operator_id, one.day, one.article, rule), one)
    return list(seen.values())
