"""What is put back gets its own name back, whoever had it meanwhile, and never another's row."""

from typing import Any

import httpx
import pytest

from ascolto.kit.http import encode_cursor
from support.office import Office, ok, refused

CHIARA = "chiara@prova.example"


async def newest(browser: httpx.AsyncClient) -> int:
    items = ok(await browser.get("/configuration/versions"))["items"]
    return int(items[0]["id"])


async def back(browser: httpx.AsyncClient, number: int, **what: Any) -> httpx.Response:
    """Go back to a version, with all or with one thing."""
    body = {"why": "Era meglio prima", **what}
    return await browser.post(f"/configuration/versions/{number}/restore", json=body)


class Kind:
    """Ready replies, or reasons: both are told apart by a name that others may take."""

    def __init__(self, browser: httpx.AsyncClient, kind: str) -> None:
        self.browser = browser
        self.kind = kind
        self.path = {"canned": "/canned", "reason": "/reasons"}[kind]
        self.name = {"canned": "key", "reason": "name"}[kind]

    async def add(self, name: str) -> str:
        """Add one of a name; what else it says is its first name too."""
        body = {"name": name} if self.kind == "reason" else {
            "key": name, "title": name, "text": name,
        }  # fmt: skip
        return str(ok(await self.browser.post(self.path, json=body))["id"])

    async def rename(self, one: str, name: str) -> None:
        """Give one another name."""
        now = next(row for row in await self._rows() if row["id"] == one)
        if self.kind == "canned":
            names = ("client_id", "key", "title", "text", "language", "v")
            body = {key: now[key] for key in names if key in now} | {"key": name}
            ok(await self.browser.put(f"{self.path}/{one}", json=body))
        else:
            ok(await self.browser.put(f"{self.path}/{one}", json={"name": name, "position": 0}))

    async def remove(self, one: str) -> None:
        """Take one out of use."""
        answer = await self.browser.delete(f"{self.path}/{one}")
        assert answer.status_code < 300, answer.text

    async def all(self) -> dict[str, str]:
        """Return the names of those in use by id."""
        return {row["id"]: row[self.name] for row in await self._rows()}

    async def _rows(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = ok(await self.browser.get(self.path))["items"]
        return items


KINDS = pytest.mark.parametrize("kind", ["canned", "reason"])


@KINDS
async def test_one_that_lost_its_last_name_to_another_comes_back_under_its_first(
    office: Office, kind: str
) -> None:
    async with office.signed_in(CHIARA) as browser:
        things = Kind(browser, kind)
        old = await things.add("saluto")
        good = await newest(browser)
        await things.rename(old, "ciao")
        await things.remove(old)
        new = await things.add("ciao")
        ok(await back(browser, good, kind=kind, thing=old))
        assert await things.all() == {old: "saluto", new: "ciao"}


@KINDS
async def test_one_whose_name_a_later_one_has_comes_back_as_that_one_goes(
    office: Office, kind: str
) -> None:
    async with office.signed_in(CHIARA) as browser:
        things = Kind(browser, kind)
        old = await things.add("saluto")
        good = await newest(browser)
        await things.remove(old)
        new = await things.add("Saluto")
        told = refused(
            await back(browser, good, kind=kind, thing=old), 409, "configuration.cannot_restore"
        )
        assert told["because"] == "conversations.name_taken"
        assert await things.all() == {new: "Saluto"}
        ok(await back(browser, good))
        assert await things.all() == {old: "saluto"}


@KINDS
async def test_two_that_swapped_their_names_swap_them_back(office: Office, kind: str) -> None:
    async with office.signed_in(CHIARA) as browser:
        things = Kind(browser, kind)
        one, other = await things.add("uno"), await things.add("due")
        good = await newest(browser)
        for thing, name in ((one, "tre"), (other, "uno"), (one, "due")):
            await things.rename(thing, name)
        ok(await back(browser, good))
        assert await things.all() == {one: "uno", other: "due"}


async def test_a_cursor_of_the_wrong_type_is_refused_not_read_as_none(office: Office) -> None:
    wrong: list[Any] = ["uno", None, True, 1.5, -1, 2**31, [1], {"a": 1}]
    async with office.signed_in(CHIARA) as browser:
        for packed in wrong:
            asked = {"cursor": encode_cursor(packed)}
            refused(await browser.get("/configuration/versions", params=asked), 422, "bad_cursor")
