"""What the mailroom itself writes into a thread, for colleagues only."""

_WORDS = {
    "it": {
        "stranger": "Questa mail viene da {sender}, che non partecipava a questa conversazione."
        " Verificare chi scrive: non è stata attribuita al cliente alcuna identità.",
        "bounced": "Mail non consegnata a {recipient}. {why}",
        "delayed": "Mail a {recipient} non ancora consegnata; il server riprova. {why}",
        "auto_reply": "Risposta automatica da {sender}:\n{text}",
        "feedback": "Segnalazione su una nostra mail, da {sender}:\n{text}",
        "receipt": "Ricevuta: {text}",
        "no_text": "(mail senza testo)",
        "left_out": "Allegati rimasti nella mail originale: {names}",
        "uncertain": "Non si sa se il server di posta abbia ricevuto la risposta: verificare prima"
        " di inviarla di nuovo.",
        "failed": "La mail non è stata consegnata a tutti: {why}",
        "forwarded": "Inoltrata a {to}",
        "forward_line": "---------- Messaggio inoltrato ----------",
        "forward_from": "Da",
        "forward_to": "A",
        "forward_cc": "Cc",
        "forward_date": "Data",
        "forward_subject": "Oggetto",
    },
    "en": {
        "stranger": "This mail is from {sender}, who was no party of this conversation."
        " Check who writes: the customer has gained no identity by it.",
        "bounced": "Mail to {recipient} was not delivered. {why}",
        "delayed": "Mail to {recipient} is not delivered yet; its server tries again. {why}",
        "auto_reply": "Automatic reply of {sender}:\n{text}",
        "feedback": "A report about a mail of ours, from {sender}:\n{text}",
        "receipt": "Receipt: {text}",
        "no_text": "(a mail without text)",
        "left_out": "Attachments left in the original mail: {names}",
        "uncertain": "Nobody knows whether the mail server has the answer: check before sending"
        " it again.",
        "failed": "The mail was not delivered to everybody: {why}",
        "forwarded": "Forwarded to {to}",
        "forward_line": "---------- Forwarded message ----------",
        "forward_from": "From",
        "forward_to": "To",
        "forward_cc": "Cc",
        "forward_date": "Date",
        "forward_subject": "Subject",
    },
}


def say(what: str, *, language: str, **values: str) -> str:
    """Return a text in the language of a conversation, else in English."""
    words = _WORDS.get(language.partition("-")[0], _WORDS["en"])
    return words[what].format(**values)
