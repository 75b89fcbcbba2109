"""What a lever does once it is pulled: offers to people, breaks moved, skills and queues changed.

Whatever routing has to do is asked of it by its own verb and ends by itself; a person's day changes
as a version of the roster like any other. Nobody is sent anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from ascolto import routing
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people import Operator, operators_by_ids
from ascolto.workforce import events, store_intraday, store_requests, store_rosters
from ascolto.workforce.actions.rosters import publish_day, require_whole
from ascolto.workforce.asking import kept, read
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.exchanging import AROUND, hindrances, put_back
from ascolto.workforce.levers import Lever, Pulled
from ascolto.workforce.past import Stream
from ascolto.workforce.reaching import OFFERED, TOLD, Step, after_lever, comes_earlier
from ascolto.workforce.rosters import Shift
from ascolto.workforce.today import on_duty

# Who was moved least in so long is moved first.
_FAIR_OVER = timedelta(days=28)
_DAY = timedelta(days=1)
# Why something did not begin, where routing was not even asked; else it is the refusal's code.
TOO_LATE, OF_NOBODY = "workforce.lever_too_late", "workforce.lever_of_nobody"


async def reach(tx: Tx, done: Pulled, stream: Stream) -> list[Step]:
    """Write down what a pulled lever does, and do what can be done at once.

    Raises BadPlan when it reaches nobody, OutsideScope when it is on people's days and whoever
    pulls it sees some clients only.
    """
    lever = done.lever
    if lever.kind in TOLD | {"overflow"}:
        steps = [_step(done, None, "due", tx.now)]
    elif lever.kind == "skill_move":
        steps = await _moved(tx, done)
    else:
        require_whole(tx)
        # A day is read and published with nobody publishing in between.
        await store_rosters.lock_publishing(tx)
        steps = await _on_days(tx, done, stream)
    await store_intraday.insert_steps(tx, steps)
    say(tx, done, steps, "offered" if lever.kind in OFFERED else "begun")
    return steps


def _step(
    done: Pulled,
    operator_id: str | None,
    state: str,
    now: datetime,
    *,
    before: Sequence[Shift] = (),
    after: Sequence[Shift] = (),
) -> Step:
    return Step(
        id=new_id(),
        lever_id=done.id,
        client_id=done.client_id,
        operator_id=operator_id,
        state=state,
        begins_at=done.lever.from_at,
        until_at=done.lever.until_at,
        changed_at=now,
        before=[kept(one) for one in before],
        after=[kept(one) for one in after],
    )


async def _moved(tx: Tx, done: Pulled) -> list[Step]:
    """Choose who comes over: at work in the other queue, not of this one yet, able to be."""
    lever = done.lever
    queue = await routing.get_queue(tx, done.queue_id)
    crews = await routing.crews(tx)
    theirs = frozenset(crews.get(lever.other_queue_id or "", ()))
    mine = frozenset(crews.get(done.queue_id, ()))
    people = await _at_work(tx, lever, theirs - mine, queue_id=lever.other_queue_id)
    operators = await operators_by_ids(tx, people)
    able = [who for who, one in operators.items() if queue is not None and _could_take(one, queue)]
    chosen = await _least_moved(tx, lever, able)
    if len(chosen) < lever.people:
        raise BadPlan("many_come", "Not so many can come over.", field="people", most=len(chosen))
    return [_step(done, who, "due", tx.now) for who in chosen[: lever.people]]


def _could_take(one: Operator, queue: routing.Queue) -> bool:
    return queue.client_id in one.clients and one.capacity.get(queue.channel, 0) > 0


async def _least_moved(tx: Tx, lever: Lever, people: Iterable[str]) -> list[str]:
    """Return people in the order in which they are moved: who was least of late, then by id."""
    times = await store_intraday.times_moved(tx, kind=lever.kind, since=tx.now - _FAIR_OVER)
    return sorted(people, key=lambda who: (times.get(who, 0), who))


async def _at_work(
    tx: Tx, lever: Lever, crew: frozenset[str], *, queue_id: str | None
) -> list[str]:
    """Return who of a crew is rostered in a queue when a lever begins and when it ends."""
    day = lever.from_at.date()
    shifts = _by_operator(
        await store_rosters.in_force(tx, first_day=day - _DAY, last_day=day + _DAY)
    )
    last = lever.until_at - timedelta(minutes=30)
    return [
        who
        for who in sorted(crew)
        if all(
            on_duty(shifts[who], queue_id=queue_id, crew=frozenset({who}), starts_at=at).people
            for at in (lever.from_at, last)
        )
    ]


async def _on_days(tx: Tx, done: Pulled, stream: Stream) -> list[Step]:
    """Return what becomes of people's days: as offers, or done at once where a break moves."""
    lever = done.lever
    found = await _changed_days(tx, done, stream)
    if lever.kind in OFFERED:
        if not found:
            raise BadPlan(
                "nobody_offered", "It can be offered to nobody within the rules.", field="from_at"
            )
        return [
            _step(done, who, "offered", tx.now, before=before, after=after)
            for who, (before, after) in found.items()
        ]
    chosen = (await _least_moved(tx, lever, found))[: lever.people]
    if len(chosen) < lever.people:
        raise BadPlan(
            "many_breaks", "Not so many have a break to move.", field="people", most=len(chosen)
        )
    for day in sorted({found[who][0][0].day for who in chosen}):
        theirs = {who for who in chosen if found[who][0][0].day == day}
        shifts = await store_rosters.in_force(tx, first_day=day, last_day=day)
        others = [one for one in shifts if one.operator_id not in theirs]
        changed = [one for who in sorted(theirs) for one in found[who][1]]
        await publish_day(tx, [*others, *changed], day=day, reason=done.reason)
    return [
        _step(done, who, "done", tx.now, before=found[who][0], after=found[who][1])
        for who in chosen
    ]


