"""Replies as Italian mail programs write them: the new text alone is visible."""

import pytest

from ascolto.channels.email.html_text import to_text
from ascolto.channels.email.replies import split

NEW = "Buongiorno,\nla bolletta di marzo è sbagliata: 120 € invece di 80.\n\nPotete controllare?"
OLD = "Gentile cliente,\nabbiamo ricevuto la sua richiesta.\n\nCordiali saluti\nIl servizio clienti"
OLD_QUOTED = "\n".join(f"> {line}".rstrip() for line in OLD.split("\n"))

INTRODUCTIONS = {
    "gmail": "Il giorno mar 3 mar 2026 alle ore 10:00 Assistenza Aurelia <\n"
    "assistenza@aurelia.example> ha scritto:",
    "gmail_old": "Il giorno 3 marzo 2026 10:00, Assistenza Aurelia <assistenza@aurelia.example> "
    "ha\n"
    "scritto:",
    "gmail_short": "Il mar 3 mar 2026, 10:00 Assistenza <assistenza@aurelia.example> ha scritto:",
    "apple": "Il giorno 3 mar 2026, alle ore 10:00, Assistenza Aurelia "
    "<assistenza@aurelia.example> ha scritto:",
    "apple_old": "Il giorno 03/mar/2026, alle ore 10.00, Assistenza Aurelia ha scritto:",
    "iphone": "Il giorno 3 mar 2026, alle ore 10:00, assistenza@aurelia.example ha scritto:",
    "thunderbird": "Il 03/03/2026 10:00, Assistenza Aurelia ha scritto:",
    "thunderbird_old": "Assistenza Aurelia ha scritto il 03/03/2026 10:00:",
    "kmail": "In data martedì 3 marzo 2026 10:00:00 CET, Assistenza Aurelia ha scritto:",
    "aqua_mail": 'In data 3 marzo 2026 10:00:31 "Assistenza" <assistenza@aurelia.example> ha '
    "scritto:",
    "yahoo": "Il martedì 3 marzo 2026 alle ore 10:00:00 CET, Assistenza Aurelia "
    "<assistenza@aurelia.example> ha scritto:",
    "libero_mobile": "Il 3 marzo 2026 alle 10:00 Assistenza <assistenza@aurelia.example> ha "
    "scritto:",
    "proton": "Il martedì 3 marzo 2026 10:00, Assistenza <assistenza@aurelia.example> ha scritto:",
    "tuta": "3 mar 2026, 10:00 da assistenza@aurelia.example:",
    "roundcube": "Il 2026-03-03 10:00 Assistenza Aurelia ha scritto:",
    "samsung": "Il mar 3 mar 2026, 10:00 Assistenza Aurelia <assistenza@aurelia.example>\nha "
    "scritto:",
    "ios_mail_weekday": "Il giorno martedì 3 marzo 2026, Assistenza Aurelia "
    "<assistenza@aurelia.example>\nha scritto:",
    "web": "Alle 10:00 di martedì 3 marzo 2026, Assistenza Aurelia ha scritto:",
}

