"""The desk's bench can be run: its stand-in server speaks as the real one does today."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_everything_the_bench_of_the_desk_names_can_be_measured(
    built: Path, chromium_path: str
) -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "bench/bench_desk.py"), "--short"],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "heap, highest of a shift" in ran.stdout
