"""`ascolto mail`: what Ascolto makes of mails, for those who check or move house."""

import argparse
import hashlib
import mmap
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from ascolto.channels.email.mail import Attachment, Mail, NotAMail, read_mail
from ascolto.channels.email.source import Source

_MAPPED_FROM = 1 << 20


def describe(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, about, of, many in (
        ("parse", "what each mail is and says, one JSON line a file", "FILE", "+"),
        ("visible", "what is new in a plain reply, what is quoted, the signature", "TEXTFILE", "+"),
        ("thread", "which mails of a folder belong together", "FOLDER", 1),
    ):
        verb = verbs.add_parser(name, help=about, description=about)
        verb.add_argument("--json", action="store_true", help="write JSON (the only form so far)")
        verb.add_argument("paths", nargs=many, type=Path, metavar=of)


def main(args: argparse.Namespace) -> int:
    """Run `ascolto mail VERB`; 1 when something could not be read, which is then named."""
    verbs: dict[str, Callable[[list[Path]], Iterator[dict[str, Any]]]] = {
        "parse": _each(parsed),
        "visible": _each(visible),
        "thread": threaded,
    }
    failed = False
    for line in verbs[args.verb](args.paths):
        failed = failed or "error" in line
        if "error" in line:
            sys.stderr.write(f"{line['file']}: {line['error']}\n")
        sys.stdout.write(orjson.dumps(line).decode("utf-8") + "\n")
        sys.stdout.flush()
    return int(failed)
