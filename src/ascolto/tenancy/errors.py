"""What the organisation's room declines to do.

Refusal
├── NotFound   UnknownClient · UnknownCalendar · UnknownSetting
├── Conflict   NameTaken · SlugTaken · ClientChanged · CalendarChanged · CalendarInUse
├── Invalid    BadHours · BadMoment · BadSettingValue · SettingInThePast
└── Forbidden  OutsideScope
"""

from ascolto.kit.errors import Conflict, Forbidden, Invalid, NotFound


class UnknownClient(NotFound):
    """No such client, or none the asker may see."""

    code = "tenancy.unknown_client"


class UnknownCalendar(NotFound):
    """No such calendar, or none the asker may see."""

    code = "tenancy.unknown_calendar"


class UnknownSetting(NotFound):
    """No room has declared this setting."""

    code = "tenancy.unknown_setting"


class NameTaken(Conflict):
    """Another client has this name."""

    code = "tenancy.name_taken"


class SlugTaken(Conflict):
    """Another organisation has this short name."""

    code = "tenancy.slug_taken"


class ClientChanged(Conflict):
    """The client was changed since it was read."""

    code = "tenancy.client_changed"


class CalendarChanged(Conflict):
    """The calendar was changed since it was read."""

    code = "tenancy.calendar_changed"


class CalendarInUse(Conflict):
    """A client still opens and closes by this calendar."""

    code = "tenancy.calendar_in_use"


class BadHours(Invalid):
    """The opening hours make no calendar."""

    code = "tenancy.bad_hours"


class BadMoment(Invalid):
    """The moment is too far away."""

    code = "tenancy.bad_moment"


class BadSettingValue(Invalid):
    """The setting cannot take this value."""

    code = "tenancy.bad_setting_value"


class SettingInThePast(Invalid):
    """The past keeps the values it had."""

    code = "tenancy.setting_in_the_past"


class OutsideScope(Forbidden):
    """Only whoever sees every client may do this."""

    code = "tenancy.outside_scope"
