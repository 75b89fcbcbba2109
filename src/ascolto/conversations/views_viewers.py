"""Who has a conversation open, as it is shown."""

from pydantic import BaseModel


class ViewerView(BaseModel):
    """Somebody who has the conversation open."""

    operator_id: str | None
    name: str


class LookedAtView(BaseModel):
    """A conversation and who else has it open."""

    conversation_id: str
    viewers: list[ViewerView]
