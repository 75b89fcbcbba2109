"""The desk as an operator uses it in a browser, and a customer who writes to it."""

import contextlib
import re
import time
from dataclasses import dataclass, field

import httpx
from playwright.sync_api import Locator, Page, expect

from ascolto.kit.ids import new_id
from support.demo import DEMO_PASSWORD, sign_in
from support.wire import PLAIN

_STATES = re.compile("Disponibile|Occupat|In pausa|Assente|Fuori turno")


@dataclass
class Writer:
    """A customer who writes over the public interface."""

    url: str
    name: str
    token: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20, verify=PLAIN))

    def begin(self, text: str, *, key: str = "aurelia", email: str | None = None) -> None:
        """Begin a conversation; the address is only what they say."""
        begun = {"nonce": new_id(), "text": text, "name": self.name, "language": "it"}
        answer = self.http.post(
            f"{self.url}/public/v1/chat/{key}/conversations",
            json=begun | ({"email": email} if email else {}),
        )
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]

    def say(self, text: str) -> None:
        """Write once more."""
        answer = self.http.post(
            f"{self.url}/public/v1/conversation/messages",
            json={"nonce": new_id(), "text": text},
            headers=self._headers(),
        )
        assert answer.status_code == 201, answer.text

    def get(self, path: str) -> httpx.Response:
        """Ask for something as the customer's page does."""
        return self.http.get(f"{self.url}/public/v1{path}", headers=self._headers())

    def answers(self) -> list[str]:
        """Return what operators have said."""
        answer = self.get("/conversation/messages")
        return [m["text"] for m in answer.json()["items"] if m["author"]["kind"] == "operator"]

    def wait_for_answer(self, text: str) -> None:
        """Wait until an operator's words have reached the server: the desk shows them before."""
        deadline = time.monotonic() + 60
        while text not in self.answers():
            assert time.monotonic() < deadline, self.answers()
            time.sleep(0.05)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


# A field that shows its marks has no value: the text it gives is the draft that the browser keeps.
_WRITTEN = """(field) => {
  if (field.tagName === "TEXTAREA") return field.value;
  const key = Object.keys(localStorage).find(
    (one) => one.startsWith("ascolto.draft.") && location.pathname.endsWith(one.split(".").at(-2))
      && one.endsWith(".reply"));
  return key ? JSON.parse(localStorage.getItem(key)).text : "";
}"""


def expect_written(field: Locator, text: str) -> None:
    """Wait until the composer's field, whichever it is, gives a text with its marks."""
    deadline = time.monotonic() + 60
    while (written := field.evaluate(_WRITTEN)) != text:
        assert time.monotonic() < deadline, written
        time.sleep(0.1)


def come_in(page: Page, url: str, email: str, *, tenant: str = "aurelia") -> None:
    """Let a page's browser be signed in, as who comes again, and open nothing yet."""
    with contextlib.closing(sign_in(url, tenant=tenant, email=email)) as http:
        cookies = [(one.name, one.value or "") for one in http.cookies.jar]
    page.context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies]
    )


@dataclass
class Desk:
    """One desk in one browser."""

    url: str
    page: Page

    def sign_in(
        self, email: str, *, tenant: str = "aurelia", begins_at: str = "Il mio lavoro"
    ) -> None:
        """Come signed in, as one who opens the desk again, and arrive where this person begins."""
        come_in(self.page, self.url, email, tenant=tenant)
        self.page.goto(self.url + "/desk/")
        self._begins(begins_at)

    def type_in(
        self, email: str, *, tenant: str = "aurelia", begins_at: str = "Il mio lavoro"
    ) -> None:
        """Sign in with the keyboard and arrive where this person begins."""
        self.page.goto(self.url + "/desk/")
        self.page.get_by_label("Organizzazione").fill(tenant)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(email)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(DEMO_PASSWORD)
        self.page.keyboard.press("Enter")
        self._begins(begins_at)

    def _begins(self, heading: str) -> None:
        expect(
            self.page.get_by_role("heading", name=heading, exact=True)
            .or_(self.page.get_by_role("heading", name=f"{heading} "))
            .first
        ).to_be_visible()

    def come(self, state: str = "Disponibile") -> None:
        """Set one's own state from the menu."""
        button = self.page.get_by_role("button", name=_STATES)
        button.click()
        self.page.get_by_role("menuitemradio", name=state).click()
        expect(self.page.get_by_role("menu")).to_have_count(0)
        expect(button).to_contain_text(state)

    def accept(self, name: str) -> None:
        """Take offers with the key until the one of a customer has come."""
        mine = self.page.get_by_role("option").filter(has_text=name)
        expect(self.page.get_by_role("button", name="Accetta").first.or_(mine)).to_be_visible()
        deadline = time.monotonic() + 90
        while not mine.count():
            assert time.monotonic() < deadline, f"{name} was not offered"
            if self.page.get_by_role("button", name="Accetta").count():
                self.page.keyboard.press("a")
            self.page.wait_for_timeout(300)
        mine.click()

    def take(self, writer: Writer, text: str = "La bolletta è doppia", **begun: str) -> Page:
        """Let a customer write and take their conversation with the keyboard."""
        self.come("Disponibile")
        writer.begin(text, **begun)
        self.accept(writer.name)
        expect(self.page.get_by_text(text).last).to_be_visible()
        expect(self.page.get_by_label("Risposta al cliente")).to_be_visible()
        return self.page


def clear_desk(url: str, email: str, *, tenant: str = "aurelia") -> None:
    """Send a demo operator home: off the queue, with nothing left on their desk."""
    with contextlib.closing(sign_in(url, tenant=tenant, email=email)) as http:
        http.put("/api/v1/presence", json={"state": "offline"})
        shown = http.get("/api/v1/desk").json()
        for one in shown["consults"]:
            http.post(f"/api/v1/consults/{one['id']}/close")
        for row in shown["conversations"]:
            if row["state"] != "closed":
                http.post(f"/api/v1/conversations/{row['id']}/close", json={"outcome": "resolved"})
