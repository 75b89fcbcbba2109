"""Scripts in disguise in every text: no screen runs one, asks a stranger, or takes it for markup.

Which texts there are is read from the OpenAPI description; one that is neither planted nor
excused fails here. Mail's HTML is tried in test_hostile_mail.py, each hostile piece by itself.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browsing import LONG_WALK, Operator, Profile
from support.demo import sign_in
from support.desk import Writer, come_in
from support.planning import publish_a_day
from support.planting import CORPUS, WHOLE, Known, plant, texts
from support.running import RunningServer
from support.valid import Operation

LEADER, ADMIN = "team@aurelia.example", "admin@aurelia.example"
PLANNER, PRIVACY = "pianificazione@aurelia.example", "privacy@aurelia.example"
LISTS = {
    "account_id": "accounts",
    "calendar_id": "calendars",
    "canned_id": "canned",
    "channel_id": "channels",
    "client_id": "clients",
    "contract_id": "workforce/contracts",
    "operator_id": "operators",
    "queue_id": "queues",
    "reason_id": "reasons",
    "roster_id": "workforce/rosters",
    "skill_id": "skills",
    "team_id": "teams",
    "webhook_id": "webhooks",
}
# Nobody is ever shown these: marks, secrets, codes that are compared.
UNSEEN = re.compile(
    r" (nonce|password|current|totp|token|code|external_id|thread|text_version)$"
    r"|/api/v1/(session|password-reset|totp) |/secrets | tags remove\[\]$"
)
EXCUSED = {
    "POST /api/v1/channels/{channel_id}/inbound": "for programs; shown as a chat's texts are",
    "POST /api/v1/channels/{channel_id}/attachments": "for programs; says who sends",
    "POST /api/v1/channels/{channel_id}/tickets": "for programs; shown as a chat's name is",
    "POST /api/v1/mail/messages/{message_id}/forward": "sent on by mail; test_mail_at_desk.py",
    "POST /api/v1/work/{work_item_id}/decline": "counted by its own four words",
    "POST /api/v1/conversations/{conversation_id}/transfer": "its note is a note",
    "POST /api/v1/configuration/publications": "needs a change that waits; texts as in versions",
    "POST /api/v1/configuration/versions/{number}/restore": "why is shown as a publication's",
    "POST /api/v1/me/swaps": "shown beside the note of leave",
    "POST /api/v1/workforce/requests/{request_id}/decision": "shown beside the note of leave",
    "POST /api/v1/workforce/forecasts/{forecast_id}/edits": "needs a forecast that was made",
    "POST /api/v1/workforce/intraday/levers": "needs a day that goes wrong; test_intraday.py",
    "POST /api/v1/workforce/intraday/levers/try": "answers figures, keeps nothing",
    "POST /api/v1/workforce/roster-runs": "needs forecasts; its reason is a roster's",
    "POST /api/v1/workforce/worth-runs": "needs forecasts; its reason is a roster's",
}
# Words of their own, by rules that no field of the refusal names.
PLAIN = {
    "POST /api/v1/accounts": {"email"},
    "POST /api/v1/calendars": {"hours.timezone"},
    "PUT /api/v1/calendars/{calendar_id}": {"hours.timezone"},
    "POST /api/v1/tokens": {"scopes[]"},
    "POST /api/v1/webhooks": {"url", "kinds[]"},
    "PATCH /api/v1/webhooks/{webhook_id}": {"url", "kinds[]"},
    "POST /api/v1/customers/{customer_id}/mail-consents": {"address", "text_version"},
}
DESK = {
    LEADER: ("work", "mentions", "consults", "conversations", "floor", "figures", "settings"),
    PLANNER: ("planning", "own-days", "history", "shift-requests", "rosters", "rosters/people"),
    PRIVACY: ("privacy",),
}
ADMINISTERED = (
    *("clients", "hours", "queues", "channels", "accounts", "people", "skills", "teams"),
    *("canned", "reasons", "tokens", "webhooks", "versions", "settings", "start"),
)
HOURS = {"timezone": "Europe/Rome", "weekly": {"mon": [["09:00", "18:00"]]}, "exceptions": {}}
ADDRESS = "teresa@posta.example"
# What would be there if a text had been taken for markup.
MARKS = """() => [...document.querySelectorAll("*")].filter((one) => one.id === "hit"
  || [...one.attributes].some(({name, value}) => /^on/.test(name) || name === "srcdoc"
    || (/^(href|src|action|formaction|data|poster|.*:href)$/.test(name)
      && /^\\s*(javascript:|\\/\\/|https?:\\/\\/evil)/i.test(value))))
  .map((one) => one.outerHTML.slice(0, 200))"""


class Grounds:
    """The demo organisation, and what of it a request may name."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.people = [
            sign_in(url, tenant="aurelia", email=one) for one in (LEADER, ADMIN, PLANNER, PRIVACY)
        ]
        self.ids: dict[str, str] = {}
        self.queue = self.listed("queue_id")[0]
        self.taken: set[str] = set()
        self.missed: dict[str, str] = {}

    def listed(self, name: str) -> list[dict[str, Any]]:
        """Return what is on a list, as whoever may read it."""
        for who in self.people:
            answer = who.get(f"/api/v1/{LISTS[name]}")
            if answer.status_code == 200:
                items: list[dict[str, Any]] = answer.json()["items"]
                return items
        return []

    def id_of(self, name: str, path: str) -> str | None:
        """Return an id that is there."""
        del path
        if name not in self.ids and name in LISTS:
            found = self.listed(name)
            return str(found[0]["id"]) if found else None
        return self.ids.get(name)

    def more(self, operation: Operation) -> dict[str, Any]:
        """Return what makes sense of a request, its version among it."""
        later = datetime.now(UTC) + timedelta(days=1)
        tomorrow = str(later.date())
        wise: dict[str, dict[str, Any]] = {
            "POST /api/v1/conversations/{conversation_id}/consults": {
                "operator_id": self.ids["colleague"]
            },
            "POST /api/v1/interventions": {"kind": "message"},
            "POST /api/v1/me/leave": {"day": tomorrow},
            "POST /api/v1/privacy/monitoring": {
                "document": b"%PDF-1.4\n%%EOF\n",
                "valid_from": later.isoformat(),
            },
            "POST /api/v1/conversations/{conversation_id}/call-back": {"at": later.isoformat()},
            "POST /api/v1/channels": {"client_id": self.queue["client_id"]},
            "POST /api/v1/tokens": {"scopes": ["tenancy.read_settings"]},
            "POST /api/v1/webhooks": {"url": "https://hook.prova.example/x"},
            "PATCH /api/v1/webhooks/{webhook_id}": {"url": "https://hook.prova.example/x"},
            "POST /api/v1/calendars": {"hours": HOURS},
            "PUT /api/v1/calendars/{calendar_id}": {"hours": HOURS},
            # A yes would need an address that was proved to be theirs.
            "POST /api/v1/customers/{customer_id}/mail-consents": {
                "address": ADDRESS,
                "given": False,
                "text_version": "survey-1",
            },
        }
        slots = [slot.name for slot in operation.slots() if slot.where == "path"]
        changed = self.listed(slots[-1])[:1] if slots and slots[-1] in LISTS else []
        version = {"v": one["v"]} if (one := next(iter(changed), {})).get("v") else {}
        return version | wise.get(operation.name, {})


