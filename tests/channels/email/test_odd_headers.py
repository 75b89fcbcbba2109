"""Headers as careless programs write them: addresses, ids, dates, charsets."""

import random

import pytest

from ascolto.channels.email.command import arrival
from ascolto.channels.email.mail import Mail, read_mail
from ascolto.channels.email.threads import Threads


def with_field(field: str, body: bytes = b"t") -> Mail:
    return read_mail(b"Subject: x\n" + field.encode() + b"\n\n" + body)


@pytest.mark.parametrize(
    ("said", "name", "address"),
    [
        ("Rossi, Mario <m@x.example>", "Rossi, Mario", "m@x.example"),
        ("=?utf-8?Q?Rossi=2C_Mario?= <m@x.example>", "Rossi, Mario", "m@x.example"),
        ("m@x.example (Mario (di Rossi) R.)", "Mario (di Rossi) R.", "m@x.example"),
        ("mario@old.example <m@x.example>", "mario@old.example", "m@x.example"),
        ("Mario <m@x.example", "Mario", "m@x.example"),
        ("Mario <mailto:m@x.example>", "Mario", "m@x.example"),
        ("root", "", "root"),
    ],
)
def test_a_sender_is_read_as_loosely_as_it_is_written(said: str, name: str, address: str) -> None:
    sender = with_field(f"From: {said}").sender
    assert sender is not None
    assert (sender.name, sender.address) == (name, address)


def test_a_comma_in_a_name_loses_none_of_the_other_recipients() -> None:
    mail = with_field("To: ada@x.example, Rossi, Mario <m@x.example>, root, bea@x.example")
    found = [(one.name, one.address) for one in mail.people("to")]
    wanted = [("", "ada@x.example"), ("Rossi, Mario", "m@x.example"), ("", "root")]
    assert found == [*wanted, ("", "bea@x.example")]


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("gio, 8 gen 2026 10:00:00 +0100", "2026-01-08T10:00:00+01:00"),
        ("ven, 8 mag 2026 10:00:00 +0200", "2026-05-08T10:00:00+02:00"),
        ("Di, 3 Mär 2026 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("2026-03-03T10:00:00+01:00", "2026-03-03T10:00:00+01:00"),
        ("2026-03-03 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("Tue, 3 Mar 2026 10:00:00 CET", "2026-03-03T10:00:00+01:00"),
        ("Tue, 3 Mar 26 10:00:00 EST", "2026-03-03T10:00:00-05:00"),
    ],
)
def test_a_date_is_read_in_the_ways_of_programs_of_other_languages(said: str, moment: str) -> None:
    date = with_field(f"Date: {said}").date
    assert date is not None
    assert date.isoformat() == moment


@pytest.mark.parametrize("said", ["ieri", "2026-99-99 10:00", "", "3 foo 2026"])
def test_what_is_no_date_is_none(said: str) -> None:
    assert with_field(f"Date: {said}").date is None


@pytest.mark.parametrize(
    ("charset", "tag"),
    [
        ("windows-1251", '<meta charset="windows-1251">'),
        ("koi8-r", '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'),
        ("utf-8", '<meta charset="windows-1251">'),
    ],
)
def test_a_page_without_a_charset_is_read_by_its_own_word(charset: str, tag: str) -> None:
    page = f"<html><head>{tag}</head><body>Привет</body></html>".encode(charset)
    assert with_field("Content-Type: text/html", page).text.strip() == "Привет"


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        ("References: a@x <b@x>", ("a@x", "b@x")),
        ("References: =?utf-8?Q?=3Ca=40x=3E?=", ("a@x",)),
        ("References: <a@x> <b\n @x>", ("a@x", "b@x")),
        ("References: <undefined> <b@x>", ("b@x",)),
        ("References: <ada@example.org> <b@x>\nFrom: ada@example.org", ("b@x",)),
        ("In-Reply-To: &lt;a@x&gt;", ("a@x",)),
        ("In-Reply-To: Message from bea@other.example", ()),
        ("In-Reply-To: <null>", ()),
    ],
)
def test_only_what_names_a_mail_is_an_id(field: str, ids: tuple[str, ...]) -> None:
    mail = with_field(field)
    assert (mail.references or mail.in_reply_to) == ids


def test_an_id_without_brackets_and_house_is_an_id() -> None:
    assert with_field("Message-ID: 20260303abc").message_id == "20260303abc"
    assert with_field("Message-ID: ").message_id is None


A, B = "<a@x>", "<b@x>"


@pytest.mark.parametrize(
    ("first", "second", "threads"),
    [
        ("", "In-Reply-To: <<a@x>>", 1),
        ("", "In-Reply-To: <a@x", 1),
        ("", "In-Reply-To: <z@x>\nIn-Reply-To: <a@x>", 1),
        ("References: <b@x>", "References: <a@x>", 1),
        ("In-Reply-To: <undefined>", "In-Reply-To: <undefined>", 2),
        ("In-Reply-To: <null>", "References: <null>", 2),
        ("References: <aiuto@aurelia.example>", "References: <aiuto@aurelia.example>", 2),
        ("In-Reply-To: Message from z@z.example", "In-Reply-To: Message from z@z.example", 2),
        ("Thread-Index: AdABC", "Thread-Index: AdABC", 2),
    ],
)
def test_mails_are_joined_by_ids_of_mails_alone(first: str, second: str, threads: int) -> None:
    head = "From: {who}@example.org\nTo: aiuto@aurelia.example\nSubject: Visita\n"
    raws = [
        f"{head.format(who='ada')}Message-ID: {A}\n{first}".strip() + "\n\nt",
        f"{head.format(who='bea')}Message-ID: {B}\n{second}".strip() + "\n\nt",
    ]
    for seed in range(3):
        arrivals = [arrival(str(at), read_mail(raw.encode())) for at, raw in enumerate(raws)]
        random.Random(seed).shuffle(arrivals)
        built = Threads()
        for one in arrivals:
            built.add(one)
        assert len(built.threads()) == threads
