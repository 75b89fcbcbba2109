"""Serving what was built: the desk (one page, many routes) and its immutable assets."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from ascolto.kit.shipped import shipped_file

STATIC = Path(__file__).parent / "static"

DESK_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; media-src 'self' blob:; frame-src 'self';"
    " manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PAGE = {"content-security-policy": DESK_CSP, "cache-control": "no-cache"}
_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


async def desk(request: Request) -> Response:
    """Serve a built file of the desk, or its one page for every route of its own."""
    root = STATIC / "desk"
    wanted = request.path_params.get("path", "")
    if found := shipped_file(root, wanted):
        asset = found.parent.name == "assets"
        return FileResponse(found, headers=_FOR_EVER if asset else _PAGE)
    index = root / "index.html"
    if "." in wanted.rpartition("/")[2] or not index.is_file():
        raise HTTPException(404, "No such file. Is the desk built? (make build)")
    return FileResponse(index, headers=_PAGE)


async def home(_: Request) -> Response:
    """Send whoever knocks at the front door to the desk."""
    return RedirectResponse("/desk/", status_code=307)


routes = [
    Route("/", home),
    Route("/desk", home),
    Route("/desk/{path:path}", desk),
]
