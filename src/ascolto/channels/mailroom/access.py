"""Access to mail servers that take no passwords: an OAuth 2.0 token, renewed before it runs out.

The token is shared by all nodes. Providers may hand out a new renewal with each token, and some
take back everything when an old one is shown to them: within a node one asks at a time, and of two
nodes that renew at once the slower one finds what the other wrote. A refusal is shown on the
mailbox until it is mended; a provider that cannot be reached is asked again.
"""

import asyncio
import base64
import weakref
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlencode

import httpx
import orjson
import structlog

from ascolto.channels import errors, events, store, store_mail, store_mail_access
from ascolto.channels.email.settings import OAuth
from ascolto.channels.mailroom.mailboxes import (
    mailbox_of,
    opened,
    place_of_secret,
    set_secrets,
)
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Mailbox
from ascolto.channels.webhooks import reach
from ascolto.identity import Principal
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.secretbox import SealError, SecretBox

_LONGEST_ANSWER = 32_000
# Renewed so long before it ends, that a session begun with it is not cut off at once.
_EARLY = timedelta(minutes=2)
_USUAL_LIFE_S = 3_600
_LONGEST_LIFE_S = 86_400
# How long one node has for telling a provider, of how many at a time; how often it is tried.
_LEASE = timedelta(minutes=10)
_AT_ONCE = 10
_MOST_ATTEMPTS = 14
_LONGEST_WAIT = timedelta(days=1)

log: structlog.stdlib.BoundLogger = structlog.get_logger()


class NoAccess(Exception):
    """No token could be had; the text is fit to be shown."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Turn:
    """Whose turn it is to ask for a mailbox's token, and how often that was in vain."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: int = 0
    why: str = ""


# Mail is fetched and sent by different hands: they meet here, as long as one of them asks.
_TURNS: weakref.WeakValueDictionary[str, _Turn] = weakref.WeakValueDictionary()


def xoauth2(user: str, token: str) -> bytes:
    """Return what a mail server is shown in place of a password (SASL XOAUTH2), in base64."""
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode())


