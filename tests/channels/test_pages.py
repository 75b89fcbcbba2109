"""The pages of the chat: who may frame them, what they may load."""

from pathlib import Path

import pytest

from ascolto.channels.actions.configuring import change_channel
from ascolto.channels.webchat import pages
from support.chat import Chat


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "widget"
    folder.mkdir()
    (folder / "loader.js").write_text("// loader")
    (folder / "panel.html").write_text("<!doctype html><title>chat</title>")
    (folder / "panel-3f9a1c2b.js").write_text("// panel")
    monkeypatch.setattr(pages, "STATIC", folder)
    return folder


async def test_only_the_channels_sites_may_frame_the_panel(chat: Chat, built: Path) -> None:
    async with chat.desk.as_system() as tx:
        settings = {
            "sites": ["https://www.luce.example"],
            "logo_url": "https://img.luce.example/logo.png",
        }
        await change_channel(tx, chat.channel.id, v=1, changes={"settings": settings})
    panel = await chat.http.get(f"/chat/{chat.channel.public_key}")
    policy = panel.headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://www.luce.example")
    assert "img-src 'self' data: blob: https://img.luce.example;" in policy
    assert "unsafe" not in policy
    assert (await chat.http.get("/chat/nessuno-qui")).status_code == 404


async def test_files_with_a_fingerprint_are_kept_for_ever(chat: Chat, built: Path) -> None:
    assert (
        "immutable" in (await chat.http.get("/widget/panel-3f9a1c2b.js")).headers["cache-control"]
    )
    loader = await chat.http.get("/widget.js")
    assert loader.headers["content-type"].startswith("text/javascript")
    assert "immutable" not in loader.headers["cache-control"]
    for path in ("/widget/../../secret", "/widget/%2e%2e/%2e%2e/pyproject.toml", "/widget/none.js"):
        assert (await chat.http.get(path)).status_code == 404


async def test_the_host_page_allows_itself_nothing_but_the_chat(chat: Chat) -> None:
    page = await chat.http.get(f"/demo/{chat.channel.public_key}")
    assert f'data-key="{chat.channel.public_key}"' in page.text
    assert "{" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert (await chat.http.get("/demo-host.css")).headers["content-type"].startswith("text/css")


async def test_a_browser_without_scripts_is_shown_the_other_ways_in(
    chat: Chat, built: Path
) -> None:
    (built / "panel.html").write_text("<body><noscript><p>Serve JavaScript.</p></noscript></body>")
    settings = {"contact_url": "https://luce.example/scrivici?a=1&b=2", "phone": "+39 800 123"}
    async with chat.desk.as_system() as tx:
        await change_channel(tx, chat.channel.id, v=1, changes={"settings": settings})
    page = (await chat.http.get(f"/chat/{chat.channel.public_key}?lang=en")).text
    inside = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert f'<a href="/help/{chat.channel.public_key}?lang=en"' in inside
    assert '<a href="https://luce.example/scrivici?a=1&amp;b=2"' in inside
    assert '<a href="tel:+39800123">Call us: +39 800 123</a>' in inside


async def test_a_chat_without_a_contact_page_names_its_own_form(chat: Chat) -> None:
    config = await chat.http.get(f"/public/v1/chat/{chat.channel.public_key}/config")
    address = config.json()["brand"]["contact_url"]
    assert address == f"/help/{chat.channel.public_key}?lang=it"
    assert (await chat.http.get(address)).status_code == 200
