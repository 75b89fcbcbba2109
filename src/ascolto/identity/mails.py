"""The few letters this room writes, in the reader's language."""

from dataclasses import dataclass

from ascolto.kit.words import say


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a plain text."""

    subject: str
    body: str


def codes_off_letter(*, locale: str, name: str, organisation: str) -> Letter:
    """Return the letter that tells somebody that their codes were dropped by an administrator."""
    return _letter("codes_off", locale, name=name, organisation=organisation)


def password_letter(
    *, purpose: str, locale: str, name: str, organisation: str, link: str
) -> Letter:
    """Return the letter that carries a link to choose a password."""
    return _letter(purpose, locale, name=name, organisation=organisation, link=link)


def _letter(purpose: str, locale: str, **values: str) -> Letter:
    subject, body = (
        say(f"letter.{purpose}.{part}", language=locale, **values) for part in ("subject", "body")
    )
    return Letter(subject=subject, body=body)
