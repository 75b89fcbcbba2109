"""`make soak`: the fault tests with many more kills, bad lines, spoilt mails, the soak day.

SOAK_KILLS (60) says how often to kill, SOAK_FAULTS (1,000) how often to spoil the lines of two
desks and a customer, FUZZ_MINUTES (10) how long to spoil mails, SOAK_MINUTES (10) how long to play
against a server.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ascolto.kit.db import Database
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import PostgresUrls, temporary_postgres
from ascolto.simulator.report import SimulatorReport
from ascolto.simulator.run import Plan, simulate
from ascolto.simulator.scenario import load_scenario

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.books import Settled, settle, stored_nonces
from support.running import RunningServer

ROOT = Path(__file__).resolve().parents[1]
# What a minute must at least have in it, else the play has proved nothing: a tenth of what two
# busy cores do.
A_MINUTE = {"started": 10, "accepted": 30, "offers_taken": 8, "closed": 5}
# Of the whole play: what the scenario promises has to have happened.
AT_LEAST_ONCE = ("silent", "redials", "repeats", "transfers", "drop_outs", "with_reason")

# Every screen in every look, a script in every text.
WALKS = [
    f"tests/browser/test_{name}.py" for name in ("every_screen", "scripts_in_texts", "hostile_mail")
]


def main() -> int:
    """Run every part; return 0 when all held."""
    kills = os.environ.get("SOAK_KILLS", "60")
    faults = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/faults", "-q", "-s"],
        cwd=ROOT, env={**os.environ, "ASCOLTO_KILLS": kills}, check=False,
    ).returncode  # fmt: skip
    bad_lines = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/browser/test_many_faults.py", "-q", "-s"],
        cwd=ROOT, env={**os.environ, "ASCOLTO_FAULTS": os.environ.get("SOAK_FAULTS", "1000")},
        check=False,
    ).returncode  # fmt: skip
    walks = subprocess.run(
        [sys.executable, "-m", "pytest", *WALKS, "-q"],
        cwd=ROOT, env={**os.environ, "ASCOLTO_WALK": "1"}, check=False,
    ).returncode  # fmt: skip
    fuzz = subprocess.run(
        [sys.executable, "bench/fuzz_mail.py"], cwd=ROOT, env=dict(os.environ), check=False
    ).returncode
    return faults or bad_lines or walks or fuzz or play(float(os.environ.get("SOAK_MINUTES", "10")))


def play(minutes: float) -> int:
    """Play the soak scenario against a fresh server; 0 when it was a day and all ledgers hold."""
    with temporary_postgres(durable=True) as postgres, tempfile.TemporaryDirectory() as folder:
        urls = postgres.urls()
        asyncio.run(migrate(urls.owner_dsn))
        server = RunningServer(urls, data=Path(folder), demo=True)
        server.start()
        try:
            report, sums, strangers = asyncio.run(_played(server.url, urls, minutes))
        finally:
            server.kill()
        faults = [*_faults(report, minutes=minutes), *_strangers(strangers)]
        if "Traceback" in server.log():
            faults.append("a traceback in the server's log")
    print(report.table())
    print(f"{'books':<14} {sums}")
    for fault in faults:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


async def _played(
    url: str, urls: PostgresUrls, minutes: float
) -> tuple[SimulatorReport, Settled, int]:
    """Play; return the report, the database's books and how much is stored that nobody wrote."""
    report = await simulate(Plan(scenario=load_scenario("soak"), url=url, minutes=minutes))
    database = await Database.open(urls.app_dsn, size=2)
    try:
        return report, await settle(database), len(await stored_nonces(database) - report.nonces)
    finally:
        await database.close()


def _faults(report: SimulatorReport, *, minutes: float) -> list[str]:
    """Name what a report says that it should not, and what it lacks."""
    found = [] if report.audit.clean else [f"the ledger does not balance: {report.audit}"]
    found += [f"{count} x {error}" for error, count in report.errors.items()]
    found += [
        f"only {getattr(report, name)} {name}"
        for name, least in A_MINUTE.items()
        if getattr(report, name) < least * minutes
    ]
    return found + [f"no {name}" for name in AT_LEAST_ONCE if not getattr(report, name)]


def _strangers(count: int) -> list[str]:
    return [f"{count} messages are stored that nobody wrote"] if count else []


if __name__ == "__main__":
    sys.exit(main())
