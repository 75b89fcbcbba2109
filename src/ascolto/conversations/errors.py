"""What the conversations' room declines to do.

Refusal
├── NotFound      UnknownConversation · UnknownMessage · UnknownAttachment · UnknownCanned
│                 · UnknownReason · UnknownColleague · UnknownClient · UnknownConsult
├── Forbidden     NotYours · NotAnOperator
├── Conflict      NotNow · ThreadChanged · NonceClash · DraftChanged · AlreadySurveyed
│                 · NameTaken · CannedChanged · FilesFull · ConsultClosed
├── Invalid       EmptyMessage · BadText · BadReasons · BadOutcome · BadMerge · BadMoment · NoQueue
│                 · UnknownVariable · BadFiles · NotByMail · BadConsult
├── Unavailable   DiskUnavailable
└── TooLarge      TextTooLong · FileTooLarge
"""

from ascolto.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Unavailable


class UnknownConversation(NotFound):
    """No such conversation, or none the asker may see."""

    code = "conversations.unknown_conversation"


class UnknownMessage(NotFound):
    """No such message in this conversation."""

    code = "conversations.unknown_message"


class UnknownAttachment(NotFound):
    """No such file, or none the asker may see."""

    code = "conversations.unknown_attachment"


class UnknownCanned(NotFound):
    """No such ready reply, or none the asker may see."""

    code = "conversations.unknown_canned"


class UnknownReason(NotFound):
    """No such reason, or none the asker may see."""

    code = "conversations.unknown_reason"


class UnknownColleague(NotFound):
    """No such operator, or none who works for this client."""

    code = "conversations.unknown_colleague"


class UnknownClient(NotFound):
    """No such client, or none of the asker's."""

    code = "conversations.unknown_client"


class UnknownConsult(NotFound):
    """No such consult, or none the asker may see."""

    code = "conversations.unknown_consult"


class UnknownView(NotFound):
    """No such view is kept for this person."""

    code = "conversations.unknown_view"


class NotYours(Forbidden):
    """Another operator has the conversation, or nobody has; `operator_id` says who."""

    code = "conversations.not_yours"


class NotAnOperator(Forbidden):
    """Only an operator does this."""

    code = "conversations.not_an_operator"


class NotNow(Conflict):
    """The state of the conversation does not allow it; `state` says which it is."""

    code = "conversations.not_now"


class ConsultClosed(Conflict):
    """The consult is over: whoever wants to know more asks anew."""

    code = "conversations.consult_closed"


class TooManyViews(Conflict):
    """No more views are kept for one person; `limit` says how many are."""

    code = "conversations.too_many_views"


class LeftAlready(Conflict):
    """What should be taken back has left."""

    code = "conversations.left_already"


class ThreadChanged(Conflict):
    """Others wrote since the sender looked; `messages` holds what they wrote."""

    code = "conversations.thread_changed"


class NonceClash(Conflict):
    """The nonce was used for another text."""

    code = "conversations.nonce_clash"


class DraftChanged(Conflict):
    """The draft was written on another device meanwhile; the fields hold what is stored."""

    code = "conversations.draft_changed"


class AlreadySurveyed(Conflict):
    """The customer has answered the survey."""

    code = "conversations.already_surveyed"


class NameTaken(Conflict):
    """Another one has this name."""

    code = "conversations.name_taken"


class CannedChanged(Conflict):
    """The ready reply was changed since it was read."""

    code = "conversations.canned_changed"


class EmptyMessage(Invalid):
    """A message needs words or a file."""

    code = "conversations.empty_message"


class BadText(Invalid):
    """The text holds what cannot be stored."""

    code = "conversations.bad_text"


class BadReasons(Invalid):
    """The second reason does not lie under the first, or the first not under the client."""

    code = "conversations.bad_reasons"


class BadOutcome(Invalid):
    """No operator says this of a conversation."""

    code = "conversations.bad_outcome"


class BadConsult(Invalid):
    """A consult asks one colleague or one queue for tasks of the same client, not oneself."""

    code = "conversations.bad_consult"


class BadMerge(Invalid):
    """These two conversations cannot become one."""

    code = "conversations.bad_merge"


class BadMoment(Invalid):
    """The moment lies in the past, or too far ahead."""

    code = "conversations.bad_moment"


class NoQueue(Invalid):
    """The conversation has no queue to wait in."""

    code = "conversations.no_queue"


class UnknownVariable(Invalid):
    """A ready reply names something that does not exist; `names` lists it."""

    code = "conversations.unknown_variable"


class BadFiles(Invalid):
    """A file is not of this conversation, was sent already, or is of a kind we do not take."""

    code = "conversations.bad_files"


class InfectedFile(Invalid):
    """A virus scanner found something in a file, or cannot look into it."""

    code = "conversations.infected_file"


class ScannerUnavailable(Unavailable):
    """The virus scanner does not answer, and nothing is kept without its word."""

    code = "conversations.scanner_unavailable"


class DiskUnavailable(Unavailable):
    """The store of files does not answer."""

    code = "conversations.disk_unavailable"


class TextTooLong(TooLarge):
    """The text is longer than a message may be."""

    code = "conversations.text_too_long"


class FilesFull(Conflict):
    """The conversation, or the client's day, holds as many files as it may."""

    code = "conversations.files_full"


class FileTooLarge(TooLarge):
    """The file is larger than we take."""

    code = "conversations.file_too_large"


class NotByMail(Invalid):
    """Only what goes by mail has recipients of its own."""

    code = "conversations.not_by_mail"
