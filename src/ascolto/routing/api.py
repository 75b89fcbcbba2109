"""Routes on queues, offers and one's own presence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from ascolto import privacy
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_place, page_of
from ascolto.routing import actions, api_interventions, explain, queues, store_queues
from ascolto.routing.errors import MayNotExplain, NoOperator, QueueUnknown
from ascolto.routing.views import (
    BreakBody,
    DeclineBody,
    ExplanationView,
    NewQueueBody,
    PresenceBody,
    PresenceView,
    QueueChange,
    QueueView,
    WaitView,
)

router = APIRouter(tags=["routing"])
router.include_router(api_interventions.router)

Reader = Annotated[Call, permit("routing.read_queues")]
Configurator = Annotated[Call, permit("routing.configure")]
Worker = Annotated[Call, permit("routing.work")]
Presenter = Annotated[Call, permit("routing.set_presence")]
Asker = Annotated[Call, permit("routing.explain")]


@router.get("/queues", summary="The queues in use")
async def list_queues(call: Reader, cursor: Cursor = None, limit: Limit = 100) -> Page[QueueView]:
    """Return a page of the queues in scope, by name."""
    found = await store_queues.list_queues(call.tx, after=decode_place(cursor), limit=limit + 1)
    return page_of(found, limit=limit, show=QueueView.of, place=lambda one: (one.name, one.id))


@router.post("/queues", status_code=201, summary="Add a queue")
async def create_queue(body: NewQueueBody, call: Configurator) -> QueueView:
    """Add a queue to a client; the router follows at once."""
    return QueueView.of(await queues.create_queue(call.tx, values=body.changes()))


@router.get("/queues/{queue_id}", summary="One queue")
async def show_queue(queue_id: UUID, call: Reader) -> QueueView:
    """Return a queue in scope."""
    queue = await store_queues.get_queue(call.tx, str(queue_id))
    if queue is None:
        raise QueueUnknown("There is no such queue.")
    return QueueView.of(queue)


@router.patch("/queues/{queue_id}", summary="Change a queue's rules")
async def change_queue(queue_id: UUID, body: QueueChange, call: Configurator) -> QueueView:
    """Change what is given and leave the rest; the router follows at once."""
    changed = await queues.change_queue(
        call.tx, queue_id=str(queue_id), values=body.changes(), v=body.v
    )
    return QueueView.of(changed)


@router.delete("/queues/{queue_id}", status_code=204, summary="Take a queue out of use")
async def archive_queue(queue_id: UUID, call: Configurator) -> None:
    """Archive a queue; refused while work is in it."""
    await queues.archive_queue(call.tx, queue_id=str(queue_id))


@router.get("/queues/{queue_id}/wait", summary="The wait of a new arrival")
async def show_wait(queue_id: UUID, call: Reader) -> WaitView:
    """Return the estimated wait with its range and its measured error."""
    if await store_queues.get_queue(call.tx, str(queue_id)) is None:
        raise QueueUnknown("There is no such queue.")
    rows = await store_queues.read_now(call.tx, queue_id=str(queue_id))
    return WaitView.of(str(queue_id), rows[0] if rows else {})


@router.put("/presence", summary="Set one's own state")
async def set_presence(body: PresenceBody, call: Presenter) -> PresenceView:
    """Say whether one can be offered work, and where one works from."""
    presence = await actions.set_presence(
        call.tx,
        operator_id=_operator_of(call),
        state=body.state,
        place=body.place,
        country=body.country,
        reason=body.reason,
    )
    return PresenceView.of(presence)


@router.put("/presence/break", summary="Set when one's next break is due")
async def set_break(body: BreakBody, call: Presenter) -> PresenceView:
    """Note one's next break, so that no long work is offered shortly before it."""
    operator_id = _operator_of(call)
    presence = await actions.set_break_due(call.tx, operator_id=operator_id, due_at=body.due_at)
    if presence is None:
        presence = await actions.set_presence(call.tx, operator_id=operator_id, state="away")
        again = await actions.set_break_due(call.tx, operator_id=operator_id, due_at=body.due_at)
        presence = again or presence
    return PresenceView.of(presence)


@router.post("/work/{work_item_id}/decline", status_code=204, summary="Give an offer back")
async def decline(work_item_id: UUID, body: DeclineBody, call: Worker) -> None:
    """Give an offer back; it goes to somebody else from the head of its rank."""
    await actions.decline(
        call.tx,
        work_item_id=str(work_item_id),
        operator_id=_operator_of(call),
        reason=body.reason,
    )


@router.get("/work/{work_item_id}/why", summary="Why this operator, and why not another")
async def why(work_item_id: UUID, call: Asker, operator_id: UUID | None = None) -> ExplanationView:
    """Return the last choice with its figures; with an operator, every rule against them now.

    Asking about somebody else is for who supervises, and is written down. What the person is doing
    is told only as far as an agreement in force lets others see it.
    """
    asked = None if operator_id is None else str(operator_id)
    seen = None
    if asked is not None and asked != call.principal.operator_id:
        if not call.principal.may("routing.supervise"):
            raise MayNotExplain("Your role does not include asking about another operator.")
        await privacy.record_view(
            call.tx,
            call.principal,
            subject_kind="operator",
            subject_id=asked,
            what="routing.why_not",
            why=f"work {work_item_id}",
        )
        seen = privacy.visible_fields(await privacy.monitoring_mode(call.tx), call.tx.now)
    found = await explain.explain(
        call.tx, work_item_id=str(work_item_id), operator_id=asked, seen=seen
    )
    return ExplanationView.of(found)


def _operator_of(call: Call) -> str:
    operator_id = call.principal.operator_id
    if operator_id is None:
        raise NoOperator("Your account answers no customers.")
    return operator_id
