"""Bring in people from a table: every row is judged first; then all are written, or none.

Who somebody is says the address, so the same table brought in twice changes nothing the second
time. A column that is not there leaves what is; an empty cell empties it.
"""

from dataclasses import dataclass, field
from typing import Any

from ascolto.identity.actions.change_accounts import (
    accounts_by_email,
    change_account,
    create_account,
)
from ascolto.identity.actions.set_password import send_link
from ascolto.identity.model import Account
from ascolto.identity.permissions import Role
from ascolto.kit.db import Tx
from ascolto.people import actions, store, store_catalogue
from ascolto.people.model import NewOperator, Operator
from ascolto.people.table import CellError, Row, read_table

_ANSWERS = {Role.OPERATOR.value, Role.TEAM_LEADER.value}
_KNOWN_ROLES = {role.value for role in Role}
_OWN_FIELDS = ("team_id", "languages", "place", "country")


@dataclass(slots=True)
class Plan:
    """What is to become of one row."""

    row: Row
    outcome: str = "refused"
    account: Account | None = None
    operator: Operator | None = None
    account_changes: dict[str, Any] = field(default_factory=dict)
    operator_changes: dict[str, Any] = field(default_factory=dict)
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a table may name, by name."""

    clients: dict[str, str]
    teams: dict[str, str]
    skills: set[str]
    accounts: dict[str, Account]
    operators: dict[str, Operator]


async def import_people(tx: Tx, text: str, *, dry_run: bool, public_url: str) -> list[Plan]:
    """Judge every row of a table and, unless it is a dry run or a row is refused, write them."""
    rows = read_table(text)
    known = await _known(tx, rows)
    plans = [_plan(row, known, limited=tx.clients is not None) for row in rows]
    if not dry_run and all(plan.outcome != "refused" for plan in plans):
        for plan in plans:
            await _write(tx, plan, public_url=public_url)
    return plans


async def _known(tx: Tx, rows: list[Row]) -> Known:
    accounts = await accounts_by_email(tx, [row.email for row in rows if row.email])
    operators = {one.account_id: one for one in await store.list_operators(tx) if one.account_id}
    teams = await store_catalogue.list_teams(tx, after=None, limit=10_000)
    return Known(
        clients=await actions.clients_by_name(tx),
        teams={one.name.lower(): one.id for one in teams},
        skills={one.code for one in await store_catalogue.list_skills(tx)},
        accounts=accounts,
        operators=operators,
    )


def _plan(row: Row, known: Known, *, limited: bool) -> Plan:
    plan = Plan(row, account=known.accounts.get(row.email.lower()))
    cells = _named(row, known)
    roles = cells.get("roles") or (plan.account.roles if plan.account else (Role.OPERATOR.value,))
    plan.answers = bool(_ANSWERS & set(roles))
    _judge(plan, roles, cells, limited=limited)
    if row.errors:
        return plan
    if plan.account is not None:
        plan.operator = known.operators.get(plan.account.id)
    plan.account_changes = _account_changes(plan.account, roles, cells, limited=limited)
    plan.operator_changes = _operator_changes(plan, cells)
    if plan.account is None:
        plan.outcome = "added"
    else:
        moved = plan.account_changes or plan.operator_changes
        plan.outcome = "changed" if moved else "unchanged"
    return plan


def _named(row: Row, known: Known) -> dict[str, Any]:
    """Return the cells with names replaced by ids; names that nobody has become errors."""
    cells = dict(row.cells)
    if "clients" in cells:
        cells["clients"] = frozenset(_ids(row, "clients", cells["clients"], known.clients))
    if "team" in cells:
        found = _ids(row, "team", [cells["team"]] if cells["team"] else [], known.teams)
        cells["team_id"] = found[0] if found else None
    for code in sorted(cells.get("skills", {}).keys() - known.skills):
        row.errors.append(CellError("skills", "unknown_skill", code))
    for role in sorted(set(cells.get("roles", ())) - _KNOWN_ROLES):
        row.errors.append(CellError("roles", "unknown_role", role))
    return cells


def _ids(row: Row, column: str, names: list[str], known: dict[str, str]) -> list[str]:
    code = {"clients": "unknown_client", "team": "unknown_team"}[column]
    for name in names:
        if name.lower() not in known:
            row.errors.append(CellError(column, code, name))
    return [known[name.lower()] for name in names if name.lower() in known]


def _judge(plan: Plan, roles: tuple[str, ...], cells: dict[str, Any], *, limited: bool) -> None:
    """Note what the writing would refuse, so that a dry run says it too."""
    row, account = plan.row, plan.account
    clients = cells.get("clients")
    if (Role.CLIENT.value in roles or (limited and account is None)) and not clients:
        row.errors.append(CellError("clients", "client_unnamed"))
    if account is None:
        return
    if account.disabled_at is not None:
        row.errors.append(CellError("email", "disabled", row.email))
    # A table that takes administration away is a slip; the account's own page is the place for it.
    if Role.ADMIN.value in account.roles and Role.ADMIN.value not in roles:
        row.errors.append(CellError("roles", "takes_admin"))


def _account_changes(
    account: Account | None, roles: tuple[str, ...], cells: dict[str, Any], *, limited: bool
) -> dict[str, Any]:
    wanted: dict[str, Any] = {"name": cells.get("name"), "roles": tuple(sorted(roles))}
    if Role.CLIENT.value in roles or (limited and account is None):
        wanted["clients"] = cells["clients"]
    if account is None:
        return wanted
    return {name: value for name, value in wanted.items() if getattr(account, name) != value}


def _operator_changes(plan: Plan, cells: dict[str, Any]) -> dict[str, Any]:
    if not plan.answers and plan.operator is None:
        return {}
    wanted = {name: cells[name] for name in (*_OWN_FIELDS, "clients", "skills") if name in cells}
    wanted["display_name"] = cells.get("name")
    if plan.operator is None:
        return wanted
    return {name: new for name, new in wanted.items() if getattr(plan.operator, name) != new}


async def _write(tx: Tx, plan: Plan, *, public_url: str) -> None:
    account = plan.account
    if account is None:
        account = await create_account(tx, email=plan.row.email, **plan.account_changes)
        await send_link(tx, account, purpose="invitation", public_url=public_url)
    elif plan.account_changes:
        account = await change_account(tx, account.id, v=account.v, changes=plan.account_changes)
    if plan.operator is not None:
        await _change_operator(tx, plan.operator, plan.operator_changes)
    elif plan.operator_changes:
        new = NewOperator(account_id=account.id, **plan.operator_changes)
        await actions.create_operator(tx, new)


async def _change_operator(tx: Tx, operator: Operator, changes: dict[str, Any]) -> None:
    own = {name: new for name, new in changes.items() if name not in ("clients", "skills")}
    if own:
        await actions.change_operator(tx, operator.id, v=operator.v, changes=own)
    if "clients" in changes:
        await actions.set_clients(tx, operator.id, changes["clients"])
    if "skills" in changes:
        await actions.set_skills(tx, operator.id, changes["skills"])
