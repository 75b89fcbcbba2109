"""A conversation held for one change: its row before and now, and the lines added to its thread.

Every action but receiving works the same way: hold the row, decide, add lines, save once. What
screens show of it follows from the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ascolto.conversations import errors, events, live, store, store_consults
from ascolto.conversations.model import (
    NONCE_LIMIT,
    TEXT_LIMIT,
    Author,
    AuthorKind,
    Conversation,
    Message,
    MessageKind,
    Verb,
    moved,
    preview_of,
)
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy import OpeningHours
from ascolto.tenancy import store as tenancy

SYSTEM_AUTHOR = Author(AuthorKind.SYSTEM)


@dataclass(slots=True)
class Held:
    """The row as it was found, as it is now, and what was added to the thread.

    `known_id` is the message that a nonce had been used for before.
    """

    tx: Tx
    before: Conversation
    now: Conversation
    lines: list[Message] = field(default_factory=list)
    unwritten: list[Message] = field(default_factory=list)
    known_id: str | None = None

    @classmethod
    def of(cls, tx: Tx, conversation: Conversation) -> "Held":
        """Go on with a row that this transaction holds already."""
        return cls(tx, conversation, conversation)

    def change(self, **values: Any) -> None:
        """Change fields of the row."""
        self.now = self.now.but(**values)

    def move(self, verb: Verb) -> None:
        """Move to the state a verb leads to, or refuse it."""
        state = moved(self.now.state, verb)
        if state is None:
            raise errors.NotNow(
                f"This cannot be done to a conversation that is {self.now.state.value}.",
                state=self.now.state.value,
                verb=verb.value,
            )
        self.change(state=state)

    async def hours(self) -> OpeningHours | None:
        """Return the hours by which the clocks run; None when every hour counts."""
        if not self.now.business_hours:
            return None
        if self.now.calendar_id is None:
            return None
        calendar = await tenancy.get_calendar(self.tx, self.now.calendar_id)
        return calendar.hours if calendar else None

    async def add(
        self,
        kind: MessageKind,
        *,
        author: Author,
        text: str = "",
        nonce: str | None = None,
        files: Sequence[str] = (),
        meta: dict[str, Any] | None = None,
    ) -> Message:
        """Add a line to the thread under the next number."""
        message = Message(
            id=new_id(),
            client_id=self.now.client_id,
            conversation_id=self.now.id,
            seq=self.now.last_seq + 1,
            kind=kind,
            author=author,
            text=text,
            # Whoever waited for the thread began before: the thread's time still never runs back.
            at=max(self.tx.now, self.now.last_message_at or self.tx.now),
            nonce=nonce,
            meta=meta or {},
        )
        self.unwritten.append(message)
        if files:
            await self.write_lines()
            message = await self._attach(message, files)
        self.change(last_seq=message.seq)
        if message.public:
            names = [ref.name for ref in message.attachments]
            self.change(
                last_message_at=message.at,
                last_from=author.kind.value,
                preview=preview_of(text, names),
            )
        self.lines.append(message)
        return message

    async def note_event(self, what: str, *, author: Author | None = None, **facts: Any) -> Message:
        """Add a line that says what was done, for the screens to put in words."""
        told = {key: value for key, value in facts.items() if value is not None}
        return await self.add(
            MessageKind.EVENT, author=author or acting(self.tx), meta={"what": what, **told}
        )

    async def _attach(self, message: Message, files: Sequence[str]) -> Message:
        refs = await store.attach(
            self.tx,
            conversation_id=self.now.id,
            message_id=message.id,
            files=files,
            uploader_kind="operator",
        )
        if len(refs) != len(set(files)):
            raise errors.BadFiles("A file is not of this conversation or was sent already.")
        return replace(message, attachments=tuple(refs))

    async def write_lines(self) -> None:
        """Write new lines before the row, for what must point to them or move them."""
        if self.unwritten:
            await store.add_lines(self.tx, self.unwritten)
            self.unwritten.clear()

    async def save(self, *, reason: str = "moved") -> Conversation:
        """Write the row and show everybody concerned how it stands."""
        self.now = await store.save(self.tx, self.before, self.now, self.unwritten)
        self.unwritten.clear()
        for line in self.lines:
            self.tx.show(*live.message_added(line))
        told_state = (self.before.state, self.before.operator_id)
        if told_state == (self.now.state, self.now.operator_id):
            self.tx.show(*live.changed(self.now))
        else:
            self.tx.show(*live.stood(self.now))
        former = self.before.operator_id
        if former and former != self.now.operator_id:
            self.tx.show(live.removed(self.now, operator_id=former, reason=reason))
        if former != self.now.operator_id:
            await self.show_consults(former=former)
        return self.now

    async def show_consults(self, *, former: str | None) -> None:
        """Show what goes on beside it to whoever has it now and to who had it before."""
        for one in await store_consults.renew_of(self.tx, conversation_id=self.now.id):
            self.tx.show(*live.consult_changed(one, former=former))

    def ids(self) -> dict[str, Any]:
        """Return the fields that every event of the conversation carries."""
        return events.ids_of(self.now)


async def hold(
    tx: Tx, conversation_id: str, *, side: AuthorKind | None = None, nonce: str | None = None
) -> Held:
    """Hold a conversation against other writers, or refuse when there is none."""
    conversation, known_id = await store.hold(
        tx, conversation_id, side=side.value if side else None, nonce=checked_nonce(nonce)
    )
    if conversation is None:
        raise errors.UnknownConversation("No such conversation.", conversation_id=conversation_id)
    held = Held.of(tx, conversation)
    held.known_id = known_id
    return held


async def hold_for(
    tx: Tx, conversation_id: str, *, operator_id: str | None, supervise: bool = False
) -> Held:
    """Hold a conversation for its owner, or for whoever may act in others' conversations."""
    held = await hold(tx, conversation_id)
    require_owner(held, operator_id=operator_id, supervise=supervise)
    return held


