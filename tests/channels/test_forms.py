"""Pages that need no script: nothing lost, nothing doubled, nothing run, all said in words."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto import conversations, routing
from ascolto.channels.actions.configuring import change_channel
from ascolto.channels.forms.markup import el, linked
from ascolto.channels.forms.words import preferred
from ascolto.channels.webchat import state
from ascolto.channels.webchat.limits import STARTS
from ascolto.conversations import State
from ascolto.kit.db import SYSTEM
from ascolto.tenancy import OpeningHours
from ascolto.tenancy.actions import create_calendar
from support.chat import Chat
from support.paper import Paper, Reading

HOSTILE = (
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><svg/onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '" autofocus onfocus="alert(1)',
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    'https://x.example/"onmouseover="alert(1)',
    "https://x.example/'><script>alert(1)</script>",
    "data:text/html,<script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<style>*{display:none}</style>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "{brand} {name} %7B {{7*7}} ${7*7}",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "\u202eevil\u2066 <b>\u2028x</b>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
)


@pytest.fixture
def paper(chat: Chat) -> Paper:
    return Paper(chat.http, chat.channel.public_key)


@pytest.fixture(autouse=True)
def remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look be a fresh one, as if seconds had passed."""
    monkeypatch.setattr(state, "_waits", state._Remembered(0.0))


async def conversations_of(chat: Chat) -> list[Any]:
    async with chat.desk.database.transaction(chat.desk.tenant, actor=SYSTEM) as tx:
        return list(await tx.fetch("SELECT id, subject FROM conversations.conversation"))


async def set_up(chat: Chat, **settings: Any) -> None:
    async with chat.desk.as_system() as tx:
        await change_channel(tx, chat.channel.id, v=1, changes={"settings": settings})


async def test_a_form_becomes_a_conversation_that_is_read_and_answered_by_its_address(
    chat: Chat, paper: Paper
) -> None:
    await paper.begin("La bolletta\r\nè doppia", name="Carla Rossi", subject="Bolletta di marzo")
    assert "Abbiamo ricevuto il suo messaggio." in paper.shown.text
    [made] = await conversations_of(chat)
    assert made["subject"] == "Bolletta di marzo"
    await chat.desk.accepted(str(made["id"]))
    await chat.desk.replied(str(made["id"]), "Guardi https://luce.example/pagina?a=1&b=2.")
    await paper.look()
    assert "Anna, servizio clienti" in paper.shown.text
    assert ("a", {"href": "https://luce.example/pagina?a=1&b=2",
                  "rel": "noopener noreferrer nofollow"}) in paper.shown.tags  # fmt: skip
    await paper.send(paper.path, text="Grazie")
    assert "Il messaggio è partito." in paper.shown.text
    said = [message.text for message in await chat.desk.thread(str(made["id"]))]
    assert [text for text in said if text in ("La bolletta\nè doppia", "Grazie")] == [
        "La bolletta\nè doppia",
        "Grazie",
    ]


async def test_a_form_sent_twice_is_one_conversation_and_one_message(
    chat: Chat, paper: Paper
) -> None:
    await paper.look(f"/help/{paper.key}")
    form = paper.shown.hidden()
    for _ in range(2):
        answer = await chat.http.post(f"/help/{paper.key}", data={**form, "text": "Aiuto"})
        assert answer.status_code == 303
    [made] = await conversations_of(chat)
    path = answer.headers["location"].partition("?")[0]
    await paper.look(path)
    form = paper.shown.hidden()
    for _ in range(2):
        await chat.http.post(path, data={**form, "text": "Ci siete?"})
    said = [message.text for message in await chat.desk.thread(str(made["id"]))]
    assert said.count("Ci siete?") == 1


