"""Mails are read as they were meant, however they were written."""

import base64
import random
import struct
import tracemalloc
from datetime import datetime
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest

from ascolto.channels.email import parts, transfer
from ascolto.channels.email.addresses import Address, addresses, moment
from ascolto.channels.email.charsets import decode
from ascolto.channels.email.headers import value_and_parameters, words
from ascolto.channels.email.mail import Mail, NotAMail, read_mail
from ascolto.channels.email.sniffing import agrees, content_type

HEAD = b"From: Ada <ada@example.org>\nTo: aiuto@aurelia.example\nSubject: Prova\n"


def mail(body: bytes, head: bytes = HEAD) -> Mail:
    return read_mail(head + body)


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("perché".encode("latin-1"), "iso-8859-1", "perché"),
        ("perché".encode(), "iso-8859-1", "perché"),
        ("perché".encode(), "x-unknown", "perché"),
        ("perché".encode("latin-1"), "utf-8", "perché"),
        ("perché".encode("latin-1"), None, "perché"),
        (b"\x80 12", "us-ascii", "€ 12"),
        ("안녕".encode("cp949"), "ks_c_5601-1987", "안녕"),
        ("こんにちは".encode("iso2022_jp"), "iso-2022-jp", "こんにちは"),
        ("こんにちは".encode("iso2022_jp"), None, "こんにちは"),
        (b"ciao+ADs-", "utf-7", "ciao;"),
        (b"a\x00b", None, "a\ufffdb"),
        (b"+2AA-", "utf-7", "\ufffd"),
        (b"abc", "rot13", "abc"),
        (b"abc", "idna", "abc"),
    ],
)
def test_any_bytes_become_text(raw: bytes, charset: str | None, text: str) -> None:
    assert decode(raw, charset) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?perch=C3=A9_no?=", "perché no"),
        ("=?utf-8?B?cGVyY2g=?= =?utf-8?B?w6k=?=", "perché"),
        ("=?utf-8?Q?perch=C3?= =?utf-8?Q?=A9?=", "perché"),
        ("=?iso-8859-1?Q?a?= b =?iso-8859-1?Q?c?=", "a b c"),
        ("=?utf-8*it?Q?ciao?=", "ciao"),
        ("Re: =?utf-8?Q?due parole?=", "Re: due parole"),
        ("=?utf-8?X?no?=", "=?utf-8?X?no?="),
        ("=?nonsense?Q?=E8?=", "è"),
    ],
)
def test_encoded_words_are_read_also_where_they_are_wrong(value: str, text: str) -> None:
    assert words(value) == text


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b'attachment; filename="fattura marzo.pdf"', "fattura marzo.pdf"),
        (b"attachment; filename=fattura marzo.pdf", "fattura marzo.pdf"),
        (b"attachment; filename*=utf-8''perch%C3%A9.pdf", "perché.pdf"),
        (
            b"attachment; filename*0*=utf-8''perch; filename*1*=%C3%A9; filename*2=.pdf",
            "perché.pdf",
        ),
        (b'attachment; filename="=?utf-8?Q?perch=C3=A9.pdf?="', "perché.pdf"),
        (b"attachment; filename=perche.pdf; filename*=utf-8''perch%C3%A9.pdf", "perché.pdf"),
        (b'attachment; FILENAME="a\\"b.pdf"', 'a"b.pdf'),
        (b'attachment;\n\tfilename="a.pdf', "a.pdf"),
    ],
)
def test_file_names_are_found_in_every_form(value: bytes, name: str) -> None:
    assert value_and_parameters(value)[1]["filename"] == name


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("Ada Rossi <ada@example.org>", [("Ada Rossi", "ada@example.org")]),
        (
            '"Rossi, Ada" <ada@example.org>, b@example.org',
            [("Rossi, Ada", "ada@example.org"), ("", "b@example.org")],
        ),
        ("ada@example.org (Ada (la prima))", [("Ada (la prima)", "ada@example.org")]),
        ("Gruppo: a@example.org, b@example.org;", [("", "a@example.org"), ("", "b@example.org")]),
        ("undisclosed-recipients:;", []),
        ("MAILER-DAEMON", [("", "MAILER-DAEMON")]),
        ("<>", [("", "")]),
        ("Ada <@relay.example:ada@example.org>", [("Ada", "ada@example.org")]),
        ("", []),
    ],
)
def test_addresses_are_read_as_loosely_as_they_are_written(
    value: str, wanted: list[tuple[str, str]]
) -> None:
    assert addresses(value) == tuple(Address(*one) for one in wanted)