@pytest.fixture(scope="module")
def planted(house: RunningServer) -> Iterator[Grounds]:
    """Plant the corpus in everything that takes a text, and see that nothing was left out."""
    grounds = Grounds(house.url)
    writer = Writer(house.url, CORPUS[0])
    writer.begin(WHOLE, email=ADDRESS)
    operator = Operator(house.url, email=LEADER)
    conversation = operator.take(CORPUS[0])
    writer.http.close()
    shown = operator.http.get(f"/api/v1/conversations/{conversation}").json()
    operator.close()
    colleague = next(
        one for one in grounds.listed("operator_id") if one["display_name"] == "Davide Montesi"
    )
    grounds.ids |= {
        "conversation_id": conversation,
        "customer_id": shown["customer"]["id"],
        "colleague": colleague["id"],
    }
    consult = {"subject": CORPUS[1], "text": WHOLE, "nonce": "first"}
    answer = grounds.people[0].post(
        f"/api/v1/conversations/{conversation}/consults",
        json=consult | {"operator_id": colleague["id"]},
    )
    grounds.ids["consult_id"] = answer.json()["id"]
    me = grounds.people[0].get("/api/v1/session").json()["operator_id"]
    publish_a_day(grounds.people[2], [me])
    found = plant(grounds.people, Known(grounds.id_of, grounds.more, PLAIN))
    grounds.missed = {
        text: why
        for text, why in found.missed.items()
        if not UNSEEN.search(text) and text.rpartition(" ")[0] not in EXCUSED
    }
    grounds.taken = found.taken
    yield grounds
    for who in grounds.people:
        who.close()


