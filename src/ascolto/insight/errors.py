"""What insight declines to do.

Refusal
├── Invalid    UnknownMetric · BadPeriod · CannotGroup
├── TooLarge   PeriodTooBusy
└── Forbidden  NotAnOperator · NotAgreed
"""

from ascolto.kit.errors import Forbidden, Invalid, TooLarge


class UnknownMetric(Invalid):
    """The metric dictionary has no such formula or version."""

    code = "insight.unknown_metric"


class BadPeriod(Invalid):
    """The period ends before it begins, or is longer than is answered at once."""

    code = "insight.bad_period"


class CannotGroup(Invalid):
    """This metric cannot be told apart that way."""

    code = "insight.cannot_group"


class PeriodTooBusy(TooLarge):
    """More happened in the period than is counted in one request."""

    code = "insight.period_too_busy"


class NotAnOperator(Forbidden):
    """Only somebody who answers customers has results of his own."""

    code = "insight.not_an_operator"


class NotAgreed(Forbidden):
    """No agreement in force lets single people be seen."""

    code = "insight.not_agreed"
