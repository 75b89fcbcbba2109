"""What a forecasting command was asked: the history and the calendar of its arguments."""

import argparse
import sys

from ascolto.workforce.errors import BadFigure, BadFile, WorkforceError
from ascolto.workforce.forecasting.calendars import Calendar, calendar_for
from ascolto.workforce.forecasting.history import History
from ascolto.workforce.forecasting.reading import minutes_of, read_history
from ascolto.workforce.forecasting.side_files import read_events


def history_asked(args: argparse.Namespace) -> History:
    """Read the history; raise a WorkforceError for what cannot be used."""
    interval = None
    if args.interval is not None:
        try:
            interval = minutes_of(args.interval)
        except ValueError as failure:
            raise BadFigure(f"--interval: {failure}") from None
    return read_history(
        args.history,
        interval_minutes=interval,
        timezone=args.timezone,
        separator="\t" if args.separator == "tab" else args.separator,
        gaps=args.gaps,
    )


def calendar_asked(args: argparse.Namespace, history: History) -> Calendar:
    """Return the holidays and events of the arguments."""
    events = read_events(args.events) if args.events else ()
    return calendar_for(args.country, first=history.days[0], last=history.days[-1], events=events)


def refuse(command: str, refusal: WorkforceError) -> int:
    """Say on the error stream what is wrong, row by row, and return the exit status."""
    print(f"ascolto workforce {command}: {refusal}", file=sys.stderr)  # noqa: T201 — for a person
    if isinstance(refusal, BadFile):
        for fault in refusal.faults[5:]:
            print(f"  {fault}", file=sys.stderr)  # noqa: T201 — as above
    return 2
