"""The command line: `ascolto COMMAND`, each command in a module of its own."""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from ascolto import __version__
from ascolto.channels.email.arguments import describe as describe_mail
from ascolto.workforce import command_line as workforce

DEFAULT_PORT = 8400


def default_data_dir() -> Path:
    """Return where data goes: ASCOLTO_DATA, a checkout's `.ascolto`, else the user's own folder."""
    named = os.environ.get("ASCOLTO_DATA")
    if named:
        return Path(named)
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "src" / "ascolto").is_dir():
        return checkout / ".ascolto"
    shared = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(shared) / "ascolto"


def _default_port() -> str:
    # As text, so that argparse checks the environment's word as if it was typed.
    return os.environ.get("ASCOLTO_PORT", str(DEFAULT_PORT))


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def parser() -> argparse.ArgumentParser:
    """Describe every command; a command's module is imported only when it is called."""
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument(
        "--data",
        type=Path,
        default=default_data_dir(),
        help="data folder: database, attachments, secrets (ASCOLTO_DATA; now: %(default)s)",
    )
    everywhere.add_argument(
        "--database-url",
        default=os.environ.get("DATABASE_URL"),
        help="use this PostgreSQL 16 or newer instead of the embedded one (DATABASE_URL)",
    )
    top = argparse.ArgumentParser(prog="ascolto", description="An open contact centre.")
    top.add_argument("--version", action="version", version=f"ascolto {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, runs: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[everywhere], help=about, description=about)
        added.set_defaults(runs=runs)
        return added

    up = command("up", "ascolto.web.serve", "start the server (and the embedded database)")
    up.add_argument(
        "--host",
        default=os.environ.get("ASCOLTO_HOST", "127.0.0.1"),
        help="address to listen on (ASCOLTO_HOST; now: %(default)s)",
    )
    up.add_argument(
        "--port",
        type=int,
        default=_default_port(),
        help="port to listen on (ASCOLTO_PORT; now: %(default)s)",
    )
    up.add_argument("--demo", action="store_true", help="load the demo organisations if missing")
    organisation = command(
        "organisation",
        "ascolto.operations.organisation",
        "bring in an organisation with its first administrator",
    )
    organisation.add_argument("slug", help="short name, as typed when signing in (a-z, 0-9, -)")
    organisation.add_argument("name", help='full name, such as "Comune di Prova"')
    organisation.add_argument("--admin", required=True, metavar="MAIL", help="administrator's mail")
    organisation.add_argument("--locale", default="it", help="such as en (%(default)s)")
    organisation.add_argument("--timezone", default="Europe/Rome", help="(%(default)s)")
    demo = command("demo", "ascolto.demo.load", "load the demo organisations into the database")
    demo.add_argument(
        "--plan", action="store_true", help="make their forecasts and rosters too (a minute)"
    )
    demo.add_argument("--caller", type=int, help=argparse.SUPPRESS)
    simulate = command(
        "simulate", "ascolto.simulator.run", "virtual customers and operators on a running server"
    )
    simulate.add_argument(
        "--scenario",
        action="append",
        help="aurelia_day, ponente_day, storm, soak, bench, or a TOML file (aurelia_day);"
        " several are played together",
    )
    simulate.add_argument(
        "--speed", type=_positive, default=1.0, help="how many times faster than life (%(default)s)"
    )
    simulate.add_argument(
        "--url",
        default=f"http://127.0.0.1:{_default_port()}",
        help="server to play against (%(default)s)",
    )
    simulate.add_argument(
        "--minutes", type=_positive, help="minutes of life to play (until Ctrl-C)"
    )
    simulate.add_argument("--seed", type=int, default=1, help="the same seed plays the same day")
    simulate.add_argument("--operators", type=int, help="how many virtual operators work")
    simulate.add_argument(
        "--caller", type=int, metavar="PID", help="leave when this parent process has gone"
    )
    doctor = command("doctor", "ascolto.operations.doctor", "examine the installation")
    doctor.add_argument(
        "--port", type=int, default=_default_port(), help="port that `up` would use"
    )
    backup = command(
        "backup", "ascolto.operations.backup", "write the database and files into one archive"
    )
    backup.add_argument("to", type=Path, nargs="?", help="archive (now: ascolto-<time>.tar)")
    restore = command(
        "restore", "ascolto.operations.restore", "restore a backup into an empty installation"
    )
    restore.add_argument("archive", type=Path, help="what `ascolto backup` wrote")
    restore.add_argument("--force", action="store_true", help="replace the data that is there")
    mail = command("mail", "ascolto.channels.email.command", "what Ascolto makes of mails")
    describe_mail(mail)
    about = "forecasts and how many people they take, from and to files"
    planning = commands.add_parser("workforce", help=about, description=about)
    planning.set_defaults(runs=workforce.__name__)
    workforce.describe(planning)
    command("openapi", "ascolto.web.openapi", "print the OpenAPI description of the HTTP interface")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the process's exit status."""
    args = parser().parse_args(arguments)
    try:
        return cast("int", import_module(args.runs).main(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read has had enough; what Python still holds for them goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(main())
