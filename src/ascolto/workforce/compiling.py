"""Compiles loops over numbers where numba is there; without it the same functions run as Python."""

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])

PLAIN = "ASCOLTO_PLAIN"
"""Set in the environment, nothing is compiled: for one answer, and to test the fallback."""


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
        return cast("AnyFunction", numba.njit(cache=True)(function))
    except RuntimeError:  # no folder to keep it in: compiled anew in each process
        return cast("AnyFunction", numba.njit(function))