def test_dates_keep_their_zone_and_wrong_ones_are_none() -> None:
    assert moment("Tue, 3 Mar 2026 10:00:00 +0100 (CET)") == datetime.fromisoformat(
        "2026-03-03T10:00:00+01:00"
    )
    assert moment("ieri") is None
    assert moment("Tue, 99 Mar 2026 99:00:00 +9900") is None


def test_broken_base64_and_quoted_printable_lose_nothing_that_can_be_read() -> None:
    said = "perché no, e poi ancora perché sì, con calma"
    text = base64.b64encode(said.encode()).decode()
    b64 = b"Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n\n"
    assert mail(b64 + text.rstrip("=").encode()).text == said
    assert mail(b64 + f"{text[:4]}\n!{text[4:]}".encode()).text == said
    assert mail(b64 + b"not base64, just words said plainly").text.startswith("not base64")
    footer = mail(b64 + base64.b64encode(b"ciao") + b"\n___\nlista di posta\n").text
    assert footer == "ciao\n\n___\nlista di posta\n"
    quoted = mail(b"Content-Transfer-Encoding: quoted-printable\n\na=\nb =3D =ZZ =C3=A8")
    assert quoted.text == "ab = =ZZ è"


def test_a_mail_nested_too_deeply_is_marked_and_kept() -> None:
    levels = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
        for number in range(300)
    )
    found = mail(levels + b"\nciao")
    assert found.problems == ("too deep",)
    assert max(len(str(part.type)) for part in found.root.walk()) > 0
    assert sum(1 for _ in found.root.walk()) == parts.DEEPEST + 1


def test_more_parts_than_anybody_sends_are_marked() -> None:
    many = mail(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000)
    assert "too many parts" in many.problems


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"just words\n", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAMail):
        read_mail(raw)


def test_a_part_left_open_ends_where_the_outer_one_goes_on() -> None:
    found = mail(
        b"Content-Type: multipart/mixed; boundary=out\n\n--out\n"
        b"Content-Type: multipart/alternative; boundary=in\n\n--in\n\nciao\n"
        b"--out\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-\n--out--\n"
    )
    assert found.text == "ciao"
    assert [one.name for one in found.attachments] == ["a.pdf"]


def test_winmail_dat_is_unpacked_into_its_files() -> None:
    def attribute(level: int, number: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, number, len(value)) + value + b"\0\0"

    name = "fattura è.pdf".encode("utf-16-le") + b"\0\0"
    properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(name)) + name
    tnef = struct.pack("<IH", 0x223E9F78, 1) + attribute(2, 0x00069002, b"\0" * 14)
    tnef += attribute(2, 0x00018010, b"FATTUR~1.PDF\0") + attribute(2, 0x0006800F, b"%PDF-1.4")
    tnef += attribute(2, 0x00069005, properties)
    found = mail(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nciao\n--b\n"
        b"Content-Type: application/ms-tnef; name=winmail.dat\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(tnef) + b"--b--\n"
    )
    (file,) = found.attachments
    assert (file.name, b"".join(file.stream())) == ("fattura è.pdf", b"%PDF-1.4")
    assert file.seen_type() == "application/pdf"
    for end in range(0, len(tnef), 7):  # cut short, it gives what it has
        mail(b"Content-Type: application/ms-tnef\n\n" + tnef[:end])


def test_an_invitation_says_what_it_asks() -> None:
    found = mail(
        b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n"
        b"BEGIN:VEVENT\nUID:1\nSUMMARY:Visita\\, ore "
        b"dieci\nDTSTART;TZID=Europe/Rome:20260303T100000\n"
        b"ORGANIZER;CN=Ada:mailto:ada@exam\n ple.org\nEND:VEVENT\nEND:VCALENDAR\n"
    ).invitation
    assert found is not None
    assert (found.method, found.summary) == ("REQUEST", "Visita, ore dieci")
    assert (found.organiser, found.starts) == ("ada@example.org", "20260303T100000")


