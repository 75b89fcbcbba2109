"""Files as they come in: what they really are, how they are named, where they lie.

The type is read from the content, never believed from the sender. Whatever a browser could run
(HTML, SVG, scripts) is not taken. A content lies once for each organisation, under its
fingerprint, written whole or not at all.
"""

import contextlib
import hashlib
import io
import os
import time
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ascolto.conversations import errors
from ascolto.kit.ids import is_id, new_id

SIZE_LIMIT = 10_000_000
NAME_LIMIT = 120
# Office files are zip archives: what they say they unpack to may not be absurd.
UNPACKED_LIMIT = 200_000_000
UNPACKED_RATIO = 200
PARTS_LIMIT = 5_000

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_HEIC = frozenset({b"heic", b"heix", b"mif1", b"msf1"})
_OFFICE = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text",
    b"application/vnd.oasis.opendocument.spreadsheet",
}
EXTENSIONS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".csv", ".log", ".md"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: its name made safe, its type as found."""

    name: str
    type: str
    size: int
    sha256: str


def checked_file(name: str, data: bytes) -> Checked:
    """Return what a file is, or refuse it."""
    if len(data) > SIZE_LIMIT:
        raise errors.FileTooLarge("The file is too large.", limit_bytes=SIZE_LIMIT)
    if not data:
        raise errors.BadFiles("The file is empty.")
    found = sniffed(data)
    if found is None:
        raise errors.BadFiles(
            "We take pictures, PDF, plain text and office documents.", types=sorted(EXTENSIONS)
        )
    return Checked(safe_name(name, found), found, len(data), hashlib.sha256(data).hexdigest())


def sniffed(data: bytes) -> str | None:
    """Return the type of a content, or None when it is not one that we take."""
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return "image/heic"
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    return "text/plain" if _plain(data) else None


def _plain(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if any((ord(c) < 32 or ord(c) == 127) and c not in "\t\n\r\f" for c in text):
        return False
    # A browser that is told "plain text" may still be tempted by a tag.
    return not text.lstrip("\ufeff \t\r\n").startswith("<")


def _office(data: bytes) -> str | None:
    """Return the type of an office document; the directory is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_LIMIT:
                return None
            unpacked = sum(part.file_size for part in parts)
            if unpacked > UNPACKED_LIMIT or unpacked > UNPACKED_RATIO * len(data):
                return None
            names = {part.filename for part in parts}
            if "[Content_Types].xml" in names:
                # With macros inside, it is a program.
                if any(name.endswith("vbaProject.bin") for name in names):
                    return None
                return next(
                    (t for folder, t in _OFFICE if any(n.startswith(folder) for n in names)), None
                )
            return _open_document(archive, names)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    if "mimetype" not in names or archive.getinfo("mimetype").file_size > 100:
        return None
    found = archive.read("mimetype")
    return found.decode() if found in _OPEN_DOCUMENT else None


def safe_name(name: str, found: str) -> str:
    """Return a name that harms nobody, with an ending that fits the type."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    kept = " ".join(kept.split()).strip(". ")
    endings = EXTENSIONS[found]
    stem, dot, ending = kept.rpartition(".")
    if not dot or f".{ending.lower()}" not in endings:
        stem, ending = kept, endings[0].lstrip(".")
    return f"{stem[:NAME_LIMIT].rstrip('. ') or 'file'}.{ending.lower()}"


def place_of(folder: Path, *, tenant_id: str, sha256: str) -> Path:
    """Return where a content lies."""
    if not is_id(tenant_id) or len(sha256) != 64 or not sha256.isalnum():
        raise errors.BadFiles("No such content.")
    return folder / tenant_id / sha256[:2] / sha256


def write_content(path: Path, data: bytes) -> None:
    """Write a content whole or not at all; one that is there already is left alone."""
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)  # wanted again: `remove_contents` leaves it alone
        return
    fresh = path.with_name(f".{new_id()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    except OSError as full:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise errors.DiskUnavailable("The file cannot be stored just now.") from full


def takes_files(folder: Path, *, tenant_id: str) -> bool:
    """Tell whether files of an organisation can be stored just now, by storing one for a moment."""
    fresh = folder / tenant_id / f".{new_id()}.new"
    try:
        write_content(fresh, b"Ascolto")
        fresh.unlink()
    except (errors.DiskUnavailable, OSError):
        return False
    return True


def remove_contents(
    folder: Path, *, tenant_id: str, contents: Iterable[str], older_s: float
) -> None:
    """Remove contents that no row names any more, unless somebody stored them again of late."""
    for sha256 in contents:
        path = place_of(folder, tenant_id=tenant_id, sha256=sha256)
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > older_s:
                path.unlink()
