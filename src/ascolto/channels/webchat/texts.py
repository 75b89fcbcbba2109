"""What the chat says by itself, in the customer's language: pure functions over the catalogues."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ascolto.channels.model import WebchatSettings
from ascolto.kit import words
from ascolto.tenancy import OpeningHours

# What the panel shows; the rest is said by the server itself.
SHOWN = (
    "title", "greeting", "consent", "remember", "survey_question", "survey_thanks", "closed",
    "phone_offer", "assistant",
)  # fmt: skip
_WEEK_DAYS = 7


@dataclass(frozen=True)
class Words:
    """The words of one channel in one language."""

    language: str
    brand: str
    own: Mapping[str, str]

    @classmethod
    def of(cls, settings: WebchatSettings, *, language: str, client_name: str) -> "Words":
        """Return the words of a chat."""
        chosen = words.nearest(language)
        own = next((t for name, t in settings.texts.items() if name == chosen), {})
        return cls(chosen, settings.brand_name or client_name, own)

    def say(self, name: str, **values: str) -> str:
        """Return a text with its places filled; unknown places stay as they are."""
        filling = {"brand": self.brand, **values}
        if own := self.own.get(name):
            return words.filled(own, filling)
        return words.say(f"chat.{name}", language=self.language, **filling)

    def moment(self, at: datetime, *, now: datetime, tz: str) -> str:
        """Return a moment as people say it."""
        zone = ZoneInfo(tz)
        local, today = at.astimezone(zone), now.astimezone(zone).date()
        away = (local.date() - today).days
        name = "today" if away == 0 else "tomorrow" if away == 1 else "weekday"
        if not 0 <= away < _WEEK_DAYS:
            name = "date"
        day = self.say("days").split()[local.weekday()]
        return self.say(name, time=f"{local:%H:%M}", day=day, date=f"{local:%d/%m}")

    def wait(self, seconds: float | None, *, in_line: bool = False) -> str:
        """Return a wait as people say it, of a new arrival or of one who stands in line.

        Nothing when it is not known.
        """
        if seconds is None:
            return ""
        minutes = seconds / 60
        if minutes <= 1:
            return self.say("line_minute" if in_line else "wait_minute")
        if minutes <= 20:
            name = "line_minutes" if in_line else "wait_minutes"
            return self.say(name, n=str(_rounded(minutes)))
        if minutes <= 40:
            return self.say("wait_half_hour")
        return self.say("wait_hour" if minutes <= 75 else "wait_long")

    def closed(self, hours: OpeningHours, now: datetime, *, name: str = "closed") -> str:
        """Return what to say while closed; nothing while open."""
        if hours.is_open(now):
            return ""
        opens = hours.next_opening(now)
        if opens is None:
            return self.say(f"{name}_for_now")
        return self.say(name, when=self.moment(opens, now=now, tz=hours.tz))


def _rounded(minutes: float) -> int:
    """Round up to a number that promises no precision: 2, 3, 5, 10, 15, 20."""
    return next(step for step in (2, 3, 5, 10, 15, 20) if minutes <= step)
