"""Routes on what people ask of their shifts and wish for: on their own page, and the planner's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints, model_validator

from ascolto.identity.guard import Call, permit, recognise
from ascolto.identity.model import Principal
from ascolto.kit.db import Tx
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of, services_of
from ascolto.people import operators_by_ids
from ascolto.workforce import store_requests
from ascolto.workforce.actions import requests, standing_in
from ascolto.workforce.actions.needing import need_question
from ascolto.workforce.actions.rosters import require_whole
from ascolto.workforce.actions.wishing import wish
from ascolto.workforce.asking import ShiftRequest, Wishes, read
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.reading import own_operator, reading
from ascolto.workforce.views import Body
from ascolto.workforce.views_rosters import OwnShiftView, Place

router = APIRouter(tags=["workforce"])

Own = Annotated[Call, permit("workforce.own_shifts")]
# Leave is judged by what a day takes, which is worked out elsewhere with no transaction open.
Asker = Annotated[Principal, recognise("workforce.own_shifts")]
Planner = Annotated[Call, permit("workforce.roster")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
MOST_OWN = 50
FAR = date(2900, 1, 1)


class SwapBody(Body):
    """A day to be swapped with somebody."""

    day: Annotated[date, Field(le=FAR)]
    operator_id: UUID
    note: Note = ""


class LeaveBody(Body):
    """A day one would like to have off."""

    day: Annotated[date, Field(le=FAR)]
    note: Note = ""


class AnswerBody(Body):
    """Whether one agrees to what is asked."""

    agrees: bool


class DecideBody(Body):
    """Whether a planner grants a leave, and why not."""

    grants: bool
    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""

    @model_validator(mode="after")
    def _a_refusal_says_why(self) -> "DecideBody":
        if not self.grants and not self.why:
            raise ValueError("a refusal says why")
        return self


class WishesBody(Body):
    """When somebody likes to work, and what they agree to; minutes are from midnight.

    Short and split shifts are given only to who agrees to them; `early_offers` lets somebody see
    offers to come earlier on their own page before their shift, which nobody else does.
    """

    from_minute: Annotated[int, Field(ge=0, le=1440)] | None = None
    until_minute: Annotated[int, Field(ge=1, le=2880)] | None = None
    days_off: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()
    place: Place | None = None
    short_shifts: bool = False
    split_shifts: bool = False
    early_offers: bool = False

    @model_validator(mode="after")
    def _a_stretch_has_two_ends(self) -> "WishesBody":
        if (self.from_minute is None) != (self.until_minute is None):
            raise ValueError("from_minute and until_minute are told together")
        if self.until_minute is not None and self.until_minute <= (self.from_minute or 0):
            raise ValueError("until_minute is after from_minute")
        return self


class WhyView(BaseModel):
    """Why something cannot be, with the article where the law says so.

    `rule` is English or a planner's own words; `code`, where there is one, with `fields` says it.
    """

    rule: str
    code: str
    fields: dict[str, str]
    article: str
    mine: bool | None
    day: date | None


class RequestView(BaseModel):
    """What was asked, and what became of it; `mine` tells who asked."""

    id: str
    kind: str
    mine: bool
    operator_name: str
    other_name: str | None
    day: date
    note: str
    state: str
    why: list[WhyView]
    was: list[OwnShiftView]
    becomes: list[OwnShiftView]
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    until_at: datetime | None
    """Until when a stand-in waits for its answer."""


class CandidateView(BaseModel):
    """A colleague with whom a day can be swapped within every rule."""

    operator_id: str
    name: str
    shifts: list[OwnShiftView]


class WishesView(WishesBody):
    """What somebody wishes for and agrees to."""


@router.get("/me/swaps", summary="With whom a day can be swapped")
async def list_candidates(call: Own, day: date) -> list[CandidateView]:
    """Return the colleagues of the same queues with whom a day can be swapped within the rules."""
    if day > FAR:
        raise BadPlan("no_day", "No such day.")
    found = await requests.swap_candidates(call.tx, own_operator(call.principal), day)
    return [
        CandidateView(
            operator_id=one.operator_id,
            name=one.name,
            shifts=[OwnShiftView.of(shift) for shift in one.shifts],
        )
        for one in found
    ]


@router.post("/me/swaps", status_code=201, summary="Ask to swap a day")
async def ask_swap(body: SwapBody, call: Own) -> RequestView:
    """Ask somebody to swap a day: refused at once with the reason, or it waits for their word.

    Nothing is sent: they see it when they open their own shifts.
    """
    who = own_operator(call.principal)
    request = await requests.ask_swap(
        call.tx, who, str(body.operator_id), day=body.day, note=body.note
    )
    return await _shown(call.tx, request, who)


@router.post("/me/leave", status_code=201, summary="Ask for a day off")
async def ask_leave(body: LeaveBody, principal: Asker, request: Request) -> RequestView:
    """Ask for a day off: granted or refused at once, by whether enough people are left."""
    who = own_operator(principal)
    async with reading(request, principal) as tx:
        question = await need_question(tx, who, body.day)
    calculator = services_of(request).calculator
    answers = {
        queue_id: await calculator.ask("require", asked)
        for queue_id, (_, asked) in question.queues.items()
    }
    async with reading(request, principal) as tx:
        done = await requests.ask_leave(
            tx, who, day=body.day, note=body.note, needed=question.needed(answers)
        )
        return await _shown(tx, done, who)


@router.get("/me/requests", summary="What I asked, and what is asked of me")
async def list_own_requests(call: Own) -> list[RequestView]:
    """Return one's own swaps and leave, the latest first."""
    who = own_operator(call.principal)
    found = await standing_in.asked_of(call.tx, who, limit=MOST_OWN)
    names = await _names(call.tx, found)
    return [_view(one, who, names) for one in found]


