"""What the privacy room declines to do.

Refusal
├── NotFound   UnknownAgreement
├── Conflict   AgreementOver
├── Forbidden  OutsideScope
├── TooLarge   DocumentTooLarge
└── Invalid    NotADocument · UnknownField · BadDates
"""

from ascolto.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge


class UnknownAgreement(NotFound):
    """There is no such agreement."""

    code = "privacy.unknown_agreement"


class AgreementOver(Conflict):
    """The agreement has already ended."""

    code = "privacy.agreement_over"


class OutsideScope(Forbidden):
    """Only whoever sees every client may do this."""

    code = "privacy.outside_scope"


class DocumentTooLarge(TooLarge):
    """The document has more bytes than we keep."""

    code = "privacy.document_too_large"


class NotADocument(Invalid):
    """The file is not a PDF."""

    code = "privacy.not_a_document"


class UnknownField(Invalid):
    """An agreement unlocks known fields, at least one."""

    code = "privacy.unknown_field"


class BadDates(Invalid):
    """An agreement holds from a moment on, not from the past, and ends after it begins."""

    code = "privacy.bad_dates"