BLOCKS = {
    "outlook": "Da: Assistenza Aurelia <assistenza@aurelia.example>\n"
    "Inviato: martedì 3 marzo 2026 10:00\nA: Mario Rossi <mario@rossi.example>\n"
    "Oggetto: R: Bolletta di marzo",
    "outlook_cc": "Da: Assistenza Aurelia [mailto:assistenza@aurelia.example]\n"
    "Inviato: martedì 3 marzo 2026 10:00\nA: 'Mario Rossi'\nCc: Ufficio <u@rossi.example>\n"
    "Oggetto: R: Bolletta di marzo\nPriorità: Alta",
    "outlook_bold": "*Da:* Assistenza Aurelia <assistenza@aurelia.example>\n"
    "*Inviato:* martedì 3 marzo 2026 10:00\n*A:* Mario Rossi\n*Oggetto:* Bolletta di marzo",
    "outlook_rule": "________________________________\n"
    "Da: Assistenza <assistenza@aurelia.example>\nInviato: martedì 3 marzo 2026 10:00:00\n"
    "A: mario@rossi.example <mario@rossi.example>\nOggetto: Bolletta",
    "outlook_mac": "Da: Assistenza Aurelia <assistenza@aurelia.example>\n"
    "Data: martedì 3 marzo 2026 alle ore 10:00\nA: Mario Rossi <mario@rossi.example>\n"
    "Oggetto: Bolletta di marzo",
    "original": "-----Messaggio originale-----\nDa: Assistenza "
    "[mailto:assistenza@aurelia.example]\n"
    "Inviato: martedì 3 marzo 2026 10:00\nA: Mario Rossi\nOggetto: Bolletta",
    "libero": "---------- Messaggio originale ----------\n"
    "Da: Assistenza <assistenza@aurelia.example>\nA: mario@libero.example\n"
    "Data: 3 marzo 2026 alle 10.00\nOggetto: Bolletta",
    "virgilio": "----Messaggio originale----\nDa: assistenza@aurelia.example\n"
    "Data: 3-mar-2026 10.00\nA: <mario@virgilio.example>\nOgg: Bolletta",
    "tiscali": "Il 03.03.2026 10:00 Assistenza Aurelia ha scritto:",
    "aruba": 'Da: "Assistenza" <assistenza@aurelia.example>\nA: mario@rossi.example\nCc: \n'
    "Data: Tue, 3 Mar 2026 10:00:00 +0100\nOggetto: Bolletta",
    "android": "-------- Messaggio originale --------\nDa: Assistenza "
    "<assistenza@aurelia.example>\n"
    "Data: 03/03/26  10:00  (GMT+01:00)\nA: mario@rossi.example\nOggetto: Bolletta",
    "android_one_line": "-------- Messaggio originale --------\n"
    "Da: Assistenza <a@aurelia.example> Data: 03/03/26 10:00 (GMT+01:00) A: m@r.example "
    "Oggetto: Bolletta",
    "forwarded": "---------- Messaggio inoltrato ----------\nDa: Assistenza <a@aurelia.example>\n"
    "Date: mar 3 mar 2026 alle ore 10:00\nSubject: Bolletta\nTo: <mario@rossi.example>",
    "apple_forwarded": "Inizio messaggio inoltrato:\n\nDa: Assistenza <a@aurelia.example>\n"
    "Oggetto: Bolletta\nData: 3 marzo 2026 10:00:00 CET\nA: Mario Rossi <mario@rossi.example>",
    "thunderbird_forwarded": "-------- Messaggio Inoltrato --------\nOggetto: \tBolletta\n"
    "Data: \tTue, 3 Mar 2026 10:00:00 +0100\nMittente: \tAssistenza <a@aurelia.example>\n"
    "A: \tMario Rossi <mario@rossi.example>",
    "pec": "-----Messaggio originale-----\nDa: Per conto di: assistenza@pec.aurelia.example "
    "[mailto:posta-certificata@pec.gestore.example]\nInviato: martedì 3 marzo 2026 10:00\n"
    "A: mario@pec.rossi.example\nOggetto: POSTA CERTIFICATA: Bolletta",
}

SIGNATURES = {
    "cordiali": "Cordiali saluti\nMario Rossi",
    "cordiali_comma": "Cordiali saluti,\n\nMario Rossi\nVia Roma 1, 40100 Bologna\nTel. 051 123456",
    "distinti": "Distinti saluti.\n\nDott. Mario Rossi",
    "saluti": "Saluti\nMario",
    "grazie_e": "Grazie e cordiali saluti,\nMario Rossi",
    "ringraziando": "Ringraziando anticipatamente porgo distinti saluti\nMario Rossi",
    "in_fede": "In fede,\nMario Rossi",
    "buona_giornata": "Buona giornata,\nMario",
    "iphone": "Inviato da iPhone",
    "iphone_mine": "Inviato dal mio iPhone",
    "outlook_ios": "Inviato da Outlook per iOS<https://aka.ms/o0ukef>",
    "outlook_get": "Ottieni Outlook per Android<https://aka.ms/AAb9ysg>",
    "samsung": "Inviato dal mio dispositivo Samsung",
    "libero": "Inviato da Libero Mail per Android",
    "windows": "Inviato da Posta per Windows",
    "dashes": "-- \nMario Rossi\nRossi Srl - P.IVA 01234567890",
    "dashes_notice": "--\nMario Rossi\n\nLe informazioni contenute in questo messaggio sono "
    "riservate.",
    "notice": "Cordiali saluti\nMario Rossi\n\nAVVISO DI RISERVATEZZA\nIl presente messaggio è "
    "destinato esclusivamente alle persone indicate; se ricevuto per errore va distrutto e ne "
    "va data "
    "comunicazione al mittente.",
}


@pytest.mark.parametrize("program", INTRODUCTIONS)
@pytest.mark.parametrize("old", [OLD_QUOTED, OLD], ids=["marked", "unmarked"])
def test_what_follows_an_italian_introduction_is_quoted(program: str, old: str) -> None:
    reply = split(f"{NEW}\n\n{INTRODUCTIONS[program]}\n\n{old}\n")
    assert reply.visible == NEW
    assert reply.quoted.startswith(INTRODUCTIONS[program])
    assert reply.signature == ""