@router.post("/me/requests/{request_id}/answer", summary="Answer what is asked")
async def answer_request(request_id: UUID, body: AnswerBody, call: Own) -> RequestView:
    """Say yes or no to a swap, or to standing in: a yes is judged once more and done."""
    who = own_operator(call.principal)
    done = await standing_in.answer(call.tx, who, str(request_id), agrees=body.agrees)
    return await _shown(call.tx, done, who)


@router.delete("/me/requests/{request_id}", status_code=204, summary="Take a request back")
async def withdraw(request_id: UUID, call: Own) -> None:
    """Take back what one asked for, as long as nobody has answered."""
    await requests.withdraw(call.tx, own_operator(call.principal), str(request_id))


@router.get("/me/wishes", summary="What I wish for and agree to")
async def show_wishes(call: Own) -> WishesView:
    """Return when one likes to work, and whether one agrees to short and split shifts."""
    found = await store_requests.wishes_of(call.tx, own_operator(call.principal))
    return WishesView(**{name: getattr(found, name) for name in WishesView.model_fields})


@router.put("/me/wishes", summary="Wish and agree")
async def put_wishes(body: WishesBody, call: Own) -> WishesView:
    """Say when one likes to work, and what one agrees to; it can be taken back at any time."""
    who = own_operator(call.principal)
    told = body.model_dump()
    wishes = Wishes(**{**told, "days_off": tuple(sorted(set(body.days_off)))})
    await wish(call.tx, who, wishes)
    return WishesView(**told)


@router.get("/workforce/requests", summary="What people ask of their shifts")
async def list_requests(
    call: Planner,
    only: Literal["waiting"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RequestView]:
    """Return swaps and leave, the latest first."""
    require_whole(call.tx)
    found = await store_requests.list_requests(
        call.tx, waiting=only is not None, before=decode_id(cursor), limit=limit + 1
    )
    names = await _names(call.tx, found)
    return page_of(
        found, limit=limit, show=lambda one: _view(one, None, names), place=lambda one: (one.id,)
    )


@router.post("/workforce/requests/{request_id}/decision", summary="Grant or refuse a leave")
async def decide(request_id: UUID, body: DecideBody, call: Planner) -> RequestView:
    """Grant or refuse a leave that waits for a planner; a refusal says why."""
    require_whole(call.tx)
    done = await requests.decide(call.tx, str(request_id), grants=body.grants, why=body.why)
    return await _shown(call.tx, done, None)


@router.post("/workforce/requests/{request_id}/undo", summary="Undo a swap or a leave")
async def undo(request_id: UUID, call: Planner) -> RequestView:
    """Put everything back as it was before; refused where it has been changed again since."""
    require_whole(call.tx)
    return await _shown(call.tx, await requests.undo(call.tx, str(request_id)), None)


async def _shown(tx: Tx, request: ShiftRequest, who: str | None) -> RequestView:
    return _view(request, who, await _names(tx, [request]))


def _view(request: ShiftRequest, who: str | None, names: Mapping[str, str]) -> RequestView:
    """Show a request to one of whom it concerns, or to a planner; each sees their own shifts."""

    def shifts(told: list[dict[str, Any]]) -> list[OwnShiftView]:
        mine = who or request.operator_id
        return [OwnShiftView.of(read(one)) for one in told if one["operator_id"] == mine]

    return RequestView(
        id=request.id,
        kind=request.kind,
        mine=request.operator_id == who and request.kind != "stand_in",
        operator_name=names.get(request.operator_id, ""),
        other_name=names.get(request.other_id or ""),
        day=request.day,
        note=request.note,
        state=request.state,
        why=[
            WhyView(
                rule=one["rule"],
                code=one.get("code", ""),
                fields=one.get("fields", {}),
                article=one["article"],
                mine=None if not one["operator_id"] or not who else one["operator_id"] == who,
                day=one["day"],
            )
            for one in request.why
        ],
        was=shifts(request.before),
        becomes=shifts(request.after),
        asked_at=request.asked_at,
        answered_at=request.answered_at,
        answered_by=request.answered_by,
        until_at=request.until_at,
    )


async def _names(tx: Tx, asked: Sequence[ShiftRequest]) -> dict[str, str]:
    """Return the names of everybody whom some requests concern."""
    people = {who for one in asked for who in (one.operator_id, one.other_id) if who}
    return {who: one.display_name for who, one in (await operators_by_ids(tx, people)).items()}
