"""A mail as a page: its pictures in place, and no mail that keeps a server busy."""

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any, cast

import pytest

from ascolto.channels.email.mail import Attachment
from ascolto.channels.mailroom.whole import _page
from ascolto.conversations import Message


def chunk(kind: bytes, data: bytes) -> bytes:
    whole = kind + data
    return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))


PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)


def a_mail(uses: int, picture: bytes = PICTURE, named: str = "cid:uno") -> bytes:
    html = "<p>Ecco</p>" + f'<img src="{named}">' * uses
    lines = [
        "From: a@b.example",
        "MIME-Version: 1.0",
        'Content-Type: multipart/related; boundary="x"',
        "",
        "--x",
        "Content-Type: text/html",
        "",
        html,
        "--x",
        "Content-Type: image/png",
        "Content-ID: <uno>",
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(picture).decode(),
        "--x--",
    ]
    return "\r\n".join(lines).encode()


def test_a_picture_named_a_thousand_times_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str | None] = []
    stream = Attachment.stream

    def counted(one: Attachment) -> Iterator[bytes]:
        read.append(one.cid)
        return iter(stream(one))

    monkeypatch.setattr(Attachment, "stream", counted)
    message = cast("Message", cast("Any", None))
    page = _page(message, a_mail(1_000), remote_images=False)
    assert len(read) <= 2, "once for its type, once for its bytes"
    assert page.count("data:image/png;base64,") == 1_000


def test_pictures_beyond_all_measure_stay_out() -> None:
    message = cast("Message", cast("Any", None))
    page = _page(message, a_mail(2, PICTURE + bytes(20_000_000)), remote_images=False)
    assert "data:image" not in page
    assert "cid:" not in page, "a browser would ask for that address"
    assert "Ecco" in page


@pytest.mark.parametrize(
    ("named", "shown"),
    [("cid:uno", True), (" CID:uno", True), ("cid:due", False), ("cid:" + "x" * 600, False)],
)
def test_a_picture_that_the_mail_does_not_bring_is_not_asked_for(
    named: str, *, shown: bool
) -> None:
    message = cast("Message", cast("Any", None))
    page = _page(message, a_mail(1, named=named), remote_images=False)
    assert ("data:image/png;base64," in page) is shown
    assert "cid:" not in page.lower()
