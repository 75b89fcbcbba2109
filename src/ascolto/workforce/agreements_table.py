"""A table (CSV) of agreements, read row by row. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ascolto.workforce.agreements import Agreement

COLUMNS = ("operator", "from_day", "contract")
MORE = ("elastic", "free_weekdays", "office_least", "office_most", "team_weekdays")
_YES = frozenset({"1", "true", "yes", "y", "si", "sì", "s", "x"})
_NO = frozenset({"", "0", "false", "no", "n"})
_LAST_WEEKDAY = 7
_MOST_FAULTS = 200


class Fault(NamedTuple):
    """What is wrong in a row (None: in all of it); `code` with `fields` is for other words."""

    row: int | None
    what: str
    code: str
    fields: dict[str, str]


def read_agreements(
    text: str,
    *,
    separator: str,
    operators: Sequence[tuple[str, str]],
    contracts: Mapping[str, str],
) -> tuple[list[Agreement], list[Fault]]:
    """Return what a table says is agreed, and what is wrong with it; the heading is row 1.

    `operators` are ids with names, `contracts` ids by case-folded name. A person is told by name
    where only one has it, else by id; an empty contract ends their work.
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator)
    reading = _Reading(operators, contracts)
    try:
        heading = [name.strip().casefold() for name in next(lines, [])]
        missing = [name for name in COLUMNS if name not in heading]
        if missing:
            return [], [
                Fault(1, f"no column {name}", "no_column", {"column": name}) for name in missing
            ]
        for cells in lines:
            if any(cell.strip() for cell in cells):
                reading.take(lines.line_num, heading, cells)
    except csv.Error as error:
        reading.wrong(lines.line_num, f"cannot be read: {error}", "not_csv")
    if not reading.found and not reading.faults:
        reading.wrong(None, "no row", "no_row")
    return reading.found, reading.faults[:_MOST_FAULTS]


class _Reading:
    def __init__(self, operators: Sequence[tuple[str, str]], contracts: Mapping[str, str]) -> None:
        self.found: list[Agreement] = []
        self.faults: list[Fault] = []
        self._contracts = contracts
        self._ids = {identity for identity, _ in operators}
        self._names: dict[str, list[str]] = {}
        for identity, name in operators:
            self._names.setdefault(name.casefold(), []).append(identity)
        self._seen: set[tuple[str, date]] = set()

    def wrong(self, row: int | None, what: str, code: str, **fields: object) -> None:
        told = {name: str(value) for name, value in fields.items()}
        self.faults.append(Fault(row, what, code, told))

    def take(self, row: int, heading: list[str], cells: list[str]) -> None:
        if len(cells) != len(heading):
            self.wrong(
                row,
                f"{len(cells)} cells under {len(heading)} headings",
                "cells",
                n=len(cells),
                columns=len(heading),
            )
            return
        self._read(row, dict(zip(heading, (cell.strip() for cell in cells), strict=True)))

    def _read(self, row: int, cells: dict[str, str]) -> None:
        before = len(self.faults)
        operator_id = self._operator(row, cells["operator"])
        from_day = self._day(row, cells["from_day"])
        contract_id = self._contract(row, cells["contract"])
        elastic = self._truth(row, "elastic", cells.get("elastic", ""))
        free = self._weekdays(row, "free_weekdays", cells.get("free_weekdays", ""))
        team = self._weekdays(row, "team_weekdays", cells.get("team_weekdays", ""))
        office = self._office(row, cells.get("office_least", ""), cells.get("office_most", ""))
        if operator_id is None or from_day is None or len(self.faults) > before:
            return
        if (operator_id, from_day) in self._seen:
            self.wrong(row, "this person has another row for this day", "twice")
            return
        self._seen.add((operator_id, from_day))
        self.found.append(
            Agreement(
                operator_id=operator_id,
                from_day=from_day,
                contract_id=contract_id,
                elastic=elastic,
                free_weekdays=free,
                office=office,
                team_weekdays=team,
            )
        )

    def _operator(self, row: int, cell: str) -> str | None:
        if cell.casefold() in self._ids:
            return cell.casefold()
        named = self._names.get(cell.casefold(), [])
        if len(named) == 1:
            return named[0]
        if named:
            what = f"several operators are called {cell!r}: give the id"
            self.wrong(row, what, "several_operators", value=cell)
        else:
            self.wrong(row, f"no operator {cell!r}", "no_operator", value=cell)
        return None

    def _day(self, row: int, cell: str) -> date | None:
        try:
            return date.fromisoformat(cell)
        except ValueError:
            self.wrong(row, f"not a day such as 2026-03-02: {cell!r}", "no_day", value=cell)
            return None

    def _contract(self, row: int, cell: str) -> str | None:
        if not cell:
            return None
        found = self._contracts.get(cell.casefold())
        if found is None:
            self.wrong(row, f"no contract {cell!r}", "no_contract", value=cell)
        return found

    def _truth(self, row: int, column: str, cell: str) -> bool:
        if cell.casefold() in _YES:
            return True
        if cell.casefold() not in _NO:
            self.wrong(
                row,
                f"{column}: neither yes nor no: {cell!r}",
                "no_truth",
                column=column,
                value=cell,
            )
        return False

    def _weekdays(self, row: int, column: str, cell: str) -> tuple[int, ...]:
        found = [self._whole(part) for part in cell.split()]
        if any(one is None or not 1 <= one <= _LAST_WEEKDAY for one in found):
            self.wrong(
                row,
                f"{column}: weekdays are 1 (Monday) to 7: {cell!r}",
                "weekdays",
                column=column,
                value=cell,
            )
            return ()
        return tuple(sorted({one for one in found if one is not None}))

    def _office(self, row: int, least: str, most: str) -> tuple[int, int] | None:
        if not least and not most:
            return None
        low, high = self._whole(least or "0"), self._whole(most or str(_LAST_WEEKDAY))
        if low is None or high is None or not 0 <= low <= high <= _LAST_WEEKDAY:
            what = f"office_least and office_most are days of a week: {least!r}, {most!r}"
            self.wrong(row, what, "office", least=least, most=most)
            return None
        return low, high

    @staticmethod
    def _whole(cell: str) -> int | None:
        return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 3 else None
