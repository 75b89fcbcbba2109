"""What a mail is: a person's message, a bounce, an automatic answer, a feedback report, a receipt.

Standard marks decide alone (RFC 3464, 3834, 5965, 8098; PEC). Where a system sends none of them,
several weaker signs must come together: who sends, the empty return path, the subject, what the
text says and whether the mail comes back with it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from ascolto.channels.email import kind_words as words
from ascolto.channels.email import reports
from ascolto.channels.email.mail import Mail
from ascolto.channels.email.pec import Certified, read_certified
from ascolto.channels.email.replies import Reply, split
from ascolto.channels.email.reports import Recipient

_MOST_TEXT = 20_000
_LONGEST_NOTICE = 1_200


class Kind(StrEnum):
    """What a mail is."""

    MESSAGE = "message"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    FEEDBACK = "feedback"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a mail is, about which earlier mail, and what may follow from it."""

    kind: Kind
    why: str
    original_id: str | None = None
    recipients: tuple[Recipient, ...] = ()
    permanent: bool | None = None
    certified: Certified | None = None
    receipt: str = ""


def understand(mail: Mail) -> Understanding:
    """Tell what a mail is and, unless it is a message, which mail it speaks of."""
    types = {part.type for part in reports.own_parts(mail.root)}
    report = mail.root.parameters.get("report-type", "").lower()
    for look in (_certified, _feedback, _receipt, _bounce, _auto_reply):
        found = look(mail, types, report)
        if found is not None:
            return found
    return Understanding(Kind.MESSAGE, "")


def _certified(mail: Mail, _types: set[str], _report: str) -> Understanding | None:
    certified = read_certified(mail)
    if certified is None:
        return None
    if not certified.is_receipt:
        return Understanding(Kind.MESSAGE, "pec", certified=certified)
    original = certified.original_id or reports.original_id(mail)
    permanent = not certified.tries_on if certified.failed else None
    return Understanding(
        Kind.RECEIPT, "pec", original, permanent=permanent, certified=certified,
        receipt=certified.kind,
    )  # fmt: skip


def _receipt(mail: Mail, types: set[str], report: str) -> Understanding | None:
    if types.intersection(reports.DISPOSITION) or report == "disposition-notification":
        why, receipt = "disposition", _disposition(mail)
    elif words.DELIVERY_NOTE.search(mail.text[:1500]):
        why, receipt = "delivery notification", "delivered"
    elif words.READ_SUBJECT.match(mail.subject) and words.READ_TEXT.match(mail.text[:600]):
        why, receipt = "read", "displayed"
    else:
        return None
    return Understanding(Kind.RECEIPT, why, reports.original_id(mail), receipt=receipt)


def _feedback(mail: Mail, types: set[str], report: str) -> Understanding | None:
    why = _why_feedback(mail, types, report)
    return Understanding(Kind.FEEDBACK, why, reports.original_id(mail)) if why else None


def _bounce(mail: Mail, types: set[str], report: str) -> Understanding | None:
    why = _why_bounce(mail, types, report)
    if not why:
        return None
    found = tuple(reports.recipients(mail))
    original = reports.original_id(mail)
    if found and all(one.action in ("delivered", "relayed", "expanded") for one in found):
        return Understanding(Kind.RECEIPT, why, original, found, receipt="delivered")
    return Understanding(Kind.BOUNCE, why, original, found, reports.permanent(mail, found))


def _auto_reply(mail: Mail, _types: set[str], _report: str) -> Understanding | None:
    why = _why_auto_reply(mail)
    return Understanding(Kind.AUTO_REPLY, why, _answered(mail)) if why else None


def _disposition(mail: Mail) -> str:
    for part in reports.own_parts(mail.root):
        if part.type in reports.DISPOSITION:
            for group in reports.groups(part):
                said = group.get("disposition", "").partition(";")[2].strip().lower()
                if said:
                    return said.partition("/")[0].strip()
    return "displayed"


def _answered(mail: Mail) -> str | None:
    answered = mail.in_reply_to or mail.references
    return answered[-1] if answered else reports.original_id(mail)


