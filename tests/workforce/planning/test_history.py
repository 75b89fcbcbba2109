"""What came to a queue: out of the log, kept day by day, and from tables."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from ascolto.kit.ids import new_id
from ascolto.workforce.jobs import keep_days
from ascolto.workforce.tables import as_told, of_told, read_imported
from support.log import MORNING, Said, request, write
from support.office import Office, ok, refused
from support.planning import PLANNER, bring_in, table

WORDS = Path(__file__).resolve().parents[3] / "web/desk/src/features/workforce"
GRID = "interval_start,calls\n" + "".join(f"2026-02-02 {hour:02}:00,1\n" for hour in range(8, 10))
WEEK = {"from": "2026-02-23T00:00:00Z", "to": "2026-03-09T00:00:00Z"}


async def history(planner: httpx.AsyncClient, office: Office, **query: Any) -> list[dict[str, Any]]:
    answer = await planner.get(
        "/workforce/history", params={"queue_id": office.desk.queue.id, **WEEK, **query}
    )
    found: list[dict[str, Any]] = ok(answer)["intervals"]
    return found


async def a_morning(office: Office) -> None:
    """Three asked in the first half hour, of whom one gave up; one asked in the second."""
    desk, lines = office.desk, list[Said]()
    for after_s in (0, 60):
        lines += request(after_s, 10, queue_id=desk.queue.id, operator_id=new_id(), talk_s=300)
    lines += request(120, 30, queue_id=desk.queue.id)
    lines += request(1900, 10, queue_id=desk.queue.id, operator_id=new_id(), talk_s=100)
    await write(office, lines)
    desk.clock.at = MORNING + timedelta(hours=6)


async def test_the_log_tells_what_was_offered_handled_and_given_up(office: Office) -> None:
    await a_morning(office)
    async with office.signed_in(PLANNER) as planner:
        first, second = await history(planner, office)
        by_quarter = await history(planner, office, minutes=15)
    assert first == {
        "starts_at": MORNING.isoformat().replace("+00:00", "Z"),
        "offered": 3,
        "handled": 2,
        "abandoned": 1,
        "aht_s": 300,
        "source": "log",
    }
    assert (second["offered"], second["aht_s"]) == (1, 100)
    assert [one["offered"] for one in by_quarter] == [3, 1]


async def test_a_day_is_kept_once_everybody_was_answered_and_says_the_same_as_before(
    office: Office,
) -> None:
    await a_morning(office)
    async with office.signed_in(PLANNER) as planner:
        before = await history(planner, office)
        assert await keep_days(office.services) == 0, "the day is not over"
    office.desk.clock.at = MORNING + timedelta(days=3)
    assert await keep_days(office.services) >= 1
    async with office.signed_in(PLANNER) as planner:
        assert await keep_days(office.services) == 0, "kept days are kept once"
        assert await history(planner, office) == before
        # What the log says of a kept day is not read again.
        late = request(30, 5, queue_id=office.desk.queue.id)
        await write(office, late)
        assert await history(planner, office) == before


async def test_work_brought_back_counts_as_work_and_a_step_undone_does_not(office: Office) -> None:
    for cause in ("first", "returned", "woken", "reopened", "undo"):
        lines = request(0, 5, queue_id=office.desk.queue.id, operator_id=new_id(), cause=cause)
        await write(office, lines)
    office.desk.clock.at = MORNING + timedelta(hours=1)
    async with office.signed_in(PLANNER) as planner:
        (only,) = await history(planner, office)
    assert (only["offered"], only["handled"]) == (4, 4)


async def test_a_trial_writes_nothing_and_says_what_the_table_holds(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        told = await bring_in(planner, office, table(), dry_run=True)
        assert (told["written"], told["faults"], told["minutes"]) == (False, [], 30)
        assert told["rows"] == 8 * 6 * 20
        assert await history(planner, office) == []
        told = await bring_in(planner, office, table())
        assert told["written"] is True
        found = await history(planner, office)
        assert len(found) == 6 * 20
        assert (found[0]["source"], found[0]["aht_s"]) == ("import", 240)
        # 8 o'clock in Rome is 7 in Greenwich.
        assert found[0]["starts_at"] == "2026-02-23T07:00:00Z"


async def test_every_wrong_row_is_named_and_none_is_written(office: Office) -> None:
    text = table().splitlines()
    text[3] = "2026-01-05 09:00,-4,0,0,240"
    text[5] = "tomorrow,4,0,0,240"
    async with office.signed_in(PLANNER) as planner:
        told = await bring_in(planner, office, "\n".join(text))
        assert told["written"] is False
        assert [fault["row"] for fault in told["faults"]] == [4, 6]
        assert await history(planner, office) == []
        text = table().splitlines()
        text[3] = "2026-01-05 09:00,4,4,0,quickly"
        told = await bring_in(planner, office, "\n".join(text))
        assert told["faults"] == [
            {"row": 4, "what": "not a number of 0 or more: 'quickly'",
             "code": "no_number", "fields": {"value": "quickly"}}
        ]  # fmt: skip


async def test_a_table_with_words_of_its_own_is_read_by_a_mapping(office: Office) -> None:
    text = table(
        heading="Ora;Arrivi;Durata", row=lambda at, n: f"{at:%Y-%m-%d %H:%M};{n};{200 + n}"
    )
    columns = {"interval_start": "Ora", "calls": "Arrivi", "aht_s": "Durata"}
    async with office.signed_in(PLANNER) as planner:
        told = await bring_in(planner, office, text, separator=";", columns=columns)
        assert told["written"] is True, told
        found = await history(planner, office)
    assert found[0]["aht_s"] == pytest.approx(200 + found[0]["offered"])


async def test_a_table_brought_in_twice_counts_once_and_the_log_wins_over_it(
    office: Office,
) -> None:
    await a_morning(office)
    office.desk.clock.at = MORNING + timedelta(days=3)
    await keep_days(office.services)
    async with office.signed_in(PLANNER) as planner:
        for _ in range(2):
            told = await bring_in(planner, office, table(last=MORNING.date()))
        (left,) = told["notes"]
        assert (left["code"], left["fields"]["day"]) == ("in_the_log", MORNING.date().isoformat())
        found = await history(planner, office)
    day = MORNING.date().isoformat()
    assert {one["source"] for one in found if one["starts_at"].startswith(day)} == {"log"}
    assert sum(one["source"] == "import" for one in found) == 6 * 20


async def test_the_hour_that_the_clocks_repeat_is_there_twice(office: Office) -> None:
    rows = ["interval_start,calls"]
    begin = datetime(2025, 10, 24, 22, tzinfo=UTC)
    rows += [f"{(begin + timedelta(hours=n)).isoformat()},{n}" for n in range(24 + 25)]
    period = {"from": "2025-10-24T00:00:00Z", "to": "2025-10-28T00:00:00Z"}
    async with office.signed_in(PLANNER) as planner:
        told = await bring_in(planner, office, "\n".join(rows))
        assert told["written"] is True, told
        found = await history(planner, office, minutes=60, **period)
    assert [one["offered"] for one in found] == list(range(49))


async def test_who_does_not_plan_reads_or_not_and_never_writes(office: Office) -> None:
    await office.hire("conti@prova.example", "analyst")
    body = {"queue_id": office.desk.queue.id, "text": table(), "dry_run": True}
    async with office.signed_in("conti@prova.example") as analyst:
        assert await history(analyst, office) == []
        answer = await analyst.post("/workforce/history/import", json=body)
        refused(answer, 403, "identity.not_permitted")
    async with office.signed_in() as anna:
        answer = await anna.get(
            "/workforce/history", params={"queue_id": office.desk.queue.id, **WEEK}
        )
        refused(answer, 403, "identity.not_permitted")


async def test_a_period_that_cannot_be_is_refused(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        for since, until in (
            ("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
            ("2020-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
            ("2026-03-02T00:00:00", "2026-03-03T00:00:00"),
        ):
            answer = await planner.get(
                "/workforce/history",
                params={"queue_id": office.desk.queue.id, "from": since, "to": until},
            )
            refused(answer, 422, "workforce.bad_plan")


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("", "empty"),
        ("interval_start,calls\n", "empty"),
        ("interval_start;calls\n2026-02-02 08:00;1\n", "separator"),
        ("interval_start,offered\n2026-02-02 08:00,1\n", "no_column"),
        ("interval_start,calls,calls\n", "column_twice"),
        ("interval_start,calls\n2026-02-02 08:00,1,2\n", "cells"),
        ("interval_start,calls\n2026-02-02,1\n", "no_time"),
        ("interval_start,calls\nlunedì,1\n", "no_time"),
        ("interval_start,calls\n2026-02-02 08:00:10,1\n", "whole_minute"),
        ("interval_start,calls\n2026-02-02 08:00,-1\n", "no_number"),
        ('interval_start,calls\n"2026-02-02 08:00"x,1\n', "not_csv"),
        ("interval_start,calls\n2026-02-02 08:00\0,1\n", "zero_byte"),
        ("interval_start,calls\n2026-02-02 08:00,1\n", "one_interval"),
        ("interval_start,calls\n2026-02-02 08:00,1\n2026-02-02T08:30+01:00,1\n", "offsets"),
        ("interval_start,calls\n2026-02-02 08:00,1\n2026-02-02 08:00,1\n", "twice"),
        ("interval_start,calls\n2026-02-02 08:30,1\n2026-02-02 08:00,1\n", "order"),
        ("interval_start,calls\n2026-02-02 08:00,1\n2026-02-02 08:07,1\n", "step"),
        ("interval_start,calls\n2026-03-29 02:00,1\n2026-03-29 02:30,1\n", "never"),
        (GRID + "2026-02-02 09:40,1\n", "grid"),
        ("interval_start,calls\n" + "x,1\n" * 60, "more"),
    ],
)
def test_each_fault_of_a_table_has_words_in_italian_and_english(table: str, code: str) -> None:
    found = read_imported(table, timezone="Europe/Rome", separator=",", columns={})
    told = of_told(json.loads(json.dumps(as_told(found))), ZoneInfo("Europe/Rome"))
    codes = dict(told.codes)
    assert code in codes
    assert all(codes), "every fault has a code"
    for language in ("it", "en"):
        words = (WORDS / f"{language}.po").read_text("utf-8")
        text = words.partition(f'msgid "came.fault.{code}"\nmsgstr ')[2].partition("\n")[0]
        assert text, f"{code} has no words"
        assert set(re.findall(r"{(\w+)}", text)) <= set(codes[code]), "it speaks of what is told"


def test_each_note_on_a_table_has_words_in_italian_and_english() -> None:
    days = [date(2026, 3, n) for n in (1, 2, 8, 9, 15, 16, 22, 29)]
    rows = [
        f"{day} {hour:02}:{half},1" for day in days for hour in (1, 2, 3) for half in ("00", "30")
    ]
    rows.remove("2026-03-15 02:30,1")
    rows = [row.replace(",1", ",0") if row.startswith("2026-03-29 02") else row for row in rows]
    table = "\ufeffinterval_start,calls\r\n" + "\r\n".join(rows)
    found = read_imported(table, timezone="Europe/Rome", separator=",", columns={})
    told = of_told(json.loads(json.dumps(as_told(found))), ZoneInfo("Europe/Rome")).notes
    assert [one.code for one in told] == ["byte_order", "crlf", "jumped", "holes"]
    assert told[-1].fields == {"n": "1", "day": "2026-03-15", "first": "02:30"}
    fields = {one.code: set(one.fields) for one in told} | {"in_the_log": {"n", "day"}}
    for language in ("it", "en"):
        words = (WORDS / f"{language}.po").read_text("utf-8")
        for code, known in fields.items():
            text = words.partition(f'msgid "came.note.{code}"\nmsgstr ')[2].partition("\n")[0]
            assert text, f"{code} has no words"
            assert set(re.findall(r"{(\w+)}", text)) <= known, "it speaks of what is told"
