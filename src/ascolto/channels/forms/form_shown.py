"""The form, and the page on whether somebody is there, as markup."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.channels.forms.filled import Filled, Problem
from ascolto.channels.forms.markup import Markup, el
from ascolto.channels.forms.parts import button, field, hidden, page, summary
from ascolto.channels.forms.words import Reader
from ascolto.channels.model import WebchatSettings
from ascolto.channels.webchat.state import Scene
from ascolto.tenancy import OpeningHours

_WEEK = 7
_DAY_MINUTES = 24 * 60


def form_page(reader: Reader, scene: Scene, filled: Filled, problems: Mapping[str, Problem]) -> str:
    """Return the form as it stands, with what was filled in and what is wrong with it."""
    path = f"/help/{scene.channel.public_key}"
    settings = scene.settings
    return page(
        reader,
        summary(reader, problems, lead=reader.say("not_sent_lead")),
        el("p", reader.say("form_lead"), class_="lead"),
        el("p", stands(reader, scene)),
        el("p", el("a", reader.say("status_link"), href=reader.to(path + "/status")), class_="way"),
        el(
            "form",
            hidden("nonce", filled.nonce),
            field(reader, "text", value=filled.text, problem=problems.get("text"), kind="area",
                  required=True),
            field(reader, "subject", value=filled.subject, problem=problems.get("subject")),
            *_who(reader, settings, filled, problems),
            _trap(reader, problems),
            el("p", scene.words.say("consent"), class_="hint"),
            _privacy(reader, settings),
            button(reader.say("send")),
            method="post",
            action=reader.to(path),
            novalidate=True,
        ),
        *ways(reader, scene, form=False),
        title=reader.say("form_title"),
        path=path,
        wrong=bool(problems),
    )  # fmt: skip


def _who(
    reader: Reader, settings: WebchatSettings, filled: Filled, problems: Mapping[str, Problem]
) -> list[Markup]:
    asked = []
    if settings.ask_name != "no":
        asked.append(
            field(
                reader,
                "name",
                value=filled.name,
                problem=problems.get("name"),
                required=settings.ask_name == "required",
                complete="name",
            )
        )
    if settings.ask_email != "no":
        asked.append(
            field(
                reader,
                "email",
                value=filled.email,
                problem=problems.get("email"),
                kind="email",
                required=settings.ask_email == "required",
                hint=reader.say("email_hint"),
                complete="email",
            )
        )
    return asked


def _trap(reader: Reader, problems: Mapping[str, Problem]) -> Markup:
    """Return a field that people neither see nor reach, and machines fill in."""
    return el(
        "div",
        el("label", reader.say("trap"), for_="website"),
        el("input", type="text", id="website", name="website", value="", autocomplete="off",
           tabindex=None if "website" in problems else "-1"),
        class_="trap" if "website" not in problems else "field",
    )  # fmt: skip


def _privacy(reader: Reader, settings: WebchatSettings) -> Markup | None:
    if settings.privacy_url is None:
        return None
    link = el("a", reader.say("privacy"), href=settings.privacy_url, rel="noopener noreferrer")
    return el("p", link, class_="way")


def stands(reader: Reader, scene: Scene) -> str:
    """Return in a sentence or two whether somebody is there and how long one waits."""
    if scene.open:
        return scene.wait_words() or reader.say("wait_unknown")
    opens = scene.hours.next_opening(scene.now) if scene.hours else None
    when = reader.say("opens", when=_moment(scene, opens)) if opens else reader.say("opens_unknown")
    writing = reader.say("write_closed" if opens else "write_closed_for_now")
    return f"{reader.say('is_closed')}. {when} {writing}"


def _moment(scene: Scene, at: datetime) -> str:
    tz = scene.hours.tz if scene.hours else "Europe/Rome"
    return scene.words.moment(at, now=scene.now, tz=tz)


def status_page(reader: Reader, scene: Scene) -> str:
    """Return whether somebody is there and how long one waits, or that nobody knows."""
    path = f"/help/{scene.channel.public_key}/status"
    hours = scene.hours
    closes = hours.closes_at(scene.now) if hours and scene.open else None
    zone = ZoneInfo(hours.tz if hours else "Europe/Rome")
    if not scene.open:
        said = [el("p", sentence) for sentence in _closed(reader, scene)]
    else:
        said = [
            el("p", reader.say("closes", when=_moment(scene, closes)))
            if closes
            else el("p", reader.say("always_open")),
            el("p", scene.wait_words() or reader.say("wait_unknown"), class_="wait"),
        ]
    return page(
        reader,
        el(
            "div",
            el("h2", reader.say("is_open" if scene.open else "is_closed")),
            *said,
            class_="state " + ("open" if scene.open else "shut"),
        ),
        el(
            "p",
            reader.say("read_at", time=f"{scene.now.astimezone(zone):%H:%M}"),
            " ",
            el("a", reader.say("look_again"), href=reader.to(path), class_="way"),
        ),
        _week(reader, scene, hours) if hours else None,
        *ways(reader, scene, form=True),
        title=reader.say("status_title"),
        path=path,
    )


def _closed(reader: Reader, scene: Scene) -> list[str]:
    opens = scene.hours.next_opening(scene.now) if scene.hours else None
    if opens is None:
        return [reader.say("opens_unknown"), reader.say("write_closed_for_now")]
    return [reader.say("opens", when=_moment(scene, opens)), reader.say("write_closed")]


def _week(reader: Reader, scene: Scene, hours: OpeningHours) -> Markup:
    """Return the hours of the next days, holidays and exceptions included."""
    names = scene.words.say("days").split()
    today = scene.now.astimezone(ZoneInfo(hours.tz)).date()
    rows = []
    for away in range(_WEEK):
        day = today + timedelta(days=away)
        spans = [_span(reader, *interval) for interval in hours.intervals(day)]
        rows.append(
            el(
                "tr",
                el("th", f"{names[day.weekday()].capitalize()} {day:%d/%m}", scope="row"),
                el("td", ", ".join(spans) or reader.say("no_hours")),
            )
        )
    heads = el(
        "tr", el("th", reader.say("day"), scope="col"), el("th", reader.say("hours"), scope="col")
    )
    return el(
        "table",
        el("caption", reader.say("hours_title")),
        el("thead", heads),
        el("tbody", *rows),
    )


def _span(reader: Reader, start: int, end: int) -> str:
    if start == 0 and end == _DAY_MINUTES:
        return reader.say("all_day")
    return f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}"


def ways(reader: Reader, scene: Scene, *, form: bool) -> list[Markup]:
    """Return the ways to reach a client: the form, the chat, the telephone, its own page."""
    key, settings = scene.channel.public_key, scene.settings
    found = [el("a", reader.say("write_here"), href=reader.to(f"/help/{key}"))] if form else []
    found.append(el("a", reader.say("open_chat"), href=f"/chat/{key}?lang={reader.language}"))
    if settings.phone:
        number = re.sub(r"[^+0-9]", "", settings.phone)
        found.append(el("a", reader.say("call_us", phone=settings.phone), href=f"tel:{number}"))
    if settings.contact_url:
        found.append(el("a", reader.say("other_ways"), href=settings.contact_url,
                        rel="noopener noreferrer"))  # fmt: skip
    return [
        el("h2", reader.say("ways")),
        el("ul", *[el("li", one) for one in found], class_="ways"),
    ]
