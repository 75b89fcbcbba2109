"""People from a table: judged row by row, written all together or not at all."""

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.people.table import MOST_ROWS, read_table
from support.doors import Door

ADMIN = "capo@prova.example"
TABLE = (
    "email;nome;ruoli;committenti;squadra;competenze;lingue;sede\n"
    "bea@prova.example;Bea Alba;operatore;Aurelia;Mattina;"
    "bollette:7|guasti:3:2030-01-31;it|en;casa\n"
    "ciro@prova.example;Ciro Bo;operatore|capo squadra;Aurelia;;;it;\n"
)


async def bring(browser: httpx.AsyncClient, text: str, *, dry_run: bool = False) -> dict[str, Any]:
    answer = await browser.post("/people/import", json={"text": text, "dry_run": dry_run})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def furnish(browser: httpx.AsyncClient, door: Door) -> None:
    """Add what the table names."""
    await door.add_client("Aurelia")
    for code in ("bollette", "guasti"):
        assert (await browser.post("/skills", json={"code": code, "name": code})).is_success
    assert (await browser.post("/teams", json={"name": "Mattina"})).is_success


async def people(browser: httpx.AsyncClient) -> tuple[list[Any], list[Any]]:
    accounts = (await browser.get("/accounts", params={"limit": 200})).json()["items"]
    operators = (await browser.get("/operators", params={"limit": 200})).json()["items"]
    return accounts, operators


async def test_a_dry_run_writes_nothing_and_sends_nothing(door: Door) -> None:
    await door.add_account("admin", email=ADMIN)
    async with door.signed_in(ADMIN) as browser:
        await furnish(browser, door)
        before = await people(browser)
        report = await bring(browser, TABLE, dry_run=True)
        assert (report["added"], report["refused"], report["written"]) == (2, 0, False)
        assert await people(browser) == before
        assert (await browser.get("/outgoing-mail")).json()["items"] == []


async def test_a_table_brings_accounts_operators_skills_and_invitations(door: Door) -> None:
    await door.add_account("admin", email=ADMIN)
    async with door.signed_in(ADMIN) as browser:
        await furnish(browser, door)
        report = await bring(browser, TABLE)
        assert report["written"]
        accounts, operators = await people(browser)
        mails = (await browser.get("/outgoing-mail")).json()["items"]
    assert {one["email"] for one in accounts} == {ADMIN, "bea@prova.example", "ciro@prova.example"}
    bea = next(one for one in operators if one["display_name"] == "Bea Alba")
    assert bea["team"] == "Mattina"
    assert bea["languages"] == ["it", "en"]
    assert bea["details"]["place"] == "home"
    assert {code: one["level"] for code, one in bea["details"]["skills"].items()} == {
        "bollette": 7,
        "guasti": 3,
    }
    assert bea["clients"] == [door.clients["Aurelia"].id]
    assert {one["to"] for one in mails} == {"bea@prova.example", "ciro@prova.example"}


async def test_the_same_table_twice_changes_nothing_the_second_time(door: Door) -> None:
    await door.add_account("admin", email=ADMIN)
    async with door.signed_in(ADMIN) as browser:
        await furnish(browser, door)
        await bring(browser, TABLE)
        before = await people(browser)
        again = await bring(browser, TABLE.replace("bea@", "BEA@"))
        assert (again["unchanged"], again["added"], again["changed"]) == (2, 0, 0)
        assert await people(browser) == before


async def test_what_differs_is_changed_and_a_missing_column_leaves_what_is(door: Door) -> None:
    await door.add_account("admin", email=ADMIN)
    async with door.signed_in(ADMIN) as browser:
        await furnish(browser, door)
        await bring(browser, TABLE)
        report = await bring(browser, "name,email,skills\nBea Alba,bea@prova.example,bollette:9\n")
        assert report["changed"] == 1
        _, operators = await people(browser)
    bea = next(one for one in operators if one["display_name"] == "Bea Alba")
    assert bea["team"] == "Mattina"
    assert {code: one["level"] for code, one in bea["details"]["skills"].items()} == {"bollette": 9}


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (";Dario;;", "email", "required"),
        ("dario;Dario;;", "email", "bad_email"),
        ("dario@prova.example;;;", "name", "required"),
        ("dario@prova.example;Dario;re;", "roles", "unknown_role"),
        ("dario@prova.example;Dario;committente;", "clients", "client_unnamed"),
        ("dario@prova.example;Dario;;Nessuno", "clients", "unknown_client"),
        ("dario@prova.example;Dario;;;volo:3", "", "bad_cells"),
        (f"{ADMIN};Capo;operatore;", "roles", "takes_admin"),
    ],
)
async def test_one_bad_row_keeps_all_out_and_says_why(
    door: Door, row: str, column: str, code: str
) -> None:
    await door.add_account("admin", email=ADMIN)
    async with door.signed_in(ADMIN) as browser:
        await furnish(browser, door)
        before = await people(browser)
        text = f"email;nome;ruoli;committenti\nbea@prova.example;Bea;;Aurelia\n{row}\n"
        for dry_run in (True, False):
            report = await bring(browser, text, dry_run=dry_run)
            assert not report["written"]
            good, bad = report["rows"]
            assert good["outcome"] == "added"
            assert (bad["line"], bad["outcome"]) == (3, "refused")
            assert (column, code) in [(e["column"], e["code"]) for e in bad["errors"]]
        assert await people(browser) == before


async def test_only_who_manages_accounts_brings_people_in(door: Door) -> None:
    await door.add_account("configurator", email=ADMIN)
    async with door.signed_in(ADMIN) as browser:
        answer = await browser.post("/people/import", json={"text": TABLE, "dry_run": True})
    assert answer.status_code == 403


def test_a_table_without_its_columns_says_which() -> None:
    (head,) = read_table("nome;altezza\nBea;170\n")
    assert [(one.column, one.code) for one in head.errors] == [
        ("altezza", "unknown_column"),
        ("email", "no_column"),
    ]


def test_spreadsheets_marks_quotes_and_dividers_are_read() -> None:
    for divider in ";,\t":
        text = f'\ufeffE-mail{divider}Nome\r\nbea@x.example{divider}"Bea{divider} Alba"\r\n\r\n'
        (row,) = read_table(text)
        assert row.errors == []
        assert row.cells == {"email": "bea@x.example", "name": f"Bea{divider} Alba".strip()}


def test_a_table_ends_at_its_limit() -> None:
    text = "email;nome\n" + "".join(f"n{n}@x.example;N\n" for n in range(MOST_ROWS + 5))
    rows = read_table(text)
    assert [one.code for one in rows[-1].errors] == ["too_long"]
    assert len(rows) == MOST_ROWS + 1


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for row in [*read_table(text), *read_table(f"email;nome;competenze\n{text}")]:
        assert row.errors or row.email
