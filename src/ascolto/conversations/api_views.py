"""Routes for the views of lists that people keep under a name; everybody sees their own alone."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from ascolto.conversations import errors, store_views
from ascolto.conversations.held import checked_text
from ascolto.conversations.store_views import SavedView
from ascolto.conversations.views import Body
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, as_text, decode_cursor, page_of

router = APIRouter()

Reader = Annotated[Call, permit("conversations.read")]
ListPage = Literal["work", "conversations"]
VIEWS_LIMIT = 50


class SavedViewBody(Body):
    """A page's filters, written as its address has them, under a name."""

    page: ListPage
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    query: Annotated[str, StringConstraints(max_length=1000)] = ""


class SavedViewView(BaseModel):
    """A view that one has kept."""

    id: str
    page: ListPage
    name: str
    query: str

    @classmethod
    def of(cls, view: SavedView) -> "SavedViewView":
        """Show a view."""
        return cls.model_validate(
            {"id": view.id, "page": view.page, "name": view.name, "query": view.query}
        )


@router.get("/views", summary="One's own views of lists")
async def list_views(
    call: Reader, cursor: Cursor = None, limit: Limit = 100
) -> Page[SavedViewView]:
    """Return the views that one has kept, by page and name."""
    place = decode_cursor(cursor, 2)
    found = await store_views.views_of(
        call.tx,
        account_id=call.principal.account_id,
        after=None if place is None else (as_text(place[0]), as_text(place[1])),
        limit=limit + 1,
    )
    return page_of(
        found, limit=limit, show=SavedViewView.of, place=lambda one: (one.page, one.name)
    )


@router.post("/views", summary="Keep a view of a list")
async def keep_view(body: SavedViewBody, call: Reader) -> SavedViewView:
    """Keep filters under a name, in place of what was kept under it."""
    kept = await store_views.keep_view(
        call.tx,
        account_id=call.principal.account_id,
        page=body.page,
        name=checked_text(body.name),
        query=checked_text(body.query, files=1),
        most=VIEWS_LIMIT,
    )
    if kept is None:
        raise errors.TooManyViews("Remove a view before you keep another.", limit=VIEWS_LIMIT)
    return SavedViewView.of(kept)


@router.delete("/views/{view_id}", status_code=204, summary="Forget a view of a list")
async def drop_view(view_id: UUID, call: Reader) -> None:
    """Forget one of one's own views."""
    account_id = call.principal.account_id
    if not await store_views.drop_view(call.tx, account_id=account_id, view_id=str(view_id)):
        raise errors.UnknownView("You have no such view.", view_id=str(view_id))
