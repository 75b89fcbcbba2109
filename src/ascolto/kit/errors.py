"""Refusals: what the product declines to do, each with a code a client can act on.

Refusal
├── Invalid            the request makes no sense                       (422)
├── Unauthenticated    we do not know who asks                          (401)
├── Forbidden          we know, and the answer is no                    (403)
├── NotFound           there is no such thing, or not for the asker     (404)
├── Conflict           the thing moved meanwhile                        (409)
├── Gone               it existed and is over                           (410)
├── TooLarge           more bytes than we take                          (413)
├── TooMany            slower, please; carries retry_after_s            (429)
└── Unavailable        our own part is not ready; try again             (503)

A room subclasses one family and sets `code` ("routing.offer_gone"). The HTTP status belongs to
the family and is mapped in one table in `ascolto.web.problems`.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """An answer of "no" with a code and the fields that explain it."""

    code: ClassVar[str] = "refused"

    def __init__(self, detail: str = "", **fields: Any) -> None:
        """Keep a plain sentence for people and JSON-able fields for programs."""
        super().__init__(detail or self.code)
        self.detail = detail
        self.fields = fields


class Invalid(Refusal):
    """The request makes no sense as it stands."""

    code = "invalid"


class Unauthenticated(Refusal):
    """The asker is not known."""

    code = "unauthenticated"


class Forbidden(Refusal):
    """The asker is known and may not."""

    code = "forbidden"


class NotFound(Refusal):
    """No such thing, or none that the asker may see."""

    code = "not_found"


class Conflict(Refusal):
    """The thing has changed since the asker looked."""

    code = "conflict"


class Gone(Refusal):
    """The thing existed and is over."""

    code = "gone"


class TooLarge(Refusal):
    """More bytes than we take."""

    code = "too_large"


class TooMany(Refusal):
    """Too many requests; `retry_after_s` says when to come back."""

    code = "too_many"


class Unavailable(Refusal):
    """A part of ours is not ready; the same request may succeed later."""

    code = "unavailable"
