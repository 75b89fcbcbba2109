"""Somebody with a browser, the checks made on what they see, and an operator who answers them."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Page

from ascolto.kit.ids import new_id
from support.demo import sign_in

# Walks that take minutes are for `make soak`; what of them is quick is walked every time.
LONG = bool(os.environ.get("ASCOLTO_WALK"))
LONG_WALK = pytest.mark.skipif(not LONG, reason="a long walk: make soak")

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SETTLED_S = 180.0
_CUT = "net::ERR_"  # tests cut lines on purpose; what is said of that is no complaint
_WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated: " + event.violatedDirective + " by " + event.blockedURI));
"""
EVERY_RULE = '["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]'
# What a theme may spoil: it changes colours, and no other rule looks at one.
RULES_OF_COLOUR = '{ type: "rule", values: ["color-contrast", "link-in-text-block"] }'
_SMALL = """() => [...document.querySelectorAll("a[href], button, input, select, textarea")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([one, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5)
    && getComputedStyle(one).display !== "inline")
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""


def until(
    is_so: Callable[[], bool], what: str | Callable[[], str], *, within_s: float = SETTLED_S
) -> None:
    """Wait until something is so, or fail with what is told; a function is asked only then."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.2)


class Profile:
    """One browser profile; what its pages complain of is kept."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        context.add_init_script(_WATCH)

    def page(self) -> Page:
        """Open a page that is listened to."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        return page

    def forgive(self, words: str) -> None:
        """Forget a complaint that was to be expected."""
        assert any(words in one for one in self.complaints)
        self.complaints = [one for one in self.complaints if words not in one]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and _CUT not in message.text:
            self.complaints.append(message.text)


def barriers(frame: Frame | Page, only: str = EVERY_RULE) -> list[str]:
    """Return what axe-core finds wrong for people with disabilities."""
    if not frame.evaluate("() => 'axe' in window"):
        assert AXE.is_file(), "axe-core is not installed: run `make build`"
        frame.evaluate(AXE.read_text("utf-8"))
    found = frame.evaluate(
        f"""async () => (await axe.run(document, {{ runOnly: {only} }})).violations.map(
             (one) => one.id + ": " + one.nodes.map((node) => node.html).join())"""
    )
    return [str(one) for one in found]


def barriers_in_both_themes(frame: Frame | Page) -> list[str]:
    """Return the barriers in the light, and those that colours make in the dark."""
    page = frame if isinstance(frame, Page) else frame.page
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = [f"in the dark, {one}" for one in barriers(frame, RULES_OF_COLOUR)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return [*barriers(frame), *found]


def small_targets(frame: Frame | Page) -> list[str]:
    """Return controls too small for an unsteady hand (44 px), except links inside a sentence."""
    return [str(one) for one in frame.evaluate(_SMALL)]


class Operator:
    """A demo operator at work over HTTP."""

    def __init__(self, url: str, *, tenant: str = "aurelia", email: str | None = None) -> None:
        self.http = sign_in(url, tenant=tenant, email=email or f"operatrice@{tenant}.example")
        self.put("/presence", {"state": "available"})

    def close(self) -> None:
        """Go home."""
        self.http.close()

    def put(self, path: str, body: dict[str, Any]) -> None:
        """Set something."""
        answer = self.http.put(f"/api/v1{path}", json=body)
        assert answer.status_code < 300, answer.text

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do something and return the answer."""
        answer = self.http.post(f"/api/v1{path}", json=body or {})
        assert answer.status_code < 300, answer.text
        shown: dict[str, Any] = json.loads(answer.text or "{}")
        return shown

    def take(self, name: str) -> str:
        """Take the conversation of a customer once it is offered; finish others' meanwhile."""
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            desk = self.http.get("/api/v1/desk").json()
            for row in desk["conversations"]:
                if row["customer"]["name"] != name and row["state"] in ("active", "wrapup"):
                    self.post(f"/conversations/{row['id']}/close", {"outcome": "resolved"})
            for offer in desk["offers"]:
                self.post(f"/work/{offer['work_item_id']}/accept")
                if offer["card"]["customer_name"] == name:
                    return str(offer["conversation_id"])
            if desk["presence"]["state"] != "available":
                self.put("/presence", {"state": "available"})
            time.sleep(0.1)
        raise AssertionError(f"{name} was not offered")

    def say(self, conversation_id: str, text: str) -> dict[str, Any]:
        """Answer a customer."""
        body = {"text": text, "nonce": new_id(), "attachment_ids": []}
        return self.post(f"/conversations/{conversation_id}/messages", body)

    def heard(self, conversation_id: str) -> list[str]:
        """Return what the customer said, in order."""
        path = f"/api/v1/conversations/{conversation_id}/messages?limit=200"
        items = self.http.get(path).json()["items"]
        return [
            one["text"]
            for one in items
            if one["author"]["kind"] == "customer" and one["kind"] == "message"
        ]