async def test_another_text_from_the_same_form_is_asked_about_not_lost(
    chat: Chat, paper: Paper
) -> None:
    await paper.look(f"/help/{paper.key}")
    form = paper.shown.hidden()
    await chat.http.post(f"/help/{paper.key}", data={**form, "text": "Aiuto"})
    answer = await paper.send(f"/help/{paper.key}", text="Aiuto, e altro")
    assert answer.status_code == 409
    assert "Aiuto, e altro" in paper.shown.text
    assert "Da questa pagina è già partito un altro messaggio." in paper.shown.text
    assert len(await conversations_of(chat)) == 1
    await paper.send(f"/help/{paper.key}", text="Aiuto, e altro")
    assert len(await conversations_of(chat)) == 2


async def test_what_is_wrong_stands_in_words_beside_the_field_and_in_one_place(
    chat: Chat, paper: Paper
) -> None:
    await set_up(chat, ask_name="required", ask_email="required")
    answer = await paper.begin("  ", email="carla@", subject="Una cosa")
    assert answer.status_code == 422
    assert answer.text.count("Scriva il suo nome.") == 2
    for field in ("text", "name", "email"):
        attrs = paper.shown.with_id(field)
        assert attrs["aria-invalid"] == "true"
        assert f"{field}-problem" in attrs["aria-describedby"].split()
        assert ("a", {"href": f"#{field}"}) in paper.shown.tags
    assert paper.shown.with_id("email")["value"] == "carla@"
    assert paper.shown.with_id("subject")["value"] == "Una cosa"
    assert "<title>Errore: " in answer.text
    assert await conversations_of(chat) == []


async def test_what_a_machine_fills_in_begins_nothing_and_a_person_loses_nothing(
    chat: Chat, paper: Paper
) -> None:
    answer = await paper.begin("Testo vero", website="https://spam.example")
    assert answer.status_code == 422
    assert "Testo vero" in paper.shown.text
    assert await conversations_of(chat) == []
    await paper.send(f"/help/{paper.key}", text="Testo vero", website="")
    assert len(await conversations_of(chat)) == 1


async def test_who_sends_too_fast_keeps_the_text_and_is_told_how_long_to_wait(chat: Chat) -> None:
    # This machine itself is not counted, so the server is asked as if from another.
    transport = httpx.ASGITransport(chat.door.app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url=chat.url) as http:
        paper = Paper(http, chat.channel.public_key)
        for n in range(int(STARTS.burst)):
            assert (await paper.begin(f"Numero {n}")).status_code == 200
        answer = await paper.begin("Ancora uno")
        assert answer.status_code == 429
        assert "Ancora uno" in paper.shown.text
        assert re.search(r"Aspetti \d+ secondi", paper.shown.text)


@pytest.mark.parametrize("text", HOSTILE)
async def test_nothing_that_is_written_anywhere_runs_or_loads(
    chat: Chat, paper: Paper, text: str
) -> None:
    # As an error first: every field comes back as it was.
    answer = await paper.begin(" ", name=text, email=text, subject=text)
    assert answer.status_code == 422
    assert paper.shown.foreign() == []
    assert paper.shown.with_id("name")["value"] == " ".join(text.split())
    await paper.send(f"/help/{paper.key}", text=text, name=text, subject=text)
    assert paper.shown.foreign() == []
    assert text in paper.shown.text
    [made] = await conversations_of(chat)
    await chat.desk.accepted(str(made["id"]))
    await chat.desk.replied(str(made["id"]), text)
    answer = await paper.look()
    assert paper.shown.foreign() == []
    assert paper.shown.text.count(text) == 2
    assert "unsafe" not in answer.headers["content-security-policy"]
    await chat.http.post(paper.path + "/end")
    await paper.send(paper.path + "/survey", text=text)
    assert paper.shown.foreign() == []
    assert text in paper.shown.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"text": "x"}'),
        ("application/x-www-form-urlencoded", b"text=%00%00&nonce=%00"),
        ("application/x-www-form-urlencoded", b"text=%FF%FE&nonce=%ED%A0%80&name=%ED%A0%80"),
        ("application/x-www-form-urlencoded", b"text=" + b"a" * 20_001),
        ("application/x-www-form-urlencoded", b"text=x&name=" + b"a" * 201),
        ("application/x-www-form-urlencoded", b"text=x&email=a@b.example%0D%0ABcc:c@d.example"),
        ("application/x-www-form-urlencoded", b"&" * 5_000),
        ("multipart/form-data; boundary=x", b"--y"),
        ("multipart/form-data", b"--"),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused_and_never_a_fault_of_ours(
    chat: Chat, paper: Paper, kind: str, body: bytes
) -> None:
    headers = {"content-type": kind}
    answer = await chat.http.post(f"/help/{paper.key}", content=body, headers=headers)
    made = await conversations_of(chat)
    assert (400 <= answer.status_code < 500 and made == []) or b"%FF" in body
    assert answer.status_code < 500


