"""What the channels' room declines to do.

Refusal
├── NotFound         UnknownChannel · UnknownWebhook · UnknownDelivery · UnknownMail
│                    · UnknownThread
├── Unauthenticated  NoPass
├── Forbidden        NoUploads
├── Gone             LinkGone · TicketGone
├── Conflict         StartClash · KeyTaken · ChannelChanged · WebhookChanged · WebhookOff
│                    · AlreadyAsked · NothingToSend · NotNow · TextChanged
├── Invalid          BadChannel · BadAddress · BadMoment · WrongKind · BadForward
│                    · BadGrant · NotTheirAddress · AddressNotProved
└── TooMany          TooFast
"""

from ascolto.kit.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)


class UnknownChannel(NotFound):
    """No such channel, or none in use."""

    code = "channels.unknown_channel"


class UnknownWebhook(NotFound):
    """No such webhook, or none the asker may see."""

    code = "channels.unknown_webhook"


class UnknownDelivery(NotFound):
    """No such delivery of this webhook."""

    code = "channels.unknown_delivery"


class UnknownThread(NotFound):
    """No such thread of this channel: nothing was handed in under that name."""

    code = "channels.unknown_thread"


class UnknownMail(NotFound):
    """No such mail, or none the asker may see."""

    code = "channels.unknown_mail"


class NoPass(Unauthenticated):
    """The customer's token is missing, unknown or has run out."""

    code = "channels.no_pass"


class NoUploads(Forbidden):
    """The chat takes no files."""

    code = "channels.no_uploads"


class LinkGone(Gone):
    """The link was used, has run out, or never was."""

    code = "channels.link_gone"


class TicketGone(Gone):
    """The ticket was used for another start, has run out, or is of another channel."""

    code = "channels.ticket_gone"


class StartClash(Conflict):
    """The nonce was used for another start, or long ago."""

    code = "channels.start_clash"


class KeyTaken(Conflict):
    """Another channel has this name or key."""

    code = "channels.key_taken"


class ChannelChanged(Conflict):
    """The channel was changed since it was read."""

    code = "channels.channel_changed"


class WebhookChanged(Conflict):
    """The webhook was changed since it was read."""

    code = "channels.webhook_changed"


class WebhookOff(Conflict):
    """The webhook is switched off: nothing is sent to it."""

    code = "channels.webhook_off"


class AlreadyAsked(Conflict):
    """A call was asked for already in this conversation."""

    code = "channels.already_asked"


class NothingToSend(Conflict):
    """Nobody has answered yet: there is no conversation to copy."""

    code = "channels.nothing_to_send"


class NotNow(Conflict):
    """The mail is past that, or not yet there; `state` says where it stands."""

    code = "channels.not_now"


class TextChanged(Conflict):
    """The text that was read out has another version by now."""

    code = "channels.text_changed"


class NotTheirAddress(Invalid):
    """The customer has no such mail address."""

    code = "channels.not_their_address"


class AddressNotProved(Invalid):
    """A yes is taken only for an address that was proved to be the customer's."""

    code = "channels.address_not_proved"


class BadChannel(Invalid):
    """The channel's settings make no sense; `field` says where."""

    code = "channels.bad_channel"


class BadAddress(Invalid):
    """The address cannot be used: an e-mail, a phone number or a web address."""

    code = "channels.bad_address"


class BadMoment(Invalid):
    """The moment lies in the past, or too far ahead."""

    code = "channels.bad_moment"


class WrongKind(Invalid):
    """The channel is of another kind."""

    code = "channels.wrong_kind"


class TooFast(TooMany):
    """More requests than a person makes; `retry_after_s` says when to come back."""

    code = "channels.too_fast"


class BadGrant(Invalid):
    """What was brought back from a mail provider gives no access; the text says why."""

    code = "channels.bad_grant"


class BadForward(Invalid):
    """A mail cannot be passed on in this way; the text says why."""

    code = "channels.bad_forward"
