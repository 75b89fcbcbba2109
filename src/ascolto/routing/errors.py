"""What routing declines to do.

Refusal
├── NotFound   QueueUnknown · WorkUnknown · OperatorUnknown · InterventionUnknown
├── Forbidden  NoOperator         the account answers no customers
│              MayNotExplain      only who supervises asks about another
├── Gone       OfferGone          the offer was taken back, expired or taken by another
├── Conflict   NotYours           the work is with somebody else
│              WrongState         the work is in a state that does not allow this
│              NameTaken          the client has a queue of this name
│              QueueChanged       somebody changed the queue meanwhile
│              AlreadyDone        the same runs there already
└── Invalid    BadQueue           the policy makes no sense
               BadIntervention    what is wished does not go together
"""

from ascolto.kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound


class QueueUnknown(NotFound):
    """There is no such queue, or none of the asker's clients."""

    code = "routing.queue_unknown"


class WorkUnknown(NotFound):
    """There is no such piece of work, or none of the asker's clients."""

    code = "routing.work_unknown"


class OperatorUnknown(NotFound):
    """There is no such operator, or none of the asker's clients."""

    code = "routing.operator_unknown"


class NoOperator(Forbidden):
    """The account answers no customers."""

    code = "routing.no_operator"


class MayNotExplain(Forbidden):
    """Only who supervises may ask about another operator."""

    code = "routing.may_not_explain"


class OfferGone(Gone):
    """The offer is no longer open to this operator."""

    code = "routing.offer_gone"


class NotYours(Conflict):
    """The work is with another operator."""

    code = "routing.not_yours"


class WrongState(Conflict):
    """The work's state does not allow this."""

    code = "routing.wrong_state"


class NameTaken(Conflict):
    """The client has a queue of this name."""

    code = "routing.name_taken"


class QueueChanged(Conflict):
    """Somebody changed the queue since it was read."""

    code = "routing.queue_changed"


class BadQueue(Invalid):
    """The queue's policy makes no sense."""

    code = "routing.bad_queue"


class InterventionUnknown(NotFound):
    """There is no such intervention, or none of the asker's clients."""

    code = "routing.intervention_unknown"


class AlreadyDone(Conflict):
    """The same is being done there already: two ways back would meet."""

    code = "routing.already_done"


class BadIntervention(Invalid):
    """What is wished does not go together."""

    code = "routing.bad_intervention"