async def _changed_days(
    tx: Tx, done: Pulled, stream: Stream
) -> dict[str, tuple[list[Shift], list[Shift]]]:
    """Return whose day a lever can change within every rule, as it is and as it becomes.

    A shift is judged as its own day's, also where the lever lies in the night after it.
    """
    wanted = await _wanted_days(tx, done, stream)
    day = stream.today(done.lever.from_at)
    around = _by_operator(
        await store_requests.shifts_of_people(
            tx,
            sorted({who for who, _ in wanted}),
            first_day=day - _DAY - AROUND,
            last_day=day + AROUND,
        )
    )
    agreeing = await store_requests.agreeing(tx)
    uneasy = await _not_asked(tx, wanted) if done.lever.kind == "extra_hours" else frozenset()
    found: dict[str, tuple[list[Shift], list[Shift]]] = {}
    for (who, own_day), (before, after) in sorted(wanted.items()):
        beside = [one for one in around[who] if one.day != own_day]
        if who in uneasy:
            continue
        if who not in found and not hindrances(
            [*beside, *after], people=(who,), day=own_day, agreeing=agreeing
        ):
            found[who] = (before, after)
    return found


async def _not_asked(
    tx: Tx, wanted: Mapping[tuple[str, date], tuple[list[Shift], list[Shift]]]
) -> frozenset[str]:
    """Return who would have to come earlier and has not said that they wish to see such offers.

    They are not at work yet: whoever said nothing is left in peace (L. 81/2017 art. 19).
    """
    sooner = {who for (who, _), day in wanted.items() if comes_earlier(*day)}
    wishes = await store_requests.wishes_of_people(tx, sorted(sooner)) if sooner else {}
    return frozenset(sooner - {who for who, one in wishes.items() if one.early_offers})


async def _wanted_days(
    tx: Tx, done: Pulled, stream: Stream
) -> dict[tuple[str, date], tuple[list[Shift], list[Shift]]]:
    """Return what a lever makes of the days of a queue's crew, before any rule is asked."""
    lever = done.lever
    queue = await routing.get_queue(tx, done.queue_id)
    crew = frozenset(await routing.crew_of(tx, queue)) if queue else frozenset()
    day = stream.today(lever.from_at)
    days: dict[tuple[str, date], list[Shift]] = defaultdict(list)
    for one in await store_rosters.in_force(tx, first_day=day - _DAY, last_day=day):
        if one.operator_id in crew:
            days[one.operator_id, one.day].append(one)
    return {
        key: (own, after)
        for key, own in days.items()
        if (after := after_lever(own, lever, queue_id=done.queue_id)) is not None
        # What is left of a shift has to begin on its day, like any other.
        and all(stream.today(one.starts_at) == one.day for one in after)
    }


def _by_operator(shifts: Iterable[Shift]) -> dict[str, list[Shift]]:
    found: dict[str, list[Shift]] = defaultdict(list)
    for one in shifts:
        found[one.operator_id].append(one)
    return found


