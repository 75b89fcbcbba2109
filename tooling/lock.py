"""Resolves the hashed locks for every supported Python and system, naming no package host."""

import shutil
import sys
from pathlib import Path

from environment import trusting_the_machine
from progress import run

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
LOCKS = {
    "app.lock": ["pyproject.toml"],
    "dev.lock": ["pyproject.toml", "--extra", "dev"],
    # The rivals of the benches, beside exactly what `make setup` installs.
    "bench.lock": ["pyproject.toml", "--extra", "bench", "--constraints", "requirements/dev.lock"],
    "bootstrap.lock": ["requirements/bootstrap.in"],
    "node.lock": ["requirements/node.in"],
}


def main(arguments: list[str]) -> None:
    """Write each lock; extra arguments (such as --upgrade) go to the resolver."""
    found = shutil.which("uv")
    uv = [found] if found else [sys.executable, "-m", "uv"]
    for name, sources in LOCKS.items():
        run(
            [
                *(*uv, "pip", "compile", "--quiet", *sources, *arguments),
                *("--universal", "--python-version", "3.11"),
                *("--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"),
                *("--output-file", str(REQUIREMENTS / name)),
            ],
            doing=name,
            cwd=ROOT,
            env=trusting_the_machine(),
        )


if __name__ == "__main__":
    main(sys.argv[1:])
