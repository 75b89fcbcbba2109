"""A door for mail servers: SMTP and LMTP, and 250 only after the mail is committed.

Takes mail for the addresses of mailboxes alone (and their reply addresses), so it cannot be used
to send anything on. In the demo it is a trap as well: what our own answers are sent to ends here.
"""

import asyncio
import re
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from ascolto.channels import store, store_mail, store_mail_in
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.mailroom.speaking import EachAnswered, Speaking
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.http import Services
from ascolto.kit.ids import new_id
from ascolto.kit.jobs import AWAY

LARGEST = 40 << 20
MOST_RECIPIENTS = 50
AGAIN_S = 30.0
_STORED = "250 2.0.0 Stored"
_LATER = "451 4.3.0 Not now, please try again"
_PLUS = re.compile(r"\+[^@]*@")
log = structlog.get_logger(__name__)


async def listen_for_mail(services: Services) -> None:
    """Listen for ever by SMTP where the settings say so."""
    await _listen(services, port=services.settings.mail_port, lmtp=False)


async def listen_for_lmtp(services: Services) -> None:
    """Listen for ever by LMTP where the settings say so."""
    await _listen(services, port=services.settings.lmtp_port, lmtp=True)


async def _listen(services: Services, *, port: int | None, lmtp: bool) -> None:
    settings = services.settings
    if port is None:
        await asyncio.Event().wait()
        return
    try:
        server = await open_door(
            services.db,
            host=settings.mail_host,
            port=port,
            trap=settings.demo and not lmtp,
            lmtp=lmtp,
        )
    except OSError as taken:
        # Another node on this machine may hold the port; when it goes, we take over.
        log.warning("listener.waits", port=port, error=type(taken).__name__)
        await asyncio.sleep(AGAIN_S)
        return
    async with server:
        await server.serve_forever()


async def open_door(
    db: Database, *, host: str, port: int, trap: bool = False, lmtp: bool = False,
    largest: int = LARGEST,
) -> asyncio.Server:  # fmt: skip
    """Begin to listen and return the server."""
    door = Door(db, trap=trap, each=lmtp)
    speaks = EachAnswered if lmtp else Speaking
    return await asyncio.get_running_loop().create_server(
        lambda: speaks(
            door,
            data_size_limit=largest,
            ident="Ascolto",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        ),
        host,
        port,
    )


class Door:
    """Answers a mail server; the names of its methods are the library's."""

    def __init__(self, db: Database, *, trap: bool, each: bool = False) -> None:
        """Know the database, whether everything is taken, and whether each recipient is told."""
        self._db = db
        self._trap = trap
        self._each = each

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient that is a mailbox of ours."""
        del server, session, options
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            found = await self._mailbox(address)
        except AWAY:
            return _LATER
        if found is None and not self._trap:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store a mail for each of its mailboxes, and only then say that we have it."""
        del server
        raw = envelope.content
        if not isinstance(raw, bytes):
            return "554 5.6.0 No bytes"
        # Only servers that speak SMTP have come from afar: by LMTP our own hands it on.
        peer = ("", "") if self._each else (str((session.peer or [""])[0]), session.host_name or "")
        # A report names nobody to be answered ("<>"): it has no address.
        sender = "" if envelope.mail_from in (None, "<>") else envelope.mail_from
        kept = await self._keep(raw, sender, list(envelope.rcpt_tos), peer=peer)
        if self._each:
            return "\r\n".join(_STORED if kept[one] else _LATER for one in envelope.rcpt_tos)
        return _STORED if all(kept.values()) else _LATER

    async def handle_exception(self, error: Exception) -> str:
        """Ask to come again whatever went wrong: the sender still has the mail."""
        log.error("listener.failed", error=type(error).__name__)
        return _LATER

    async def _keep(
        self, raw: bytes, sender: str, recipients: list[str], *, peer: tuple[str, str]
    ) -> dict[str, bool]:
        """Store a mail for each of its mailboxes; tell of each recipient whether that is so."""
        places: dict[tuple[str, str] | None, list[str]] = {}
        kept = dict.fromkeys(recipients, False)
        for address in kept:
            try:
                places.setdefault(await self._mailbox(address), []).append(address)
            except AWAY as error:
                log.warning("listener.refused_for_now", error=type(error).__name__)
        for place, addresses in places.items():
            try:
                if place is not None:
                    await self._store(*place, raw, sender=sender, addresses=addresses, peer=peer)
                elif self._trap:
                    await self._catch(raw, sender, addresses)
            except AWAY as error:
                log.warning("listener.refused_for_now", error=type(error).__name__)
            else:
                # Nobody's address was refused when it was named: its mailbox has gone since.
                kept |= dict.fromkeys(addresses, place is not None or self._trap)
        return kept

    async def _store(self, tenant_id: str, channel_id: str, raw: bytes, **said: Any) -> None:
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            channel = await store.get_channel(tx, channel_id)
            if channel is None:
                raise OSError("the mailbox was closed just now")
            mail = NewMail(
                id=new_id(),
                raw=raw,
                sha256=digest(raw),
                envelope_from=said["sender"],
                envelope_to=said["addresses"],
                peer=said["peer"][0],
                helo=said["peer"][1],
            )
            await store_mail_in.add_mails(tx, channel, source="smtp", mails=[mail])

    async def _catch(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        """Keep what would have left, with the organisation whose mailbox sent it."""
        found = await self._mailbox(sender)
        if found is None:
            return
        async with self._db.transaction(found[0], actor=SYSTEM) as tx:
            await store_mail.trap(
                tx, mail_id=new_id(), sender=sender, recipients=recipients, raw=raw
            )

    async def _mailbox(self, address: str) -> tuple[str, str] | None:
        bare = _PLUS.sub("@", address.strip().strip("<>").lower())
        async with self._db.connection() as connection:
            return await store_mail.channel_of_address(connection, bare)
