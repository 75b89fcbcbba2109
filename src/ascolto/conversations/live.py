"""From what happened to what screens show: wire shapes and frames, built by pure functions.

Topics: `operator:<id>` the owner's desk, `conversation:<id>` whoever has it open, `client:<id>`
the lists of team leaders, `customer:<id>` the customer's own page. The last one carries nothing
internal: no notes, no ids of people.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ascolto.conversations.countries import in_eu
from ascolto.conversations.model import (
    AttachmentRef,
    Consult,
    Conversation,
    Draft,
    Message,
    State,
)
from ascolto.kit.outbox import Frame


def at_text(at: datetime | None) -> str | None:
    """Write a moment for the wire."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def row_body(c: Conversation) -> dict[str, Any]:
    """Return a conversation as lists show it (ConversationRow)."""
    return {
        "id": c.id,
        "v": c.v,
        "number": c.number,
        "client_id": c.client_id,
        "channel": c.channel,
        "state": c.state.value,
        "subject": c.subject,
        "preview": c.preview,
        "customer": {
            "id": c.customer_id,
            "name": c.customer_name,
            "verified": c.customer_verified,
        },
        "queue_id": c.queue_id,
        "operator_id": c.operator_id,
        "operator_name": c.operator_name,
        "work_item_id": c.work_item_id,
        "language": c.language,
        "tags": list(c.tags),
        "unread": c.unread,
        "last_message_at": at_text(c.last_message_at),
        "last_from": c.last_from,
        "last_seq": c.last_seq,
        "opened_at": at_text(c.opened_at),
        "due_at": at_text(c.due_at),
        "due_kind": c.due_kind,
        "snoozed_until": at_text(c.snoozed_until),
        "waiting_since": at_text(c.waiting_since),
        "outcome": c.outcome,
        "merged_into": c.merged_into,
        "promise": promise_body(c),
    }


def promise_body(c: Conversation) -> dict[str, Any] | None:
    """Return what was promised to the customer (Promise): a call when it names a number."""
    if c.promise is None:
        return None
    return {key: c.promise.get(key) for key in ("text", "until", "phone", "operator_id")}


def file_body(ref: AttachmentRef) -> dict[str, Any]:
    """Return a file as a message shows it."""
    return {"id": ref.id, "name": ref.name, "size": ref.size, "type": ref.type}


def message_body(message: Message) -> dict[str, Any]:
    """Return a message as operators see it (Message)."""
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "kind": message.kind.value,
        "author": {
            "kind": message.author.kind.value,
            "id": message.author.id,
            "name": message.author.name,
        },
        "text": message.text,
        "attachments": [file_body(ref) for ref in message.attachments],
        "at": at_text(message.at),
        "nonce": message.nonce,
        "delivery": message.delivery,
        "meta": message.meta,
        "origin_id": message.origin_id,
    }


def customer_message_body(message: Message) -> dict[str, Any]:
    """Return a message as its customer sees it: no ids of people, no inner notes."""
    return {
        "id": message.id,
        "seq": message.seq,
        "author": {"kind": message.author.kind.value, "name": message.author.name},
        "text": message.text,
        "attachments": [file_body(ref) for ref in message.attachments],
        "at": at_text(message.at),
        "nonce": message.nonce,
        "delivery": message.delivery,
    }


def customer_state_body(c: Conversation) -> dict[str, Any]:
    """Return the state of a conversation as its customer sees it, with who is speaking."""
    return {
        "id": c.id,
        "v": c.v,
        "number": c.number,
        "state": c.state.value,
        "operator_name": c.operator_name if c.operator_id else None,
        "last_seq": c.last_seq,
        "eu_offer": offers_eu(c),
    }


def offers_eu(c: Conversation) -> bool:
    """Tell whether the customer may ask for somebody in the Union: who answers is outside it."""
    told = c.country_told
    return c.state is State.ACTIVE and not c.eu_only and bool(told) and not in_eu(told or "")


def changed(c: Conversation) -> list[Frame]:
    """Tell the owner, whoever has it open and the client's team leaders how it stands."""
    body = row_body(c)
    topics = [f"conversation:{c.id}", f"client:{c.client_id}"]
    if c.operator_id:
        topics.insert(0, f"operator:{c.operator_id}")
    return [Frame(topic, "conversation.changed", body, c.client_id) for topic in topics]


def stood(c: Conversation) -> list[Frame]:
    """As `changed`, and tell the customer's page of a new state."""
    return [
        *changed(c),
        Frame(f"customer:{c.id}", "conversation.state", customer_state_body(c), c.client_id),
    ]