@given(st.text(max_size=80))
def test_markup_made_of_any_text_reads_as_that_text(text: str) -> None:
    plain = text.replace("\r", "")
    page = Reading(el("p", plain, title=plain) + linked(plain))
    assert page.text == plain * 2
    assert page.tags[0] == ("p", {"title": plain})
    assert page.foreign() == []
    assert {tag for tag, _ in page.tags} <= {"p", "a"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "it"),
        ("*", "it"),
        ("it-IT,it;q=0.9,en;q=0.8", "it"),
        ("en-GB", "en"),
        ("de;q=1, en;q=0.3, it;q=0.5", "it"),
        ("fr, de", "en"),
        ("it;q=0, en;q=0.1", "en"),
        ("en;q=x, it;q=0.2", "it"),
        (",;;q==,", "it"),
    ],
)
def test_a_page_speaks_the_language_that_the_browser_asks_for(header: str, language: str) -> None:
    assert preferred(header) == language


async def test_a_chosen_language_stays_from_page_to_page(paper: Paper) -> None:
    answer = await paper.look(f"/help/{paper.key}?lang=en", headers={"accept-language": "it"})
    assert '<html lang="en">' in answer.text
    await paper.send(f"/help/{paper.key}?lang=en", text="Hello")
    assert "We have your message." in paper.shown.text
    # The conversation has a language of its own from then on.
    assert '<html lang="en">' in (await paper.look(headers={"accept-language": "it"})).text


async def test_an_address_is_never_told_to_others_kept_or_found(paper: Paper) -> None:
    answer = await paper.begin()
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/help/nessuno-qui",
        "/help/nessuno-qui/status",
        "/help/%3Cscript%3E",
        "/talk/niente",
        "/talk/00000000-0000-7000-8000-000000000000.xxxx",
        "/talk/niente/survey",
        "/talk/niente/files/x",
    ],
)
async def test_an_address_that_leads_nowhere_says_so_in_words(paper: Paper, path: str) -> None:
    answer = await paper.look(path)
    assert answer.status_code == 404
    assert "Questa pagina non c'è" in paper.shown.text


async def test_an_address_that_has_run_out_leads_back_to_its_form(chat: Chat, paper: Paper) -> None:
    await paper.begin()
    path = paper.path
    async with chat.desk.database.transaction(chat.desk.tenant, actor=SYSTEM) as tx:
        await tx.execute("UPDATE channels.pass SET expires_at = $1", tx.now)
    answer = await paper.look(path)
    assert answer.status_code == 404
    form = re.search(r'<a href="(/help/[^"]+)">Scriva un nuovo messaggio</a>', answer.text)
    assert form is not None
    assert (await paper.look(form[1])).status_code == 200


async def test_a_page_that_is_not_below_a_form_leads_to_the_form(paper: Paper) -> None:
    answer = await paper.look(f"/help/{paper.key}/orari/di-oggi")
    assert (answer.status_code, f'href="/help/{paper.key}' in answer.text) == (404, True)
    answer = await paper.look("/help/nessuno/orari")
    assert (answer.status_code, "/help/nessuno" in answer.text) == (404, False)


