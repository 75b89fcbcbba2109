"""Why somebody does not come in or does not get what they ask.

Refusal
├── Unauthenticated  NotSignedIn · WrongCredentials · TotpRequired
├── Forbidden        NotPermitted · WrongOrigin · ScopeExceeded
├── TooMany          TooManyAttempts
├── Unavailable      SealBroken
├── NotFound         UnknownAccount · UnknownSession · UnknownToken · UnknownMail
├── Gone             LinkSpent
├── Conflict         EmailTaken · LastAdmin · AccountChanged · TotpAlreadyOn · TotpNotStarted
│                    OperatorTaken
└── Invalid          WeakPassword · WrongPassword · WrongCode · BadEmail · UnknownRole
                     UnknownScope · UnknownScopeClient · ClientUnnamed · BadExpiry
"""

from ascolto.kit.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)


class NotSignedIn(Unauthenticated):
    """No valid session or token came with the request."""

    code = "identity.not_signed_in"


class WrongCredentials(Unauthenticated):
    """Organisation, address, password or code: we do not say which."""

    code = "identity.wrong_credentials"


class TotpRequired(Unauthenticated):
    """The password was right; the account also asks for a code."""

    code = "identity.totp_required"


class NotPermitted(Forbidden):
    """The roles do not hold this permission."""

    code = "identity.not_permitted"


class WrongOrigin(Forbidden):
    """The request was made by a page that is not ours."""

    code = "identity.wrong_origin"


class ScopeExceeded(Forbidden):
    """Nobody gives away more than they have."""

    code = "identity.scope_exceeded"


class TooManyAttempts(TooMany):
    """Too many failed attempts; `retry_after_s` says when to try again."""

    code = "identity.too_many_attempts"


class SealBroken(Unavailable):
    """A stored secret does not open: the server's key is not the one it was sealed with."""

    code = "identity.seal_broken"


class UnknownAccount(NotFound):
    """No such account."""

    code = "identity.unknown_account"


class UnknownSession(NotFound):
    """No such session of this account."""

    code = "identity.unknown_session"


class UnknownToken(NotFound):
    """No such token."""

    code = "identity.unknown_token"


class UnknownMail(NotFound):
    """No such mail, or its text is already gone."""

    code = "identity.unknown_mail"


class LinkSpent(Gone):
    """The link was used, replaced, or is too old."""

    code = "identity.link_spent"


class EmailTaken(Conflict):
    """An account with this address exists."""

    code = "identity.email_taken"


class OperatorTaken(Conflict):
    """The operator already has an account."""

    code = "identity.operator_taken"


class LastAdmin(Conflict):
    """Without this account nobody could administer the organisation."""

    code = "identity.last_admin"


class AccountChanged(Conflict):
    """The account was changed since it was read."""

    code = "identity.account_changed"


class TotpAlreadyOn(Conflict):
    """The account already asks for codes."""

    code = "identity.totp_already_on"


class OwnCodes(Conflict):
    """One's own codes are turned off with one's password, not as an administrator."""

    code = "identity.own_codes"


class TotpNotStarted(Conflict):
    """There is no secret waiting to be confirmed."""

    code = "identity.totp_not_started"


class WeakPassword(Invalid):
    """The password is too short, too long or too well known."""

    code = "identity.weak_password"


class WrongPassword(Invalid):
    """The current password given with a change is not right."""

    code = "identity.wrong_password"


class WrongCode(Invalid):
    """The code given is not right, or was used already."""

    code = "identity.wrong_code"


class BadEmail(Invalid):
    """This is not a mail address."""

    code = "identity.bad_email"


class UnknownRole(Invalid):
    """There is no such role."""

    code = "identity.unknown_role"


class UnknownScope(Invalid):
    """There is no such permission, or not for a token."""

    code = "identity.unknown_scope"


class UnknownScopeClient(Invalid):
    """A client in the scope does not exist or is not yours."""

    code = "identity.unknown_scope_client"


class ClientUnnamed(Invalid):
    """An account of a client's own people says of which client."""

    code = "identity.client_unnamed"


class BadExpiry(Invalid):
    """A token expires, within a year."""

    code = "identity.bad_expiry"