def _why_feedback(mail: Mail, types: set[str], report: str) -> str:
    if types.intersection(reports.FEEDBACK) or report == "feedback-report":
        return "feedback report"
    subject = mail.subject.lower()
    if words.AGGREGATE_REPORT.match(subject) and ("submitter" in subject or "report-id" in subject):
        return "aggregate report"
    if words.COMPLAINT_SUBJECT.match(subject) and "message/rfc822" in types:
        return "complaint"
    if words.COMPLAINT_NOTE.search(mail.text[:1500]):
        return "complaint notification"
    return ""


def _why_bounce(mail: Mail, types: set[str], report: str) -> str:
    if types.intersection(reports.DELIVERY) or report == "delivery-status":
        return "delivery status"
    if mail.root.raw("x-failed-recipients") is not None:
        return "failed recipients"
    if words.BOUNCE_NOTE.search(mail.text[:1500]):
        return "bounce notification"
    if _is_refused_by_list(mail):
        return "list refusal"
    return "signs of a bounce" if _looks_bounced(mail, types) else ""


def _is_refused_by_list(mail: Mail) -> bool:
    """Tell whether a mailing list's server says that it did not take a mail."""
    local = mail.sender.address.partition("@")[0] if mail.sender else ""
    if mail.root.raw("x-mlserver") is None and not words.LIST_SERVER.fullmatch(local):
        return False
    if not words.LIST_REFUSAL.search(f"{mail.subject}\n{mail.text[:1500]}"):
        return False
    return not words.ANSWERS.match(mail.subject) and not mail.people("reply-to")


def _looks_bounced(mail: Mail, types: set[str]) -> bool:
    """Weigh what a system that sends no report shows all the same."""
    text = mail.text[:_MOST_TEXT]
    daemon, silent = _daemon(mail), _returns_nowhere(mail)
    subject = words.BOUNCE_SUBJECT.search(mail.subject) is not None
    if not (daemon or silent or subject):
        return False
    if daemon < 2 and words.AUTO_SUBJECT.match(mail.subject):
        return False
    if not silent and _is_a_persons(mail, daemon):
        return False
    says = words.BOUNCE_TEXT.search(text) is not None or (
        daemon == 2 and (words.GIVEN_UP.search(text) or words.TRIES_ON.search(text)) is not None
    )
    returned = bool(
        types.intersection(("message/rfc822", *reports.RETURNED))
        or words.RETURNED_BELOW.search(text)
    )
    coded = words.STATUS_CODE.search(text) is not None
    if not silent and daemon < 2 and not _is_of_mail(mail, text, seen=returned or coded):
        return False
    signs = {0: 0, 1: 2, 2: 3}[daemon] + 2 * (subject + silent + says) + returned + coded
    # A person who writes about a failed delivery has the words, but no daemon's marks.
    return signs >= (4 if daemon == 2 or silent or _is_postmaster(mail) else 6)


def _is_postmaster(mail: Mail) -> bool:
    return mail.sender is not None and words.POSTMASTER.match(mail.sender.address) is not None


def _is_a_persons(mail: Mail, daemon: int) -> bool:
    """Tell whether a mail is an answer, passed on with a question, or went to a list."""
    subject, root = mail.subject, mail.root
    answers = words.ANSWERS.match(subject) or words.PASSED_ON.match(subject)
    asked = [one.address.lower().partition("@")[0] for one in mail.people("reply-to")]
    if daemon < 2 and any(not words.SYSTEM_SENDER.fullmatch(local) for local in asked):
        return True  # a form of a web page, on behalf of who filled it in
    if not daemon and (mail.in_reply_to or answers):
        return True
    lists = any(name.startswith("list-") for name, _ in root.fields)
    return daemon < 2 and (lists or root.header("precedence").strip().lower() in ("list", "bulk"))


