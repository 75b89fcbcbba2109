"""What the people room declines to do.

Refusal
├── NotFound   UnknownOperator · UnknownSkill · UnknownTeam
├── Conflict   OperatorChanged · CodeTaken · NameTaken · AccountTaken
├── Forbidden  OutsideScope
└── Invalid    UnknownClient · NoClient
"""

from ascolto.kit.errors import Conflict, Forbidden, Invalid, NotFound


class UnknownOperator(NotFound):
    """No such operator, or none the asker may see."""

    code = "people.unknown_operator"


class UnknownSkill(NotFound):
    """No such skill."""

    code = "people.unknown_skill"


class UnknownTeam(NotFound):
    """No such team."""

    code = "people.unknown_team"


class OperatorChanged(Conflict):
    """The operator was changed since it was read."""

    code = "people.operator_changed"


class CodeTaken(Conflict):
    """Another skill has this code."""

    code = "people.code_taken"


class NameTaken(Conflict):
    """Another team has this name."""

    code = "people.name_taken"


class AccountTaken(Conflict):
    """The account is already another operator's."""

    code = "people.account_taken"


class OutsideScope(Forbidden):
    """Only whoever sees every client may do this."""

    code = "people.outside_scope"


class UnknownClient(Invalid):
    """A client does not exist or is not in the asker's scope."""

    code = "people.unknown_client"


class NoClient(Invalid):
    """Whoever sees some clients makes operators for those."""

    code = "people.no_client"
