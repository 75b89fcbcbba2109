"""The arguments of `ascolto mail`, apart from what the command needs to run."""

import argparse
from pathlib import Path


def describe(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `ascolto mail`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, about, of, many in (
        ("parse", "what each mail is and says, one JSON line a file", "FILE", "+"),
        ("visible", "what is new in a plain reply, what it quotes, the signature", "TEXTFILE", "+"),
        ("thread", "which mails of a folder belong together", "FOLDER", 1),
    ):
        verb = verbs.add_parser(name, help=about, description=about)
        verb.add_argument("--json", action="store_true", help="write JSON (the only form so far)")
        verb.add_argument("paths", nargs=many, type=Path, metavar=of)
