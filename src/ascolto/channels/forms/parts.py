"""What every page is made of: its frame, its fields, its notices."""

from collections.abc import Mapping
from typing import Literal

from ascolto.channels.forms.filled import Problem
from ascolto.channels.forms.markup import Inside, Markup, document, el
from ascolto.channels.forms.words import Reader
from ascolto.kit.words import LANGUAGES, words_of


def page(reader: Reader, *inside: Inside, title: str, path: str, wrong: bool = False) -> str:
    """Return a whole page with its title, its language and the ways to the others."""
    others = [
        el(
            "a",
            words_of(language).get("page.own_name", language),
            href=f"{path}?lang={language}",
            lang=language,
            hreflang=language,
        )
        for language in LANGUAGES
        if language != reader.language
    ]
    heading = el("h1", title)
    header = el(
        "header",
        el("p", reader.brand, class_="brand") if reader.brand else None,
        el("nav", *others, aria_label=reader.say("languages")),
    )
    body = Markup(
        el("a", reader.say("skip"), class_="skip", href="#content")
        + header
        + el("main", heading, *inside, id="content", tabindex="-1")
    )
    named = f"{title} – {reader.brand}" if reader.brand and reader.brand not in title else title
    return document(
        language=reader.language,
        title=f"{reader.say('error')}: {named}" if wrong else named,
        body=body,
    )


def field(
    reader: Reader,
    name: str,
    *,
    value: str,
    problem: Problem | None,
    kind: Literal["text", "email", "tel", "area"] = "text",
    required: bool = False,
    hint: str = "",
    label: str = "",
    rows: int = 6,
    complete: str | None = None,
) -> Markup:
    """Return a labelled field with its hint and, in words, what is wrong with it."""
    described = [f"{name}-hint"] * bool(hint) + [f"{name}-problem"] * bool(problem)
    shared = {
        "id": name,
        "name": name,
        "aria_describedby": " ".join(described) or None,
        "aria_invalid": "true" if problem else None,
        "aria_required": "true" if required else None,
        "autocomplete": complete,
    }
    optional = None if required else el("span", f" ({reader.say('optional')})", class_="hint")
    if kind == "area":
        # A browser drops the first line end of an area, so one is given to be dropped.
        control = el("textarea", Markup("\n"), value, rows=rows, **shared)
    else:
        control = el("input", type=kind, value=value, **shared)
    return el(
        "div",
        el("label", label or reader.say(f"your_{name}"), optional, for_=name),
        el("p", hint, class_="hint", id=f"{name}-hint") if hint else None,
        problem_of(reader, name, problem),
        control,
        class_="field",
    )


def problem_of(reader: Reader, name: str, problem: Problem | None) -> Markup | None:
    """Return what is wrong with a field, to stand beside it."""
    if problem is None:
        return None
    text, values = problem
    return el("p", reader.say(text, **values), class_="problem", id=f"{name}-problem")


def summary(reader: Reader, problems: Mapping[str, Problem], *, lead: str) -> Markup | None:
    """Return everything that is wrong in one place, read out first, each with a way to it."""
    if not problems:
        return None
    items = [
        el("li", el("a", reader.say(text, **values), href=f"#{name}"))
        for name, (text, values) in problems.items()
    ]
    return el(
        "div",
        el("h2", reader.say("not_sent" if lead else "not_done"), id="wrong"),
        el("p", lead) if lead else None,
        el("ul", *items),
        class_="wrong",
        role="alert",
        aria_labelledby="wrong",
        tabindex="-1",
        autofocus=True,
    )


def notice(text: str, *, kind: Literal["good", "plain"] = "good") -> Markup:
    """Return a line on what has just happened."""
    return el("p", text, class_=f"notice {kind}", role="status")


def hidden(name: str, value: str) -> Markup:
    """Return a field that only travels along."""
    return el("input", type="hidden", name=name, value=value)


def button(text: str, *, kind: Literal["primary", "second"] = "primary", **more: str) -> Markup:
    """Return a button that sends its form."""
    return el("button", text, type="submit", class_=kind, **more)
