"""Whatever takes long says so, and what is quick says nothing."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from ascolto.demo.load import load
from ascolto.kit.db import Database
from ascolto.kit.migrate import LOCK, migrate
from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.postgres import cluster as clusters
from ascolto.kit.ticker import FIRST_S, ticking
from ascolto.operations.target import run_client


def test_what_is_quick_says_nothing() -> None:
    said: list[str] = []
    with ticking(said.append, "Counting"):
        pass
    assert said == []


def test_what_takes_long_says_so_again_and_again_and_then_is_silent() -> None:
    said: list[str] = []
    with ticking(said.append, "Counting", first_s=0.05, every_s=0.05):
        while len(said) < 3:
            time.sleep(0.01)
    count = len(said)
    time.sleep(0.2)
    assert len(said) == count
    assert said[0] == "Counting … 0 s"


def test_a_failure_ends_the_ticking() -> None:
    said: list[str] = []
    with pytest.raises(ZeroDivisionError), ticking(said.append, "Counting", first_s=0.05):
        raise ZeroDivisionError
    time.sleep(0.1)
    assert said == []


async def test_waiting_for_anothers_migration_is_told(urls: PostgresUrls) -> None:
    said: list[str] = []
    other = await asyncpg.connect(urls.owner_dsn)
    await other.execute("SELECT pg_advisory_lock($1)", LOCK)
    waiting = asyncio.create_task(migrate(urls.owner_dsn, say=said.append))
    await until_said(said)
    await other.close()
    assert await waiting == 0
    assert "Waiting for another start" in said[0]


@asynccontextmanager
async def held(urls: PostgresUrls, table: str) -> AsyncIterator[list[str]]:
    """Keep a table locked until something has been said about the wait."""
    said: list[str] = []
    other = await asyncpg.connect(urls.admin_dsn)
    await other.execute("BEGIN")
    await other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield said
    finally:
        await other.close()


async def until_said(said: list[str]) -> None:
    async with asyncio.timeout(FIRST_S + 20):
        while not said:
            await asyncio.sleep(0.05)


async def test_a_long_dump_is_told(urls: PostgresUrls, tmp_path: Path) -> None:
    async with held(urls, "kit.event") as said:
        dumping = asyncio.create_task(
            asyncio.to_thread(
                run_client, "pg_dump", urls.admin_dsn, "--file", str(tmp_path / "dump"),
                say=said.append, what="Dumping the database",
            )
        )  # fmt: skip
        await until_said(said)
    await dumping
    assert said[0] == "Dumping the database … 2 s"


async def test_a_long_loading_of_the_demo_is_told(urls: PostgresUrls) -> None:
    database = await Database.open(urls.app_dsn, size=2)
    async with held(urls, "identity.account") as said:
        loading = asyncio.create_task(load(database, say=said.append))
        await until_said(said)
    await loading
    await database.close()
    assert said[0].startswith("Loading the demo organisation")


def test_making_the_database_slowly_is_told() -> None:
    said: list[str] = []
    home = Path(tempfile.mkdtemp(prefix="ascolto-tick-", dir="/tmp"))
    try:
        home.chmod(0o711)
        (home / "data").mkdir(mode=0o711)
        cluster = clusters.prepare(home / "data", port=5432, say=said.append)
        slow = home / "slow" / "bin"
        slow.mkdir(parents=True)
        (slow / "initdb").write_text(
            f'#!/bin/sh\nsleep {FIRST_S + 0.5}\nexec "{cluster.programs}/initdb" "$@"\n'
        )
        (slow.parent / "share").symlink_to(cluster.programs.parent / "share")
        for path in (slow / "initdb", slow, slow.parent):
            path.chmod(0o755)
        clusters.initialise(
            replace(cluster, programs=slow), admin_password="x", durable=False, say=said.append
        )
    finally:
        shutil.rmtree(home)
    assert said[-1] == "Making the database … 2 s"