PGP, PKCS7 = b"application/pgp-", b"application/x-pkcs7-"
WRAPPED = b'; protocol="%s"; boundary=b\n\n--b\n\nx\n--b--'


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"Content-Type: multipart/signed" + WRAPPED % (PGP + b"signature"), ("pgp_signed",)),
        (b"Content-Type: multipart/signed" + WRAPPED % (PKCS7 + b"signature"), ("smime_signed",)),
        (b"Content-Type: multipart/encrypted" + WRAPPED % (PGP + b"encrypted"), ("pgp_encrypted",)),
        (
            b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
            ("smime_encrypted",),
        ),
        (b"\n-----BEGIN PGP MESSAGE-----\nabc", ("pgp_encrypted",)),
        (b"\nciao", ()),
    ],
)
def test_signed_and_sealed_mails_are_shown_as_such(head: bytes, wanted: tuple[str, ...]) -> None:
    assert mail(head).protection == wanted


def test_pictures_in_the_text_carry_their_id() -> None:
    found = mail(
        b"Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        b'<p>ciao <img src="cid:1@x"></p>\n--b\nContent-Type: image/png\nContent-ID: <1@x>\n\n'
        b"\x89PNG\r\n\x1a\n\n--b--\n"
    )
    assert found.text.startswith("ciao")
    assert [(one.cid, one.inline) for one in found.attachments] == [("1@x", True)]


def test_a_files_content_tells_its_type() -> None:
    assert content_type(b"MZ\x90") == "application/vnd.microsoft.portable-executable"
    assert not agrees("application/pdf", content_type(b"MZ\x90"))
    assert agrees("application/vnd.oasis.opendocument.text", content_type(b"PK\x03\x04"))
    assert content_type(b"ciao") is None


def test_a_large_mail_stays_out_of_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    line = base64.b64encode(b"x" * 57) + b"\n"
    with path.open("wb") as made:
        made.write(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nciao\n--b\n")
        made.write(b"Content-Type: application/zip; name=a.zip\n")
        made.write(b"Content-Transfer-Encoding: base64\n\n")
        for _ in range(40 * 1024):
            made.write(line * 13)
        made.write(b"--b--\n")
    assert path.stat().st_size > 40_000_000
    tracemalloc.start()
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as source:
        found = read_mail(source)
        (held,) = found.attachments
        size = sum(len(piece) for piece in held.stream())
        text = found.text
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (text, size) == ("ciao", 40 * 1024 * 13 * 57)
    assert peak < 4_000_000


def test_a_multipart_without_a_boundary_line_is_shown_as_text_and_hangs_on_nothing() -> None:
    alone = read_mail(b'From: a@b.it\nContent-Type: multipart/mixed; boundary="ab"\n\nSolo testo\n')
    assert (alone.text.strip(), alone.attachments) == ("Solo testo", [])
    inside = read_mail(
        b"From: a@b.it\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nPrima\n--x\n"
        b"Content-Type: multipart/alternative; boundary=mai\n\nDopo\n--x--\n"
    )
    assert (inside.text.split(), inside.attachments) == (["Prima", "Dopo"], [])


def test_of_two_types_the_one_nearer_to_the_body_says_what_it_is() -> None:
    glued = read_mail(
        b"From: a@b.it\nContent-Type: multipart/alternative; boundary=x\n"
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        + "Perché no\n\n--x\nContent-Type: text/html\n\n<p>Perché no\n".encode()
    )
    assert glued.text.startswith("Perché no\n")


def test_a_few_letters_of_utf_8_tell_it_from_other_charsets_however_damaged() -> None:
    assert decode("Perché già\n".encode() + b"\x8a\xe8\xad\xe7", "utf-8").startswith("Perché già")
    assert decode("Perché".encode("cp1252"), "utf-8") == "Perché"


@pytest.mark.parametrize("line", [75, 1_200_000])
def test_quoted_printable_in_pieces_says_what_it_says_whole(line: int) -> None:
    noise = random.Random(3).randbytes(300_000)
    raw = b"".join(b"=%02X" % one for one in noise)
    raw = b"=\r\n".join(raw[at : at + line] for at in range(0, len(raw), line))
    pieces = list(transfer.stream(raw, 0, len(raw), "quoted-printable"))
    assert len(pieces) > 2
    assert b"".join(pieces) == transfer.decode(raw, "quoted-printable")[0]
