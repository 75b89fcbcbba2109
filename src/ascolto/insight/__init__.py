"""Insight: metrics over the event log.

Owns: the metric dictionary (versioned formulas), the fold of events into episodes and threads, and
which formula a client's contract names. Reads every room's events; writes nothing of others.
"""

from ascolto.insight.fold import Ledger
from ascolto.insight.formulas import FORMULAS, Formula, formula
from ascolto.insight.model import Counting, Episode, Figure, Tally, Thread

__all__ = [
    "FORMULAS",
    "Counting",
    "Episode",
    "Figure",
    "Formula",
    "Ledger",
    "Tally",
    "Thread",
    "formula",
]
