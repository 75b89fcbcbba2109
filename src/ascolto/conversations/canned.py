"""Ready replies: which variables they may name, checked when they are written."""

import re

from ascolto.conversations.errors import BadText, UnknownVariable

VARIABLES = frozenset(
    {"customer.name", "customer.first_name", "conversation.number", "operator.name", "client.name"}
)
_VARIABLE = re.compile(r"\{\{([^{}\n]{0,60})\}\}")


def check_variables(text: str) -> None:
    """Refuse a {{variable}} that nothing fills."""
    if "\x00" in text:
        raise BadText("The text holds a character that cannot be stored.")
    unknown = sorted({name.strip() for name in _VARIABLE.findall(text)} - VARIABLES)
    if unknown:
        raise UnknownVariable("There is no such variable.", names=unknown, known=sorted(VARIABLES))
