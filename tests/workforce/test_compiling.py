"""What is kept of compiled functions is used while all that was compiled into it is the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ascolto.workforce.compiling import may_compile

INNER = """
from ascolto.workforce.compiling import compiled

STEP = {step}

@compiled
def inner(number):
    return number + STEP
"""
OUTER = """
from ascolto.workforce.compiling import compiled
from {package}.inner import inner

@compiled
def outer(number):
    return inner(number) * 2
"""


def answer(folder: Path, package: str) -> tuple[int, int]:
    """Return what the outer function says in a process of its own, and how often it was found."""
    code = (
        f"from {package}.outer import outer; print(outer(1), sum(outer.stats.cache_hits.values()))"
    )
    env = {**os.environ, "PYTHONPATH": str(folder), "ASCOLTO_PLAIN": ""}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    said, hits = ran.stdout.split()
    return int(said), int(hits)


@pytest.mark.skipif(not may_compile(), reason="numba is not installed: nothing is compiled or kept")
@pytest.mark.parametrize("package", ["kernels", "kernels.of_days"])
def test_a_change_in_another_file_is_heard_and_what_is_the_same_is_not_compiled_anew(
    tmp_path: Path, package: str
) -> None:
    folder = tmp_path.joinpath(*package.split("."))
    folder.mkdir(parents=True)
    (folder / "outer.py").write_text(OUTER.format(package=package))
    (folder / "inner.py").write_text(INNER.format(step=1))
    assert answer(tmp_path, package) == (4, 0)
    assert answer(tmp_path, package) == (4, 1)
    # Of another size, for Python too looks only at size and second.
    (folder / "inner.py").write_text(INNER.format(step=100))
    assert answer(tmp_path, package) == (202, 0)
    assert answer(tmp_path, package) == (202, 1)
