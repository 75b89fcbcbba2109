"""Two desks of one operator and a customer on lines that fail all the time: nothing is lost.

Faults come one after the other while people type and send: a line is cut, loses answers, is slow,
lets later requests overtake; a tab dies; the server is killed. Afterwards each word that was sent
is in the thread once and in its writer's order, what was typed and not sent is in its field, and
both desks show what a fresh load shows. `ASCOLTO_FAULTS` says how many (24; 1,000 in the soak),
`ASCOLTO_SEED` which.
"""

import contextlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect

from support.bad_line import BadLine
from support.browsing import SETTLED_S, until
from support.demo import sign_in
from support.desk import Desk, clear_desk
from support.panel import Panel, fresh_name
from support.running import RunningServer

FAULTS = int(os.environ.get("ASCOLTO_FAULTS", "24"))
SEED = int(os.environ.get("ASCOLTO_SEED", "3"))
# A fault takes about two seconds, three times that on a busy machine.
pytestmark = pytest.mark.timeout(480 + 7 * FAULTS)
# How often of a hundred: starting a server again takes seconds, a cut none.
KINDS = {"cut": 30, "lose_answers": 20, "delay": 20, "reorder": 20, "tab": 8, "server": 2}
OWNER = "operatrice@aurelia.example"
_LONG_MS = 60_000


@dataclass
class Person:
    """Somebody with a browser on a line of their own."""

    name: str
    context: BrowserContext
    line: BadLine
    page: Page
    sent: list[str] = field(default_factory=list)
    typed: str = ""
    count: int = 0

    def words(self) -> str:
        """Return words that nobody else says, in an order that can be read off them."""
        self.count += 1
        return f"{self.name} {self.count:04d}"


def persist(do: Callable[[], Any], *, within_s: float = SETTLED_S) -> None:
    """Do something over a bad line until it succeeds, as a person presses reload again."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            do()
        except (Error, AssertionError):
            if time.monotonic() > deadline:
                raise
        else:
            return


class AtDesk:
    """An operator at the thread, writing replies or notes."""

    def __init__(self, person: Person, *, path: str, kind: str) -> None:
        self.person = person
        self.path = path
        self.label = {"reply": "Risposta al cliente", "note": "Nota interna"}[kind]
        self.kind = kind

    def field(self) -> Locator:
        """Return where they write."""
        return self.person.page.get_by_label(self.label)

    def arrive(self) -> None:
        """Open the conversation, on whatever line there is."""
        person = self.person

        def load() -> None:
            person.page.goto(person.line.url + self.path, wait_until="commit")
            expect(person.page.get_by_role("log")).to_be_visible(timeout=10_000)

        persist(load)
        # Whatever became of the line and the page, what was typed is still there.
        self.stand()
        expect(self.field()).to_have_value(person.typed, timeout=_LONG_MS)

    def stand(self) -> None:
        """See that they may write: who was away too long comes back and takes it again."""
        until(self._stands, "the conversation did not come back")

    def _stands(self) -> bool:
        page = self.person.page
        with contextlib.suppress(Error):
            for name in ("Torna disponibile", "Accetta"):
                button = page.get_by_role("button", name=name)
                if button.count():
                    button.first.click(timeout=1_000)
            if (
                self.kind == "note"
                and not self.field().count()
                and page.locator("#composer").count()
            ):
                page.keyboard.press("Escape")
                page.keyboard.press("n")
            return self.field().is_visible()
        return False

    def type(self) -> None:
        """Begin a message."""
        words = self.person.words()

        def fill() -> None:
            self.stand()
            self.field().fill(words, timeout=5_000)

        persist(fill)
        self.person.typed = words

    def send(self) -> None:
        """Send what is in the field, or something if nothing is."""
        if not self.person.typed:
            self.type()
        self.stand()
        expect(self.field()).to_have_value(self.person.typed, timeout=_LONG_MS)
        until(self._sent, f"{self.person.typed} could not be sent")
        self.person.sent.append(self.person.typed)
        self.person.typed = ""

    def _sent(self) -> bool:
        self.stand()
        with contextlib.suppress(Error, AssertionError):
            if self.field().input_value(timeout=5_000):
                self.field().press("Control+Enter", timeout=5_000)
            expect(self.field()).to_have_value("", timeout=5_000)
            return True
        return False

    def look(self) -> None:
        """Send again what was held back because the thread had gone on."""
        again = self.person.page.get_by_role("button", name="Riprova")
        with contextlib.suppress(Error):
            if again.count():
                again.first.click(timeout=1_000)


class AtPanel:
    """A customer in the chat."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.panel = Panel(person.page)

    def arrive(self) -> None:
        """Open the chat again, on whatever line there is."""
        person = self.person
        self.panel = Panel(person.page)

        def load() -> None:
            person.page.goto(person.line.url + "/demo/aurelia", wait_until="commit")
            person.page.get_by_role("button", name="Serve aiuto?").click(timeout=8_000)
            expect(self.panel.chat.get_by_label("Scriva qui")).to_be_visible(timeout=8_000)

        persist(load)
        expect(self.panel.chat.get_by_label("Scriva qui")).to_have_value(
            person.typed, timeout=_LONG_MS
        )

    def type(self) -> None:
        """Begin a message."""
        self.person.typed = self.person.words()
        self.panel.chat.get_by_label("Scriva qui").fill(self.person.typed)

    def send(self) -> None:
        """Send what is in the field, or something if nothing is."""
        if not self.person.typed:
            self.type()
        self.panel.chat.get_by_label("Scriva qui").press("Enter")
        self.person.sent.append(self.person.typed)
        self.person.typed = ""
        expect(self.panel.chat.get_by_label("Scriva qui")).to_have_value("", timeout=_LONG_MS)

    def look(self) -> None:
        """Nothing is ever held back from a customer."""


