"""People in a table: reading the text of a CSV file into rows, each with what is wrong in it.

Pure. Columns are found by their names, in Italian or English, in any order; `;`, `,` and tabs
divide cells (spreadsheets of Italian offices write `;`), `|` divides several values of one cell.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from ascolto.people.model import SkillLevel

MOST_ROWS = 2_000
_COLUMNS = {
    "email": "email", "e-mail": "email", "mail": "email",
    "name": "name", "nome": "name",
    "roles": "roles", "ruoli": "roles",
    "clients": "clients", "committenti": "clients",
    "team": "team", "squadra": "team",
    "skills": "skills", "competenze": "skills",
    "languages": "languages", "lingue": "languages",
    "place": "place", "sede": "place",
    "country": "country", "paese": "country",
}  # fmt: skip
_ROLES = {
    "operatore": "operator",
    "capo squadra": "team_leader",
    "pianificatore": "planner",
    "conoscenza": "knowledge",
    "configuratore": "configurator",
    "analista": "analyst",
    "committente": "client",
    "amministratore": "admin",
}
_PLACES = {"home": "home", "casa": "home", "site": "site", "sede": "site"}
_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,255}")
_SKILL = re.compile(r"([a-z0-9][a-z0-9_-]{0,63}):(10|[1-9])(?::(\d{4}-\d{2}-\d{2}))?")


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in a cell: the column, a code for it and the value, if one is to blame."""

    column: str
    code: str
    value: str = ""


@dataclass(slots=True)
class Row:
    """One line of the table: the cells that could be read, and what is wrong with the others."""

    line: int
    cells: dict[str, Any] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)

    @property
    def email(self) -> str:
        """Return the address, which says who it is; empty when there is none."""
        return str(self.cells.get("email", ""))


class CellRefusal(ValueError):
    """A cell that cannot be read."""

    def __init__(self, code: str, value: str = "") -> None:
        """Keep the code and the value that is to blame."""
        super().__init__(code)
        self.code = code
        self.value = value


def read_table(text: str) -> list[Row]:
    """Return the rows of a table; a table that has no known columns is one row with its errors."""
    text = text.removeprefix("\ufeff")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_divider(text), strict=False)
    head = Row(line=1)
    names: list[str] = []
    rows: list[Row] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            head.line = lines.line_num
            names = _head(cells, head)
            if head.errors:
                return [head]
        elif len(rows) >= MOST_ROWS:
            rows.append(Row(lines.line_num, errors=[CellError("", "too_long", str(MOST_ROWS))]))
            break
        else:
            rows.append(_row(lines.line_num, names, cells))
    _mark_twice(rows)
    return rows


def _divider(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(";,\t", key=first.count)


def _head(cells: list[str], head: Row) -> list[str]:
    names = [_COLUMNS.get(cell.strip().lower(), "") for cell in cells]
    for name, cell in zip(names, cells, strict=True):
        if not name:
            head.errors.append(CellError(cell.strip(), "unknown_column"))
        elif names.count(name) > 1:
            head.errors.append(CellError(cell.strip(), "twice"))
    for needed in ("email", "name"):
        if needed not in names:
            head.errors.append(CellError(needed, "no_column"))
    return names


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    row = Row(line)
    if len(cells) > len(names):
        row.errors.append(CellError("", "bad_cells"))
    filled = [*cells, *[""] * len(names)]
    for name, cell in zip(names, filled, strict=False):
        try:
            row.cells[name] = _READERS[name](cell.strip())
        except CellRefusal as wrong:
            row.errors.append(CellError(name, wrong.code, wrong.value))
            if name in ("email", "name"):
                row.cells[name] = cell.strip()
    return row


def _mark_twice(rows: list[Row]) -> None:
    seen: set[str] = set()
    for row in rows:
        key = row.email.lower()
        if key and key in seen:
            row.errors.append(CellError("email", "twice", row.email))
        seen.add(key)


def _several(cell: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))


def _email(cell: str) -> str:
    if not cell:
        raise CellRefusal("required")
    if _EMAIL.fullmatch(cell) is None:
        raise CellRefusal("bad_email", cell)
    return cell


def _name(cell: str) -> str:
    if not cell:
        raise CellRefusal("required")
    if len(cell) > 200 or "\x00" in cell:
        raise CellRefusal("too_long")
    return cell


def _roles(cell: str) -> tuple[str, ...]:
    named = [_ROLES.get(role.lower(), role.lower().replace(" ", "_")) for role in _several(cell)]
    return tuple(sorted(set(named or ["operator"])))


def _skills(cell: str) -> dict[str, SkillLevel]:
    found: dict[str, SkillLevel] = {}
    for part in _several(cell):
        match = _SKILL.fullmatch(part.lower())
        if match is None:
            raise CellRefusal("bad_skill", part)
        code, level, until = match.groups()
        found[code] = SkillLevel(int(level), _end_of(until, part) if until else None)
    return found


def _end_of(day: str, part: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)
    except ValueError as wrong:
        raise CellRefusal("bad_skill", part) from wrong


def _languages(cell: str) -> tuple[str, ...]:
    codes = [part.lower() for part in _several(cell)] or ["it"]
    for code in codes:
        if not re.fullmatch("[a-z]{2,3}", code):
            raise CellRefusal("bad_language", code)
    return tuple(codes)


def _place(cell: str) -> str:
    if cell and cell.lower() not in _PLACES:
        raise CellRefusal("bad_place", cell)
    return _PLACES.get(cell.lower(), "site")


def _country(cell: str) -> str:
    if cell and not re.fullmatch("[A-Za-z]{2}", cell):
        raise CellRefusal("bad_country", cell)
    return cell.upper() or "IT"


_READERS: dict[str, Callable[[str], Any]] = {
    "email": _email,
    "name": _name,
    "roles": _roles,
    "clients": _several,
    "team": str,
    "skills": _skills,
    "languages": _languages,
    "place": _place,
    "country": _country,
}
