"""Files are what they are, not what they say; they lie whole, once, and under safe names."""

import io
import zipfile
from pathlib import Path

import pytest

from ascolto import conversations
from ascolto.conversations import errors
from ascolto.conversations.files import (
    SIZE_LIMIT,
    checked_file,
    remove_contents,
    safe_name,
    sniffed,
)
from support.talk import Desk

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
ODT = "application/vnd.oasis.opendocument.text"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def archive(*names: str, content: bytes = b"x", mimetype: bytes | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        if mimetype is not None:
            made.writestr("mimetype", mimetype)
        for name in names:
            made.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0", "image/heic"),
        (b"%PDF-1.7\n", "application/pdf"),
        ("Bolletta di marzo: 84,10 €\n".encode(), "text/plain"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (archive(mimetype=ODT.encode()), ODT),
        (SVG, None),
        (b"\xef\xbb\xbf <!doctype html><script>", None),
        (b"MZ\x90\0\x03", None),
        (b"\x7fELF", None),
        (b"PK\x03\x04 broken", None),
        (archive("page.html"), None),
        (archive("[Content_Types].xml", "word/vbaProject.bin"), None),
        (archive("[Content_Types].xml", "word/a", content=b"0" * 20_000_000), None),
    ],
)
def test_a_content_is_what_it_is(data: bytes, found: str | None) -> None:
    assert sniffed(data) == found


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("bolletta.png", "bolletta.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Temp\\foto.PNG", "foto.png"),
        ("foto.png.exe", "foto.png.exe.png"),
        ("a\u202egnp.exe", "agnp.exe.png"),
        ('<b>"x".png', "bx.png"),
        ("", "file.png"),
        ("...", "file.png"),
        ("x" * 500 + ".png", "x" * 120 + ".png"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, "image/png") == safe


def test_too_large_and_empty_files_are_refused() -> None:
    with pytest.raises(errors.FileTooLarge):
        checked_file("x.txt", b"a" * (SIZE_LIMIT + 1))
    with pytest.raises(errors.BadFiles):
        checked_file("x.txt", b"")


def contents(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_is_kept_once_and_found_in_its_own_conversation(
    desk: Desk, tmp_path: Path
) -> None:
    one, other = await desk.opened(), await desk.opened()
    async with desk.as_system() as tx:
        kept = [
            await conversations.keep_attachment(
                tx,
                folder=tmp_path,
                conversation_id=one.id,
                name="foto.png",
                data=PNG,
                uploader_kind="customer",
            )
            for _ in range(2)
        ]
    assert len(contents(tmp_path)) == 1
    message = await desk.wrote(one.id, "Ecco la foto", attachments=[kept[0].id])
    assert message.attachments[0].name == "foto.png"
    async with desk.as_system() as tx:
        file, path = await conversations.find_attachment(
            tx, folder=tmp_path, conversation_id=one.id, attachment_id=kept[0].id
        )
        assert (file.message_id, path.read_bytes()) == (message.id, PNG)
        with pytest.raises(errors.UnknownAttachment):
            await conversations.find_attachment(
                tx, folder=tmp_path, conversation_id=other.id, attachment_id=kept[0].id
            )


async def test_uploads_that_are_never_sent_are_forgotten(desk: Desk, tmp_path: Path) -> None:
    one = await desk.opened()
    for data in (PNG, b"Testo"):
        async with desk.as_system() as tx:
            await conversations.keep_attachment(
                tx,
                folder=tmp_path,
                conversation_id=one.id,
                name="a",
                data=data,
                uploader_kind="operator",
            )
    desk.clock.at = desk.clock.at.replace(day=5)
    async with desk.as_system() as tx:
        gone = await conversations.forget_unsent(tx)
    assert len(gone) == 2
    remove_contents(tmp_path, tenant_id=desk.tenant, contents=gone, older_s=3_600)
    assert len(contents(tmp_path)) == 2  # stored just now: somebody may be about to use them
    remove_contents(tmp_path, tenant_id=desk.tenant, contents=gone, older_s=-1)
    assert contents(tmp_path) == []
    async with desk.as_system() as tx:
        assert await conversations.forget_unsent(tx) == []