@dataclass
class Three:
    """Who takes part, and what has happened to them."""

    house: RunningServer
    conversation: str
    owner: AtDesk
    elsewhere: AtDesk
    customer: AtPanel
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def all(self) -> tuple[AtDesk | AtPanel, ...]:
        """Return everybody."""
        return self.owner, self.elsewhere, self.customer

    def fault(self, chance: random.Random) -> None:
        """Let one thing go wrong for somebody."""
        kind = chance.choices(list(KINDS), weights=list(KINDS.values()))[0]
        whom = chance.choice(self.all)
        for_s = chance.uniform(0.1, 1.5)
        self.happened[kind] += 1
        match kind:
            case "server":
                self.house.kill()
                self.house.start()
            case "tab":
                # As a crash would: the page is not asked and can store nothing any more.
                whom.person.page.close(run_before_unload=False)
                whom.person.page = whom.person.context.new_page()
                whom.arrive()
            case _:
                whom.person.line.spoil(kind, for_s=for_s)

    def act(self, chance: random.Random) -> None:
        """Let somebody type or send."""
        whom = chance.choice(self.all)
        whom.look()
        if chance.random() < 0.4:
            whom.type()
        else:
            whom.send()


def stored(house: RunningServer, conversation: str) -> list[dict[str, Any]]:
    """Return every line of a conversation as the server has it, oldest first."""
    lines: list[dict[str, Any]] = []
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=OWNER)) as http:
        after = 0
        while True:
            path = f"/api/v1/conversations/{conversation}/messages?limit=200&after_seq={after}"
            items = http.get(path).json()["items"]
            if not items:
                return lines
            lines += items
            after = items[-1]["seq"]


@pytest.fixture
def three(house: RunningServer, browser: Browser) -> Iterator[Three]:
    """Let an operator take a customer's conversation, and go on with it on a second desk too."""
    people = []
    for at, name in enumerate(("replica", "nota", "cliente")):
        context = browser.new_context(
            locale="it-IT", timezone_id="Europe/Rome", reduced_motion="reduce",
            viewport={"width": 1200, "height": 860},
        )  # fmt: skip
        context.set_default_timeout(30_000)
        line = BadLine(house.port, SEED + at).open()
        people.append(Person(name, context, line, context.new_page()))
    operator, elsewhere, customer = people
    name = fresh_name()
    desk = Desk(operator.line.url, operator.page)
    desk.sign_in(OWNER)
    desk.come("Disponibile")
    customer.page.goto(customer.line.url + "/demo/aurelia")
    Panel(customer.page).open().begin("Comincio io", name=name, remember=True)
    desk.accept(name)
    expect(operator.page.get_by_label("Risposta al cliente")).to_be_visible()
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=OWNER)) as http:
        rows = http.get("/api/v1/desk").json()["conversations"]
        conversation = next(row["id"] for row in rows if row["customer"]["name"] == name)
    Desk(elsewhere.line.url, elsewhere.page).sign_in(OWNER)
    path = f"/desk/work/{conversation}"
    everybody = Three(
        house, conversation, AtDesk(operator, path=path, kind="reply"),
        AtDesk(elsewhere, path=path, kind="note"), AtPanel(customer),
    )  # fmt: skip
    everybody.elsewhere.arrive()
    yield everybody
    for person in people:
        person.context.close()
        person.line.close()
    clear_desk(house.url, OWNER)


def test_many_faults_lose_nothing_and_double_nothing(three: Three) -> None:
    chance = random.Random(SEED)
    for _ in range(FAULTS):
        three.fault(chance)
        three.act(chance)
    for one in three.all:
        one.person.line.mend()
    wanted = Counter(text for one in three.all for text in one.person.sent)

    def arrived() -> bool:
        for desk in (three.owner, three.elsewhere):
            desk.stand()
        for one in three.all:
            one.look()
        return set(wanted) <= {line["text"] for line in stored(three.house, three.conversation)}

    # What is held back because the thread went on is sent again one by one.
    until(arrived, "not everything that was sent has arrived", within_s=180 + FAULTS)
    lines = stored(three.house, three.conversation)
    said = [line["text"] for line in lines if line["text"].split(" ")[0] in NAMES]
    assert Counter(said) == wanted
    for one in three.all:
        own = [text for text in said if text.startswith(one.person.name)]
        assert own == one.person.sent, one.person.name
    assert [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)
    for desk in (three.owner, three.elsewhere):
        same_as_a_fresh_load(desk, last=said[-1])
        expect(desk.field()).to_have_value(desk.person.typed)
    told = f"seed {SEED}: {dict(three.happened)}; {sum(wanted.values())} messages, all once"
    sys.stdout.write(f"\n{told}\n")  # what the soak quotes


NAMES = {"replica", "nota", "cliente"}
_SHOWN = """() => [...document.querySelectorAll('[role="log"] .bubble')]
  .map((one) => one.className + "|" + one.innerText.replace(/\\s+/g, " "))"""


def same_as_a_fresh_load(desk: AtDesk, *, last: str) -> None:
    """See that a desk that lived through it shows what a page loaded just now shows."""
    fresh = desk.person.context.new_page()
    fresh.goto(desk.person.line.url + desk.path)
    for page in (fresh, desk.person.page):
        expect(page.get_by_role("log").get_by_text(last, exact=True)).to_be_visible()
    until(
        lambda: fresh.evaluate(_SHOWN)[-10:] == desk.person.page.evaluate(_SHOWN)[-10:],
        lambda: f"{fresh.evaluate(_SHOWN)[-10:]}\n{desk.person.page.evaluate(_SHOWN)[-10:]}",
        within_s=30,
    )
    fresh.close()