def _is_of_mail(mail: Mail, text: str, *, seen: bool) -> bool:
    """Tell whether what was not delivered is a mail: a mailbox is named that is not the sender's.

    Shops and carriers write "delivery failed" from addresses like noreply@, too.
    """
    if seen:
        return True
    sender = mail.sender.address.lower() if mail.sender else ""
    house = "" if _is_postmaster(mail) else sender.rpartition("@")[2]
    named = [one.lower() for one in reports.ADDRESS.findall(text[:4000])]
    foreign = any(one != sender and not (house and one.endswith(house)) for one in named)
    return foreign and words.OF_MAIL.search(text[:4000]) is not None


def _daemon(mail: Mail) -> int:
    """Return 2 for a sender who is never a person, 1 for one who seldom is, 0 for others."""
    sender = mail.sender
    if sender is None:
        return 0
    if not sender.address.strip("@<> "):
        return 2  # "<>": nobody can be answered
    # Domino writes its own names into addresses: "Postmaster/Company@company.example".
    local = sender.address.partition("@")[0].partition("/")[0].lower()
    if words.DAEMON.search(local) or words.DAEMON_NAME.search(sender.name):
        return 2
    if words.DAEMON.search(mail.root.header("return-path").partition("@")[0]):
        return 2
    return int(words.SYSTEM_SENDER.fullmatch(local) is not None)


def _returns_nowhere(mail: Mail) -> bool:
    paths = mail.root.all("return-path")
    return bool(paths) and re.sub(r"\s", "", paths[0]) in ("<>", "<<>>", "")


def _why_auto_reply(mail: Mail) -> str:
    submitted = mail.root.header("auto-submitted").partition(";")[0].strip().lower()
    if submitted.startswith(("auto-replied", "auto_replied")):
        return "auto-submitted"
    unattended = submitted.startswith("auto") or _returns_nowhere(mail) or _is_bulk(mail)
    return _auto_field(mail) or _auto_words(mail, unattended=unattended)


def _is_bulk(mail: Mail) -> bool:
    """Tell whether a mail calls itself bulk and came over no list: programs write so."""
    lists = any(name.startswith(("list-", "x-mailing-list")) for name, _ in mail.root.fields)
    return not lists and mail.root.header("precedence").strip().lower() in ("bulk", "junk")


def _auto_field(mail: Mail) -> str:
    header = mail.root.header
    for name, _ in mail.root.fields:
        said = words.AUTO_REPLY_HEADER.fullmatch(name) and header(name).strip().lower()
        if said is not None and said not in ("no", "false", "0"):
            return name
    says = header("precedence").strip().lower() in ("auto_reply", "auto-reply")
    return "precedence" if says else ""


def _auto_words(mail: Mail, *, unattended: bool) -> str:
    if words.AUTO_SUBJECT.match(mail.subject):
        # Who answers an automatic answer writes above it.
        if words.ANSWERS.match(mail.subject) and not unattended:
            reply = _reply(mail)
            return "" if reply.visible and reply.quoted else "subject"
        return "subject"
    if unattended and words.AWAY_SUBJECT.search(mail.subject):
        return "absence"
    return _auto_text(mail, unattended=unattended)


def _auto_text(mail: Mail, *, unattended: bool) -> str:
    head = mail.text[:2000]
    if not (words.AWAY_TEXT.search(head) or words.SAYS_AUTOMATIC.search(head)):
        return ""
    reply = _reply(mail)
    if unattended and words.AWAY_TEXT.search(reply.visible[:2000]):
        return "absence"
    return "words" if _says_automatic(mail, reply.visible[:2000], reply.quoted) else ""


def _reply(mail: Mail) -> Reply:
    return split(mail.marked_text[:_MOST_TEXT])


def _says_automatic(mail: Mail, text: str, quoted: str) -> bool:
    """Tell whether an answer without any mark says that nobody has written it.

    By itself, or by all that an absence notice says and a person does not: away, back when, ask
    whom, and no question.
    """
    if not (mail.in_reply_to or mail.references or words.ANSWERS.match(mail.subject)):
        return False
    if words.SAYS_AUTOMATIC.search(text):
        return True
    away = words.AWAY_TEXT.search(text) and words.INSTEAD_TEXT.search(text)
    return bool(away) and not quoted and "?" not in text and len(text) <= _LONGEST_NOTICE
