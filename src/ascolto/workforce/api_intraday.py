"""Routes on the day itself: planned beside actual, and levers tried out before they are pulled."""

from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request

from ascolto.identity.guard import Call, permit, recognise
from ascolto.identity.model import Principal
from ascolto.insight.floor import books_of
from ascolto.kit.http import services_of
from ascolto.tenancy import get_tenant
from ascolto.workforce import laying_out
from ascolto.workforce.actions import intraday, offers, trials
from ascolto.workforce.actions.arrivals import arrivals_now
from ascolto.workforce.actions.intraday import read_intraday
from ascolto.workforce.laying_out import DayLines, lay_out
from ascolto.workforce.levers import Lever
from ascolto.workforce.reading import own_operator, reading
from ascolto.workforce.views_intraday import (
    AnswerOfferBody,
    ArrivalsNowView,
    IntradayView,
    LeverView,
    OwnStepsView,
    OwnStepView,
    PullBody,
    TrialView,
    TriedView,
    TryBody,
)

router = APIRouter(tags=["workforce"])

# No transaction is open while a day is folded or lived through.
Asker = Annotated[Principal, recognise("workforce.read")]
Puller = Annotated[Principal, recognise("workforce.plan")]
Planner = Annotated[Call, permit("workforce.plan")]
Reader = Annotated[Call, permit("workforce.read")]
Own = Annotated[Call, permit("workforce.own_shifts")]


@router.get("/workforce/arrivals", summary="What has come now and today, beside the forecast")
async def show_arrivals(call: Reader, request: Request) -> ArrivalsNowView:
    """Return each queue's last half hour and day so far beside its published forecast.

    What came is counted by the floor's book of the day: asking costs one reading of forecasts,
    however much has happened.
    """
    zone = ZoneInfo((await get_tenant(call.tx)).timezone)
    today = await books_of(request.app.state).read(
        services_of(request).db, call.tx.tenant_id, zone=zone
    )
    return ArrivalsNowView.of(*await arrivals_now(call.tx, today))


@router.get("/workforce/intraday", summary="A queue's day, planned beside actual")
async def show_intraday(
    principal: Asker, request: Request, queue_id: UUID, day: date | None = None
) -> IntradayView:
    """Return a day by half hours, today unless told otherwise, with its rest expected anew.

    People are counted in groups of at least five.
    """
    async with reading(request, principal) as tx:
        read = await read_intraday(tx, str(queue_id), day)
    lines = await _expected_anew(request, await lay_out(read))
    question = laying_out.requirement_question(lines)
    if question is None:
        return IntradayView.of(lines, None)
    answer = await services_of(request).calculator.ask("require", question)
    return IntradayView.of(lines, [one["operators"] for one in answer["intervals"]])


@router.post("/workforce/intraday/levers/try", summary="What could be done would bring")
async def try_levers(body: TryBody, principal: Asker, request: Request) -> TriedView:
    """Live through the rest of today as things are, and with each lever pulled by itself."""
    levers = [one.lever() for one in body.levers]
    return await _tried(request, principal, str(body.queue_id), levers)


@router.post("/workforce/intraday/levers", status_code=201, summary="Do something about the day")
async def pull_lever(body: PullBody, principal: Puller, request: Request) -> LeverView:
    """Pull a lever: what it brings is simulated once more and stays beside it.

    Time off and extra hours are offered to people at work, who may say no; a break moves in their
    published day; skills, overflows and words to those who wait begin and end with the lever.
    """
    lever = body.lever.lever()
    tried = await _tried(request, principal, str(body.queue_id), [lever])
    async with reading(request, principal) as tx:
        done, steps = await intraday.pull(
            tx,
            lever,
            queue_id=str(body.queue_id),
            reason=body.reason,
            effect=tried.model_dump(mode="json"),
        )
    return LeverView.of(done, steps)


@router.post("/workforce/intraday/levers/{lever_id}/undo", summary="Take it back")
async def undo_lever(lever_id: UUID, call: Planner) -> LeverView:
    """Take a lever back: offers close, what runs ends, breaks go back; a yes given stays given."""
    return LeverView.of(*await intraday.undo(call.tx, str(lever_id)))


@router.get("/me/offers", summary="What is offered to me, and what has changed")
async def show_own_offers(call: Own) -> OwnStepsView:
    """Return what levers mean for one's own day; offers only while one is at work."""
    found = await offers.own_steps(call.tx, own_operator(call.principal))
    return OwnStepsView(steps=[OwnStepView.of(one) for one in found])


@router.post("/me/offers/{step_id}/answer", summary="Take an offer or not")
async def answer_offer(step_id: UUID, body: AnswerOfferBody, call: Own) -> OwnStepView:
    """Say yes or no; a yes changes one's published day at once, a no is told to nobody."""
    return OwnStepView.of(
        await offers.answer_offer(
            call.tx, own_operator(call.principal), str(step_id), agrees=body.agrees
        )
    )


async def _tried(
    request: Request, principal: Principal, queue_id: str, levers: list[Lever]
) -> TriedView:
    asked = {queue_id, *(one.other_queue_id for one in levers if one.other_queue_id)}
    async with reading(request, principal) as tx:
        reads = [await read_intraday(tx, one) for one in sorted(asked)]
    days: dict[str, DayLines] = {
        one.queue.id: await _expected_anew(request, await lay_out(one)) for one in reads
    }
    question = trials.trial_question(days, levers, queue_id=queue_id)
    answer = await services_of(request).calculator.ask("levers", question)
    first, *others = answer["trials"]
    return TriedView(
        runs=answer["runs"],
        as_it_is=TrialView.of(first, None),
        levers=[TrialView.of(found, lever) for found, lever in zip(others, levers, strict=True)],
    )


async def _expected_anew(request: Request, lines: DayLines) -> DayLines:
    """Have the rest of today expected by whichever way was nearest on past days."""
    question = laying_out.rest_question(lines)
    if question is None:
        return lines
    return laying_out.with_rest(lines, await services_of(request).calculator.ask("rest", question))
