"""`ascolto workforce forecast` and `backtest`, as a person with a script meets them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ascolto.cli import main
from workforce.forecasting.made_history import MINUTES, made_history


@pytest.fixture
def history(tmp_path: Path) -> Path:
    made = made_history(120)
    rows = ["interval_start,calls"]
    for day, counts in zip(made.days, made.counts, strict=True):
        for minute, calls in zip(MINUTES.tolist(), counts.tolist(), strict=True):
            rows.append(f"{day} {minute // 60:02}:{minute % 60:02}:00,{calls:g}")
    path = tmp_path / "history.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_a_forecast_is_written_as_mean_and_quantiles(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    words = ["--horizon-days", "5", "--interval", "30min", "--levels", "0.1,0.5,0.9"]
    assert main(["workforce", "forecast", str(history), *words, "-o", str(out)]) == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["interval_start", "mean", "q0.1", "q0.5", "q0.9"]
    assert len(rows) == 5 * MINUTES.size
    assert rows[0]["interval_start"] == "2025-05-06 08:00:00"
    assert all(float(row["q0.1"]) <= float(row["mean"]) <= float(row["q0.9"]) for row in rows)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "note: less than a year" in captured.err


def test_a_forecast_in_json_has_days_reasons_edits_and_intervals(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edits, events = tmp_path / "edits.csv", tmp_path / "events.csv"
    edits.write_text(
        "from,until,factor,reason\n2025-05-06 00:00,2025-05-07 00:00,1.5,price news\n", "utf-8"
    )
    events.write_text("date,name\n2025-05-07,bill run\n", "utf-8")
    words = ["--horizon-days", "3", "--edits", str(edits), "--events", str(events), "--json"]
    assert main(["workforce", "forecast", str(history), *words, "--country", "IT"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [day["day"] for day in told["days"]] == ["2025-05-06", "2025-05-07", "2025-05-08"]
    assert told["edits"][0]["reason"] == "price news"
    ratio = told["edits"][0]["calls_after"] / told["edits"][0]["calls_before"]
    assert ratio == pytest.approx(1.5, abs=1e-4)
    assert set(told["intervals"][0]) == {"interval_start", "mean", "q0.5", "q0.9", "rate_cv"}
    assert told["spread_measured"] is True


def test_a_backtest_tells_every_model_in_percent(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--origins", "10", "--horizon-days", "1,5", "--json"]
    assert main(["workforce", "backtest", str(history), *words]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert set(told["horizons"]) == {"1", "5"}
    chosen = told["horizons"]["1"]["chosen"]
    needed = {"wape", "day_total_wape", "mase", "coverage90", "seconds_per_fit"}
    assert needed <= set(chosen)
    assert 5 < chosen["wape"] < 30
    assert "same_weekday_mean" in told["horizons"]["5"]["models"]
    assert main(["workforce", "backtest", str(history), *words[:4]]) == 0
    assert "10 origins" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--horizon-days", "0"], "at least 1 day"),
        (["--horizon-days", "3", "--levels", "1.5"], "between 0 and 1"),
        (["--horizon-days", "3", "--interval", "7min"], "--interval"),
        (["--horizon-days", "3", "--timezone", "Mars/Olympus"], "no time zone Mars/Olympus"),
        (["--horizon-days", "3", "--model", "oracle"], "no model oracle"),
        (["--horizon-days", "3", "--edits", "none.csv"], "cannot be read"),
        (["--horizon-days", "3", "-o", "/nowhere/out.csv"], "/nowhere/out.csv"),
    ],
)
def test_a_question_that_cannot_be_answered_ends_with_two(
    history: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["workforce", "forecast", str(history), *words]) == 2
    assert said in capsys.readouterr().err


def test_a_bad_file_ends_with_two_and_names_every_row(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = history.read_text("utf-8").splitlines()
    for number in range(2, 10):
        rows[number] = rows[number].rpartition(",")[0] + ",-4"
    history.write_text("\n".join(rows), "utf-8")
    for command in (["forecast", "--horizon-days", "1"], ["backtest"]):
        assert main(["workforce", command[0], str(history), *command[1:]]) == 2
        said = capsys.readouterr().err
        assert all(f"row {number}: a negative number" in said for number in range(3, 11))
