"""The package as somebody installs it: built once, installed elsewhere, started, signed in to."""

import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from support.commands import up

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "ascolto" / "web" / "static"


@pytest.fixture
def wheel(folder: Path) -> Path:
    if not (BUILT / ".sources-sha256").is_file():
        pytest.skip("desk and widget are not built: `make build` includes this test")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("ascolto-*.whl"))


def installed(wheel: Path, into: Path) -> str:
    """Install the wheel alone into a new environment that sees this one's dependencies."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(into)], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(into)}))
    with ZipFile(wheel) as archive:
        archive.extractall(packages)
    # A path file of the other environment is not read from here: its Ascolto stays out of sight.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(into / "bin" / "python")


def test_the_installed_wheel_serves_desk_widget_and_a_new_organisation(
    folder: Path, wheel: Path
) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    for wanted in ("web/static/desk/index.html", "migrations/0001_kit.sql", "py.typed"):
        assert f"ascolto/{wanted}" in names
    assert not [name for name in names if "node_modules" in name or name.startswith("tests")]
    python = installed(wheel, folder / "environment")
    where = [python, "-c", "import ascolto; print(ascolto.__file__)"]
    told = subprocess.run(where, check=True, capture_output=True, text=True, cwd="/", env={})
    assert told.stdout.startswith(str(folder))
    data = folder / "data"
    with up(data, python=python, PYTHONPATH="") as server:
        server.wait_until_up()
        http = httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30)
        page = http.get("/desk/")
        assert page.is_success
        assert "<script" in page.text
        assert http.get("/widget.js").is_success
        made = subprocess.run(
            [
                *(python, "-m", "ascolto.cli", "organisation", "prova", "Comune di Prova"),
                *("--admin", "capo@prova.example", "--data", str(data)),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env={},
        )
        assert made.returncode == 0, made.stdout + made.stderr
        password = made.stdout.strip().splitlines()[-1].split()[0]
        signed = http.post(
            "/api/v1/session",
            json={"tenant": "prova", "email": "capo@prova.example", "password": password},
            headers={"Origin": str(http.base_url)},
        )
        assert signed.is_success, signed.text
        assert http.get("/api/v1/session").json()["account"]["roles"] == ["admin"]
        http.close()