async def begin(tx: Tx, step: Step) -> None:
    """Begin what is due: routing is asked by its own verb, and what it refuses is written down."""
    done = await _still_due(tx, step)
    if done is None:
        return
    if done.pulled_account is None or step.until_at <= tx.now:
        why = TOO_LATE if step.until_at <= tx.now else OF_NOBODY
        await store_intraday.set_step(tx, step.id, state="failed", why=why)
        return
    lever = done.lever
    wish = routing.Wish(
        kind={"skill_move": "skill", "overflow": "overflow"}.get(lever.kind, "message"),
        queue_id=done.queue_id,
        why=done.reason,
        by_account=done.pulled_account,
        by_name=done.pulled_by,
        operator_id=step.operator_id,
        leaving_queue_id=lever.other_queue_id if lever.kind == "skill_move" else None,
        overflow_queue_id=lever.other_queue_id if lever.kind == "overflow" else None,
        message=lever.message,
        until=step.until_at,
    )
    one = await routing.intervene(tx, wish)
    await store_intraday.set_step(tx, step.id, state="done", intervention_id=one.id)
    say(tx, done, [step], "done")


async def fail(tx: Tx, step: Step, why: str) -> None:
    """Write down by what code something did not begin."""
    if await _still_due(tx, step):
        await store_intraday.set_step(tx, step.id, state="failed", why=why)


async def _still_due(tx: Tx, step: Step) -> Pulled | None:
    """Return the lever, held, unless another node was quicker or somebody has taken it back."""
    # The lever first: whoever takes it back meanwhile waits, and sees then what has begun.
    done = await store_intraday.get_lever(tx, step.lever_id, hold=True)
    found = await store_intraday.get_step(tx, step.id, hold=True)
    return done if found is not None and found.state == "due" else None


async def take_back(tx: Tx, done: Pulled, steps: Sequence[Step]) -> None:
    """End what runs, close what is offered, put breaks back; a yes that was given stays given.

    Who said no is taken back like who said nothing: afterwards nobody can count them either.
    """
    closed = [one.id for one in steps if one.state in ("due", "offered", "declined")]
    if closed:
        await store_intraday.set_undone_steps(tx, closed)
    moved = []
    for step in steps:
        if step.state == "done" and step.intervention_id is not None:
            await routing.undo_intervention(
                tx, intervention_id=step.intervention_id, by=tx.actor.name
            )
            await store_intraday.set_step(tx, step.id, state="undone")
        elif step.state == "done" and done.lever.kind == "break_move":
            moved.append(step)
    if moved:
        await _breaks_back(tx, done, moved)
    say(tx, done, steps, "undone")


async def _breaks_back(tx: Tx, done: Pulled, steps: Sequence[Step]) -> None:
    """Put breaks back where they were; whose day was changed since, or whose break began, stays."""
    require_whole(tx)
    await store_rosters.lock_publishing(tx)
    first = min(done.lever.from_at, done.lever.to_at or done.lever.from_at)
    days: dict[date, list[Step]] = defaultdict(list)
    for step in steps:
        days[read(step.before[0]).day].append(step)
    for day, theirs in sorted(days.items()):
        await _day_back(tx, done, theirs, day=day, begun=tx.now >= first)


async def _day_back(tx: Tx, done: Pulled, steps: Sequence[Step], *, day: date, begun: bool) -> None:
    shifts = await store_rosters.in_force(tx, first_day=day, last_day=day)
    back = 0
    for step in steps:
        now, then = [read(one) for one in step.after], [read(one) for one in step.before]
        found = None if begun else put_back(shifts, now=now, then=then)
        if found is None:
            continue
        shifts, back = found, back + 1
        await store_intraday.set_step(tx, step.id, state="undone")
    if back:
        await publish_day(tx, shifts, day=day, reason=done.reason)


def say(tx: Tx, done: Pulled, steps: Sequence[Step], change: str) -> None:
    """Tell what a lever does now, and whom of its people that concerns."""
    tx.emit(
        events.LeverReached(
            client_id=done.client_id,
            lever_id=done.id,
            queue_id=done.queue_id,
            lever=done.lever.kind,
            change=change,
            reason=done.reason,
            operators=sorted(one.operator_id for one in steps if one.operator_id),
        )
    )