async def test_the_closing_question_is_asked_at_the_end_and_answered_once(
    chat: Chat, paper: Paper
) -> None:
    await paper.begin()
    await paper.look(paper.path + "/survey")
    assert "non è ancora finita" in paper.shown.text
    path = paper.path
    await paper.send(path + "/end")
    assert "Come l'abbiamo aiutata?" in paper.shown.text
    answer = await paper.send(path + "/survey", text="Gentili")
    assert answer.status_code == 422
    assert paper.shown.text.count("Scelga una risposta.") == 2
    await paper.send(path + "/survey", score="4", text="Gentili")
    assert "Grazie" in paper.shown.text
    await paper.send(path + "/survey", score="1")
    assert "Ci ha già risposto." in paper.shown.text
    async with chat.desk.as_system() as tx:
        kept = await tx.fetch("SELECT score, text FROM conversations.survey")
    assert [tuple(row) for row in kept] == [(4, "Gentili")]


async def test_writing_after_the_end_opens_the_request_again(chat: Chat, paper: Paper) -> None:
    await paper.begin()
    await chat.http.post(paper.path + "/end")
    await paper.look()
    assert "la richiesta si apre di nuovo" in paper.shown.text
    await paper.send(paper.path, text="Ancora una cosa")
    [made] = await conversations_of(chat)
    assert (await chat.desk.read(str(made["id"]))).state is State.WAITING


async def test_who_would_rather_speak_is_called_and_told_so(chat: Chat, paper: Paper) -> None:
    await paper.begin()
    path = paper.path
    answer = await paper.send(path + "/call", phone="<b>12")
    assert answer.status_code == 422
    assert answer.text.count("Scriva un numero di telefono") == 2
    await paper.send(path + "/call", phone="333 123 4567")
    assert "la chiameremo al numero 333 123 4567" in paper.shown.text
    assert "La conversazione è finita." in paper.shown.text
    await paper.send(path + "/call", phone="333 123 4567")
    answer = await paper.send(path + "/call", phone="333 765 4321")
    assert answer.text.count("La chiameremo al 333 123 4567.") == 2
    assert "Il messaggio non è partito" not in answer.text
    assert len(await conversations_of(chat)) == 2


async def test_a_mailed_link_opens_the_page_once_and_only_when_pressed(
    chat: Chat, paper: Paper
) -> None:
    await paper.begin("Il mio segreto")
    answer = await paper.send(paper.path + "/mail", email="carla", what="link")
    assert answer.status_code == 422
    assert answer.text.count("L&#x27;e-mail non sembra completa.") == 2
    await paper.send(paper.path + "/mail", email="carla@posta.example", what="copy")
    assert "nessuno ha risposto" in paper.shown.text
    await paper.send(paper.path + "/mail", email="carla@posta.example", what="link")
    assert "Guardi la sua posta" in paper.shown.text
    async with chat.desk.as_system() as tx:
        body = await tx.fetchval("SELECT body FROM kit.outgoing_mail")
    link = re.search(r"/talk-link/\S+", body)
    assert link is not None
    for _ in range(2):
        await paper.look(link[0])
        assert "Il mio segreto" not in paper.shown.text
    await paper.send(link[0])
    assert "Il mio segreto" in paper.shown.text
    assert (await paper.send(link[0])).status_code == 404


async def test_notes_and_surnames_are_not_shown_and_a_long_thread_has_pages(
    chat: Chat, paper: Paper
) -> None:
    await paper.begin("Numero 0")
    [made] = await conversations_of(chat)
    conversation_id = str(made["id"])
    await chat.desk.accepted(conversation_id)
    async with chat.desk.as_operator(chat.desk.anna) as tx:
        await conversations.add_note(
            tx, conversation_id=conversation_id, operator_id=chat.desk.anna,
            text="Nota interna", nonce=None,
        )  # fmt: skip
    for n in range(1, 120):
        await chat.desk.wrote(conversation_id, f"Numero {n}")
    await paper.look()
    assert "Nota interna" not in paper.shown.text
    assert "Numero 119" in paper.shown.text
    assert "Numero 0" not in paper.shown.text
    earlier = next(a["href"] for tag, a in paper.shown.tags if "before=" in a.get("href", ""))
    await paper.look(earlier)
    assert "Numero 0" in paper.shown.text
    assert "Numero 119" not in paper.shown.text


