"""Makes `.venv` from the hashed locks with nothing but a Python >= 3.11; quick when it is current.

Called by `make setup`. It uses only the standard library, since nothing else is there yet.
"""

import hashlib
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

from progress import run, say

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "ascolto-setup.sha256"
LOCK = ROOT / "requirements" / "dev.lock"
INPUTS = (ROOT / "pyproject.toml", LOCK, Path(__file__))
OLDEST = (3, 11)


def wanted_state() -> str:
    """Hash everything that decides what the environment holds."""
    state = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for path in INPUTS:
        state.update(path.read_bytes())
    return state.hexdigest()


def is_current(state: str) -> bool:
    """Tell whether the environment was completed from exactly these inputs."""
    return (
        STAMP.is_file()
        and STAMP.read_text() == state
        and PYTHON.exists()
        and (VENV / "bin" / "ascolto").exists()
    )


def make_venv() -> None:
    """Create the environment, also on a Debian that splits `venv` from Python."""
    if VENV.exists():
        shutil.rmtree(VENV)
    if shutil.which("uv"):
        run(["uv", "venv", "--quiet", "--python", sys.executable, str(VENV)], doing="environment")
        return
    if importlib.util.find_spec("ensurepip") is None:
        install_ensurepip()
    run([sys.executable, "-m", "venv", str(VENV)], doing="environment")


def install_ensurepip() -> None:
    """Get Debian's python3-venv where we may, else say how to get it."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "update", "-q"], doing="package lists")
        run(["apt-get", "install", "-q", "-y", package], doing=package)
        return
    say(f"This Python lacks the venv module. As root: apt-get install {package}; then try again.")
    sys.exit(1)


def uv_command() -> list[str]:
    """Return how to call uv, installing our locked one into the environment if there is none."""
    found = shutil.which("uv")
    if found:
        return [found]
    run(
        [
            *(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "-r", str(ROOT / "requirements" / "bootstrap.lock")),
        ],
        doing="uv, the installer",
    )
    return [str(PYTHON), "-m", "uv"]


def trusting_the_machine() -> dict[str, str]:
    """Return our environment with uv and npm trusting the certificates this machine trusts.

    pip does so by itself; the others bring their own list, and fail behind a company's proxy.
    """
    paths = ssl.get_default_verify_paths()
    trusted = dict(os.environ)
    if paths.cafile:
        trusted.setdefault("NODE_EXTRA_CA_CERTS", paths.cafile)
    if paths.cafile or sys.platform == "darwin":
        # Two names of one switch: older releases of uv know only the second.
        trusted |= {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    return trusted


def install(uv: list[str]) -> None:
    """Install the locked packages, then Ascolto itself as an editable package."""
    python = ["--python", str(PYTHON)]
    run(
        [*uv, "pip", "install", *python, "--require-hashes", "-r", str(LOCK)],
        doing="packages",
        env=trusting_the_machine(),
    )
    # hatchling and editables are in the lock: nothing unlocked is fetched for the build either.
    run(
        [*uv, "pip", "install", *python, "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
        doing="ascolto",
    )


def main() -> None:
    """Bring `.venv` up to date."""
    if sys.version_info[:2] < OLDEST:
        say(f"Ascolto needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        sys.exit(1)
    state = wanted_state()
    if is_current(state):
        return
    say(f"Setting up .venv with Python {sys.version.split()[0]} (once)")
    STAMP.unlink(missing_ok=True)
    if not same_python():
        make_venv()
    install(uv_command())
    STAMP.write_text(state)


def same_python() -> bool:
    """Tell whether there is an environment of this very Python version to bring up to date."""
    if not PYTHON.exists():
        return False
    asked = subprocess.run(
        [str(PYTHON), "-c", "import sys; print(sys.version_info[:2])"],
        check=False,
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip() == str(sys.version_info[:2])


if __name__ == "__main__":
    main()
