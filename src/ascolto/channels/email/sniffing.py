"""What kind of file bytes are, by how they begin: a name or a header may say anything."""

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"{\\rtf", "application/rtf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
)
# Packed documents keep their own type: a zip is what they are made of.
_MADE_OF = {
    "application/zip": ("officedocument", "opendocument", "epub", "java-archive", "android", "zip"),
    "application/x-ole-storage": ("msword", "ms-", "vnd.visio"),
}
_BOXES = {b"heic": "image/heic", b"heix": "image/heic", b"M4A ": "audio/mp4", b"qt  ": "video/mov"}


def content_type(head: bytes) -> str | None:
    """Return the type that the first bytes of a file show, None when they show none."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BOXES.get(head[8:12], "video/mp4")
    return None


def agrees(said: str, seen: str | None) -> bool:
    """Tell whether the type that was said can be the one that is seen."""
    if seen is None or said == seen:
        return True
    if seen.partition("/")[0] in ("image", "audio", "video"):
        return said.partition("/")[0] == seen.partition("/")[0]
    return said.endswith("octet-stream") or any(one in said for one in _MADE_OF.get(seen, ()))
