"""A customer whose browser runs no script: reads pages, fills in forms, follows links."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

FORBIDDEN = {"script", "style", "iframe", "object", "embed", "svg", "img", "base", "template"}


class Reading(HTMLParser):
    """A page as a browser would make it out: elements, text, forms."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Note what is written."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """Return all that is written."""
        return "".join(self.words)

    def with_id(self, name: str) -> dict[str, str]:
        """Return the attributes of the element of an id."""
        return next(attrs for _, attrs in self.tags if attrs.get("id") == name)

    def hidden(self) -> dict[str, str]:
        """Return the fields that only travel along."""
        return {
            attrs["name"]: attrs["value"]
            for tag, attrs in self.tags
            if tag == "input" and attrs.get("type") == "hidden"
        }

    def foreign(self) -> list[str]:
        """Return whatever no page of ours has: what runs, loads or leads where it should not."""
        found = [tag for tag, _ in self.tags if tag in FORBIDDEN]
        for tag, attrs in self.tags:
            found += [f"{tag} {name}" for name in attrs if name.startswith("on") or name == "style"]
            address = attrs.get("href", "").strip().lower()
            if ":" in address.split("/")[0] and not address.startswith(("http", "tel:")):
                found.append(f"{tag} {address}")
        return found


@dataclass
class Paper:
    """One customer's browser."""

    http: httpx.AsyncClient
    key: str
    path: str = ""
    shown: Reading = field(default_factory=lambda: Reading(""))

    async def look(self, path: str | None = None, **more: Any) -> httpx.Response:
        """Open a page; the one at hand without a path."""
        answer = await self.http.get(path or self.path, **more)
        self.shown = Reading(answer.text)
        return answer

    async def send(self, path: str, **fields: str) -> httpx.Response:
        """Send the form of the page at hand, and follow where it leads."""
        answer = await self.http.post(path, data={**self.shown.hidden(), **fields})
        if answer.status_code == 303:
            self.path = answer.headers["location"].partition("?")[0].partition("#")[0]
            return await self.look(answer.headers["location"])
        self.shown = Reading(answer.text)
        return answer

    async def begin(self, text: str = "La bolletta è doppia", **fields: str) -> httpx.Response:
        """Fill in a client's form and send it."""
        await self.look(f"/help/{self.key}")
        return await self.send(f"/help/{self.key}", text=text, **fields)