def test_every_text_of_the_interface_is_planted_or_excused(planted: Grounds) -> None:
    """A new field has to be reached here, or to be named with the reason why not."""
    assert not planted.missed, "\n".join(f"{t}: {why}" for t, why in planted.missed.items())
    assert {
        one for one in EXCUSED if not any(text.startswith(f"{one} ") for text in texts())
    } == set()
    assert len(planted.taken) > 70


@pytest.mark.parametrize("who", [LEADER, PLANNER, PRIVACY, pytest.param(ADMIN, marks=LONG_WALK)])
def test_no_screen_takes_a_text_for_anything_else(
    house: RunningServer, at_desk: Profile, planted: Grounds, who: str
) -> None:
    page = at_desk.page()
    strangers, said = watched(page, house.url)
    come_in(page, house.url, who)
    marks = {}
    shown = 0
    for path in paths(page, house.url, who, planted):
        settled(page, f"{house.url}/desk/{path}")
        marks[path] = page.evaluate(MARKS)
        shown += page.get_by_text("alert(1)").count()
    assert {path: found for path, found in marks.items() if found} == {}
    assert strangers == set()
    assert said == []
    assert shown > 0, "nothing of what was planted is shown: this test would look at nothing"


def watched(page: Page, url: str) -> tuple[set[str], list[str]]:
    """Keep which hosts are asked and which dialogs come."""
    strangers: set[str] = set()
    said: list[str] = []

    def asked(address: str) -> None:
        if not address.startswith((url, url.replace("http", "ws"), "data:", "blob:")):
            strangers.add(address)

    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))

    def dialog(one: Any) -> None:
        said.append(one.message)
        one.dismiss()

    page.on("dialog", dialog)
    return strangers, said


def paths(page: Page, url: str, who: str, planted: Grounds) -> Iterator[str]:
    if who != ADMIN:
        yield from DESK[who]
        if who == LEADER:
            yield f"work/{planted.ids['conversation_id']}"
            yield f"consults/{planted.ids['consult_id']}"
        return
    for section in ADMINISTERED:
        yield f"admin/{section}"
        links = page.locator(f'main a[href^="/desk/admin/{section}/"]')
        found = links.evaluate_all("(all) => all.map((one) => one.pathname)")
        yield from [str(one).removeprefix("/desk/") for one in found if "new" not in one][:2]


def settled(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)


def test_no_page_of_a_customer_takes_a_text_for_anything_else(
    house: RunningServer, profile: Profile, planted: Grounds
) -> None:
    """What an operator and the organisation write, as the chat and the form show it."""
    writer = Writer(house.url, CORPUS[2])
    writer.begin(WHOLE)
    operator = Operator(house.url, email=LEADER)
    conversation = operator.take(CORPUS[2])
    operator.say(conversation, WHOLE)
    operator.close()
    del planted
    page = profile.page()
    strangers, said = watched(page, house.url)
    for path in ("help/aurelia", "help/aurelia/status", "chat/aurelia", "demo/aurelia"):
        page.goto(f"{house.url}/{path}")
        expect(page.get_by_role("heading").first).to_be_visible()
        assert page.evaluate(MARKS) == []
    page.goto(f"{house.url}/talk/{writer.token}")
    expect(page.get_by_text("alert(1)").first).to_be_visible()
    assert page.evaluate(MARKS) == []
    assert strangers == set()
    assert said == []
    writer.http.close()
