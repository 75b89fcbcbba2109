"""The floor shows queues with their day so far, and never fewer than five people."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ascolto.insight.ask import scope_of
from ascolto.insight.floor import (
    TodayBooks,
    by_client,
    by_place,
    fold_groups,
    people_shown,
    queues_now,
)
from ascolto.insight.store import people_by_team
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from insight.worked_day import ROME

teams = st.lists(
    st.fixed_dictionaries(
        {
            "clients": st.sampled_from([["c1"], ["c2"], ["c1", "c2"]]),
            "team": st.sampled_from(["", "a", "b", "c", "d"]),
            "present": st.integers(0, 9),
            "on_break": st.integers(0, 4),
            "home": st.integers(0, 13),
        }
    ),
    max_size=10,
    unique_by=lambda row: (str(row["clients"]), row["team"]),
)


def counted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "available": row["present"] // 2,
            "n": 13,
            "at_home": min(row["home"], row["present"] + row["on_break"]),
        }
        for row in rows
    ]


@given(teams)
def test_no_figure_speaks_of_fewer_than_five_people_at_work(rows: list[dict[str, Any]]) -> None:
    crowds = counted(rows)
    groups = fold_groups(by_client(crowds))
    assert all(group["present"] + group["on_break"] >= 5 for group in groups)
    people = people_shown(crowds, groups)
    assert (people is None) == (not groups)
    for figure in (*groups, *([people] if people else [])):
        home, site = by_place(figure)
        assert (home is None) == (site is None)
        assert not {home, site} & {1, 2, 3, 4}
        assert home is None or home + (site or 0) == figure["present"] + figure["on_break"]


@given(teams)
def test_whoever_works_for_two_clients_is_one_person(rows: list[dict[str, Any]]) -> None:
    crowds = counted(rows)
    groups = fold_groups(by_client(crowds))
    total = people_shown(crowds, groups)
    if total is None:
        return
    assert total["present"] <= sum(crowd["present"] for crowd in crowds)
    assert total["present"] <= sum(group["present"] for group in groups)
    for client_id in ("c1", "c2"):
        of_client = sum(g["present"] for g in groups if g["client_id"] == client_id)
        assert total["present"] >= of_client


async def write(database: Database, tenant: str, kind: str, body: dict[str, str]) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await tx.execute(
            "INSERT INTO kit.event (tenant_id, at, kind, version, actor, body)"
            " VALUES ($1, $2, $3, 1, '{}', $4)",
            tenant, tx.now, kind, body,
        )  # fmt: skip


async def test_the_day_so_far_is_read_on_from_where_the_last_reading_stopped(
    database: Database, tenant: str
) -> None:
    books = TodayBooks()
    work = {"work_item_id": new_id(), "queue_id": "q"}
    await write(database, tenant, "routing.human_requested", work)
    first = await books.read(database, tenant, zone=ROME)
    assert (first.tally("q").requested, first.tally("q").answered) == (1, 0)
    await write(database, tenant, "routing.answered", {**work, "operator_id": new_id()})
    second = await books.read(database, tenant, zone=ROME)
    assert second is first
    assert (second.tally("q").requested, second.tally("q").answered) == (1, 1)


async def test_an_organisation_without_queues_has_an_empty_floor(
    database: Database, tenant: str
) -> None:
    today = await TodayBooks().read(database, tenant, zone=ROME)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await queues_now(tx, await scope_of(tx, at=tx.now), today) == []
        assert fold_groups(by_client(await people_by_team(tx))) == []
