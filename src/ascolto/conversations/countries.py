"""Countries of those who answer: which are in the Union, and the words that tell them.

Art. 24-bis DL 83/2012 (as amended by L. 232/2016): a customer is told first from which country
they are answered, and may ask for somebody in Italy or in the Union in the same contact.
"""

from enum import StrEnum

from ascolto import routing
from ascolto.kit import words
from ascolto.tenancy import declare
from ascolto.tenancy.settings import one_of


class Telling(StrEnum):
    """When a customer is told the country of who answers."""

    ALWAYS = "always"
    OUTSIDE_EU = "outside_eu"
    OUTSIDE_ITALY = "outside_it"
    NEVER = "never"


TELL_COUNTRY = declare(
    "conversations.tell_country",
    default=Telling.ALWAYS.value,
    parse=one_of(*Telling),
    meaning="When customers are told the country of who answers: always, outside_eu, outside_it "
    "or never (art. 24-bis DL 83/2012 asks for always)",
)


def in_eu(country: str) -> bool:
    """Tell whether a country (ISO 3166-1 alpha-2) is in the European Union."""
    return country in routing.EU_COUNTRIES


def is_told(when: str, country: str) -> bool:
    """Tell whether a country is told under a setting's value."""
    match Telling(when):
        case Telling.ALWAYS:
            return True
        case Telling.OUTSIDE_EU:
            return not in_eu(country)
        case Telling.OUTSIDE_ITALY:
            return country != "IT"
        case Telling.NEVER:
            return False


def said(name: str, *, language: str, country: str = "") -> str:
    """Return a notice in a customer's language."""
    named = words.find(f"country.{country}", language=language) or country
    return words.say(f"notice.{name}", language=language, country=named)