class Access:
    """Gives out the tokens of mailboxes."""

    def __init__(self, db: Database, *, box: SecretBox, allow_private: bool) -> None:
        """Prepare; `token` gives one."""
        self._db = db
        self._box = box
        self._allow_private = allow_private

    async def token(self, tenant_id: str, channel_id: str) -> str:
        """Return a token that holds for a while; raises NoAccess.

        One asks the provider at a time; who waits shares what came of it, also where it failed.
        """
        turn = _TURNS.setdefault(channel_id, _Turn())
        failures = turn.failures
        async with turn.lock:
            if turn.failures != failures:
                raise NoAccess(turn.why)
            try:
                return await self._token(tenant_id, channel_id)
            except NoAccess as refused:
                turn.failures, turn.why = turn.failures + 1, str(refused)
                raise

    async def _token(self, tenant_id: str, channel_id: str) -> str:
        channel, mailbox = await self._state(tenant_id, channel_id)
        settings = channel.email().oauth
        if settings is None:
            raise NoAccess("no access is set up")
        until = mailbox.oauth_until
        if mailbox.oauth_access and until and until - _EARLY > self._db.clock.now():
            return opened(mailbox, "access", box=self._box)
        try:
            answer = await self._ask(settings, mailbox)
        except NoAccess as refused:
            return await self._others(tenant_id, channel, mailbox, refused)
        return await self._keep(tenant_id, mailbox, answer)

    async def begin(
        self, who: Principal, channel: Channel, *, code: str, verifier: str, redirect_uri: str
    ) -> None:
        """Exchange what a person brings back for a lasting access (RFC 6749 §4.1.3).

        It is for the provider and the servers that the mailbox had before, and no others.
        """
        _, mailbox = await self._state(who.tenant_id, channel.id)
        settings = channel.email().oauth
        if settings is None:
            raise NoAccess("no access is set up")
        said = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        answer = await self._post(settings, mailbox, said, grant_type="authorization_code")
        renewal = _word(answer, "refresh_token")
        if not renewal:
            raise NoAccess("the provider gives nothing to renew the access with")
        async with self._db.transaction(
            who.tenant_id, actor=who.actor(), clients=who.clients
        ) as tx:
            now = await store.hold_channel(tx, channel.id)
            if now is None or "oauth" in channel.email().moved_secrets(now.email()):
                raise NoAccess("The mailbox has another provider by now.")
            await store_mail.give_access(
                tx,
                channel_id=channel.id,
                access=self._sealed(mailbox, "access", _word(answer, "access_token")),
                until=tx.now + timedelta(seconds=_life(answer)),
                renewal=self._sealed(mailbox, "oauth", renewal),
            )
            tx.emit(
                events.ChannelChanged(
                    client_id=channel.client_id, channel_id=channel.id, change="access_given"
                )
            )

    async def end(
        self, who: Principal, channel_id: str
    ) -> tuple[Literal["revoked", "unnamed", "unconfirmed"], str | None]:
        """Forget a mailbox's access, then have it ended at its provider too (RFC 7009).

        Here it is over whatever the provider says of it; return that, and why it is not sure.
        """
        async with self._db.transaction(
            who.tenant_id, actor=who.actor(), clients=who.clients
        ) as tx:
            channel = await store.hold_channel(tx, channel_id)
            if channel is None or channel.kind != "email":
                raise errors.UnknownChannel("There is no such mailbox.", channel_id=channel_id)
            mailbox = await mailbox_of(tx, channel, box=self._box)
            if mailbox.oauth_secret:
                await set_secrets(tx, channel, secrets={"oauth": None}, box=self._box)
        settings = channel.email().oauth
        if settings is None or not mailbox.oauth_secret or not settings.revoke_url:
            return "unnamed", None
        return await self._revoke(
            settings, channel_id, mailbox.oauth_secret, mailbox.oauth_client_secret
        )

    async def end_due(self, tenant_id: str) -> int:
        """Tell the providers of mailboxes that were closed or changed; return how many were told.

        Who cannot be told is told again, less and less often; after that it is left at that.
        """
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            due = await store_mail_access.lease_ended(tx, lease=_LEASE, limit=_AT_ONCE)
        told = 0
        for one in due:
            how, why = await self._revoke(
                OAuth.model_validate(one.oauth), one.channel_id, one.oauth_secret,
                one.oauth_client_secret,
            )  # fmt: skip
            told += how == "revoked"
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                if how == "revoked":
                    await store_mail_access.forget_ended(tx, one.id)
                elif one.attempts < _MOST_ATTEMPTS:
                    wait = min(_EARLY * 2**one.attempts, _LONGEST_WAIT)
                    await store_mail_access.put_off_ended(tx, one.id, wait=wait)
                else:
                    await store_mail_access.forget_ended(tx, one.id)
                    log.warning("mail.access_not_ended", channel_id=one.channel_id, why=why)
        return told

    async def _revoke(
        self, settings: OAuth, channel_id: str, sealed: str, sealed_client: str | None
    ) -> tuple[Literal["revoked", "unconfirmed"], str | None]:
        """Tell a provider that what renewed an access is over; return why that is not sure."""
        try:
            token = self._box.open(sealed, place=place_of_secret(channel_id, "oauth"))
            place = place_of_secret(channel_id, "oauth_client")
            answer, found = await self._said(
                settings,
                {"token": token, "token_type_hint": "refresh_token"},
                secret=self._box.open(sealed_client, place=place) if sealed_client else "",
                url=settings.revoke_url,
            )
        except (NoAccess, SealError) as away:
            return "unconfirmed", str(away)
        # Some say of what is over already that it is invalid, against the standard.
        if answer.status == 200 or _word(found, "error") == "invalid_token":
            return "revoked", None
        return "unconfirmed", _word(found, "error") or str(answer.status)

    async def spoil(self, tenant_id: str, channel_id: str, token: str) -> None:
        """Forget a token that a server did not take."""
        _, mailbox = await self._state(tenant_id, channel_id)
        if mailbox.oauth_access and opened(mailbox, "access", box=self._box) == token:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                await store_mail.spoil_access(
                    tx, channel_id=channel_id, access=mailbox.oauth_access
                )

    async def _state(self, tenant_id: str, channel_id: str) -> tuple[Channel, Mailbox]:
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            channel = await store.get_channel(tx, channel_id)
            if channel is None:
                raise NoAccess("the mailbox is closed")
            return channel, await mailbox_of(tx, channel, box=self._box)

    async def _ask(self, settings: OAuth, mailbox: Mailbox) -> dict[str, Any]:
        """Ask the provider for a token (RFC 6749 §6)."""
        if not mailbox.oauth_secret:
            raise NoAccess("nothing is given to renew the access with")
        said = {
            "refresh_token": opened(mailbox, "oauth", box=self._box),
            **({"scope": settings.scope} if settings.scope else {}),
        }
        return await self._post(settings, mailbox, said, grant_type="refresh_token")

    async def _post(
        self, settings: OAuth, mailbox: Mailbox, said: dict[str, str], *, grant_type: str
    ) -> dict[str, Any]:
        said = {"grant_type": grant_type, **said}
        secret = opened(mailbox, "oauth_client", box=self._box)
        answer, found = await self._said(settings, said, secret=secret, url=settings.token_url)
        if answer.status == 200 and _word(found, "access_token"):
            return found
        gives = "renew" if grant_type == "refresh_token" else "give"
        why = _word(found, "error") or answer.status
        raise NoAccess(f"the provider does not {gives} the access: {why}")

    async def _said(
        self, settings: OAuth, said: dict[str, str], *, secret: str, url: str
    ) -> tuple[reach.Answer, dict[str, Any]]:
        """Say something to the provider as the application that we are there."""
        said = {
            "client_id": settings.client_id,
            **({"client_secret": secret} if secret else {}),
            **said,
        }
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
            "accept-encoding": "identity",
        }
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=reach.TIMEOUT_S) as http:
                answer = await reach.post(
                    http, url, body=urlencode(said).encode(), headers=headers,
                    allow_private=self._allow_private, keep=_LONGEST_ANSWER,
                )  # fmt: skip
        except (httpx.HTTPError, httpx.InvalidURL, OSError, reach.UnreachableError) as away:
            raise NoAccess("the provider of the access cannot be reached") from away
        except errors.BadAddress as wrong:
            raise NoAccess(f"the provider's address is not allowed: {wrong}") from wrong
        try:
            found = orjson.loads(answer.text)
        except orjson.JSONDecodeError:
            found = None
        return answer, found if isinstance(found, dict) else {}

    async def _others(
        self, tenant_id: str, channel: Channel, before: Mailbox, refused: NoAccess
    ) -> str:
        """Return the token that another node obtained meanwhile, or tell that there is none."""
        _, now = await self._state(tenant_id, channel.id)
        if now.oauth_access and now.oauth_access != before.oauth_access:
            return opened(now, "access", box=self._box)
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            if await store_mail.set_access_trouble(tx, before, trouble=str(refused)[:300]):
                tx.emit(events.MailboxTroubled(client_id=channel.client_id, channel_id=channel.id))
        raise refused

    async def _keep(self, tenant_id: str, mailbox: Mailbox, answer: dict[str, Any]) -> str:
        token = _word(answer, "access_token")
        renewal = _word(answer, "refresh_token")
        before = mailbox.oauth_secret or ""
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            await store_mail.set_access(
                tx,
                channel_id=mailbox.channel_id,
                access=self._sealed(mailbox, "access", token),
                until=tx.now + timedelta(seconds=_life(answer)),
                renewal=self._sealed(mailbox, "oauth", renewal) if renewal else before,
                before=before,
            )
        return token

    def _sealed(self, mailbox: Mailbox, name: str, text: str) -> str:
        return self._box.seal(text, place=place_of_secret(mailbox.channel_id, name))


def _word(found: dict[str, Any], name: str) -> str:
    said = found.get(name)
    # What is put before a server is one line of plain letters.
    return said if isinstance(said, str) and said.isascii() and said.isprintable() else ""


def _life(answer: dict[str, Any]) -> float:
    life = answer.get("expires_in")
    seconds = float(life) if isinstance(life, int | float | str) and _is_number(life) else 0.0
    return seconds if 0 < seconds <= _LONGEST_LIFE_S else _USUAL_LIFE_S


def _is_number(said: float | str) -> bool:
    return not isinstance(said, str) or said.isdecimal()
