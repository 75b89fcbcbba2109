"""No bytes whatever break the reader or keep it busy."""

import time

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.email.command import parsed
from ascolto.channels.email.html_clean import clean
from ascolto.channels.email.mail import NotAMail, read_mail
from ascolto.channels.email.replies import split

LONGEST_S = 2.0
PIECES = st.sampled_from(
    [
        *(
            b"From: a@b.it\n",
            b'To: "a" <b@c>, d\n',
            b"Subject: =?utf-8?q?=C3?= x\n",
            b"\n",
            b"\n\n",
        ),
        *(
            b"Content-Type: multipart/mixed; boundary=b\n",
            b"--b\n",
            b"--b--\n",
            b"--b",
            b"\r",
            b"\r\n",
        ),
        *(
            b'Content-Type: multipart/report; report-type=delivery-status; boundary="b b"\n',
            b"--b b\n",
        ),
        *(
            b"Content-Type: message/rfc822\n",
            b"Content-Type: text/html; charset=utf-7\n",
            b"<p><div ",
        ),
        *(b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n"),
        *(b"Content-Type: message/delivery-status\n", b"Final-Recipient: rfc822; a@b\n", b"=C3=\n"),
        *(
            b"Content-Type: application/ms-tnef\n",
            b"\x78\x9f\x3e\x22\x01\x00",
            b"QUJD=",
            b"\xff\xfe\x00",
        ),
        *(
            b"Content-Disposition: attachment; filename*0*=utf-8''%C3; filename*1=b\n",
            b"X-Ricevuta: x\n",
        ),
        *(
            b"Content-Type: text/plain; charset=iso-2022-jp\n",
            b"\x1b$B",
            b"> ",
            b"Il 3/3/2026 a@b ha",
        ),
        *(
            b" scritto:\n",
            b"Da: x\nInviato: y\nA: z\n",
            b"-- \n",
            b"Date: Tue, 99 Foo 20 25:61 +9999\n",
        ),
    ]
)


def understood(raw: bytes) -> None:
    begin = time.process_time()
    try:
        mail = read_mail(raw)
        orjson.dumps(parsed(mail))
        clean(mail.html)
    except NotAMail:
        pass
    # Far above what any of these should take: only a hang fails.
    assert time.process_time() - begin < LONGEST_S


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    understood(raw)
    understood(b"From: a@b.it\n" + raw)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=40))
def test_any_pieces_of_mails_are_read_or_refused(pieces: list[bytes]) -> None:
    understood(b"".join(pieces))


@settings(max_examples=15, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=3), st.integers(1_000, 5_000))
def test_pieces_repeated_without_end_keep_nobody_busy(pieces: list[bytes], times: int) -> None:
    understood(b"From: a@b.it\n" + b"".join(pieces) * times)
    understood(b"From: a@b.it\nContent-Type: text/html\n\n" + b"".join(pieces) * times)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=3_000))
def test_a_split_reply_keeps_every_word(text: str) -> None:
    reply = split(text)
    whole = f"{reply.visible} {reply.quoted} {reply.signature}"
    assert {word for word in text.split() if word.isalnum()} <= set(whole.split())
