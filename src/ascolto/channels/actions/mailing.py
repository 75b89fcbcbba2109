"""A customer takes along what was said: a copy of the conversation by mail."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto import conversations
from ascolto.channels import errors, store
from ascolto.channels.actions.visiting import checked_email, first_own_seq
from ascolto.channels.model import Pass, first_name
from ascolto.channels.webchat.state import Scene
from ascolto.conversations import AuthorKind, Conversation, Message
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.kit.mail import queue_mail

COPIES_A_DAY = 3
LIFE = timedelta(days=2)
LINES_LIMIT = 1_000


async def mail_transcript(
    tx: Tx, scene: Scene, holder: Pass, conversation: Conversation, *, email: str
) -> None:
    """Mail a copy of what was said to an address that the customer names.

    Only of a conversation in which a person has answered, and few of them: what a stranger wrote
    to himself must not become a way to send mail to others in the client's name.
    """
    checked_email(email)
    if conversation.first_replied_at is None:
        raise errors.NothingToSend("Nobody has answered in this conversation yet.")
    sent = await store.copies_since(
        tx, conversation_id=conversation.id, since=tx.now - timedelta(days=1)
    )
    if sent >= COPIES_A_DAY:
        raise errors.TooFast("Enough copies for today.", retry_after_s=86_400)
    await store.insert_copy(tx, new_id(), conversation=conversation)
    said = await conversations.list_messages(
        tx,
        conversation_id=conversation.id,
        after_seq=await first_own_seq(tx, holder, conversation),
        before_seq=None,
        limit=LINES_LIMIT,
        public_only=True,
    )
    await queue_mail(
        tx,
        purpose="transcript",
        to=email,
        subject=scene.words.say("transcript_subject", number=str(conversation.number)),
        body=written(scene, conversation, said),
        expires_at=tx.now + LIFE,
    )


def written(scene: Scene, conversation: Conversation, said: list[Message]) -> str:
    """Return a conversation as plain text, each line with who said it and when."""
    zone = ZoneInfo(scene.hours.tz if scene.hours else "Europe/Rome")
    number = str(conversation.number)
    lines = [scene.words.say("transcript_intro", number=number), ""]
    for message in said:
        lines.append(f"{_moment(message.at, zone)}  {_speaker(scene, message)}")
        lines += [message.text] if message.text else []
        lines += [f"[{ref.name}]" for ref in message.attachments]
        lines.append("")
    return "\n".join(lines)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"


def _speaker(scene: Scene, message: Message) -> str:
    match message.author.kind:
        case AuthorKind.CUSTOMER:
            return scene.words.say("speaker_you")
        case AuthorKind.OPERATOR:
            name = message.author.name
            return name if scene.settings.full_operator_names else first_name(name)
        case AuthorKind.ASSISTANT:
            return scene.words.say("assistant")
        case AuthorKind.SYSTEM:
            return scene.words.say("speaker_system")
