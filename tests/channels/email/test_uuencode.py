"""Files that are written into a text come out of it, and every word around them stays."""

import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.email import transfer
from ascolto.channels.email.mail import MOST_UNPACKED, Mail, read_mail
from ascolto.channels.email.uuencode import LARGEST, around, blocks

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def encoded(name: str, content: bytes, *, blank: bytes = b"`") -> bytes:
    lines = [content[at : at + 45] for at in range(0, len(content), 45)]
    data = b"".join(binascii.b2a_uu(one).replace(b" ", blank) for one in lines)
    return f"begin 644 {name}\n".encode() + data + blank + b"\nend\n"


def mail_of(body: bytes, *, encoding: str = "7bit", end: bytes = b"\n") -> Mail:
    head = f"From: a@b.example\nContent-Type: text/plain\nContent-Transfer-Encoding: {encoding}\n\n"
    return read_mail((head.encode() + body).replace(b"\n", end))


def files_of(mail: Mail) -> list[tuple[str | None, str, bytes]]:
    return [(one.name, one.type, b"".join(one.stream())) for one in mail.attachments]


@pytest.mark.parametrize("encoding", ["7bit", "x-uuencode"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("blank", [b" ", b"`"])
def test_two_files_in_a_text_hang_on_the_mail_and_the_words_around_are_its_text(
    encoding: str, end: bytes, blank: bytes
) -> None:
    body = b"".join(
        (
            b"Ecco le foto:\n",
            encoded("una foto.png", PNG, blank=blank),
            b"e la seconda\n",
            encoded("b.txt", b"ciao", blank=blank),
            b"Saluti\nbegin 3 x\n",
        )
    )
    mail = mail_of(body, encoding=encoding, end=end)
    assert mail.text == "Ecco le foto:\ne la seconda\nSaluti\nbegin 3 x\n"
    assert files_of(mail) == [
        ("una foto.png", "image/png", PNG),
        ("b.txt", "application/octet-stream", b"ciao"),
    ]


def test_a_text_that_was_only_sent_that_way_is_the_text() -> None:
    mail = mail_of(encoded("testo", b"Buongiorno a tutti\n"), encoding="x-uuencode")
    assert (mail.text, mail.attachments) == ("Buongiorno a tutti\n", [])


@pytest.mark.parametrize(
    "body",
    [
        b"begin 644 elenco\nuno, due e tre\nend\n",
        b"begin 644 x\nend\n",
        encoded("x.png", PNG)[:-5],
        b"begin 644 x\n" * 3 + b"end\n",
        b"begin 644 a\nCIAO\nend\n",
        b"begin 644 a\n" + b"M\n" * 50 + b"end\n",
        b"begin 644 a\n#86)C\n`\n#86)C\nend\n",
    ],
)
def test_what_only_looks_like_a_file_stays_words(body: bytes) -> None:
    mail = mail_of(body)
    assert (mail.text, mail.attachments) == (body.decode(), [])


def test_blanks_that_were_lost_at_the_end_of_a_line_are_still_its_data() -> None:
    content = b"abc" * 14 + b"\0\0\0"
    body = b"\n".join(line.rstrip(b" ") for line in encoded("x", content, blank=b" ").split(b"\n"))
    assert files_of(mail_of(body)) == [("x", "application/octet-stream", content)]


def test_a_file_that_nobody_may_send_stays_words_and_takes_no_memory() -> None:
    line = binascii.b2a_uu(bytes(45)).replace(b" ", b"`")
    body = b"begin 644 a\n" + line * (LARGEST // 45 + 1) + b"`\nend\n"
    assert list(blocks(body, 0, len(body))) == []


def test_of_very_many_files_in_a_text_the_first_are_taken_out() -> None:
    mail = mail_of(encoded("a", b"ciao") * (MOST_UNPACKED + 1))
    assert len(mail.attachments) == MOST_UNPACKED
    assert mail.text == encoded("a", b"ciao").decode()


def test_as_the_coding_of_a_part_it_is_bounded_by_the_same_rules() -> None:
    assert transfer.decode(encoded("a", PNG), "x-uuencode") == (PNG, True)
    assert transfer.decode(b"begin 644 a\n" + b"M\n" * 50 + b"end\n", "x-uuencode") == (b"", False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text("ab !M\n", max_size=30), st.binary(min_size=1, max_size=200))),
    st.text("ab !M\n", max_size=30),
)
def test_any_files_among_any_words_come_apart_again(
    parts: list[tuple[str, bytes]], last: str
) -> None:
    said = [f"{words}\n".encode() for words, _ in parts]
    body = b"".join(
        words + encoded("f", content) for words, (_, content) in zip(said, parts, strict=True)
    )
    body += last.encode()
    found = list(blocks(body, 0, len(body)))
    assert [one.content for one in found] == [content for _, content in parts]
    assert around(body, 0, len(body), found) == b"".join(said) + last.encode()
