"""What a mail is, and which mail it speaks of."""

import pytest

from ascolto.channels.email.kinds import Kind, Understanding, understand
from ascolto.channels.email.mail import read_mail
from ascolto.channels.email.pec import carried_mail

HEAD = "From: {sender}\nTo: aiuto@aurelia.example\nSubject: {subject}\nMessage-ID: <own@x>\n"


def kind_of(
    text: str = "", *, sender: str = "Ada <ada@example.org>", subject: str = "Prova", more: str = ""
) -> Understanding:
    head = HEAD.format(sender=sender, subject=subject)
    return understand(read_mail(f"{head}{more}\n{text}".encode()))


DATICERT = """<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="{kind}" errore="{error}"><intestazione>
<mittente>aiuto@pec.aurelia.example</mittente>
<destinatari tipo="certificato">mario@pec.example</destinatari><risposte>aiuto@pec.aurelia.example
</risposte><oggetto>Bolletta &amp; rimborso</oggetto></intestazione><dati>
<gestore-emittente>Gestore PEC S.p.A.</gestore-emittente><data zona="+0100"><giorno>03/03/2026
</giorno><ora>10:00:00</ora></data><identificativo>opec1.2026@pec.example</identificativo>
<msgid>&lt;nostro-1@pec.aurelia.example&gt;</msgid></dati></postacert>
"""


def pec(kind: str, *, error: str = "nessuno", header: str = "X-Ricevuta") -> str:
    return (
        f"{header}: {kind}\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nRicevuta\n--b\n"
        'Content-Type: application/xml; name="daticert.xml"\n\n'
        + DATICERT.format(kind=kind, error=error)
        + "--b\nContent-Type: message/rfc822; name=postacert.eml\n\nFrom: mario@pec.example\n"
        "Subject: Bolletta\nMessage-ID: <suo-1@pec.example>\n\nIl testo vero.\n--b--\n"
    )


@pytest.mark.parametrize(
    ("kind", "failed"),
    [
        ("accettazione", False),
        ("avvenuta-consegna", False),
        ("errore-consegna", True),
        ("preavviso-errore-consegna", True),
        ("non-accettazione", True),
        ("presa-in-carico", False),
    ],
)
def test_a_pec_receipt_is_tied_to_the_mail_it_certifies(kind: str, *, failed: bool) -> None:
    found = kind_of(more=pec(kind), sender="posta-certificata@pec.example")
    assert (found.kind, found.receipt) == (Kind.RECEIPT, kind)
    assert found.original_id == "nostro-1@pec.aurelia.example"
    assert found.certified is not None
    assert found.certified.failed is failed
    assert found.permanent is (None if not failed else kind != "preavviso-errore-consegna")
    assert found.certified.recipients == ("mario@pec.example",)
    assert found.certified.subject == "Bolletta & rimborso"


def test_a_pec_envelope_is_the_message_it_carries() -> None:
    head = HEAD.format(sender="posta-certificata@pec.example", subject="POSTA CERTIFICATA: x")
    mail = read_mail((head + pec("posta-certificata", header="X-Trasporto")).encode())
    found = understand(mail)
    assert found.kind is Kind.MESSAGE
    assert found.certified is not None
    carried = carried_mail(mail, found.certified)
    assert carried is not None
    assert (carried.subject, carried.text.strip()) == ("Bolletta", "Il testo vero.")


def test_a_read_receipt_is_a_receipt_and_tied() -> None:
    found = kind_of(
        more="Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n",
        text="--b\n\nLetto.\n--b\nContent-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822; ada@example.org\nOriginal-Message-ID: "
        "<nostro-2@aurelia.example>\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n",
    )
    assert (found.kind, found.receipt) == (Kind.RECEIPT, "displayed")
    assert found.original_id == "nostro-2@aurelia.example"


DSN = (
    "--b\n\nNon consegnato.\n--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ada@example.org\n"
    "Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 no such user\n--b\n"
    "Content-Type: text/rfc822-headers\n\nMessage-ID: <nostro-3@aurelia.example>\n--b--\n"
)
REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n"


@pytest.mark.parametrize(
    ("action", "status", "kind", "permanent"),
    [
        ("failed", "5.1.1", Kind.BOUNCE, True),
        ("delayed", "4.4.1", Kind.BOUNCE, False),
        ("delivered", "2.0.0", Kind.RECEIPT, None),
    ],
)
def test_a_delivery_report_says_whether_sending_again_helps(
    action: str, status: str, kind: Kind, *, permanent: bool | None
) -> None:
    found = kind_of(DSN.format(action=action, status=status), more=REPORT)
    assert (found.kind, found.permanent) == (kind, permanent)
    assert found.original_id == "nostro-3@aurelia.example"
    assert [one.address for one in found.recipients] == ["ada@example.org"]


@pytest.mark.parametrize(
    "subject",
    [
        *("Risposta automatica: Bolletta", "R: Risposta automatica: Bolletta", "Fuori sede"),
        *("Automatic reply: Bill", "Out of office: Bill", "Abwesenheitsnotiz: Rechnung"),
        *("Réponse automatique : facture", "Respuesta automática: factura", "Fuori ufficio"),
    ],
)
def test_an_automatic_answer_is_known_by_its_subject(subject: str) -> None:
    found = kind_of("Sono assente.", subject=subject, more="In-Reply-To: <nostro-4@x>\n")
    assert (found.kind, found.original_id) == (Kind.AUTO_REPLY, "nostro-4@x")


@pytest.mark.parametrize(
    "more", ["Auto-Submitted: auto-replied\n", "X-Autoreply: yes\n", "Precedence: auto_reply\n"]
)
def test_an_automatic_answer_is_known_by_its_headers(more: str) -> None:
    assert kind_of("Grazie.", more=more).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    ("subject", "text", "more"),
    [
        ("Mail delivery failed?", "Il mio messaggio è tornato indietro, che faccio?", ""),
        (
            "R: Undeliverable: fattura",
            "550 5.1.1 user unknown: che vuol dire?",
            "In-Reply-To: <x@y>\n",
        ),
        ("Sono in ferie", "Sono in ferie fino a lunedì, spostiamo la visita?", ""),
        ("Novità di marzo", "Ciao", "Precedence: bulk\nList-Id: <n.example>\n"),
        ("Backup done", "All fine", "Auto-Submitted: auto-generated\n"),
        (
            "Inoltro",
            "Guardate qui",
            REPORT.replace("report; report-type=delivery-status;", "mixed;") + "X-Y: z\n",
        ),
    ],
)
def test_a_persons_mail_stays_a_message(subject: str, text: str, more: str) -> None:
    assert kind_of(text, subject=subject, more=more).kind is Kind.MESSAGE


def test_a_forwarded_bounce_is_the_message_of_who_forwards_it() -> None:
    bounce = HEAD.format(sender="mailer-daemon@x", subject="Undelivered") + REPORT
    text = f"--f\n\nE questo?\n--f\nContent-Type: message/rfc822\n\n{bounce}\n{DSN}\n--f--\n"
    assert kind_of(text, more="Content-Type: multipart/mixed; boundary=f\n").kind is Kind.MESSAGE
