"""Routes of what somebody has chosen for their own desk, whichever browser they sit at."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ascolto.identity import store
from ascolto.identity.guard import Call, permit

router = APIRouter(tags=["identity"])

Own = Annotated[Call, permit("identity.own_account")]
Action = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")]
# As the desk writes it: "j", "Ctrl+Enter", or a chord of two with a space between.
Keys = Annotated[str, StringConstraints(pattern=r"^\S{1,24}( \S{1,24})?$")]


class KeyPreferences(BaseModel):
    """How somebody uses the keyboard: whether single keys act, and which keys they moved."""

    model_config = ConfigDict(extra="forbid")

    on: bool = True
    map: dict[Action, Annotated[list[Keys], Field(max_length=4)]] = Field(
        default_factory=dict, max_length=100
    )


class SoundPreferences(BaseModel):
    """What somebody hears: how loud, from 0 (nothing) to 1, and which tune or none for what comes.

    What comes is an offer by its channel, or a mention; what is not named has the tune of the desk.
    """

    model_config = ConfigDict(extra="forbid")

    volume: Annotated[float, Field(ge=0, le=1)] = 0.6
    tunes: dict[Action, Literal["two", "rise", "fall", "bell", "none"]] = Field(
        default_factory=dict, max_length=30
    )


class DeskPreferences(BaseModel):
    """What somebody has chosen; what is null was never chosen and is as the desk comes."""

    model_config = ConfigDict(extra="forbid")

    keys: KeyPreferences | None = None
    # Mails are written with their marks to be seen, in a field without looks.
    plain_field: bool | None = None
    sounds: SoundPreferences | None = None


@router.get("/me/preferences", summary="What I have chosen for my desk")
async def show_preferences(call: Own) -> DeskPreferences:
    """Return one's own choices, the same from every browser."""
    chosen = await store.get_preferences(call.tx, call.principal.account_id)
    return DeskPreferences.model_validate(chosen)


@router.put("/me/preferences", summary="Choose for my desk")
async def save_preferences(body: DeskPreferences, call: Own) -> DeskPreferences:
    """Replace one's own choices with these and return them."""
    await store.set_preferences(
        call.tx, call.principal.account_id, body.model_dump(exclude_none=True)
    )
    return body