@pytest.mark.parametrize("program", BLOCKS)
def test_what_follows_an_italian_header_block_is_quoted(program: str) -> None:
    reply = split(f"{NEW}\n\n{BLOCKS[program]}\n\n{OLD}\n")
    assert reply.visible == NEW
    assert BLOCKS[program].splitlines()[-1] in reply.quoted


@pytest.mark.parametrize("form", SIGNATURES)
def test_an_italian_signature_is_told_apart(form: str) -> None:
    signature = SIGNATURES[form].replace("-- \n", "--\n")
    alone = split(f"{NEW}\n\n{SIGNATURES[form]}\n")
    assert (alone.visible, alone.signature) == (NEW, signature)
    replying = split(f"{NEW}\n\n{SIGNATURES[form]}\n\n{INTRODUCTIONS['gmail']}\n{OLD_QUOTED}\n")
    assert (replying.visible, replying.signature) == (NEW, signature)


@pytest.mark.parametrize(
    "text",
    [
        "Il giorno della consegna non c'ero.\nPotete ripassare?",
        "Da: quando mi avete scritto non ho più ricevuto nulla.",
        "Come il vostro tecnico ha scritto, il modem va cambiato.",
        "Il mio operatore ha scritto:\n«Il contratto scade il 3 marzo 2026».\nÈ vero?",
        "Vi ho inviato da iPhone due foto, le avete viste?",
        "Inviato da casa mia a casa vostra, il pacco non è arrivato.",
        "Un saluto non costa niente, ma il canone sì.",
        "Oggetto: richiesta di rimborso\n\nChiedo il rimborso del canone di marzo.",
        "Ecco i punti:\n----\n1. il canone\n2. il modem\n----\nAspetto notizie.",
    ],
)
def test_italian_text_that_only_looks_like_it_stays_visible(text: str) -> None:
    assert split(text).visible == text


def test_answers_between_quoted_lines_keep_the_lines_they_answer() -> None:
    text = (
        "Il 03/03/2026 10:00, Assistenza ha scritto:\n> Qual è il codice cliente?\n\n123456\n\n"
        "> E il numero di telefono?\n\n051 123456\n"
    )
    assert split(text).visible == (
        "> Qual è il codice cliente?\n\n123456\n\n> E il numero di telefono?\n\n051 123456"
    )


HTML = {
    "gmail": '<div dir="ltr">Nuovo testo</div><br><div class="gmail_quote"><div dir="ltr" '
    'class="gmail_attr">Il giorno mar 3 mar 2026 alle ore 10:00 Assistenza &lt;<a '
    'href="mailto:a@b.it">'
    "a@b.it</a>&gt; ha scritto:<br></div><blockquote "
    'class="gmail_quote">Vecchio</blockquote></div>',
    "outlook": '<p>Nuovo testo</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;'
    'padding:3.0pt 0cm 0cm 0cm"><p><b>Da:</b> Assistenza<br><b>Inviato:</b> martedì 3 marzo<br>'
    "<b>A:</b> Mario<br><b>Oggetto:</b> R: x</p></div></div><p>Vecchio</p>",
    "outlook_web": '<div>Nuovo testo</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
    "<b>Da:</b> Assistenza<br><b>Inviato:</b> martedì<br></div><div>Vecchio</div>",
    "apple": 'Nuovo testo<br><div><br><blockquote type="cite"><div>Il giorno 3 mar 2026, alle ore '
    "10:00, Assistenza &lt;a@b.it&gt; ha scritto:</div><br><div>Vecchio</div></blockquote></div>",
    "thunderbird": '<p>Nuovo testo</p><div class="moz-cite-prefix">Il 03/03/26 10:00, '
    "Assistenza ha "
    'scritto:<br></div><blockquote type="cite" cite="mid:1@b.it">Vecchio</blockquote>',
    "yahoo": '<div>Nuovo testo</div><div class="yahoo_quoted" id="yahoo_quoted_1"><div>Il '
    "martedì 3 "
    "marzo 2026 alle ore 10:00:00 CET, Assistenza &lt;a@b.it&gt; ha scritto:</div>Vecchio</div>",
    "libero": "<p>Nuovo testo</p><blockquote><p>Il 3 marzo 2026 alle 10.00 Assistenza "
    "&lt;a@b.it&gt; "
    "ha scritto:</p>Vecchio</blockquote>",
}


@pytest.mark.parametrize("program", HTML)
def test_an_html_reply_shows_only_what_is_new(program: str) -> None:
    reply = split(to_text(HTML[program], marked=True))
    assert reply.visible == "Nuovo testo"
    assert "Vecchio" in reply.quoted
