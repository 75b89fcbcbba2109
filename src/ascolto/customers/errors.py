"""What the customers' room declines to do.

Refusal
├── NotFound   UnknownCustomer · UnknownNote · UnknownLink
├── Conflict   CustomerChanged · IdentityTaken · AlreadyMerged · NotMerged · SaidAlready
└── Invalid    BadIdentity · MergeWithItself · MergeAcrossClients · NoteNeeded · NothingNoted ·
               LinkWithItself
"""

from ascolto.kit.errors import Conflict, Invalid, NotFound


class UnknownCustomer(NotFound):
    """No such customer, or none the asker may see."""

    code = "customers.unknown_customer"


class UnknownNote(NotFound):
    """No such note on this customer."""

    code = "customers.unknown_note"


class UnknownLink(NotFound):
    """These two customers are not linked."""

    code = "customers.unknown_link"


class NothingNoted(Invalid):
    """A note of spaces alone says nothing."""

    code = "customers.nothing_noted"


class LinkWithItself(Invalid):
    """Nobody speaks for themselves by a link, nor by one with whom they were merged."""

    code = "customers.link_with_itself"


class CustomerChanged(Conflict):
    """The customer was changed since it was read."""

    code = "customers.customer_changed"


class IdentityTaken(Conflict):
    """The identity is proved for another customer of this client: merge them if they are one."""

    code = "customers.identity_taken"


class AlreadyMerged(Conflict):
    """One of the two has been merged already."""

    code = "customers.already_merged"


class NotMerged(Conflict):
    """The customer stands for itself: there is nothing to undo."""

    code = "customers.not_merged"


class SaidAlready(Conflict):
    """This stands already: it is not written down once more."""

    code = "customers.said_already"


class NoteNeeded(Invalid):
    """A yes that is written down for somebody has to say where it comes from."""

    code = "customers.note_needed"


class BadIdentity(Invalid):
    """The value cannot be an identity of this kind."""

    code = "customers.bad_identity"


class MergeWithItself(Invalid):
    """A customer cannot be merged into itself."""

    code = "customers.merge_with_itself"


class MergeAcrossClients(Invalid):
    """Customers of different clients are never joined."""

    code = "customers.merge_across_clients"