async def test_the_status_page_knows_when_it_closes_and_when_it_opens(
    chat: Chat, paper: Paper
) -> None:
    # Tuesday 3 March 2026, open from 8 to 18 on weekdays; 9 UTC is 10 in Rome.
    async with chat.desk.as_system() as tx:
        weekly = dict.fromkeys(range(5), ((480, 1080),))
        hours = OpeningHours("Europe/Rome", weekly)
        calendar = await create_calendar(tx, client_id=chat.desk.client_id, name="Uffici",
                                         hours=hours)  # fmt: skip
        await tx.execute("UPDATE routing.queue SET calendar_id = $1", calendar.id)
    path = f"/help/{paper.key}/status"
    await paper.look(path)
    assert "Ora siamo aperti" in paper.shown.text
    assert "Chiudiamo oggi alle 18:00." in paper.shown.text
    assert "Ora non lo sappiamo" in paper.shown.text
    assert "Domenica 08/03chiuso" in paper.shown.text
    chat.desk.clock.at = datetime(2026, 3, 6, 20, 0, tzinfo=UTC)
    await paper.look(path)
    assert "Ora siamo chiusi" in paper.shown.text
    assert "Riapriamo lunedì alle 08:00." in paper.shown.text
    assert "Ora non lo sappiamo" not in paper.shown.text


COLOR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6})")
ON = {
    "ink": ("ground", "card", "own", "good", "warn", "bad-ground"),
    "soft": ("ground", "card", "own"),
    "accent": ("ground", "card", "good", "own"),
    "bad": ("ground", "card", "bad-ground"),
    "on-accent": ("accent",),
}


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_links_stand_out_seven_to_one(theme: str) -> None:
    css = files("ascolto.channels.forms").joinpath("page.css").read_text("utf-8")
    light, dark = css.partition("@media (prefers-color-scheme: dark)")[::2]
    colors = dict(COLOR.findall(light if theme == "light" else dark))
    for text, grounds in ON.items():
        for ground in grounds:
            pair = sorted((luminance(colors[text]), luminance(colors[ground])))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 7, (text, ground)


async def test_who_is_answered_from_outside_the_union_asks_for_it_with_one_button(
    chat: Chat, paper: Paper
) -> None:
    await paper.begin()
    [made] = await conversations_of(chat)
    async with chat.desk.as_system() as tx:
        await routing.set_presence(tx, operator_id=chat.desk.anna, state="available", country="AL")
    await chat.desk.accepted(str(made["id"]))
    await paper.look()
    assert "Albania" in paper.shown.text
    assert any(a.get("action", "").endswith("/eu-operator") for _, a in paper.shown.tags)
    path = paper.path
    await paper.send(path + "/eu-operator")
    assert "Lei non perde il posto in coda." in paper.shown.text
    assert not any(a.get("action", "").endswith("/eu-operator") for _, a in paper.shown.tags)


async def test_a_file_is_fetched_from_the_page_by_whom_it_is_for(chat: Chat, paper: Paper) -> None:
    await paper.begin()
    own = paper.path
    headers = {"Authorization": f"Bearer {own.removeprefix('/talk/')}"}
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    kept = await chat.http.post(
        "/public/v1/conversation/attachments",
        files={"file": ('"><script>.png', picture, "image/png")},
        headers=headers,
    )
    body = {"text": "Ecco", "nonce": "n1", "attachment_ids": [kept.json()["id"]]}
    await chat.http.post("/public/v1/conversation/messages", json=body, headers=headers)
    await paper.look()
    assert paper.shown.foreign() == []
    link = next(a["href"] for tag, a in paper.shown.tags if "/files/" in a.get("href", ""))
    fetched = await chat.http.get(link)
    assert fetched.content == picture
    assert fetched.headers["content-disposition"].startswith("attachment;")
    await paper.begin("Un'altra persona")
    stolen = await chat.http.get(paper.path + "/files/" + link.rpartition("/")[2])
    assert stolen.status_code == 404
