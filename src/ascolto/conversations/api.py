"""Routes that show conversations: one's desk, lists, one conversation, its thread and files."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, UploadFile
from starlette.responses import FileResponse, Response

from ascolto import routing
from ascolto.conversations import (
    api_config,
    api_consults,
    api_undo,
    api_views,
    api_work,
    errors,
    store,
    store_aside,
    store_consults,
)
from ascolto.conversations.actions.keeping import find_attachment, keep_attachment
from ascolto.conversations.actions.scanning import require_clean
from ascolto.conversations.files import SIZE_LIMIT, checked_file
from ascolto.conversations.model import Conversation
from ascolto.conversations.serving import file_response
from ascolto.conversations.store_lists import Wanted, list_conversations, of_family, on_desk
from ascolto.conversations.views import (
    DeskView,
    FileView,
    MentionView,
    MessagesView,
    MessageView,
    QueueRef,
    RowView,
    WorkplaceView,
)
from ascolto.conversations.views_consults import ConsultView
from ascolto.conversations.views_opened import DetailView, DraftView
from ascolto.conversations.views_viewers import LookedAtView, ViewerView
from ascolto.customers import known
from ascolto.customers import store as customers_store
from ascolto.customers.views import CustomerView
from ascolto.identity.guard import Call, permit, recognise
from ascolto.identity.model import Principal
from ascolto.kit.db import Tx
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    as_id,
    decode_cursor,
    decode_id,
    decode_moment,
    decode_place,
    page_of,
    services_of,
)
from ascolto.kit.stream import stream_cursor
from ascolto.people import get_operator

router = APIRouter(tags=["conversations"])
router.include_router(api_work.router)
router.include_router(api_consults.router)
router.include_router(api_undo.router)
router.include_router(api_views.router)
router.include_router(api_config.router)

Owner = Annotated[Principal, recognise("identity.own_account")]
Sender = Annotated[Principal, recognise("conversations.reply")]
Reader = Annotated[Call, permit("conversations.read")]
Writer = Annotated[Call, permit("conversations.reply")]
Seq = Annotated[int | None, Query(ge=0, le=2**31 - 1)]
SEARCH_LEAST = 3


@router.get("/desk", summary="All that one's desk shows")
async def show_desk(principal: Owner, request: Request) -> DeskView:
    """Return one's presence, offers, conversations and queues, and the cursor to go on from."""
    # One snapshot for the cursor and for all that is read: whatever is committed after it comes
    # as frames, and nothing in it contradicts the rest.
    async with services_of(request).db.transaction(
        principal.tenant_id,
        actor=principal.actor(),
        clients=principal.clients,
        isolation="repeatable read",
    ) as tx:
        return await _desk_of(tx, principal.operator_id)


async def _desk_of(tx: Tx, operator_id: str | None) -> DeskView:
    cursor = await stream_cursor(tx)
    presence = await routing.get_presence(tx, operator_id) if operator_id else None
    offers = await routing.offers_of(tx, operator_id) if operator_id else []
    mine = await on_desk(tx, operator_id=operator_id) if operator_id else []
    person = await get_operator(tx, operator_id) if operator_id else None
    consults = await store_consults.on_desk(tx, operator_id=operator_id) if operator_id else []
    return DeskView(
        cursor=cursor,
        now=tx.now,
        workplace=WorkplaceView(place=person.place, country=person.country) if person else None,
        presence=presence.as_json() if presence else None,
        offers=[
            routing.offer_body(
                item,
                expires_at=item.offer_expires_at.isoformat() if item.offer_expires_at else "",
                why=why,
            )
            for item, why in offers
        ],
        conversations=[RowView.of(c) for c in mine],
        consults=[ConsultView.of(one) for one in consults],
        queues=[
            QueueRef(id=q.id, name=q.name, client_id=q.client_id, channel=q.channel)
            for q in await routing.list_queues(tx)
        ],
    )


@router.get("/conversations", summary="Conversations by view")
async def show_conversations(
    call: Reader,
    view: Literal["mine", "waiting", "all", "snoozed", "closed"] = "mine",
    sort: Literal["due", "new", "old"] = "new",
    client_id: UUID | None = None,
    queue_id: UUID | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RowView]:
    """Return a page of conversations in a view, one's own unless another is named.

    Words are looked for in that view alone: `view=all` searches every conversation in scope.
    Without the right to read all, it holds one's own and what waits; a search of three characters
    or more finds any, since whoever answers a customer must find what was said before.
    """
    words = (q or "").strip() or None
    searching = words is not None and len(words) >= SEARCH_LEAST
    all_of_them = call.principal.may("conversations.read_all") or searching
    found = await list_conversations(
        call.tx,
        Wanted(
            view=view,
            sort=sort,
            operator_id=call.principal.operator_id,
            own_only=not all_of_them and view not in ("mine", "waiting"),
            client_id=str(client_id) if client_id else None,
            queue_id=str(queue_id) if queue_id else None,
            words=words,
            limit=limit + 1,
        ),
        after=_place(cursor),
    )
    return page_of(
        found,
        limit=limit,
        show=lambda row: RowView.of(row[0]),
        place=lambda row: (row[1], row[0].id),
    )


def _place(cursor: str | None) -> tuple[str, str] | None:
    place = decode_place(cursor)
    if place is not None and place[0] not in ("infinity", "-infinity"):
        decode_moment(place[0])
    return place


@router.get("/conversations/viewers", summary="Who looks at some conversations now")
async def show_viewers(
    call: Reader, request: Request, ids: Annotated[list[UUID], Query(alias="id", max_length=50)]
) -> list[LookedAtView]:
    """Return who else has any of some conversations open; those nobody looks at are left out.

    It is kept in memory and nowhere else: asking reads only the few that somebody looks at.
    """
    looked = {str(one): _viewers(call, request, str(one)) for one in dict.fromkeys(ids)}
    return [
        LookedAtView(conversation_id=one, viewers=viewers)
        for one, viewers in looked.items()
        if viewers and await store.get(call.tx, one) is not None
    ]


