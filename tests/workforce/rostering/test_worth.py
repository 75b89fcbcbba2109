"""What flexibility is worth: one demand with a rule and without it, in person-hours."""

import argparse
import json
from pathlib import Path

import pytest

from ascolto.cli import main
from ascolto.workforce.command_line import describe
from ascolto.workforce.rostering.generating import generate
from ascolto.workforce.rostering.instance import Instance
from ascolto.workforce.rostering.worth import (
    RULES,
    hours_of,
    without_free_starts,
    without_lengths,
    without_split,
    worth,
)


def instance(people: int = 14) -> Instance:
    found = generate(people=people, start_every_minutes=15, seed=0)
    agreeing = [one.model_copy(update={"split": n % 2 == 0}) for n, one in enumerate(found.people)]
    return found.model_copy(update={"people": tuple(agreeing)})


def test_only_rules_that_somebody_makes_use_of_are_told() -> None:
    found = worth(instance(8), seconds=0.1)
    assert {one.rule for one in found} == {"split_shifts", "starts_within_the_hour"}
    assert set(RULES) >= {one.rule for one in found}
    for one in found:
        assert one.hours_gained == one.without_it.missing - one.with_it.missing


def test_a_rule_taken_away_is_nowhere_in_the_instance() -> None:
    told = instance()
    assert not any(one.split for one in without_split(told).people)
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


def test_the_command_prints_what_it_found_and_refuses_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "instance.json"
    path.write_text(instance(6).model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    assert main(["workforce", "worth", str(path), "--seconds", "0.1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["rule"] for one in told["rules"]] == ["split_shifts", "starts_within_the_hour"]
    assert main(["workforce", "worth", str(path), "--seconds", "0"]) == 2
    assert "seconds" in capsys.readouterr().err
    parser = argparse.ArgumentParser()
    describe(parser)
    assert parser.parse_args(["worth", str(path)]).seconds == 5.0
