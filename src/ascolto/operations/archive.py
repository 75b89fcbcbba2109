"""The archive of a backup: one tar with the files and, last, a manifest with their checksums.

`database.dump` is pg_dump's custom format; `secret.key`, what sealed columns are opened with, is
there if the data folder has it; `attachments/` are the stored files; `manifest.json` names format,
versions, time, and name, size and SHA-256 of each file.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"


class ArchiveError(Exception):
    """The archive is not one of ours, or not whole; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive."""

    name: str
    size: int
    sha256: str


def write(archive: Path, files: Iterator[tuple[str, Path]], *, about: dict[str, Any]) -> int:
    """Write an archive whole or not at all; return how many files it holds."""
    partial = archive.with_name(f"{archive.name}.partial")
    entries: list[Entry] = []
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # people's data
    try:
        with os.fdopen(handle, "wb") as output:
            with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
                entries.extend(_add(tar, name, path) for name, path in files)
                manifest = about | {
                    "format": FORMAT,
                    "files": [asdict(entry) for entry in entries],
                }
                _add_text(tar, MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
            output.flush()
            os.fsync(output.fileno())
        partial.rename(archive)
    finally:
        partial.unlink(missing_ok=True)
    return len(entries)


def extract(archive: Path, into: Path) -> dict[str, Any]:
    """Unpack an archive and return its manifest once every checksum holds."""
    seen: dict[str, Entry] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(archive, mode="r:") as tar:
            for member in tar:
                if member.name == MANIFEST:
                    manifest = json.loads(_content(tar, member).read())
                else:
                    seen[member.name] = _unpack(tar, member, into)
    except (tarfile.TarError, OSError, ValueError) as error:
        raise ArchiveError(f"{archive} cannot be read as a backup: {error}") from error
    if manifest is None:
        raise ArchiveError(f"{archive} has no manifest: it is no backup of ours, or cut short.")
    if manifest.get("format") != FORMAT:
        raise ArchiveError(f"{archive} has format {manifest.get('format')}, not {FORMAT}.")
    for listed in (Entry(**entry) for entry in manifest["files"]):
        if seen.pop(listed.name, None) != listed:
            raise ArchiveError(f"{listed.name} in {archive} is not what the manifest says.")
    if seen:
        raise ArchiveError(f"{archive} holds files the manifest does not name: {sorted(seen)}")
    return manifest


class _Counted:
    """A file that is hashed while the tar reads it; what grows meanwhile is cut at its size."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.hash.update(data)
        return data


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Entry:
    with path.open("rb") as file:
        header = tarfile.TarInfo(name)
        header.size = os.fstat(file.fileno()).st_size
        header.mtime = int(os.fstat(file.fileno()).st_mtime)
        header.mode = 0o600
        counted = _Counted(file)
        tar.addfile(header, counted)
        return Entry(name=name, size=header.size, sha256=counted.hash.hexdigest())


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    header = tarfile.TarInfo(name)
    header.size = len(data)
    header.mode = 0o600
    tar.addfile(header, io.BytesIO(data))


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise ArchiveError(f"{member.name!r} in the archive is not a plain file.")
    return content


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> Entry:
    target = (into / member.name).resolve()
    if not target.is_relative_to(into.resolve()) or target.exists():
        raise ArchiveError(f"The archive names a file where none may be: {member.name!r}")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with _content(tar, member) as source, target.open("wb") as output:
        while data := source.read(1 << 20):
            digest.update(data)
            size += len(data)
            output.write(data)
    return Entry(name=member.name, size=size, sha256=digest.hexdigest())