def require_owner(held: Held, *, operator_id: str | None, supervise: bool) -> None:
    """Refuse whoever neither has a conversation nor may act in others'."""
    owner = held.now.operator_id
    if not supervise and (operator_id is None or owner != operator_id):
        raise errors.NotYours(
            "Another operator has this conversation." if owner else "Nobody has it: accept it.",
            operator_id=owner,
            operator_name=held.now.operator_name,
            state=held.now.state.value,
        )


def acting(tx: Tx, operator_id: str | None = None) -> Author:
    """Return how whoever acts in a transaction signs a line."""
    if operator_id is not None:
        return Author(AuthorKind.OPERATOR, operator_id, tx.actor.name)
    match tx.actor.kind:
        case "customer":
            return Author(AuthorKind.CUSTOMER, tx.actor.id, tx.actor.name)
        case "account":
            return Author(AuthorKind.OPERATOR, None, tx.actor.name)
        case _:
            return SYSTEM_AUTHOR


def checked_text(text: str, *, files: int = 0) -> str:
    """Return a text that can be stored and sent, or refuse it."""
    if len(text) > TEXT_LIMIT:
        raise errors.TextTooLong("The text is too long.", limit=TEXT_LIMIT)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise errors.BadText("The text holds half a character.") from error
    if "\x00" in text:
        raise errors.BadText("The text holds a character that cannot be stored.")
    if not text.strip() and not files:
        raise errors.EmptyMessage("A message needs words or a file.")
    return text


def checked_nonce(nonce: str | None) -> str | None:
    """Return a nonce that can be stored, or refuse it."""
    if nonce is None:
        return None
    if not 1 <= len(nonce) <= NONCE_LIMIT or not nonce.isascii() or not nonce.isprintable():
        raise errors.BadText("A nonce is up to 100 printable ASCII characters.")
    return nonce
