"""Documents handed to `ascolto workforce`: what is none is named, and nothing is worked in vain."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ascolto.cli import main

BOM = b"\xef\xbb\xbf"


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    path = tmp_path / "instance.json"
    assert main(["workforce", "instance", "--people", "3", "-o", str(path)]) == 0
    return path


@pytest.fixture
def roster(instance: Path) -> Path:
    path = instance.with_name("roster.json")
    words = ["roster", str(instance), "--seconds", "0.2", "--quiet", "-o", str(path)]
    assert main(["workforce", *words]) == 0
    return path


@pytest.mark.parametrize("said", [b"\xff\xfe{}", b"\xe9", b"{", b""])
@pytest.mark.parametrize("words", [["roster"], ["worth"], ["simulate"], ["check", "roster.json"]])
def test_what_is_no_document_is_named(
    words: list[str], said: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "told.json"
    path.write_bytes(said)
    assert main(["workforce", words[0], str(path), *words[1:]]) == 2
    assert capsys.readouterr().err.startswith(f"{path}: ")


def test_a_roster_that_is_none_is_told_from_its_instance(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "roster.json"
    for said in (b"\xff", b"[]", b'{"people": 3}'):
        path.write_bytes(said)
        assert main(["workforce", "check", str(instance), str(path)]) == 2
        assert capsys.readouterr().err.startswith(f"{path}: ")


def test_a_mark_before_a_document_is_no_part_of_it(instance: Path, roster: Path) -> None:
    for path in (instance, roster):
        path.write_bytes(BOM + path.read_bytes())
    assert main(["workforce", "check", str(instance), str(roster)]) == 0


def test_where_nothing_can_be_written_nothing_is_searched(
    instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (instance.parent, instance.parent / "none" / "x.json"):
        words = ["roster", str(instance), "--seconds", "600", "-o", str(place)]
        assert main(["workforce", *words]) == 2
        assert capsys.readouterr().err.startswith(f"{place}: ")


@pytest.mark.parametrize("zone", ["Europe/Rome", "America/New_York", "Asia/Tokyo"])
def test_times_without_an_offset_are_those_of_the_instances_clocks_wherever_they_are_read(
    instance: Path, roster: Path, zone: str
) -> None:
    told = json.loads(roster.read_text("utf-8"))
    for shifts in told["people"].values():
        for shift in shifts:
            shift["start"], shift["end"] = shift["start"][:16], shift["end"][:16]
    plain = roster.with_name("plain.json")
    plain.write_text(json.dumps(told), "utf-8")
    answers = [
        subprocess.run(
            [sys.executable, "-m", "ascolto.cli", "workforce", "check", "--json", instance, path],
            check=True,
            capture_output=True,
            env={**os.environ, "TZ": zone},
        ).stdout
        for path in (roster, plain)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "words",
    [
        ["roster", "i", "--seed", "-1"],
        ["roster", "i", "--seconds", "nan"],
        ["roster", "i", "--bound-seconds", "-1"],
        ["simulate", "s", "--seed", "-5"],
        ["instance", "--seed", "-1"],
    ],
)
def test_what_no_search_can_begin_with_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["workforce", *words])
    assert ended.value.code == 2
    assert words[-2] in capsys.readouterr().err
