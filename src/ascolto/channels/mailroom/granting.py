"""Access to a mailbox is given by a person who signs in at its provider and comes back.

The authorization-code grant with PKCE (RFC 6749 §4.1, RFC 7636). What has to be known when the
person comes back goes along sealed, as the `state`: nothing is kept here, nobody makes one up, and
whoever began must be the one who comes back, for the same mailbox at the same provider.
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import orjson

from ascolto.channels import errors, store
from ascolto.channels.email.settings import OAuth
from ascolto.channels.mailroom.access import Access, NoAccess
from ascolto.channels.model import Channel
from ascolto.identity import Principal
from ascolto.kit.db import Database
from ascolto.kit.secretbox import SealError, SecretBox

# Where the provider sends people back to: a page of the desk, which then asks us.
WAY_BACK = "/desk/mail-access"
LIFE = timedelta(minutes=30)


def sign_in_url(
    channel: Channel, who: Principal, *, box: SecretBox, public_url: str, now: datetime
) -> str:
    """Return where a person signs in at a mailbox's provider to give us access."""
    settings = channel.email().oauth
    if settings is None or not settings.authorize_url:
        raise errors.BadChannel("No provider is set where one could sign in.")
    verifier = secrets.token_urlsafe(48)
    until = int((now + LIFE).timestamp())
    state = orjson.dumps([channel.id, who.account_id, verifier, until, *_provider(settings)])
    asked = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": public_url + WAY_BACK,
        **({"scope": settings.scope} if settings.scope else {}),
        "state": box.seal(state.decode(), place=_place(who)),
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": channel.email().address,
    }
    joint = "&" if "?" in settings.authorize_url else "?"
    return f"{settings.authorize_url}{joint}{urlencode(asked)}"


async def take_access(
    db: Database, who: Principal, *, code: str, state: str, access: Access, box: SecretBox,
    public_url: str,
) -> str:  # fmt: skip
    """Take what a person brings back from the provider; return the mailbox that has access now.

    Raises BadGrant for what was not begun by them, is too old, or is refused by the provider.
    """
    try:
        said = orjson.loads(box.open(state, place=_place(who)))
    except SealError as foreign:
        raise errors.BadGrant("This sign-in was not begun here.") from foreign
    channel_id, account_id, verifier, until, *provider = said
    if account_id != who.account_id:
        raise errors.BadGrant("Somebody else began this sign-in.")
    if datetime.fromtimestamp(until, UTC) < db.clock.now():
        raise errors.BadGrant("This sign-in took too long.")
    async with db.transaction(who.tenant_id, actor=who.actor(), clients=who.clients) as tx:
        channel = await store.get_channel(tx, channel_id)
    settings = channel.email().oauth if channel else None
    if channel is None or settings is None or _provider(settings) != provider:
        raise errors.BadGrant("The mailbox has another provider by now.")
    try:
        await access.begin(
            who,
            channel,
            code=code,
            verifier=verifier,
            redirect_uri=public_url + WAY_BACK,
        )
    except NoAccess as refused:
        raise errors.BadGrant(str(refused)) from refused
    return str(channel_id)


def _provider(settings: OAuth) -> list[str]:
    return [settings.token_url, settings.client_id, settings.scope]


def _place(who: Principal) -> str:
    return f"channels.mailbox.grant/{who.tenant_id}"


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
