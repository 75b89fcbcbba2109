"""What the demo's trap caught, as a page: the answers that a customer would have got."""

import html

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from ascolto import tenancy
from ascolto.channels import store_mail
from ascolto.channels.email.mail import read_mail
from ascolto.kit.db import SYSTEM
from ascolto.kit.http import services_of

SHOWN = 50
NOTHING = "<p>Ancora nessuna mail.</p>"


async def trapped(request: Request) -> HTMLResponse:
    """Show the last mails that a demo organisation sent; only the demo has this page."""
    services = services_of(request)
    async with services.db.connection() as connection:
        tenant = await tenancy.tenant_by_slug(connection, request.path_params["slug"])
    if not services.settings.demo or tenant is None:
        raise HTTPException(404)
    async with services.db.transaction(tenant.id, actor=SYSTEM) as tx:
        mails = await store_mail.list_trapped(tx, limit=SHOWN)
    shown = "".join(_article(mail["recipient"], mail["raw"]) for mail in mails)
    name = html.escape(tenant.name)
    return HTMLResponse(
        f'<!doctype html><html lang="it"><meta charset="utf-8"><title>{name}: posta inviata</title>'
        f"<main><h1>{name}: posta inviata</h1>{shown or NOTHING}</main></html>"
    )


def _article(recipient: str, raw: bytes) -> str:
    mail = read_mail(raw)
    lines = {
        "A": recipient,
        "Da": mail.sender.address if mail.sender else "",
        "Message-ID": mail.message_id or "",
        "In-Reply-To": ", ".join(mail.in_reply_to),
    }
    rows = "".join(f"<dt>{name}</dt><dd>{html.escape(said)}</dd>" for name, said in lines.items())
    return (
        f"<article><h2>{html.escape(mail.subject)}</h2><dl>{rows}</dl>"
        f"<pre>{html.escape(mail.text)}</pre></article>"
    )


routes = [Route("/demo-mail/{slug}", trapped)]