@router.get("/conversations/{conversation_id}", summary="One conversation")
async def show_conversation(conversation_id: UUID, call: Reader, request: Request) -> DetailView:
    """Return a conversation with its customer, why it came here, one's drafts and who looks on."""
    conversation = await _known(call, conversation_id)
    tx = call.tx
    customer = await known(tx, conversation.customer_id)
    family = await customers_store.family_ids(tx, customer.id)
    merged = await customers_store.merges_into(tx, family)
    why = None
    if conversation.work_item_id is not None:
        why = await routing.last_decision(tx, conversation.work_item_id)
    operator_id = call.principal.operator_id
    drafts = []
    if operator_id is not None:
        found = await store_aside.drafts_of(
            tx, conversation_ids=[conversation.id], operator_id=operator_id
        )
        drafts = [DraftView.of(one) for one in found]
    return DetailView(
        conversation=RowView.of(conversation),
        customer=CustomerView.of(customer, merged),
        why=why["why"] if why else None,
        draft=drafts[0] if drafts else None,
        drafts=drafts,
        viewers=_viewers(call, request, conversation.id),
    )


def _viewers(call: Call, request: Request, conversation_id: str) -> list[ViewerView]:
    found = services_of(request).live.viewers(call.tx.tenant_id, f"conversation:{conversation_id}")
    return [
        ViewerView(operator_id=who["operator_id"], name=who["name"])
        for who in found
        if who["account_id"] != call.principal.account_id
    ]


@router.get("/conversations/{conversation_id}/messages", summary="Lines of a thread")
async def show_messages(
    conversation_id: UUID,
    call: Reader,
    before_seq: Seq = None,
    after_seq: Seq = None,
    limit: Limit = 50,
) -> MessagesView:
    """Return the first lines after a number, or the last ones before one."""
    conversation = await _known(call, conversation_id)
    found = await store.list_messages(
        call.tx,
        conversation_id=conversation.id,
        after_seq=after_seq,
        before_seq=before_seq,
        limit=limit + 1,
    )
    more = len(found) > limit
    if more:
        found = found[:limit] if after_seq is not None else found[1:]
    return MessagesView(items=[MessageView.of(m) for m in found], has_more=more)


@router.get("/customers/{customer_id}/timeline", summary="All of a customer's conversations")
async def show_timeline(
    customer_id: UUID, call: Reader, cursor: Cursor = None, limit: Limit = 50
) -> Page[RowView]:
    """Return the conversations of a customer and of whoever was merged into them, newest first."""
    values = decode_cursor(cursor, 2)
    before = None if values is None else (decode_moment(values[0]), as_id(values[1]))
    customer = await customers_store.standing_for(call.tx, str(customer_id))
    if customer is None:
        raise errors.UnknownConversation("No such customer.", customer_id=str(customer_id))
    family = await customers_store.family_ids(call.tx, customer.id)
    found = await of_family(call.tx, family, before=before, limit=limit + 1)
    return page_of(
        found, limit=limit, show=RowView.of, place=lambda c: (c.opened_at.isoformat(), c.id)
    )


@router.get("/mentions", summary="Notes that name me")
async def show_mentions(
    call: Reader, cursor: Cursor = None, limit: Limit = 50
) -> Page[MentionView]:
    """Return the notes that name one, newest first."""
    operator_id = call.principal.operator_id
    if operator_id is None:
        return Page(items=[])
    found = await store_aside.mentions_of(
        call.tx, operator_id=operator_id, before=decode_id(cursor or None), limit=limit + 1
    )
    return page_of(
        found,
        limit=limit,
        show=lambda m: MentionView(**{name: getattr(m, name) for name in MentionView.model_fields}),
        place=lambda m: (m.id,),
    )


@router.post(
    "/conversations/{conversation_id}/attachments", status_code=201, summary="Upload a file"
)
async def upload(
    conversation_id: UUID, file: UploadFile, writer: Sender, request: Request
) -> FileView:
    """Store a file for a reply to come; its type is what its bytes show.

    It is looked at while no transaction is open: that may take as long as a scanner wants.
    """
    services, data = services_of(request), await file.read(SIZE_LIMIT + 1)
    name = file.filename or "file"
    checked_file(name, data)
    await require_clean(data, set_up=services.settings)
    async with services.db.transaction(
        writer.tenant_id, actor=writer.actor(), clients=writer.clients
    ) as tx:
        kept = await keep_attachment(
            tx,
            folder=services.settings.attachments,
            conversation_id=str(conversation_id),
            uploader_kind="operator",
            operator_id=writer.operator_id,
            name=name,
            data=data,
        )
    return FileView(id=kept.id, name=kept.name, size=kept.size, type=kept.type)


@router.get(
    "/conversations/{conversation_id}/attachments/{attachment_id}",
    summary="One file",
    response_class=FileResponse,
)
async def download(
    conversation_id: UUID, attachment_id: UUID, call: Reader, request: Request
) -> Response:
    """Hand over a file's content, so that no browser runs any of it."""
    attachment, path = await find_attachment(
        call.tx,
        folder=services_of(request).settings.attachments,
        conversation_id=str(conversation_id),
        attachment_id=str(attachment_id),
    )
    return file_response(attachment, path)


async def _known(call: Call, conversation_id: UUID) -> Conversation:
    conversation = await store.get(call.tx, str(conversation_id))
    if conversation is None:
        raise errors.UnknownConversation(
            "No such conversation.", conversation_id=str(conversation_id)
        )
    return conversation
