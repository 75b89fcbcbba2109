"""A mailbox is given access by whoever signs in at its provider, and by nobody else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ascolto.channels.mailroom.access import Access
from ascolto.channels.mailroom.granting import LIFE
from ascolto.kit.db import Database
from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.secretbox import server_box
from ascolto.kit.subscribers import read_batch
from support.office import Office, ok, open_office, refused
from support.post import OURS
from support.provider import Provider, running_provider


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path, allow_private=True) as opened:
        await opened.hire("config@prova.example", "configurator")
        await opened.hire("capo@prova.example", "configurator")
        yield opened


async def mailbox_at(provider: Provider, office: Office, config: httpx.AsyncClient) -> str:
    """Add a mailbox of a provider that takes no passwords, over HTTP."""
    oauth = {
        "token_url": provider.token_url,
        "client_id": "ascolto",
        "scope": "mail offline_access",
        "authorize_url": provider.authorize_url,
        "revoke_url": provider.revoke_url,
    }
    body = {
        "client_id": office.desk.client_id,
        "kind": "email",
        "name": "Posta",
        "queue_id": (await office.desk.queue_for("email")).id,
        "settings": {"address": OURS, "name": "Luce", "oauth": oauth},
    }
    channel_id = str(ok(await config.post("/channels", json=body))["id"])
    secrets = {"oauth_client": "segreto-di-ascolto"}
    shown = ok(await config.put(f"/mailboxes/{channel_id}/secrets", json=secrets))
    assert (shown["has_oauth_client_secret"], shown["access"]) == (True, "none")
    return channel_id


async def signed_in_there(config: httpx.AsyncClient, channel_id: str) -> dict[str, str]:
    """Begin here, say yes at the provider, and return what one is sent back with."""
    begun = ok(await config.post(f"/mailboxes/{channel_id}/sign-in"))
    way_back = ok(await config.get("/mail/way-back"))
    assert way_back == {"redirect_uri": begun["redirect_uri"]}
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(begun["url"])
    back = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(begun["redirect_uri"] + "?")
    return {name: values[0] for name, values in parse_qs(back.query).items()}


async def test_who_signs_in_at_the_provider_gives_access_that_is_renewed_and_taken_back(
    office: Office,
) -> None:
    async with running_provider() as provider, office.signed_in("config@prova.example") as config:
        channel_id = await mailbox_at(provider, office, config)
        back = await signed_in_there(config, channel_id)
        assert ok(await config.post("/mailboxes/access", json=back)) == {"channel_id": channel_id}
        asked = provider.asked[-1]
        assert asked["grant_type"] == "authorization_code"
        assert asked["client_secret"] == "segreto-di-ascolto"
        assert "scope" not in asked
        answer = await config.get(f"/mailboxes/{channel_id}")
        shown = ok(answer)
        assert (shown["access"], shown["trouble"]) == ("given", None)
        assert shown["access_until"] is not None
        for secret in ("gettone", provider.renewal, "segreto-di-ascolto"):
            assert secret not in answer.text
        # The code was good for once.
        refused(await config.post("/mailboxes/access", json=back), 422, "channels.bad_grant")
        assert ok(await config.get(f"/mailboxes/{channel_id}"))["access"] == "given"
        renewed = ok(await config.post(f"/mailboxes/{channel_id}/renewal"))
        assert (renewed["access"], renewed["access_until"]) == ("given", None)
        gone = ok(await config.put(f"/mailboxes/{channel_id}/secrets", json={"oauth": None}))
        assert gone["access"] == "none"
    async with office.desk.database.connection() as connection:
        told = await read_batch(connection, (0, 0), ("channels.channel_changed",), limit=100)
    assert [(one.body["change"], one.actor["kind"]) for one in told] == [
        ("created", "account"), ("access_given", "account"), ("access_taken_back", "account"),
    ]  # fmt: skip
    assert len({one.actor["id"] for one in told}) == 1


async def test_what_was_not_begun_here_by_the_same_person_gives_nothing(office: Office) -> None:
    async def in_vain(who: httpx.AsyncClient, **said: Any) -> None:
        answer = await who.post("/mailboxes/access", json=said)
        refused(answer, 422, "channels.bad_grant")

    async with (
        running_provider() as provider,
        office.signed_in("config@prova.example") as config,
        office.signed_in("capo@prova.example") as other,
    ):
        channel_id = await mailbox_at(provider, office, config)
        back = await signed_in_there(config, channel_id)
        await in_vain(config, **{**back, "state": "1.inventato"})
        await in_vain(other, **back)
        office.desk.clock.at += LIFE + timedelta(seconds=1)
        await in_vain(config, **back)
        assert provider.asked == []
        fresh = await signed_in_there(config, channel_id)
        channel = ok(await config.get(f"/channels/{channel_id}"))
        moved = {**channel["settings"]["oauth"], "token_url": provider.introspection_url}
        settings = {**channel["settings"], "oauth": moved}
        changed = {"settings": settings, "v": channel["v"]}
        ok(await config.patch(f"/channels/{channel_id}", json=changed))
        await in_vain(config, **fresh)
        assert provider.asked == []
        assert ok(await config.get(f"/mailboxes/{channel_id}"))["access"] == "none"


async def test_a_mailbox_that_is_changed_during_the_exchange_is_given_nothing(
    office: Office,
) -> None:
    async with running_provider() as provider, office.signed_in("config@prova.example") as config:
        channel_id = await mailbox_at(provider, office, config)
        back = await signed_in_there(config, channel_id)
        channel = ok(await config.get(f"/channels/{channel_id}"))

        async def changed() -> None:
            oauth = {**channel["settings"]["oauth"], "scope": "altro"}
            settings = {**channel["settings"], "oauth": oauth}
            body = {"settings": settings, "v": channel["v"]}
            ok(await config.patch(f"/channels/{channel_id}", json=body))

        provider.meanwhile = changed
        refused(await config.post("/mailboxes/access", json=back), 422, "channels.bad_grant")
        assert len(provider.asked) == 1
        assert ok(await config.get(f"/mailboxes/{channel_id}"))["access"] == "none"


async def test_whoever_no_longer_has_the_client_gives_its_mailbox_nothing(office: Office) -> None:
    async with running_provider() as provider, office.signed_in("config@prova.example") as config:
        channel_id = await mailbox_at(provider, office, config)
        back = await signed_in_there(config, channel_id)
        async with office.desk.as_system() as tx:
            await tx.execute(
                "UPDATE identity.account SET client_scope = '{}' WHERE email = $1",
                "config@prova.example",
            )
        refused(await config.post("/mailboxes/access", json=back), 422, "channels.bad_grant")
        assert provider.asked == []


async def test_a_provider_that_says_no_is_quoted(office: Office) -> None:
    async with running_provider() as provider, office.signed_in("config@prova.example") as config:
        channel_id = await mailbox_at(provider, office, config)
        back = await signed_in_there(config, channel_id)
        provider.refuses = "invalid_client"
        answer = await config.post("/mailboxes/access", json=back)
        refused(answer, 422, "channels.bad_grant")
        assert "invalid_client" in answer.json()["detail"]


async def test_an_access_that_is_taken_back_is_ended_at_the_provider_where_it_says_how(
    office: Office,
) -> None:
    async with running_provider() as provider, office.signed_in("config@prova.example") as config:
        channel_id = await mailbox_at(provider, office, config)

        async def taken_back() -> tuple[str, str | None]:
            ok(
                await config.post(
                    "/mailboxes/access", json=await signed_in_there(config, channel_id)
                )
            )
            gone = ok(await config.delete(f"/mailboxes/{channel_id}/access"))
            assert gone["mailbox"]["access"] == "none"
            return gone["provider"], gone["why"]

        assert await taken_back() == ("revoked", None)
        assert provider.ended == [
            {
                "client_id": "ascolto", "client_secret": "segreto-di-ascolto",
                "token": provider.renewal, "token_type_hint": "refresh_token",
            }
        ]  # fmt: skip
        # Nothing is left to be ended twice.
        assert ok(await config.delete(f"/mailboxes/{channel_id}/access"))["provider"] == "unnamed"
        provider.revocation = (400, {"error": "invalid_token"})
        assert await taken_back() == ("revoked", None)
        provider.revocation = (503, {})
        assert await taken_back() == ("unconfirmed", "503")
        assert len(provider.ended) == 3
        channel = ok(await config.get(f"/channels/{channel_id}"))
        oauth = {**channel["settings"]["oauth"], "revoke_url": ""}
        changed = {"settings": {**channel["settings"], "oauth": oauth}, "v": channel["v"]}
        channel = ok(await config.patch(f"/channels/{channel_id}", json=changed))
        assert await taken_back() == ("unnamed", None)
        # Nobody else is shown what renews it.
        oauth["revoke_url"] = "http://altrove.example/revoke"
        changed = {"settings": {**channel["settings"], "oauth": oauth}, "v": channel["v"]}
        answer = await config.patch(f"/channels/{channel_id}", json=changed)
        assert answer.status_code == 422


async def test_an_access_is_over_here_also_where_its_provider_is_away(office: Office) -> None:
    async with office.signed_in("config@prova.example") as config:
        async with running_provider() as provider:
            channel_id = await mailbox_at(provider, office, config)
            ok(
                await config.post(
                    "/mailboxes/access", json=await signed_in_there(config, channel_id)
                )
            )
        gone = ok(await config.delete(f"/mailboxes/{channel_id}/access"))
        assert (gone["mailbox"]["access"], gone["provider"]) == ("none", "unconfirmed")
        assert "cannot be reached" in gone["why"]


async def given(config: httpx.AsyncClient, channel_id: str) -> None:
    """Sign in at the provider and bring the access back."""
    ok(await config.post("/mailboxes/access", json=await signed_in_there(config, channel_id)))


@pytest.mark.parametrize("how", ["closed", "moved"])
async def test_an_access_is_ended_at_its_provider_when_its_mailbox_is_closed_or_moves(
    office: Office, tmp_path: Path, how: str
) -> None:
    desk = office.desk
    access = Access(desk.database, box=server_box(tmp_path), allow_private=True)
    async with running_provider() as provider, office.signed_in("config@prova.example") as config:
        channel_id = await mailbox_at(provider, office, config)
        await given(config, channel_id)
        channel = ok(await config.get(f"/channels/{channel_id}"))
        if how == "closed":
            assert (await config.delete(f"/channels/{channel_id}")).status_code == 204
        else:
            oauth = {**channel["settings"]["oauth"], "client_id": "altra"}
            settings = {**channel["settings"], "oauth": oauth}
            body = {"settings": settings, "v": channel["v"]}
            ok(await config.patch(f"/channels/{channel_id}", json=body))
            assert ok(await config.get(f"/mailboxes/{channel_id}"))["access"] == "none"
        assert provider.ended == []  # nobody is told anything before the commit
        provider.revocation = (503, {})
        assert await access.end_due(desk.tenant) == 0
        assert await access.end_due(desk.tenant) == 0  # not due again yet
        assert len(provider.ended) == 1
        desk.clock.at += timedelta(hours=1)
        provider.revocation = (200, {})
        assert await access.end_due(desk.tenant) == 1
        assert provider.ended[-1] == {
            "client_id": "ascolto", "client_secret": "segreto-di-ascolto",
            "token": provider.renewal, "token_type_hint": "refresh_token",
        }  # fmt: skip
        desk.clock.at += timedelta(days=2)
        assert await access.end_due(desk.tenant) == 0
        assert len(provider.ended) == 2


async def test_a_mailbox_stands_before_no_queue_of_another_channel(office: Office) -> None:
    async with running_provider() as provider, office.signed_in("config@prova.example") as config:
        channel_id = await mailbox_at(provider, office, config)
        channel = ok(await config.get(f"/channels/{channel_id}"))
        body = {"queue_id": office.desk.queue.id, "v": channel["v"]}
        answer = await config.patch(f"/channels/{channel_id}", json=body)
        refused(answer, 422, "channels.bad_channel")
        assert "The queue is for webchat" in answer.json()["detail"]
        # One that stood there before stays, and can be changed in all else.
        async with office.desk.as_system() as tx:
            await tx.execute(
                "UPDATE channels.channel SET queue_id = $2 WHERE tenant_id = $1 AND id = $3",
                tx.tenant_id, office.desk.queue.id, channel_id,
            )  # fmt: skip
        channel = ok(await config.get(f"/channels/{channel_id}"))
        body = {"name": "Posta nuova", "queue_id": channel["queue_id"], "v": channel["v"]}
        assert ok(await config.patch(f"/channels/{channel_id}", json=body))["name"] == "Posta nuova"
