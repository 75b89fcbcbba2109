"""What routing declines to do.

Refusal
├── NotFound   QueueUnknown · WorkUnknown
├── Gone       OfferGone          the offer was taken back, expired or taken by another
├── Conflict   NotYours           the work is with somebody else
│              WrongState         the work is in a state that does not allow this
└── Invalid    BadQueue           the policy makes no sense
"""

from ascolto.kit.errors import Conflict, Gone, Invalid, NotFound


class QueueUnknown(NotFound):
    """There is no such queue, or none of the asker's clients."""

    code = "routing.queue_unknown"


class WorkUnknown(NotFound):
    """There is no such piece of work, or none of the asker's clients."""

    code = "routing.work_unknown"


class OfferGone(Gone):
    """The offer is no longer open to this operator."""

    code = "routing.offer_gone"


class NotYours(Conflict):
    """The work is with another operator."""

    code = "routing.not_yours"


class WrongState(Conflict):
    """The work's state does not allow this."""

    code = "routing.wrong_state"


class BadQueue(Invalid):
    """The queue's policy makes no sense."""

    code = "routing.bad_queue"
