"""Conversations: what was said, by whom, in what order, and what is owed by when.

Owns the schema `conversations`. Asks routing for people and never chooses them; knows no channel's
way of speaking: channels call in from above and hear `conversations.message_out`.
"""

from ascolto.conversations.actions.aside import (
    mark_read,
    release,
    set_aside,
    set_draft,
    tag,
)
from ascolto.conversations.actions.configuring import create_canned, create_reason, was_prepared
from ascolto.conversations.actions.consulting import close_consult, consult, work_inside
from ascolto.conversations.actions.keeping import (
    copy_files,
    find_attachment,
    forget_unsent,
    keep_attachment,
)
from ascolto.conversations.actions.merging import merge
from ascolto.conversations.actions.opening import (
    ask_for_person,
    begin_with_words,
    next_numbers,
    open_conversation,
)
from ascolto.conversations.actions.parting import keep_apart
from ascolto.conversations.actions.receiving import leave, receive, survey
from ascolto.conversations.actions.replying import (
    add_note,
    mark_delivered,
    pass_on,
    reply,
    say,
)
from ascolto.conversations.actions.scanning import require_clean
from ascolto.conversations.actions.telling import ask_for_eu
from ascolto.conversations.actions.working import (
    accept,
    close,
    reopen,
    requeue,
    snooze,
    transfer,
    wake_now,
    wrap_up,
)
from ascolto.conversations.hours import calendar_of_queue
from ascolto.conversations.live import offers_eu
from ascolto.conversations.marked import as_html
from ascolto.conversations.model import (
    AuthorKind,
    Conversation,
    Envelope,
    Message,
    MessageKind,
    Outcome,
    State,
)
from ascolto.conversations.store import (
    get,
    get_message,
    list_messages,
    newest_of_customers,
    of_number,
)
from ascolto.conversations.store_lists import clients_of
from ascolto.conversations.store_quarantine import Quarantined, ledger, list_quarantine

__all__ = [
    "AuthorKind",
    "Conversation",
    "Envelope",
    "Message",
    "MessageKind",
    "Outcome",
    "Quarantined",
    "State",
    "accept",
    "add_note",
    "as_html",
    "ask_for_eu",
    "ask_for_person",
    "begin_with_words",
    "calendar_of_queue",
    "clients_of",
    "close",
    "close_consult",
    "consult",
    "copy_files",
    "create_canned",
    "create_reason",
    "find_attachment",
    "forget_unsent",
    "get",
    "get_message",
    "keep_apart",
    "keep_attachment",
    "leave",
    "ledger",
    "list_messages",
    "list_quarantine",
    "mark_delivered",
    "mark_read",
    "merge",
    "newest_of_customers",
    "next_numbers",
    "of_number",
    "offers_eu",
    "open_conversation",
    "pass_on",
    "receive",
    "release",
    "reopen",
    "reply",
    "requeue",
    "require_clean",
    "say",
    "set_aside",
    "set_draft",
    "snooze",
    "survey",
    "tag",
    "transfer",
    "wake_now",
    "was_prepared",
    "work_inside",
    "wrap_up",
]
