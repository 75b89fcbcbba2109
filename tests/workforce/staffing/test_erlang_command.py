"""`ascolto workforce erlang`, as a person with a script meets it."""

import json
from pathlib import Path

import pytest

from ascolto.cli import main

CENTRE = ["--calls", "100", "--interval-s", "1800", "--aht-s", "180"]


@pytest.fixture(autouse=True)
def _leave_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCOLTO_PLAIN", "1")


def erlang(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, float | None]:
    assert main(["workforce", "erlang", *words, "--json"]) == 0
    told: dict[str, float | None] = json.loads(capsys.readouterr().out)
    return told


def test_so_many_operators_achieve_so_much(capsys: pytest.CaptureFixture[str]) -> None:
    told = erlang(capsys, "c", *CENTRE, "--agents", "14", "--target-s", "20")
    assert told["service_level"] == pytest.approx(0.8883500192, abs=5e-11)
    told = erlang(
        capsys, "a", *CENTRE, "--operators", "14", "--target-s", "20", "--patience-s", "300"
    )
    assert told["abandoned"] == pytest.approx(0.013983744, abs=5e-10)


def test_a_service_level_takes_so_many_operators(capsys: pytest.CaptureFixture[str]) -> None:
    told = erlang(capsys, "c", *CENTRE, "--service-level", "0.8", "--target-s", "20")
    assert told["operators"] == 14
    told = erlang(capsys, "b", *CENTRE, "--max-blocked", "0.01")
    assert told["operators"] == 18
    assert told["blocked"] == pytest.approx(0.007142, abs=1e-6)


def test_a_queue_that_never_empties_has_no_mean_wait(capsys: pytest.CaptureFixture[str]) -> None:
    told = erlang(capsys, "c", *CENTRE, "--agents", "9", "--target-s", "20")
    assert (told["asa_s"], told["service_level"]) == (None, 0.0)


@pytest.mark.parametrize(
    "words",
    [
        ["c", *CENTRE],
        ["c", *CENTRE, "--agents", "-3"],
        ["c", *CENTRE, "--agents", "14", "--patience-s", "300"],
        ["c", *CENTRE, "--service-level", "80", "--target-s", "20"],
        ["c", *CENTRE, "--service-level", "0.8"],
        ["a", *CENTRE, "--agents", "14"],
        ["c", "--calls", "-1", "--aht-s", "180", "--agents", "14"],
    ],
)
def test_what_cannot_be_answered_is_said(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["workforce", "erlang", *words]) == 2
    assert capsys.readouterr().err.startswith("ascolto workforce erlang: ")


def test_starting_the_server_does_not_pay_for_numbers() -> None:
    source = Path(__file__).resolve().parents[3] / "src" / "ascolto" / "workforce"
    for light in ("__init__.py", "command_line.py", "errors.py"):
        assert "numpy" not in (source / light).read_text("utf-8").replace("need numpy", "")
