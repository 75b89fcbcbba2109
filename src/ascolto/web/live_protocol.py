"""What a desk may say on its socket, how it is read, and with which code a line ends.

client  {"t":"hello","after":cursor|null,"topics":[…]} · sub · unsub · typing · viewing · pong ·
        ping (with a number)
server  welcome · f (a frame) · followed, denied (topics) · resync (take a fresh snapshot) · ping ·
        pong (to a numbered ping: its number and our clock) · refused

It closes with 4400 for what is not in this protocol, 4401 for want of a session, 4403 for another
site's page, 4408 for silence, 1013 while the database is away and 1011 for a fault of ours; the
server beneath it closes with 1007 what is no UTF-8 and with 1009 what is too long.
"""

from typing import Any

import orjson
import structlog

from ascolto.kit.errors import Refusal, Unauthenticated
from ascolto.web.problems import DATABASE_LOST

MAX_MESSAGE = 16_384
MAX_TOPICS = 50
MAX_PING = 1_000_000

BAD_MESSAGE, NO_SESSION, WRONG_PAGE, SILENT = 4400, 4401, 4403, 4408
OUR_FAULT, TRY_LATER = 1011, 1013

log = structlog.get_logger(__name__)


class EndedError(Exception):
    """The line is to end: the refusal's code, and the closing code."""

    def __init__(self, code: str, *, close: int = BAD_MESSAGE) -> None:
        """Remember why."""
        super().__init__(code)
        self.code = code
        self.close = close


def verdict(error: Exception) -> tuple[int, str | None]:
    """Return the closing code for an error, and the word for it."""
    if isinstance(error, Refusal):
        return NO_SESSION if isinstance(error, Unauthenticated) else WRONG_PAGE, error.code
    if isinstance(error, EndedError):
        return error.close, error.code
    if isinstance(error, DATABASE_LOST):
        return TRY_LATER, None
    log.error("live.failed", exc_info=error)
    return OUR_FAULT, None


def read_message(text: str | None) -> dict[str, Any]:
    """Read a message; what is not in the protocol ends the line."""
    if text is None:
        raise EndedError("not_text")
    if len(text) > MAX_MESSAGE:
        raise EndedError("message_too_large")
    try:
        message = orjson.loads(text)
    except ValueError as error:
        raise EndedError("not_json") from error
    if not isinstance(message, dict):
        raise EndedError("not_an_object")
    return message


def read_topics(value: Any, *, at_most: int = MAX_TOPICS) -> list[str]:
    """Read a list of topics; None is none."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > at_most:
        raise EndedError("bad_topics")
    if not all(isinstance(topic, str) for topic in value):
        raise EndedError("bad_topics")
    return value


def keys_of(topics: list[str], name: str) -> set[str]:
    """Return what the topics of one kind are about."""
    pairs = (topic.partition(":") for topic in topics)
    return {key for kind, _, key in pairs if kind == name}
