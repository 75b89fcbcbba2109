"""Routes of wall screens: links to the floor that read and do no more, and can be taken back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.identity.guard import Call, permit
from ascolto.identity.model import ApiToken
from ascolto.insight import screens
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of

router = APIRouter(tags=["insight"])

Sharer = Annotated[Call, permit("insight.share_floor")]
LONGEST_DAYS = 365


class NewScreen(BaseModel):
    """Which wall, and for how many days its link is good."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 90


class ScreenView(BaseModel):
    """A screen's link without its secret: the server does not know it any more."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None

    @classmethod
    def of(cls, token: ApiToken) -> "ScreenView":
        """Show a screen."""
        return cls(
            id=token.id,
            name=token.name,
            created_at=token.created_at,
            expires_at=token.expires_at,
            seen_at=token.last_used_at,
        )


class OpenedScreenView(BaseModel):
    """A screen just opened, with what its link ends in; it is shown this once."""

    screen: ScreenView
    secret: str


@router.get("/floor/screens", summary="My wall screens")
async def list_screens(call: Sharer, cursor: Cursor = None, limit: Limit = 100) -> Page[ScreenView]:
    """Return a page of the screens one has opened and that still hold, the oldest first."""
    after = decode_id(cursor)
    every = await screens.list_screens(call.tx, call.principal)
    found = [one for one in every if after is None or one.id > after]
    return page_of(found, limit=limit, show=ScreenView.of, place=lambda token: (token.id,))


@router.post("/floor/screens", status_code=201, summary="Open a wall screen")
async def open_screen(body: NewScreen, call: Sharer) -> OpenedScreenView:
    """Make a link that shows the floor of one's own clients, without names and without a way on."""
    token, secret = await screens.open_screen(
        call.tx, call.principal, name=body.name, days=body.days
    )
    return OpenedScreenView(screen=ScreenView.of(token), secret=secret)


@router.delete("/floor/screens/{token_id}", status_code=204, summary="Close a wall screen")
async def close_screen(token_id: UUID, call: Sharer) -> None:
    """Take a screen's link back: it shows nothing from its next look on."""
    await screens.close_screen(call.tx, call.principal, str(token_id))
