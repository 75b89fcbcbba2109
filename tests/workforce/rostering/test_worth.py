"""What flexibility is worth: one demand with a rule and without it, in person-hours."""

import argparse
import json
from pathlib import Path

import pytest

from ascolto.cli import main
from ascolto.workforce.command_line import describe
from ascolto.workforce.rostering.generating import generate
from ascolto.workforce.rostering.instance import Instance, Office, Places
from ascolto.workforce.rostering.worth import (
    RULES,
    hours_of,
    weigh,
    without_free_starts,
    without_home,
    without_lengths,
    without_short_shifts,
    without_team_days,
    without_wide_bands,
    worth,
)


def instance(people: int = 14) -> Instance:
    return generate(people=people, start_every_minutes=15, seed=0)


def at_home(people: int, *, seats: int) -> Instance:
    found = instance(people)
    places = Places(days_per_week=(1, 2), team_weekdays=(3,))
    there = [one.model_copy(update={"office": places}) for one in found.people]
    return found.model_copy(update={"people": tuple(there), "office": Office(seats=seats)})


def test_only_rules_that_somebody_makes_use_of_are_told() -> None:
    found = worth(instance(8), seconds=0.1)
    assert {one.rule for one in found} == {"bands", "starts_within_the_hour"}
    assert set(RULES) >= {one.rule for one in found}
    for one in found:
        assert one.hours_gained == one.without_it.missing - one.with_it.missing


def test_a_rule_taken_away_is_nowhere_in_the_instance() -> None:
    told = instance()
    for one, less in zip(told.contracts, without_wide_bands(told).contracts, strict=True):
        first, last = less.bands
        assert (first.begin, last.end) == (one.bands[0].begin, one.bands[0].end)
        assert first.end < one.bands[0].end
    brief = [one.model_copy(update={"shift_minutes": (120, 240)}) for one in told.contracts]
    short = told.model_copy(update={"contracts": tuple(brief)})
    assert {one.shift_minutes for one in without_short_shifts(short).contracts} == {(240,)}
    home = without_home(at_home(4, seats=2))
    assert home.office is None
    assert {one.office.days_per_week for one in home.people if one.office} == {(7, 7)}
    alone = without_team_days(at_home(4, seats=2))
    assert {one.office.team_weekdays for one in alone.people if one.office} == {()}
    assert {one.start_every_minutes for one in without_free_starts(told).contracts} == {60}
    # A week told in shifts keeps its lengths: with one length it would be another week.
    assert without_lengths(told) == told


def test_hours_of_the_same_contracts_cost_the_same_and_fit_together() -> None:
    told = instance()
    free, hourly = (hours_of(one, seconds=0.2, seed=0) for one in (told, without_free_starts(told)))
    assert free.required == hourly.required
    # Shifts and their lengths are the contracts': what flexibility changes is when they are.
    assert free.paid == pytest.approx(hourly.paid, rel=0.1)
    for one in (free, hourly):
        assert one.missing - one.excess > one.required - one.paid, "pauses are paid and not covered"


def test_days_at_home_change_ways_and_seats_and_not_an_hour() -> None:
    told = at_home(8, seats=3)
    always, *others = told.people
    always = always.model_copy(update={"office": None})
    told = told.model_copy(update={"people": (always, *others)})
    found = weigh(told, seconds=0.1, at_home=frozenset({always.id}))
    (home,) = (one for one in found.rules if one.rule == "days_at_home")
    assert home.hours_gained == 0.0
    assert home.with_it.days == home.without_it.days
    assert home.without_it.trips == home.without_it.days, "also who is always at home"
    assert home.with_it.trips <= 2 * 8 * told.days // 7
    assert home.with_it.seats <= 3 < home.without_it.seats


def test_who_has_agreed_on_no_place_is_where_they_usually_are() -> None:
    told = instance(4)
    one = weigh(told, seconds=0.1, at_home=frozenset(who.id for who in told.people[:3])).told
    everybody = hours_of(told, seconds=0.1, seed=0)
    assert 0 < one.trips <= told.days < everybody.trips == everybody.days


def test_the_command_prints_what_it_found_and_refuses_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "instance.json"
    path.write_text(instance(6).model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    assert main(["workforce", "worth", str(path), "--seconds", "0.1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["rule"] for one in told["rules"]] == ["bands", "starts_within_the_hour"]
    with pytest.raises(SystemExit):
        main(["workforce", "worth", str(path), "--seconds", "0"])
    assert "seconds" in capsys.readouterr().err
    parser = argparse.ArgumentParser()
    describe(parser)
    assert parser.parse_args(["worth", str(path)]).seconds == 5.0
