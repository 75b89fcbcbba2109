"""What the ledger of configuration declines to do."""

from ascolto.kit.errors import Conflict, Forbidden, Invalid, NotFound


class UnknownVersion(NotFound):
    """There is no such version."""

    code = "configuration.unknown_version"


class UnknownPublication(NotFound):
    """There is no such publication, or it is another's."""

    code = "configuration.unknown_publication"


class AlreadyDecided(Conflict):
    """The publication was made, refused or withdrawn meanwhile."""

    code = "configuration.already_decided"


class GroundChanged(Conflict):
    """What was to be changed has changed since the publication was asked for."""

    code = "configuration.ground_changed"


class CannotPublish(Invalid):
    """Such a request cannot wait for a moment."""

    code = "configuration.cannot_publish"


class BadMoment(Invalid):
    """A publication lies ahead, and within a year."""

    code = "configuration.bad_moment"


class NothingToRestore(Conflict):
    """All is as it was at that version."""

    code = "configuration.nothing_to_restore"


class CannotRestore(Conflict):
    """Something of that version cannot be put back; nothing was changed."""

    code = "configuration.cannot_restore"


class MomentUnknown(Conflict):
    """The ledger does not say from when on a setting was to have a value."""

    code = "configuration.moment_unknown"


class OutsideScope(Forbidden):
    """Only somebody who sees every client may do this."""

    code = "configuration.outside_scope"


class NoLongerAllowed(Forbidden):
    """Whoever asked may no longer do this."""

    code = "configuration.no_longer_allowed"
