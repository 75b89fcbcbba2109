"""How a process logs: JSON lines for a service, words for a terminal, never people's data.

ASCOLTO_LOG names the least level (debug, info, warning, error). A terminal hears only warnings
unless told otherwise; tracebacks come without the values of variables, which hold messages.
"""

import logging
import os
import sys

import structlog
from structlog.typing import Processor

_LEVELS = logging.getLevelNamesMapping()


def configure_logging() -> None:
    """Set up the log of this process, written to standard error."""
    person = sys.stderr.isatty()
    named = os.environ.get("ASCOLTO_LOG", "warning" if person else "info").upper()
    level = _LEVELS.get(named, logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(_for_a_person() if person else _for_a_service()),
        ],
        cache_logger_on_first_use=True,
    )


def _for_a_person() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _for_a_service() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
