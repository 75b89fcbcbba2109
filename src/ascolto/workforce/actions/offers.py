"""What levers mean for one person: offers that they may accept or decline, and what has changed.

Nothing is sent: an offer is on one's own page, and only while one is at work by one's shifts. Who
has said that they wish to see offers to come earlier finds those there before their shift too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.kit.clock import midnight
from ascolto.kit.db import Tx
from ascolto.tenancy import get_tenant
from ascolto.workforce import store_intraday, store_requests, store_rosters
from ascolto.workforce.actions.pulling import say
from ascolto.workforce.actions.rosters import publish_day
from ascolto.workforce.asking import read
from ascolto.workforce.errors import BreaksTheLaw, OfferOver, RosterChanged, UnknownOffer
from ascolto.workforce.exchanging import AROUND, hindrances
from ascolto.workforce.levers import Pulled
from ascolto.workforce.reaching import Step, comes_earlier, on_shift
from ascolto.workforce.rosters import Shift

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnStep:
    """What a lever means for one person; `open` while they may say yes or no."""

    step: Step
    lever: Pulled
    open: bool


async def own_steps(tx: Tx, who: str) -> list[OwnStep]:
    """Return what is offered to somebody now, and what of their today levers have changed.

    Outside of a person's shifts there is no offer: they are left in peace.
    """
    since, until = await _today(tx)
    own = await store_intraday.own_steps(tx, who, since=since, until=until)
    offered = {lever.id for step, lever in own if step.state == "offered"}
    # Everybody's page asks once a minute and has mostly no offer: no more is read then.
    here = bool(offered) and await at_work(tx, who)
    early = {one.id for one, _ in own if one.state == "offered" and not here and _is_early(one)}
    if early and not (await store_requests.wishes_of(tx, who)).early_offers:
        early = set()
    others = await store_intraday.steps_of(tx, offered) if here or early else {}
    found = []
    for step, lever in own:
        if step.state == "offered":
            seen = here or step.id in early
            if seen and _is_open(step, lever, tx.now, steps=others[lever.id]):
                found.append(OwnStep(step, lever, open=True))
        elif step.state in ("done", "undone", "due"):
            found.append(OwnStep(step, lever, open=False))
    return found


async def answer_offer(tx: Tx, who: str, step_id: str, *, agrees: bool) -> OwnStep:
    """Say yes or no to an offer; a yes is judged by every rule once more, and the day changes.

    Raises OfferOver once enough others have said yes, its time has come or it was taken back.
    """
    known = await store_intraday.get_step(tx, step_id)
    if known is None or known.operator_id != who:
        raise UnknownOffer("Nothing of the kind is offered to you.", step_id=step_id)
    # The lever first, as whoever takes it back: what it does is read once nobody else decides.
    lever = await store_intraday.get_lever(tx, known.lever_id, hold=True)
    await store_rosters.lock_publishing(tx)
    step = await store_intraday.get_step(tx, step_id, hold=True)
    if step is None or lever is None:
        raise UnknownOffer("Nothing of the kind is offered to you.", step_id=step_id)
    steps = (await store_intraday.steps_of(tx, [lever.id]))[lever.id]
    if step.state != "offered" or not _is_open(step, lever, tx.now, steps=steps):
        raise OfferOver("This offer is over.", step_id=step_id)
    wished = _is_early(step) and (await store_requests.wishes_of(tx, who)).early_offers
    if not wished and not await at_work(tx, who):
        raise OfferOver("Offers are answered at work: outside your shift you are left in peace.")
    if not agrees:
        await store_intraday.set_step(tx, step.id, state="declined")
        return OwnStep(replace(step, state="declined"), lever, open=False)
    await _change(tx, who, step, lever)
    await store_intraday.set_step(tx, step.id, state="done")
    return OwnStep(replace(step, state="done"), lever, open=False)


async def _change(tx: Tx, who: str, step: Step, lever: Pulled) -> None:
    before, after = [read(one) for one in step.before], [read(one) for one in step.after]
    day = before[0].day
    shifts = await store_rosters.in_force(tx, first_day=day, last_day=day)
    if [one for one in shifts if one.operator_id == who] != before:
        raise RosterChanged("Your shift was changed after this was offered.", step_id=step.id)
    around = await store_requests.shifts_of_people(
        tx, (who,), first_day=day - AROUND, last_day=day + AROUND
    )
    beside = [one for one in around if one.day != day]
    broken = hindrances(
        [*beside, *after], people=(who,), day=day, agreeing=await store_requests.agreeing(tx)
    )
    if broken:
        raise BreaksTheLaw(broken[0].rule, article=broken[0].article)
    others = [one for one in shifts if one.operator_id != who]
    await publish_day(tx, [*others, *after], day=day, reason=lever.reason)
    say(tx, lever, [step], "accepted")


def _is_early(step: Step) -> bool:
    """Tell whether an offer is to come earlier to a shift."""
    before, after = [read(one) for one in step.before], [read(one) for one in step.after]
    return comes_earlier(before, after)


def _is_open(step: Step, lever: Pulled, now: datetime, *, steps: Sequence[Step]) -> bool:
    """Tell whether an offer can still be taken: before it begins, by as many as are wanted."""
    if lever.undone_at is not None or now >= step.begins_at:
        return False
    return sum(one.state == "done" for one in steps) < lever.lever.people


async def at_work(tx: Tx, who: str) -> bool:
    """Tell whether somebody is at work by their shifts."""
    return on_shift(await _near(tx, who), tx.now)


async def _near(tx: Tx, who: str) -> Sequence[Shift]:
    """Return somebody's shifts of today and of last night."""
    day = tx.now.date()
    return await store_rosters.in_force(
        tx, first_day=day - _DAY, last_day=day + _DAY, operator_id=who
    )


async def _today(tx: Tx) -> tuple[datetime, datetime]:
    zone = ZoneInfo((await get_tenant(tx)).timezone)
    day = tx.now.astimezone(zone).date()
    # A night's levers begin on the day after it.
    return midnight(day, zone), midnight(day + 2 * _DAY, zone)
