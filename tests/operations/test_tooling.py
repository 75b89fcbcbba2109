"""The stages of `make test`: what fails is told and fails the whole, what stays behind is ended."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tooling"))

import check


def test_a_process_left_behind_is_ended_and_counts_as_a_failure() -> None:
    mark = secrets.token_hex(8)
    orphan = "import subprocess, sys; subprocess.Popen(['sleep', '600'], start_new_session=True)"
    subprocess.run([sys.executable, "-c", orphan], check=True, env=os.environ | {check.MARK: mark})
    assert len(check.marked(mark)) == 1
    assert check.end_marked(mark) == 1
    assert check.marked(mark) == []
    assert not check.Outcome("unit", 0, 1.0, left=1).good


def test_one_failed_stage_fails_the_whole_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "STAGES", ("help", "no-such-stage", "help"))
    assert check.main() == 1
    told = capsys.readouterr().out
    assert told.count("help     ok") == 4
    assert "no-such- FAILED" in told or "no-such-stage FAILED" in told
