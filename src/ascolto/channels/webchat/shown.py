"""What customers see of a conversation: one filter for answers and for the stream."""

from typing import Any

from ascolto.channels.model import first_name
from ascolto.conversations import Conversation, Message
from ascolto.conversations.live import customer_message_body, customer_state_body
from ascolto.kit.outbox import StoredFrame

STREAMED = frozenset({"message.added", "message.changed", "conversation.state", "typing"})


def message_shown(message: Message, *, full_names: bool) -> dict[str, Any]:
    """Return a message for its customer."""
    return _message(customer_message_body(message), full_names=full_names)


def state_shown(conversation: Conversation, *, full_names: bool) -> dict[str, Any]:
    """Return how a conversation stands for its customer."""
    return _state(customer_state_body(conversation), full_names=full_names)


def frame_shown(frame: StoredFrame, *, full_names: bool) -> dict[str, Any] | None:
    """Return what a frame says to the customer; None when it is not for them."""
    if not frame.topic.startswith("customer:") or frame.kind not in STREAMED:
        return None
    if frame.kind in ("message.added", "message.changed"):
        return _message(frame.body, full_names=full_names)
    if frame.kind == "conversation.state":
        return _state(frame.body, full_names=full_names)
    name = str(frame.body.get("name", ""))
    return {"kind": "operator", "name": name if full_names else first_name(name)}


def _message(body: dict[str, Any], *, full_names: bool) -> dict[str, Any]:
    author = body["author"]
    if author["kind"] != "operator" or full_names:
        return body
    return {**body, "author": {**author, "name": first_name(author["name"])}}


def _state(body: dict[str, Any], *, full_names: bool) -> dict[str, Any]:
    name = body["operator_name"]
    return {**body, "operator_name": name if full_names or not name else first_name(name)}
