"""The few letters this room writes, in the reader's language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a plain text."""

    subject: str
    body: str


_TEXTS = {
    ("reset", "it"): Letter(
        "Scegli una nuova password",
        "Ciao {name},\n\n"
        "qualcuno ha chiesto una nuova password per il tuo accesso ad Ascolto ({organisation}).\n"
        "Se sei stato tu, sceglila qui entro 30 minuti; il collegamento vale una volta sola:\n\n"
        "{link}\n\n"
        "Se non sei stato tu, non serve fare nulla: la tua password resta quella di prima.\n",
    ),
    ("reset", "en"): Letter(
        "Choose a new password",
        "Hello {name},\n\n"
        "somebody asked for a new password for your access to Ascolto ({organisation}).\n"
        "If it was you, choose it here within 30 minutes; the link works once:\n\n"
        "{link}\n\n"
        "If it was not you, there is nothing to do: your password stays as it was.\n",
    ),
    ("invitation", "it"): Letter(
        "Il tuo accesso ad Ascolto",
        "Ciao {name},\n\n"
        "{organisation} ti ha aperto un accesso ad Ascolto.\n"
        "Scegli la tua password qui entro 7 giorni; il collegamento vale una volta sola:\n\n"
        "{link}\n",
    ),
    ("invitation", "en"): Letter(
        "Your access to Ascolto",
        "Hello {name},\n\n"
        "{organisation} has opened an access to Ascolto for you.\n"
        "Choose your password here within 7 days; the link works once:\n\n"
        "{link}\n",
    ),
}


def password_letter(
    *, purpose: str, locale: str, name: str, organisation: str, link: str
) -> Letter:
    """Return the letter that carries a link to choose a password."""
    text = _TEXTS[purpose, locale]
    body = text.body.format(name=name, organisation=organisation, link=link)
    return Letter(subject=text.subject, body=body)
