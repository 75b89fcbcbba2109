"""The conversation of a link, its closing question, and the page of a mailed link, as markup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.channels.forms.filled import Filled, Problem
from ascolto.channels.forms.form_shown import stands
from ascolto.channels.forms.markup import Markup, el, joined, linked
from ascolto.channels.forms.parts import (
    button,
    field,
    hidden,
    notice,
    page,
    problem_of,
    summary,
)
from ascolto.channels.forms.words import Reader
from ascolto.channels.webchat.state import Scene
from ascolto.conversations import State

SCORES = (5, 4, 3, 2, 1)
OVER = frozenset({State.WRAPUP.value, State.CLOSED.value})


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as its customer may see it, and where they are in it."""

    path: str
    scene: Scene
    state: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]
    earlier: int | None
    latest: bool
    expires_at: datetime

    @property
    def over(self) -> bool:
        """Tell whether it has ended."""
        return self.state["state"] in OVER


def talk_page(
    reader: Reader,
    thread: Thread,
    filled: Filled,
    *,
    problems: Mapping[str, Problem],
    told: str = "",
) -> str:
    """Return the conversation with a place to write."""
    path, over = thread.path, thread.over
    return page(
        reader,
        summary(
            reader, problems, lead=reader.say("not_sent_lead") if "text" in problems else ""
        ),
        notice(reader.say(told)) if told else None,
        el("div", *_standing(reader, thread), class_="state"),
        *_said(reader, thread),
        el(
            "form",
            hidden("nonce", filled.nonce),
            field(reader, "text", value=filled.text, problem=problems.get("text"), kind="area",
                  required=True, rows=4,
                  label=reader.say("write_again" if over else "write_more")),
            button(reader.say("send")),
            method="post",
            action=reader.to(path),
            novalidate=True,
        ),
        el("p", reader.say("keep", date=f"{thread.expires_at:%d/%m/%Y}"), " ",
           reader.say("keep_secret"), class_="hint"),
        _call(reader, thread, problems),
        _mail(reader, path, problems),
        None if over else _ending(reader, path),
        title=reader.say("talk_title", number=str(thread.state["number"])),
        path=path,
        wrong=bool(problems),
    )  # fmt: skip


def _standing(reader: Reader, thread: Thread) -> list[Markup | None]:
    """Return how it stands in words, with what one can do about it."""
    state, path = thread.state, thread.path
    name = state["operator_name"]
    over = thread.over
    text = (
        reader.say("state_over")
        if over
        else reader.say("state_active", name=name)
        if state["state"] == State.ACTIVE.value and name
        else reader.say("state_active_unnamed")
        if state["state"] == State.ACTIVE.value
        else reader.say(f"state_{state['state']}")
    )
    waits = state["state"] == State.WAITING.value
    survey = over and thread.scene.settings.survey
    return [
        el("p", el("strong", text)),
        el("p", stands(reader, thread.scene)) if waits else None,
        el("p", el("a", reader.say("survey_link"), href=reader.to(path + "/survey")), class_="way")
        if survey
        else el("p", el("a", reader.say("refresh"), href=reader.to(path) + "#last"), class_="way"),
        el(
            "form",
            button(reader.say("eu_ask"), kind="second"),
            method="post",
            action=reader.to(path + "/eu-operator"),
        )
        if state["eu_offer"]
        else None,
    ]


def _said(reader: Reader, thread: Thread) -> list[Markup | None]:
    zone = ZoneInfo(thread.scene.hours.tz if thread.scene.hours else "Europe/Rome")
    last = len(thread.messages) - 1
    items = [
        _message(reader, thread, message, zone=zone, last=at == last)
        for at, message in enumerate(thread.messages)
    ]
    earlier = thread.earlier
    return [
        el("h2", reader.say("messages")),
        el("p", el("a", reader.say("earlier"), href=reader.to(thread.path, before=str(earlier))),
           class_="way") if earlier is not None else None,
        el("ol", *items, class_="thread"),
        None if thread.latest else
        el("p", el("a", reader.say("latest"), href=reader.to(thread.path) + "#last"),
           class_="way"),
    ]  # fmt: skip


