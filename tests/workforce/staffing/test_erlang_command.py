"""`ascolto workforce erlang`, as a person with a script meets it."""

import json
import os
import subprocess
import sys

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
        ["c", "--calls", "1e300", "--aht-s", "180", "--service-level", "0.8", "--target-s", "20"],
        ["b", "--calls", "1e300", "--aht-s", "180", "--max-blocked", "0.01"],
        ["b", "--calls", "100", "--aht-s", "180", "--agents", "1000000000000"],
        ["c", *CENTRE, "--service-level=.8", "--target-s=20", "--max-occupancy=1e-300"],
        ["c", *CENTRE, "--agents", "14", "--max-blocked", "0.1"],
        ["c", *CENTRE, "--agents", "14", "--max-occupancy", "0.8"],
        ["b", *CENTRE, "--service-level", "0.9", "--max-blocked", "0.1"],
        ["b", *CENTRE, "--max-blocked", "0"],
    ],
)
def test_what_cannot_be_answered_is_said(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["workforce", "erlang", *words]) == 2
    assert capsys.readouterr().err.startswith("ascolto workforce erlang: ")


def python(code: str, **environment: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    return ran.stdout.strip()


def test_starting_the_server_does_not_pay_for_numbers() -> None:
    code = """
import sys
import ascolto.cli, ascolto.web.serve, ascolto.web.rooms
ascolto.cli.parser()
print([name for name in ("numpy", "numba") if name in sys.modules])
"""
    assert python(code) == "[]"


def test_without_a_compiler_the_figures_are_the_same_to_the_last_digit() -> None:
    code = """
from ascolto.workforce.staffing import erlang, kernels
from ascolto.workforce.compiling import may_compile
print(may_compile(), kernels.impatient(600.0, 560, 5 / 3, 5 / 3))
print(erlang.required([5.0, 50.0], aht_s=240, target_s=20).tolist())
"""
    plain, compiled = python(code, ASCOLTO_PLAIN="1"), python(code, ASCOLTO_PLAIN="")
    missing = python(f"import sys; sys.modules['numba'] = None\n{code}", ASCOLTO_PLAIN="")
    assert plain.startswith("False")
    assert missing == plain
    assert compiled.split(" ", 1)[1].split("(")[1:] != []
    for here, there in zip(plain.split("(")[1:], compiled.split("(")[1:], strict=True):
        figures = [
            [float(part) for part in text.partition(")")[0].split(",")] for text in (here, there)
        ]
        assert figures[0] == pytest.approx(figures[1], rel=1e-13)
    assert plain.splitlines()[1] == compiled.splitlines()[1]
