"""A broken rule as it is told: in English for a terminal, and as a code with values for others."""

from typing import Any, Self


class Rule(str):
    """What is broken; `code` with `fields` says the same, empty where there is no code."""

    __slots__ = ("code", "fields")
    code: str
    fields: dict[str, str]

    def __new__(cls, text: str, code: str = "", **fields: object) -> Self:
        """Make one; whoever knows strings only keeps the text."""
        made = super().__new__(cls, text)
        made.code, made.fields = code, {name: str(value) for name, value in fields.items()}
        return made


def note_told(note: str) -> dict[str, Any]:
    """Return a note, or why something cannot be, as it is kept: a code where it has one."""
    return {
        "text": note,
        "code": getattr(note, "code", ""),
        "fields": getattr(note, "fields", {}),
    }


def coded(rule: str) -> tuple[str, dict[str, str]]:
    """Return the code of a rule with its values; of other words there is none."""
    return (rule.code, rule.fields) if isinstance(rule, Rule) else ("", {})
