"""One table and one JSON for each bench, every figure beside its bar."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured, and the bar it is held to (None: told, but held to nothing)."""

    name: str
    measured: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return how well the bar is met: 1 is just met, 2 is twice as good."""
        if self.at_least is not None:
            return self.measured / self.at_least
        if self.at_most is not None:
            return self.at_most / self.measured if self.measured else float("inf")
        return None

    def as_json(self) -> dict[str, Any]:
        """Return the figure as it is written."""
        return {
            "name": self.name,
            "measured": self.measured,
            "unit": self.unit,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "ratio": self.ratio,
        }


def publish(
    bench: str, figures: Sequence[Figure], *, setting: Mapping[str, Any] | None = None
) -> bool:
    """Print the table, write the JSON and tell whether every bar is met."""
    print(f"{'':52} {'measured':>14} {'bar':>14} {'ratio':>7}")
    for figure in figures:
        print(_line(figure))
    missed = [f.name for f in figures if f.ratio is not None and f.ratio < 1]
    print("All bars are met." if not missed else f"MISSED: {'; '.join(missed)}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    body = {
        "bench": bench,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "setting": dict(setting or {}),
        "figures": [figure.as_json() for figure in figures],
        "missed": missed,
    }
    (RESULTS / f"{bench}.json").write_text(json.dumps(body, indent=2) + "\n")
    return not missed


def _line(figure: Figure) -> str:
    bar, ratio = "", ""
    if figure.at_least is not None:
        bar = f">= {figure.at_least:,g}"
    elif figure.at_most is not None:
        bar = f"<= {figure.at_most:,g}"
    if figure.ratio is not None:
        ratio = f"{figure.ratio:.2f}"
    measured = f"{_rounded(figure.measured)} {figure.unit}"
    return f"{figure.name:52} {measured:>14} {bar:>14} {ratio:>7}"


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _machine() -> dict[str, Any]:
    return {
        "python": sys.version.split()[0],
        "implementation": platform.python_implementation(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load_1m": round(os.getloadavg()[0], 2),
    }
