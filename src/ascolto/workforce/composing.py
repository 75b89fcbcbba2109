"""The process that makes one roster: a question on its input, how far it is and the answer out.

It knows no database and no server. It ends at once when its input does: nobody listens any more.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import orjson

from ascolto.workforce.errors import WorkforceError
from ascolto.workforce.rostering.checking import examine
from ascolto.workforce.rostering.instance import read_instance

_NICE = 10
TELL_EVERY_S = 0.5
# Whoever asked keeps the work for itself only as long as it hears from here.
BEAT_EVERY_S = 2.0
# A share of the time goes to the bound that tells how far the roster can be from the cheapest.
BOUND_SHARE = 0.25


def main() -> None:
    """Make the roster that is asked for on the first line of the input."""
    os.nice(_NICE)  # whoever waits for an answer to a customer comes first
    question = orjson.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    told = _Told()
    threading.Thread(target=told.beat, daemon=True).start()
    try:
        _say({"answer": _answer(question, tell=told.tell)})
    except WorkforceError as refusal:
        _say({"refused": str(refusal)})
    except Exception as failure:  # noqa: BLE001 - whoever asked is told, whatever it was
        _say({"failed": f"{type(failure).__name__}: {failure}"})


def _end_with_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)  # a search that nobody waits for is not worth its last second


_saying = threading.Lock()


def _say(what: dict[str, Any]) -> None:
    with _saying:
        sys.stdout.buffer.write(orjson.dumps(what) + b"\n")
        sys.stdout.buffer.flush()


class _Told:
    """How far it is, said again while nothing new is: compiling and the bound take their time."""

    def __init__(self) -> None:
        self._last: dict[str, Any] = {"phase": "preparing"}

    def tell(self, progress: dict[str, Any]) -> None:
        self._last = progress
        _say({"progress": progress})

    def beat(self) -> None:
        while True:
            time.sleep(BEAT_EVERY_S)
            _say({"progress": self._last, "worked_s": time.process_time()})


def _answer(question: dict[str, Any], *, tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    if question.get("weigh"):
        from ascolto.workforce.weighing import weigh_question  # noqa: PLC0415 - compiles

        return weigh_question(question, tell=tell)
    return compose(question, tell=tell)


def compose(question: dict[str, Any], *, tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Return the roster of an instance with its cost, bound and fairness, examined."""
    # Here and not above: what only examines needs none of the arrays.
    from ascolto.workforce.rostering.bounding import bound  # noqa: PLC0415 - compiles
    from ascolto.workforce.rostering.fairness import burdens, fairness  # noqa: PLC0415 - as above
    from ascolto.workforce.rostering.problem import problem_of  # noqa: PLC0415 - as above
    from ascolto.workforce.rostering.roster import cost_json, roster_json  # noqa: PLC0415 - as above
    from ascolto.workforce.rostering.search import Stand, search  # noqa: PLC0415 - as above

    document, seconds = question["instance"], float(question["seconds"])
    tell({"phase": "preparing", "seconds": 0.0, "of": seconds})
    problem = problem_of(read_instance(orjson.dumps(document).decode()))
    told = -TELL_EVERY_S

    def hear(stand: Stand) -> bool:
        nonlocal told
        if stand.seconds - told >= TELL_EVERY_S:
            told = stand.seconds
            tell(
                {
                    "phase": "searching",
                    "seconds": round(stand.seconds, 1),
                    "of": seconds,
                    "cost": round(stand.cost),
                    "sweeps": stand.sweeps,
                }
            )
        return True

    found = search(problem, seconds=seconds, seed=int(question.get("seed", 0)), progress=hear)
    tell({"phase": "bounding", "seconds": round(found.stand.seconds, 1), "of": seconds})
    least = bound(problem, seconds=seconds * BOUND_SHARE, cost=found.cost)
    cost = cost_json(problem, found.weeks, found.cover)
    roster = roster_json(problem, found.weeks, found.cover)
    tell({"phase": "examining", "seconds": round(found.stand.seconds, 1), "of": seconds})
    examined = examine(document, roster)
    return {
        **roster,
        "cost": cost,
        "bound": {
            "at_least": round(least, 3),
            "gap": round(1 - least / cost["total"], 4) if cost["total"] else 0.0,
        },
        "fairness": fairness(problem, found.weeks),
        "burdens": {
            person["id"]: burdens(problem, found.weeks, p)
            for p, person in enumerate(document["people"])
        },
        "violations": [one.as_json() for one in examined.violations],
        "search": {
            "seconds": round(found.stand.seconds, 2),
            "sweeps": found.stand.sweeps,
            "tries": found.stand.tries,
        },
    }


if __name__ == "__main__":
    main()
