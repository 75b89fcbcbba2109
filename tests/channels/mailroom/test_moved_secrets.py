"""Who may configure a mailbox does not get its secrets by sending them to a server of his."""

from typing import Any

import pytest

from ascolto.channels import store_mail
from ascolto.channels.mailroom.mailboxes import mailbox_of, set_secrets
from ascolto.kit.secretbox import server_box
from support.post import Mailroom

IMAP = {"host": "imap.posta.example", "user": "aiuto"}
SMTP = {"host": "smtp.posta.example", "user": "aiuto"}
OAUTH = {"token_url": "https://gira.example/token", "client_id": "ascolto", "scope": "mail"}
NAMES = ("imap", "smtp", "dkim", "oauth", "oauth_client", "access")


@pytest.fixture
async def full(mailroom: Mailroom) -> Mailroom:
    """Give the mailbox every secret that there is."""
    box = server_box(mailroom.data)
    await mailroom.change(imap=IMAP, smtp=SMTP, oauth=OAUTH)
    async with mailroom.desk.as_system() as tx:
        given: dict[str, str | None] = {name: name for name in NAMES[:-1]}
        await set_secrets(tx, mailroom.channel, secrets=given, box=box)
        now = await mailbox_of(tx, mailroom.channel, box=box)
        await store_mail.set_access(
            tx, channel_id=mailroom.channel.id, access="x", until=tx.now,
            renewal=str(now.oauth_secret), before=str(now.oauth_secret),
        )  # fmt: skip
    return mailroom


async def missing(room: Mailroom) -> set[str]:
    async with room.desk.as_system() as tx:
        now = await store_mail.get_mailbox(tx, room.channel.id)
    assert now is not None
    places = {name: f"{name}_secret" for name in NAMES} | {"access": "oauth_access"}
    return {name for name, place in places.items() if getattr(now, place) is None}


@pytest.mark.parametrize(
    ("change", "forgotten"),
    [
        ({"imap": {**IMAP, "host": "imap.ladro.example"}}, {"imap", "oauth", "access"}),
        ({"smtp": {**SMTP, "host": "smtp.ladro.example"}}, {"smtp", "oauth", "access"}),
        ({"imap": {**IMAP, "port": 1_993}}, {"imap", "oauth", "access"}),
        ({"smtp": {**SMTP, "security": "none"}}, {"smtp", "oauth", "access"}),
        ({"imap": None}, {"imap"}),
        ({"oauth": {**OAUTH, "token_url": "https://ladro.example/"}},
         {"oauth", "oauth_client", "access"}),
        ({"oauth": {**OAUTH, "client_id": "ladro"}}, {"oauth", "oauth_client", "access"}),
        ({"oauth": {**OAUTH, "scope": "all"}}, {"oauth", "oauth_client", "access"}),
        ({"oauth": None}, {"oauth", "oauth_client", "access"}),
    ],
)  # fmt: skip
async def test_a_secret_is_forgotten_where_it_would_go_to_somebody_else(
    full: Mailroom, change: dict[str, Any], forgotten: set[str]
) -> None:
    assert await missing(full) == set()
    await full.change(**change)
    assert await missing(full) == forgotten


async def test_every_other_change_leaves_the_secrets_where_they_are(full: Mailroom) -> None:
    await full.change(
        name="Nuovo", imap={**IMAP, "folder": "Clienti"}, smtp={**SMTP, "user": "altri"}, undo_s=5
    )
    assert await missing(full) == set()


async def test_a_host_that_went_and_another_that_came_get_nothing_of_the_old_one(
    full: Mailroom,
) -> None:
    await full.change(imap=None, smtp=None)
    await full.change(imap={**IMAP, "host": "imap.ladro.example"})
    assert {"imap", "smtp", "oauth", "access"} <= await missing(full)
