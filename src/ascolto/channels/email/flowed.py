"""Paragraphs that a mail program broke into lines for the way, put together again (RFC 3676)."""

from ascolto.channels.email.parts import Part

_SIGNATURE = "-- "


def is_flowed(part: Part) -> bool:
    """Tell whether a text says that its lines are broken where a blank ends them."""
    said = part.parameters.get("format", "").strip().lower()
    return part.type == "text/plain" and said == "flowed"


def joined(text: str, part: Part) -> str:
    """Return the text of a flowed part with its own paragraphs whole.

    Quoted lines keep their breaks: folded away or answered one by one, they are read as they came.
    """
    deletes = part.parameters.get("delsp", "").strip().lower() == "yes"
    lines: list[list[str]] = []
    is_open = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        said = line.removeprefix(" ")  # put before it for the way
        if is_open and said and not quoted and said != _SIGNATURE:
            lines[-1].append(said)
        else:
            lines.append([said])
        is_open = not quoted and said.endswith(" ") and said != _SIGNATURE
        if is_open and deletes:
            lines[-1][-1] = said[:-1]
    return "\n".join("".join(pieces) for pieces in lines)
