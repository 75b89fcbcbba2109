"""The demo organisations agree with their scenario sheet and with themselves."""

import pytest

from ascolto.demo.organisation import read_organisation, read_words
from ascolto.insight.terms import read_terms
from ascolto.tenancy.hours import OpeningHours

SLUGS = ["aurelia", "ponente"]


def test_aurelia_has_62_heads_who_make_46_full_time_equivalents() -> None:
    aurelia = read_organisation("aurelia")
    assert len(aurelia.operators) == 62
    assert round(aurelia.full_time_equivalents) == 46
    full_time = sum(1 for a in aurelia.operators if a.operator and a.operator.hours == 40)
    assert round(full_time / 62, 1) == 0.4


def test_aurelias_simulated_queues_share_out_the_whole_day() -> None:
    assert sum(queue["share"] for queue in read_organisation("aurelia").queues) == 100


@pytest.mark.parametrize("slug", SLUGS)
def test_an_organisation_is_the_same_at_every_reading(slug: str) -> None:
    assert read_organisation(slug) == read_organisation(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_nobody_shares_an_address(slug: str) -> None:
    emails = [account.email for account in read_organisation(slug).accounts]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith(".example") for email in emails)


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_named_exists(slug: str) -> None:
    one = read_organisation(slug)
    clients = {client["key"] for client in one.clients}
    calendars = {calendar["key"] for calendar in one.calendars}
    skills = {skill["code"] for skill in one.skills}
    queues = {queue["key"] for queue in one.queues}
    assert {client["calendar"] for client in one.clients} <= calendars
    assert {queue["client"] for queue in one.queues} <= clients
    assert {queue["skill"] for queue in one.queues} <= skills
    assert {queue["calendar"] for queue in one.queues} <= calendars
    assert {channel["queue"] for channel in one.channels} <= queues
    for account in one.operators:
        assert account.operator is not None
        assert set(account.operator.skills) <= skills
        assert set(account.operator.clients) <= clients


@pytest.mark.parametrize("slug", SLUGS)
def test_every_queue_has_people_for_it(slug: str) -> None:
    one = read_organisation(slug)
    for queue in one.queues:
        assert any(queue["skill"] in a.operator.skills for a in one.operators if a.operator)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_demo_page_leads_to_a_queue_that_the_simulated_day_leaves_to_people(
    slug: str,
) -> None:
    one = read_organisation(slug)
    channel = next(c for c in one.channels if c["public_key"] == slug)
    queue = next(q for q in one.queues if q["key"] == channel["queue"])
    humans = [a for a in one.operators if not a.simulated]
    assert any(queue["skill"] in a.operator.skills for a in humans if a.operator)
    if slug == "aurelia":
        crowd = [a for a in one.operators if a.simulated]
        assert not any(queue["skill"] in a.operator.skills for a in crowd if a.operator)


@pytest.mark.parametrize("slug", SLUGS)
def test_hours_and_contracts_can_be_read(slug: str) -> None:
    one = read_organisation(slug)
    for calendar in one.calendars:
        OpeningHours.from_document(
            {
                "timezone": one.timezone,
                "weekly": calendar["week"],
                "italian_holidays": calendar["italian_holidays"],
                "patron": calendar.get("patron"),
            }
        )
    for client in one.clients:
        read_terms(client["service_level"])


def test_every_reason_and_canned_reply_is_in_both_languages() -> None:
    words = read_words()
    for reason in words.reasons:
        for row in (reason, *reason["children"]):
            assert row["it"]
            assert row["en"]
    for reply in words.canned:
        assert reply["it"]
        assert reply["en"]
