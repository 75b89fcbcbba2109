"""What the pages say, and in which language: pure functions over the catalogues."""

from dataclasses import dataclass

from starlette.requests import Request

from ascolto.kit import words
from ascolto.kit.words import LANGUAGES, nearest


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page: in which language, and whether they chose it themselves."""

    language: str
    chosen: bool = False
    brand: str = ""

    def say(self, name: str, /, **values: str) -> str:
        """Return a text with its places filled."""
        return words.say(f"page.{name}", language=self.language, **{"brand": self.brand, **values})

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

    Nobody's wish is Italian; a wish for none of ours is English.
    """
    wishes: list[tuple[float, str]] = []
    for part in header[:1_000].split(","):
        tag, _, weight = part.strip().partition(";")
        wishes.append((_weight(weight), tag.strip().lower().partition("-")[0]))
    wanted = [tag for weight, tag in sorted(wishes, key=lambda w: -w[0]) if weight > 0 and tag]
    named = [tag for tag in wanted if tag != "*"]
    return next((tag for tag in named if tag in LANGUAGES), nearest(named[0] if named else ""))


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