def _message(
    reader: Reader, thread: Thread, message: Mapping[str, Any], *, zone: ZoneInfo, last: bool
) -> Markup:
    kind = message["author"]["kind"]
    at = datetime.fromisoformat(message["at"])
    files = [
        el("p", el("a", reader.say("file", name=file["name"]),
                   href=f"{thread.path}/files/{file['id']}", download=True), class_="way")
        for file in message["attachments"]
    ]  # fmt: skip
    text = message["text"]
    return el(
        "li",
        el("p", _speaker(reader, thread, message), " ",
           el("time", f"{at.astimezone(zone):%d/%m %H:%M}", datetime=message["at"]), class_="who"),
        el("p", joined(text) if kind == "customer" else linked(text), class_="text", dir="auto")
        if text else None,
        *files,
        class_=kind,
        id="last" if last else None,
    )  # fmt: skip


def _speaker(reader: Reader, thread: Thread, message: Mapping[str, Any]) -> str:
    """Return who says something; a machine is always said to be one."""
    author = message["author"]
    match author["kind"]:
        case "customer":
            return reader.say("you")
        case "operator":
            return reader.say("person", name=author["name"])
        case "assistant":
            return thread.scene.words.say("assistant")
        case _:
            return thread.scene.words.say("speaker_system")


def _call(reader: Reader, thread: Thread, problems: Mapping[str, Problem]) -> Markup | None:
    """Return the way to be called instead, while somebody is still to answer."""
    if (thread.over and "phone" not in problems) or not thread.scene.settings.callback:
        return None
    return el(
        "details",
        el("summary", el("span", thread.scene.words.say("phone_offer"))),
        el("p", reader.say("call_lead")),
        el(
            "form",
            field(reader, "phone", value="", problem=problems.get("phone"), kind="tel",
                  required=True, complete="tel"),
            button(reader.say("call"), kind="second"),
            method="post",
            action=reader.to(thread.path + "/call"),
            novalidate=True,
        ),
        open="phone" in problems,
    )  # fmt: skip


def _mail(reader: Reader, path: str, problems: Mapping[str, Problem]) -> Markup:
    return el(
        "details",
        el("summary", el("span", reader.say("mail_title"))),
        el("p", reader.say("mail_lead")),
        el(
            "form",
            field(reader, "email", value="", problem=problems.get("email"), kind="email",
                  required=True, complete="email"),
            button(reader.say("mail_link"), kind="second", name="what", value="link"),
            button(reader.say("mail_copy"), kind="second", name="what", value="copy"),
            method="post",
            action=reader.to(path + "/mail"),
            novalidate=True,
        ),
        open="email" in problems,
    )  # fmt: skip


def _ending(reader: Reader, path: str) -> Markup:
    return el(
        "details",
        el("summary", el("span", reader.say("end_title"))),
        el("p", reader.say("end_lead")),
        el(
            "form",
            button(reader.say("end"), kind="second"),
            method="post",
            action=reader.to(path + "/end"),
        ),
    )


def survey_page(
    reader: Reader,
    path: str,
    *,
    question: str,
    text: str,
    problems: Mapping[str, Problem],
    back: str | None = None,
) -> str:
    """Return the one question after a conversation, with the way back where there is one."""
    choices = [
        el("label", el("input", type="radio", name="score", value=score,
                       id="score" if score == SCORES[0] else None),
           reader.say(f"survey_{score}"), class_="choice")
        for score in SCORES
    ]  # fmt: skip
    return page(
        reader,
        summary(reader, problems, lead=""),
        el(
            "form",
            el(
                "fieldset",
                el("legend", question),
                problem_of(reader, "score", problems.get("score")),
                *choices,
                aria_describedby="score-problem" if "score" in problems else None,
            ),
            field(reader, "text", value=text, problem=problems.get("text"), kind="area", rows=3,
                  label=reader.say("survey_text")),
            button(reader.say("survey_send")),
            method="post",
            action=reader.to(path),
            novalidate=True,
        ),
        el("p", el("a", reader.say("back"), href=reader.to(back)), class_="way") if back else None,
        title=reader.say("survey_title"),
        path=path,
        wrong=bool(problems),
    )  # fmt: skip


def told_page(reader: Reader, path: str, *, text: str) -> str:
    """Return what became of an answer, with the way back."""
    return page(
        reader,
        notice(text),
        el("p", el("a", reader.say("back"), href=reader.to(path)), class_="way"),
        title=reader.say("survey_title"),
        path=path + "/survey",
    )


def link_page(reader: Reader, path: str) -> str:
    """Return the page of a mailed link: only a press uses it up, not a mail scanner's look."""
    return page(
        reader,
        el("p", reader.say("link_lead")),
        el("form", button(reader.say("link_open")), method="post", action=reader.to(path)),
        title=reader.say("link_title"),
        path=path,
    )
