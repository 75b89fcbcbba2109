"""Compiles loops over numbers where numba is there; without it the same functions run as Python."""

import hashlib
import os
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

PLAIN = "ASCOLTO_PLAIN"
"""Set in the environment, nothing is compiled: for one answer, and to test the fallback."""

_IMPORTS = re.compile(r"^(?:from|import) +([\w.]+)(?: +import +(.*))?", re.MULTILINE)


def may_compile() -> bool:
    """Tell whether functions are compiled here: numba is installed and nobody asked for plain."""
    if os.environ.get(PLAIN):
        return False
    try:
        import numba  # noqa: F401, PLC0415 — takes half a second, so only when it is needed
    except ImportError:
        return False
    return True


def compiled(function: AnyFunction) -> AnyFunction:
    """Return the function compiled at its first call, and kept on disk for the next process.

    It must take and return numbers, arrays and tuples of them, and call only such functions.
    Where numba is missing it is returned as it is, slower and to the same digit.
    """
    if not may_compile():
        return function
    import numba  # noqa: PLC0415 — as above

    try:
        made: Any = numba.njit(cache=True)(function)
    except RuntimeError:  # no folder to keep it in: compiled anew in each process
        return cast("AnyFunction", numba.njit(function))
    # What is kept has functions and constants of other modules within it, and numba asks only
    # whether the function's own file is the same; it has no public way to say more.
    made._cache._cache_file._source_stamp = _stamp(function.__module__)  # noqa: SLF001 — as above
    return cast("AnyFunction", made)


@cache
def _read(path: Path) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """Return a source's digest, and what it imports from where."""
    source = path.read_bytes()
    return hashlib.sha256(source).digest(), tuple(_IMPORTS.findall(source.decode()))


@cache
def _stamp(module: str) -> bytes:
    """Return a digest of a module's source and of all that it imports of its package, however far.

    What is kept under another digest is not used and is written over, whoever else is reading it.
    """
    own = Path(sys.modules[module].__file__ or "").resolve()
    top, root = module.partition(".")[0], own.parents[module.count(".")]
    digests: dict[Path, bytes] = {}
    to_read = [own]
    while to_read:
        path = to_read.pop()
        if path in digests or not path.is_file():
            continue
        digests[path], imports = _read(path)
        for name, what in imports:
            if name == top or name.startswith(f"{top}."):
                where = root.joinpath(*name.split("."))
                to_read += [where.with_suffix(".py"), where / "__init__.py"]
                to_read += [where / f"{one}.py" for one in re.findall(r"\w+", what)]
    return hashlib.sha256(b"".join(digests[path] for path in sorted(digests))).digest()
