"""Documents that people hand to `ascolto workforce`: read whole, or refused with their name."""

from pathlib import Path


class Unreadable(ValueError):
    """A document that cannot be read as text; the message names it and says why."""


def text_of(path: Path) -> str:
    """Return the text of a file in UTF-8, without the mark that some editors put before it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: byte {error.start + 1} is not UTF-8") from None


def why_not_writable(path: Path) -> str | None:
    """Return why a file cannot be written there, before hours of work for it; None if it can."""
    if path.is_dir():
        return f"{path}: is a folder"
    if not path.parent.is_dir():
        return f"{path}: no such folder"
    return None
