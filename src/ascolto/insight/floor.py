"""The floor now: each queue with its day so far, and people only in groups of five or more."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.insight import store
from ascolto.insight.ask import Scope, scope_of
from ascolto.insight.fold import WORK_KINDS
from ascolto.insight.formulas import SMALLEST_GROUP
from ascolto.insight.model import DatedCounting, Figure
from ascolto.insight.today import Today
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.routing import read_now

BATCH = 20_000
AGREED_FOR = timedelta(seconds=5)
OTHERS = "others"
_PEOPLE = ("n", "present", "available", "on_break", "at_home")


@dataclass(slots=True)
class _Book:
    """One organisation's day so far and how far the log has been read for it."""

    day: str = ""
    today: Today | None = None
    counting: Mapping[str, DatedCounting] = field(default_factory=dict)
    agreed_at: datetime | None = None
    place: tuple[int, int] = (0, 0)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class TodayBooks:
    """Every organisation's day so far, as this process has read it."""

    _books: dict[str, _Book] = field(default_factory=dict)

    async def read(self, db: Database, tenant_id: str, *, zone: ZoneInfo) -> Today:
        """Read on from where the last reading stopped; a new day or new targets begin anew.

        The whole organisation's day is counted, whoever asks: one book serves all who look on.
        """
        book = self._books.setdefault(tenant_id, _Book())
        async with book.lock:
            counting = await _agreed(db, tenant_id, book)
            local = db.clock.now().astimezone(zone)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            today = book.today
            if today is None or book.day != str(midnight) or book.counting != counting:
                today = Today(since=midnight, counting=counting)
                book.day, book.counting, book.place = str(midnight), counting, (0, 0)
                book.today = today
            async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                await _read_on(tx, book, today)
        return today


def books_of(state: Any) -> TodayBooks:
    """Return this process's books of the day, opened by the first who asks."""
    if not hasattr(state, "today_books"):
        state.today_books = TodayBooks()
    books: TodayBooks = state.today_books
    return books


async def _agreed(db: Database, tenant_id: str, book: _Book) -> Mapping[str, DatedCounting]:
    """Return what is counted for each queue, looked up anew every few seconds."""
    now = db.clock.now()
    if book.agreed_at is not None and now - book.agreed_at < AGREED_FOR:
        return book.counting
    book.agreed_at = now
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        return (await scope_of(tx, at=now)).counting()


async def _read_on(tx: Tx, book: _Book, today: Today) -> None:
    while True:
        found = await store.events_after(
            tx, since=today.since, place=book.place, kinds=WORK_KINDS, limit=BATCH
        )
        today.take(event for _, event in found)
        if found:
            book.place = found[-1][0]
        if len(found) < BATCH:
            return


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One queue as the floor shows it."""

    queue_id: str
    name: str
    client_id: str
    now: Mapping[str, Any]
    level: Figure
    target: float
    target_s: float


async def queues_now(tx: Tx, scope: Scope, today: Today) -> list[QueueNow]:
    """Return every queue in scope with the leader's last look at it and its day so far."""
    seen = {row["queue_id"]: row for row in await read_now(tx)}
    found, moment = [], tx.now
    for queue in scope.queues.values():
        if queue.archived:
            continue
        terms = scope.terms[queue.client_id]
        found.append(
            QueueNow(
                queue_id=queue.id,
                name=queue.name,
                client_id=queue.client_id,
                now=seen.get(queue.id, {}),
                level=today.level(queue.id, terms),
                target=terms.target_of(queue.share_at(moment)),
                target_s=scope.counting_of(queue).at(moment).threshold_s,
            )
        )
    return found


def oldest_wait_s(row: Mapping[str, Any], now: datetime) -> float | None:
    """Return how long the first in the queue has waited."""
    oldest = row.get("oldest_at")
    return None if oldest is None else max(0.0, (now - oldest).total_seconds())


def _here(group: Mapping[str, Any]) -> int:
    """Return how many are at work just now: only those can be seen in a figure."""
    return int(group["present"] + group["on_break"])


def by_client(crowds: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Count each team once for every client that it works for."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for crowd in crowds:
        for client_id in crowd["clients"]:
            empty = {"client_id": client_id, "team": crowd["team"], **dict.fromkeys(_PEOPLE, 0)}
            _add(rows.setdefault((client_id, crowd["team"]), empty), crowd)
    return list(rows.values())


def _add(into: dict[str, Any], row: Mapping[str, Any]) -> None:
    for name in _PEOPLE:
        into[name] += row[name]


def fold_groups(
    rows: Iterable[Mapping[str, Any]], *, smallest: int = SMALLEST_GROUP
) -> list[dict[str, Any]]:
    """Fold teams of whom fewer than `smallest` are here into one; left out if still too small.

    Only what is shown as a group of at least five is told: a figure on four people is a figure
    on persons.
    """
    least = max(smallest, SMALLEST_GROUP)
    kept: list[dict[str, Any]] = []
    folded: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["team"] and _here(row) >= least:
            kept.append({**row, "group": row["team"]})
            continue
        client_id = row["client_id"]
        empty = {"client_id": client_id, "group": OTHERS, **dict.fromkeys(_PEOPLE, 0)}
        into = folded.setdefault(client_id, empty)
        _add(into, row)
    kept.extend(group for group in folded.values() if _here(group) >= least)
    return sorted(kept, key=lambda group: (group["client_id"], group["group"]))


def people_shown(
    crowds: Iterable[Mapping[str, Any]], groups: Iterable[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Count everybody of the groups shown once, for however many clients they work.

    None when no group is shown: that nobody can be told of does not mean that nobody is here.

    Whoever is in no group shown is left out here too: else the difference would tell of them.
    """
    shown = {(group["client_id"], group["group"]) for group in groups}
    if not shown:
        return None
    total: dict[str, Any] = dict.fromkeys(_PEOPLE, 0)
    for crowd in crowds:
        places = {(client_id, crowd["team"] or OTHERS) for client_id in crowd["clients"]}
        places |= {(client, OTHERS) for client, team in places if (client, team) not in shown}
        if places & shown:
            _add(total, crowd)
    return total


def by_place(
    row: Mapping[str, Any], *, smallest: int = SMALLEST_GROUP
) -> tuple[int | None, int | None]:
    """Return how many are at home and on site, unless either part is too small to be told."""
    home = row["at_home"]
    site = _here(row) - home
    small = any(0 < part < max(smallest, SMALLEST_GROUP) for part in (home, site))
    return (None, None) if small else (home, site)
