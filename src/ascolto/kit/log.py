"""How a process logs: one line an event, tracebacks without the values that were in them."""

import sys

import structlog


def configure_logging() -> None:
    """Set up logging once, at the start of a command.

    Values of local variables never reach the log: they hold what customers wrote, and secrets.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        cache_logger_on_first_use=True,
    )
