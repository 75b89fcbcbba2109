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
    ("codes_off", "it"): Letter(
        "Il tuo codice di verifica è stato tolto",
        "Ciao {name},\n\n"
        "chi amministra Ascolto per {organisation} ha tolto il codice del telefono dal tuo\n"
        "accesso: ora entri con la sola password. Se usi ancora un codice, attivalo di nuovo dal\n"
        "tuo profilo.\n\n"
        "Se non l'hai chiesto tu, avvisa subito chi amministra Ascolto.\n",
    ),
    ("codes_off", "en"): Letter(
        "Your verification code was removed",
        "Hello {name},\n\n"
        "who administers Ascolto for {organisation} has removed the phone code from your access:\n"
        "you now sign in with your password alone. To use a code again, turn it on in your\n"
        "profile.\n\n"
        "If you did not ask for this, tell who administers Ascolto at once.\n",
    ),
}


def codes_off_letter(*, locale: str, name: str, organisation: str) -> Letter:
    """Return the letter that tells somebody that their codes were dropped by an administrator."""
    text = _TEXTS["codes_off", locale]
    return Letter(subject=text.subject, body=text.body.format(name=name, organisation=organisation))


def password_letter(
    *, purpose: str, locale: str, name: str, organisation: str, link: str
) -> Letter:
    """Return the letter that carries a link to choose a password."""
    text = _TEXTS[purpose, locale]
    body = text.body.format(name=name, organisation=organisation, link=link)
    return Letter(subject=text.subject, body=body)
