"""Pages of the chat: the loader, the panel's files, the panel, a host page to try it on."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

import ascolto

STATIC = Path(ascolto.__file__).parent / "web" / "static" / "widget"


async def loader(_: Request) -> Response:
    """Serve the script that a client's page embeds."""
    path = STATIC / "loader.js"
    if not path.is_file():
        return HTMLResponse("The chat has not been built: run `make build`.", status_code=503)
    return FileResponse(
        path, media_type="text/javascript", headers={"Cache-Control": "public, max-age=300"}
    )


routes: list[BaseRoute] = [Route("/widget.js", loader)]
