"""`ascolto openapi`: the description of the HTTP interface, as committed under contracts/."""

import argparse
import sys
from pathlib import Path
from typing import Any

import orjson

from ascolto.kit.settings import Settings
from ascolto.web.app import build_app


def description() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the whole application; needs no database."""
    return build_app(Settings(data=Path()), dsn="").openapi()


def text() -> str:
    """Return the document as it is committed: sorted, indented, with a final newline."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(description(), option=options).decode()


def main(args: argparse.Namespace) -> int:  # noqa: ARG001 - every command has the same shape
    """Print the document."""
    sys.stdout.write(text())
    return 0
