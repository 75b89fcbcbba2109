"""Notes and failures as routes answer them: a code with its values, and English beside it."""

from typing import Any

from pydantic import BaseModel


class NoteView(BaseModel):
    """What is worth knowing: English, and a code that says it with `fields` for other words."""

    text: str
    code: str
    fields: dict[str, str]

    @classmethod
    def of(cls, told: Any) -> "NoteView":
        """Show a note as it is kept; those from before there were codes are a sentence alone."""
        if isinstance(told, str):
            return cls(text=told, code="", fields={})
        return cls.model_validate(told)


class FailedByView(BaseModel):
    """The refusal that something failed by: its code, and the values that go with it."""

    code: str
    fields: dict[str, Any]
