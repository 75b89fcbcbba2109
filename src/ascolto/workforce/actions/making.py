"""Use cases of rosters that are made: ask, cancel, gather what it takes, keep what came out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ascolto import routing
from ascolto.kit.db import Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.ids import new_id
from ascolto.workforce import events, store, store_rosters, store_runs
from ascolto.workforce.actions.rosters import require_whole
from ascolto.workforce.casting import (
    STEP,
    Planned,
    Stage,
    by_day,
    demand_by_hand,
    demand_of_forecast,
    instance_document,
    shifts_of_answer,
    take_off,
    whole_together,
)
from ascolto.workforce.errors import BadPlan, RunOver, TooManyAsked, UnknownRun
from ascolto.workforce.examining import broken_rules, violation_told
from ascolto.workforce.model import KeptForecast
from ascolto.workforce.requiring import promise_question
from ascolto.workforce.rosters import Roster, Shift
from ascolto.workforce.ruling import Rule, note_told
from ascolto.workforce.stage import cast_of, stage_of
from ascolto.workforce.store_runs import Run

MOST_ASKED = 10


@dataclass(slots=True)
class Gathered:
    """What a roster is made from, but for what each queue takes where a forecast has to tell."""

    run: Run
    stage: Stage
    cast: list[Planned]
    staying: list[Shift]
    demand: dict[str, list[float]]
    questions: dict[str, tuple[dict[str, Any], list[datetime]]]
    notes: list[Rule]
    at: datetime
    """As of when what holds was read: what is published later is not in it."""


async def ask_roster(
    tx: Tx,
    *,
    first_day: date,
    weeks: int,
    reason: str,
    wanted: dict[str, Any],
    purpose: str = "roster",
) -> Run:
    """Ask for a roster of whole weeks, or what flexibility in it is worth.

    A process of its own makes it into a draft, or weighs it and leaves none.
    """
    require_whole(tx)
    if first_day.weekday() != 0:
        raise BadPlan(
            "monday", "The weeks of a roster begin on a Monday.", day=first_day.isoformat()
        )
    if await store_runs.count_asked(tx) >= MOST_ASKED:
        raise TooManyAsked("Many rosters are still to be made.", retry_after_s=30)
    for one in wanted["queues"]:
        queue = await routing.get_queue(tx, one["queue_id"])
        if queue is None:
            raise routing.QueueUnknown("There is no such queue.")
        if not one["by_hand"]:
            await _forecast_for(tx, one["queue_id"], one["forecast_id"])
    last_day = first_day + timedelta(days=7 * weeks - 1)
    run = await store_runs.insert_run(
        tx,
        new_id(),
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        wanted=wanted,
        purpose=purpose,
    )
    if purpose == "roster":
        tx.emit(events.RosterAsked(**_about(run), reason=reason))
    return run


async def find_run(tx: Tx, run_id: str, *, hold: bool = False, purpose: str = "roster") -> Run:
    """Return what was asked for or raise UnknownRun."""
    require_whole(tx)
    run = await store_runs.get_run(tx, run_id, hold=hold)
    if run is None or run.purpose != purpose:
        raise UnknownRun("No such roster was asked for.", run_id=run_id)
    return run


async def cancel_run(tx: Tx, run_id: str, *, purpose: str = "roster") -> Run:
    """Stop what is still being made; its process ends within a second or two."""
    run = await find_run(tx, run_id, hold=True, purpose=purpose)
    if not await store_runs.end(tx, run, state="cancelled"):
        raise RunOver("It is made already, or will not be.", state=run.state)
    _say_ended(tx, run, failure="cancelled")
    return await find_run(tx, run_id, purpose=purpose)


async def gather(tx: Tx, run: Run) -> Gathered:
    """Return what a roster is made from, as it is now."""
    await store_rosters.lock_publishing(tx)
    at = await store_rosters.reading_moment(tx)
    stage = await stage_of(tx, first_day=run.first_day, last_day=run.last_day)
    queue_ids = [one["queue_id"] for one in run.wanted["queues"]]
    cast = await cast_of(tx, stage, queue_ids=queue_ids, team_id=run.wanted.get("team_id"))
    names = {one.id: one.name for one in await routing.list_queues(tx)}
    found = Gathered(run, stage, cast, [], {}, {}, [], at)
    for one in run.wanted["queues"]:
        queue_id = one["queue_id"]
        if one["by_hand"]:
            found.demand[queue_id] = demand_by_hand(stage.axis(), one["by_hand"])
        else:
            await _gather_forecast(tx, found, one, names.get(queue_id, queue_id))
    planned = {person["id"] for person in instance_document(stage, cast, found.demand)["people"]}
    if not planned:
        raise BadPlan(
            "no_contract", "Nobody who can work in these queues has a contract on these days."
        )
    now = await store_rosters.in_force(tx, first_day=run.first_day, last_day=run.last_day)
    found.staying = [one for one in now if one.operator_id not in planned]
    found.cast = [one for one in cast if one.operator_id in planned]
    return found


def there(gathered: Gathered) -> list[Shift]:
    """Return the shifts that stay: one of the night before is there in the first morning."""
    return [*gathered.staying, *gathered.stage.before]


def question(gathered: Gathered) -> dict[str, Any]:
    """Return the question for the composing process, once all demand is known."""
    wanted = gathered.run.wanted
    order = [one["queue_id"] for one in wanted["queues"]]
    demand = {queue_id: gathered.demand[queue_id] for queue_id in order}
    left = take_off(demand, there(gathered), gathered.stage.axis())
    return {
        "instance": instance_document(gathered.stage, gathered.cast, left),
        "seconds": wanted["seconds"],
        "seed": wanted["seed"],
    }


def answered(gathered: Gathered, answers: dict[str, dict[str, Any]]) -> None:
    """Take down what the forecasts take, interval by interval, in whole people."""
    for queue_id, (asked, starts) in gathered.questions.items():
        people = [one["with_absences"] for one in answers[queue_id]["intervals"]]
        gathered.demand[queue_id] = demand_of_forecast(
            gathered.stage.axis(), zip(starts, people, strict=True), minutes=asked["minutes"]
        )
    shared = [one.queues for one in gathered.cast]
    gathered.demand = whole_together(gathered.demand, shared=shared)


async def keep_roster(tx: Tx, gathered: Gathered, answer: dict[str, Any]) -> Roster | None:
    """Write what came out as a draft; None when it was cancelled meanwhile.

    Who was not planned keeps their shifts: a version speaks for all people on its days. It is begun
    as of when it was gathered, so what was published since stands against publishing it.
    """
    run = gathered.run
    if not await still_asked(tx, run):
        return None
    roster = await store_rosters.insert_roster(
        tx,
        new_id(),
        first_day=run.first_day,
        last_day=run.last_day,
        reason=run.reason,
        created_at=gathered.at,
    )
    shifts = [*gathered.staying, *shifts_of_answer(gathered.cast, answer)]
    await store_rosters.put_shifts(tx, roster.id, shifts)
    demand = by_day(gathered.stage.axis(), gathered.demand)
    await store_runs.put_required(tx, roster.id, demand, minutes=STEP)
    broken = await broken_rules(tx, roster, shifts)
    result = {
        **{name: answer[name] for name in ("cost", "bound", "fairness", "burdens", "search")},
        "violations": [violation_told(one) for one in broken],
        "notes": [note_told(one) for one in gathered.notes],
        "people": len(gathered.cast),
        "shifts": len(shifts),
    }
    await store_runs.set_made(tx, run, roster_id=roster.id, result=result)
    tx.emit(events.RosterMade(**_about(run), roster_id=roster.id))
    return roster


async def fail_run(tx: Tx, run: Run, failure: Refusal) -> None:
    """Write why a roster could not be made."""
    if await store_runs.end(tx, run, state="failed", failure=failure):
        _say_ended(tx, run, failure=failure.detail)


async def still_asked(tx: Tx, run: Run) -> bool:
    """Tell whether a run, held from now on, still waits for this attempt at it."""
    now = await store_runs.get_run(tx, run.id, hold=True)
    return now is not None and now.state == "asked" and now.attempts == run.attempts


def _say_ended(tx: Tx, run: Run, *, failure: str) -> None:
    # What was only weighed has changed nothing that anybody else would hear of.
    if run.purpose == "roster":
        tx.emit(events.RosterMade(**_about(run), failure=failure))


async def _gather_forecast(tx: Tx, found: Gathered, one: dict[str, Any], queue_name: str) -> None:
    forecast = await _forecast_for(tx, one["queue_id"], one["forecast_id"])
    asked = await promise_question(tx, forecast, one["promise"])
    axis = found.stage.axis()
    since, until = axis.moment(0), axis.moment(axis.day_begins[-1])
    intervals = await store.intervals_of(tx, forecast.id, since=since, until=until)
    if not intervals:
        raise BadPlan(
            "forecast_days",
            f"The forecast of {queue_name} does not speak of these days.",
            queue=queue_name,
        )
    last = max(one.starts_at for one in intervals).astimezone(since.tzinfo).date()
    if last < found.stage.last_day - timedelta(days=1):
        text = f"{queue_name}: forecast until {last.isoformat()}, nothing after"
        found.notes.append(Rule(text, "forecast_ends", queue=queue_name, day=last))
    asked["intervals"] = [{"mean": one.mean, "rate_cv": one.rate_cv} for one in intervals]
    found.questions[one["queue_id"]] = (asked, [one.starts_at for one in intervals])
    found.demand[one["queue_id"]] = []


async def _forecast_for(tx: Tx, queue_id: str, forecast_id: str | None) -> KeptForecast:
    if forecast_id is not None:
        forecast = await store.get_forecast(tx, forecast_id)
        if forecast is None or forecast.queue_id != queue_id or forecast.state != "made":
            raise BadPlan(
                "forecast_other", "This queue has no such forecast.", forecast_id=forecast_id
            )
        return forecast
    published = await store.list_forecasts(
        tx, queue_id=queue_id, channel=None, published=True, before=None, limit=1
    )
    if not published:
        raise BadPlan(
            "forecast_first",
            "Publish a forecast of this queue first, or tell by hand what it takes.",
            queue_id=queue_id,
        )
    return published[0]


def _about(run: Run) -> dict[str, str]:
    return {
        "run_id": run.id,
        "first_day": run.first_day.isoformat(),
        "last_day": run.last_day.isoformat(),
    }
