"""What somebody agreed to be sent, and the way to say no more, as markup."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ascolto.channels.actions.preferring import TEXT_VERSIONS, Reachable
from ascolto.channels.forms.markup import Markup, el
from ascolto.channels.forms.parts import button, hidden, notice, page
from ascolto.channels.forms.words import Reader
from ascolto.customers import Consent, Purpose

_ROME = ZoneInfo("Europe/Rome")


def stop_page(reader: Reader, who: Reachable, token: str) -> str:
    """Return the page that asks, with one button."""
    path = f"/unsubscribe/{token}"
    return page(
        reader,
        el("p", reader.say("stop_lead", address=who.address), class_="lead"),
        el("form", button(reader.say("stop")), method="post", action=reader.to(path)),
        el("p", reader.say("stop_keeps"), class_="hint"),
        _way(reader, token),
        title=reader.say(f"stop_{who.purpose.value}_title"),
        path=path,
    )


def stopped_page(reader: Reader, who: Reachable, token: str) -> str:
    """Return what was done, with the way to change one's mind."""
    return page(
        reader,
        notice(reader.say(f"stopped_{who.purpose.value}")),
        el("p", reader.say("stop_keeps")),
        _way(reader, token),
        title=reader.say("stopped_title"),
        path=f"/unsubscribe/{token}",
    )


def _way(reader: Reader, token: str) -> Markup:
    way = reader.to(f"/mail-preferences/{token}")
    return el("p", el("a", reader.say("consent_way"), href=way), class_="way")


def consent_page(
    reader: Reader, who: Reachable, token: str, said: Mapping[Purpose, Consent], *, told: str = ""
) -> str:
    """Return each purpose with its text, what was said of it, and the button for the other."""
    path = f"/mail-preferences/{token}"
    return page(
        reader,
        notice(reader.say("consent_kept")) if told else None,
        el("p", reader.say("consent_lead", address=who.address), class_="lead"),
        *[_purpose(reader, path, one, said.get(one)) for one in Purpose],
        el("p", reader.say("stop_keeps"), class_="hint"),
        title=reader.say("consent_title"),
        path=path,
    )


def _purpose(reader: Reader, path: str, purpose: Purpose, last: Consent | None) -> Markup:
    name = purpose.value
    allowed = last is None or last.given
    return el(
        "section",
        el("h2", reader.say(f"purpose_{name}"), id=f"{name}-name"),
        el("p", reader.say(f"consent_{name}")),
        el("p", *_standing(reader, purpose, last), class_="hint"),
        el(
            "form",
            hidden("purpose", name),
            hidden("wish", "yes"),
            button(reader.say("say_yes"), kind="second", aria_describedby=f"{name}-name"),
            method="post",
            action=reader.to(path),
        )
        if last is None or not last.given
        else None,
        el(
            "form",
            hidden("purpose", name),
            hidden("wish", "no"),
            button(reader.say("say_no"), kind="second", aria_describedby=f"{name}-name"),
            method="post",
            action=reader.to(path),
        )
        if allowed
        else None,
        class_="state open" if allowed else "state shut",
        aria_labelledby=f"{name}-name",
    )


def _standing(reader: Reader, purpose: Purpose, last: Consent | None) -> list[str]:
    """Return what was said, when, how, and of which text."""
    version = last.text_version if last else TEXT_VERSIONS[purpose]
    text = reader.say("consent_version", version=version)
    if last is None:
        return [reader.say("never_said"), " ", text]
    when = f"{last.at.astimezone(_ROME):%d/%m/%Y %H:%M}"
    return [
        reader.say("given_on" if last.given else "withdrawn_on", date=when),
        " ",
        reader.say(f"by_{last.source.value}"),
        " ",
        text,
    ]


def thanks_page(reader: Reader, path: str, *, text: str) -> str:
    """Return what became of an answer."""
    return page(reader, notice(text), title=reader.say("survey_title"), path=path)
