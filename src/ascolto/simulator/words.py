"""What virtual people write: short Italian texts with a number drawn for each."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any


@cache
def _sheet() -> dict[str, Any]:
    path = resources.files("ascolto.simulator") / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Voice:
    """Draws texts for one virtual person."""

    random: Random

    def name(self) -> str:
        """Return a customer's name."""
        return self._pick("customers", "names")

    def opening(self, topic: str) -> str:
        """Return a customer's first message about a topic."""
        return self._pick("topics", topic)

    def follow_up(self) -> str:
        """Return a customer's later message."""
        return self._pick("customers", "follow")

    def farewell(self, *, resolved: bool) -> str:
        """Return a customer's last message."""
        return self._pick("customers", "thanks" if resolved else "unresolved")

    def reply(self, *, turn: int, last: bool) -> str:
        """Return an operator's message."""
        if turn == 0:
            return self._pick("operators", "greet")
        return self._pick("operators", "bye" if last else "answer")

    def note(self) -> str:
        """Return what an operator notes for a colleague."""
        return self._pick("operators", "note")

    def _pick(self, who: str, what: str) -> str:
        text: str = self.random.choice(_sheet()[who][what])
        text = text.replace(
            "{euro}", f"{self.random.randint(45, 480)},{self.random.randint(10, 99)}"
        )
        return text.replace("{n}", str(self.random.randint(100, 99_999)))