def removed(c: Conversation, *, operator_id: str, reason: str) -> Frame:
    """Tell a former owner that the conversation is no longer theirs."""
    body = {"id": c.id, "v": c.v, "reason": reason}
    return Frame(f"operator:{operator_id}", "conversation.removed", body, c.client_id)


def overdue(c: Conversation, *, kind: str, due_at: datetime) -> list[Frame]:
    """Tell the owner and the client's team leaders that a promise was not kept."""
    body = {"id": c.id, "number": c.number, "due_kind": kind, "due_at": at_text(due_at)}
    topics = [f"conversation:{c.id}", f"client:{c.client_id}"]
    if c.operator_id:
        topics.insert(0, f"operator:{c.operator_id}")
    return [Frame(topic, "conversation.overdue", body, c.client_id) for topic in topics]


def message_added(message: Message) -> list[Frame]:
    """Tell whoever has it open of a new line; the customer's page only of what is said to it."""
    frames = [_message_frame(message, "message.added")]
    if message.public:
        frames.append(_customer_frame(message, "message.added"))
    return frames


def message_changed(message: Message) -> list[Frame]:
    """Tell that a message was delivered or failed; the customer's page never of a note."""
    frames = [_message_frame(message, "message.changed")]
    if message.public:
        frames.append(_customer_frame(message, "message.changed"))
    return frames


def _message_frame(message: Message, kind: str) -> Frame:
    topic = f"conversation:{message.conversation_id}"
    return Frame(topic, kind, message_body(message), message.client_id)


def _customer_frame(message: Message, kind: str) -> Frame:
    topic = f"customer:{message.conversation_id}"
    return Frame(topic, kind, customer_message_body(message), message.client_id)


def draft_body(draft: Draft) -> dict[str, Any]:
    """Return a draft as its writer's devices see it (Draft)."""
    return {
        "conversation_id": draft.conversation_id,
        "operator_id": draft.operator_id,
        "text": draft.text,
        "kind": draft.kind,
        "rev": draft.rev,
        "lines": draft.lines,
        "about": draft.about,
        "files": [asdict(one) for one in draft.files],
        "other": draft.other,
        "closing": draft.closing,
    }


def draft_changed(draft: Draft, *, client_id: str) -> Frame:
    """Tell an operator's other devices what was drafted."""
    topic = f"operator:{draft.operator_id}"
    return Frame(topic, "draft.changed", draft_body(draft), client_id)


def mentioned(message: Message, *, operator_id: str, number: int) -> Frame:
    """Tell an operator that a note names them."""
    body = {
        "conversation_id": message.conversation_id,
        "number": number,
        "message_id": message.id,
        "by": message.author.name,
        "at": at_text(message.at),
    }
    return Frame(f"operator:{operator_id}", "mention.added", body, message.client_id)


def consult_body(consult: Consult) -> dict[str, Any]:
    """Return a consult as desks see it (ConsultView)."""
    return {
        "id": consult.id,
        "v": consult.v,
        "client_id": consult.client_id,
        "conversation": {
            "id": consult.conversation_id,
            "number": consult.number,
            "subject": consult.about,
            "customer_name": consult.customer_name,
            "operator_id": consult.owner_id,
        },
        "subject": consult.subject,
        "state": consult.state.value,
        "asked_by": consult.asked_by,
        "asked_by_name": consult.asked_by_name,
        "queue_id": consult.queue_id,
        "operator_id": consult.operator_id,
        "operator_name": consult.operator_name,
        "last_seq": consult.last_seq,
        "last_side": consult.last_side,
        "last_text": consult.last_text,
        "last_at": at_text(consult.last_at),
        "asked_at": at_text(consult.asked_at),
        "answered_at": at_text(consult.answered_at),
        "closed_at": at_text(consult.closed_at),
        "overdue_at": at_text(consult.overdue_at),
    }


def consult_changed(consult: Consult, *, former: str | None = None) -> list[Frame]:
    """Tell both sides, and whoever has the conversation, how a consult stands; no customer."""
    body = consult_body(consult)
    people = [consult.asked_by, consult.owner_id, consult.operator_id, former]
    topics = [f"operator:{who}" for who in dict.fromkeys(people) if who]
    topics.append(f"conversation:{consult.conversation_id}")
    return [Frame(topic, "consult.changed", body, consult.client_id) for topic in topics]
