"""When a machine may answer by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from ascolto.channels.email.kinds import understand
from ascolto.channels.email.loops import is_list_mail, why_no_auto_reply, within_budget
from ascolto.channels.email.mail import read_mail

OWN = {"aiuto@aurelia.example"}
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def reason(
    more: str = "", *, sender: str = "ada@example.org", to: str = "aiuto@aurelia.example"
) -> str | None:
    mail = read_mail(f"From: {sender}\nTo: {to}\nSubject: x\n{more}\nciao".encode())
    return why_no_auto_reply(mail, understand(mail), own=OWN)


def test_a_person_who_writes_to_us_may_be_answered_also_at_a_tagged_address() -> None:
    assert reason() is None
    assert reason(to="aiuto+c42-abc@aurelia.example") is None


@pytest.mark.parametrize(
    "more",
    [
        *("Auto-Submitted: auto-generated\n", "Auto-Submitted: auto-replied\n"),
        *(
            "Precedence: bulk\n",
            "List-Id: <x.example>\n",
            "X-Auto-Response-Suppress: OOF, AutoReply\n",
        ),
        *("Return-Path: <>\n", "X-Ascolto-Loop: 1\n", "Received: by x\n" * 31),
    ],
)
def test_machines_and_lists_are_never_answered(more: str) -> None:
    assert reason(more) is not None


@pytest.mark.parametrize("sender", ["no-reply@x.example", "nonrispondere@x.example", *OWN, "root"])
def test_senders_who_take_no_answers_get_none(sender: str) -> None:
    assert reason(sender=sender) is not None


def test_a_mail_that_only_passed_by_is_not_answered() -> None:
    assert reason(to="altri@example.org") == "not addressed to us"


def test_list_mail_is_only_marked_never_refused() -> None:
    mail = read_mail(b"From: a@b.it\nList-Id: <x>\n\nciao")
    assert is_list_mail(mail)
    assert mail.text == "ciao"


def test_a_sender_has_a_budget_of_automatic_answers() -> None:
    def ago(*minutes: int) -> list[datetime]:
        return [NOON - timedelta(minutes=one) for one in minutes]

    assert within_budget([], now=NOON)
    assert within_budget(ago(60, 120), now=NOON)
    assert not within_budget(ago(60, 120, 180), now=NOON)
    assert not within_budget(ago(2), now=NOON)
    assert within_budget(ago(1500, 1600, 1700), now=NOON)
