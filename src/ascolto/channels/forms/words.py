"""What the pages say, and in which language: pure functions over a table."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from starlette.requests import Request

from ascolto.channels.model import LANGUAGES


@lru_cache(maxsize=1)
def page_texts() -> dict[str, dict[str, str]]:
    """Return the words of the pages, by language."""
    return tomllib.loads(files("ascolto.channels.forms").joinpath("texts.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page: in which language, and whether they chose it themselves."""

    language: str
    chosen: bool = False
    brand: str = ""

    def say(self, name: str, /, **values: str) -> str:
        """Return a text with its places filled."""
        text = page_texts()[self.language][name]
        for key, value in {"brand": self.brand, **values}.items():
            text = text.replace("{" + key + "}", value)
        return text

    def to(self, path: str, **query: str) -> str:
        """Return an address of ours that keeps the language that was chosen."""
        asked = {**query, **({"lang": self.language} if self.chosen else {})}
        return path + ("?" + "&".join(f"{k}={v}" for k, v in asked.items()) if asked else "")


def reader_of(request: Request, *, language: str | None = None) -> Reader:
    """Return the reader of a page: the language in its address, a known one, the browser's."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return Reader(asked, chosen=True)
    return Reader(language or preferred(request.headers.get("accept-language", "")))


def preferred(header: str) -> str:
    """Return the first language of ours in an Accept-Language (RFC 9110, 12.5.4).

    Nobody's wish is Italian; a wish for neither of ours is English.
    """
    wishes: list[tuple[float, str]] = []
    for part in header[:1_000].split(","):
        tag, _, weight = part.strip().partition(";")
        wishes.append((_weight(weight), tag.strip().lower().partition("-")[0]))
    wanted = [tag for weight, tag in sorted(wishes, key=lambda w: -w[0]) if weight > 0 and tag]
    fallback = "en" if any(tag != "*" for tag in wanted) else "it"
    return next((tag for tag in wanted if tag in LANGUAGES), fallback)


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
