"""Handing out a stored file: always as a download, never as a page of ours."""

from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from ascolto.conversations.model import Attachment, AttachmentRef


def file_response(file: Attachment | AttachmentRef, path: Path) -> Response:
    """Return a file as a download that no browser will run."""
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in "._-" else "_" for c in file.name)
    names = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}"
    headers = {
        "content-disposition": names,
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, max-age=31536000, immutable",
    }
    return FileResponse(path, media_type=file.type, headers=headers)
