"""The doctor's findings on real installations."""

import socket

import pytest

from ascolto.cli import main
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import EmbeddedPostgres
from ascolto.operations.doctor import examine
from ascolto.operations.vitals import Finding, clock, leaders, mail, webhooks
from support.running import running_server


def findings(server: EmbeddedPostgres, *, port: int = 0, url: str | None = None) -> list[Finding]:
    return list(examine(server.data_dir, port=port, database_url=url))


def finding(found: list[Finding], subject: str) -> Finding:
    return next(one for one in found if one.subject == subject)


def test_a_running_installation_is_found_in_order(pg: EmbeddedPostgres) -> None:
    found = findings(pg)
    for subject in ("python", "postgresql", "database", "role ascolto_app", "role ascolto_owner"):
        assert finding(found, subject).good is True, finding(found, subject)


def test_a_role_that_could_bypass_row_level_security_is_wrong(pg: EmbeddedPostgres) -> None:
    pg.query("ALTER ROLE ascolto_app BYPASSRLS")
    try:
        assert finding(findings(pg), "role ascolto_app").good is False
    finally:
        pg.query("ALTER ROLE ascolto_app NOBYPASSRLS")


def test_a_taken_port_is_told_with_its_number(pg: EmbeddedPostgres) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = finding(findings(pg, port=port), "server")
    assert found.good is None
    assert str(port) in found.words


def test_a_database_out_of_reach_is_wrong_in_words(pg: EmbeddedPostgres) -> None:
    found = findings(pg, url="postgresql://nobody@127.0.0.1:1/nothing")
    assert finding(found, "database").good is False
    assert "Connection refused" in finding(found, "database").words


def test_the_exit_status_follows_the_findings(
    pg: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    assert main(["doctor", "--data", str(pg.data_dir), "--database-url", url]) == 1
    assert "WRONG" in capsys.readouterr().out


def test_a_serving_installation_tells_its_walls_backlogs_and_leaders(pg: EmbeddedPostgres) -> None:
    urls = pg.create_database("examined")
    with running_server(urls, demo=True) as server:
        found = findings(pg, port=server.port, url=urls.admin_dsn)
        for subject in ("schema", "walls", "clock", "subscribers", "webhooks", "server"):
            assert finding(found, subject).good is True, finding(found, subject)
        assert finding(found, "leader aurelia").good is True
        assert "ASCOLTO_SMTP_URL is not set" in finding(found, "mail").words
    pg.drop_database("examined")


async def test_a_table_without_its_wall_is_named(pg: EmbeddedPostgres) -> None:
    urls = pg.create_database("leaky")
    await migrate(urls.owner_dsn)
    pg.query("ALTER TABLE kit.event DISABLE ROW LEVEL SECURITY", database="leaky")
    found = finding(findings(pg, url=urls.admin_dsn), "walls")
    assert found.good is False
    assert "kit.event" in found.words
    pg.drop_database("leaky")


def test_clocks_apart_mails_unsent_and_a_silent_leader_are_told() -> None:
    assert clock(100.0, ours=100.5).good is True
    assert clock(100.0, ours=110.0).good is False
    assert mail(3, smtp_url=None).words.startswith("3 mails wait")
    silent = [{"tenant": "aurelia", "epoch": 4, "silent_s": 60.0}]
    assert [one.good for one in leaders(silent, running=True)] == [False]
    assert [one.good for one in leaders(silent, running=False)] == [None]


def test_a_webhook_that_is_switched_off_is_a_warning() -> None:
    fine = {"deliveries": 0, "oldest_delivery_s": 0.0, "hooks_off": 0}
    assert webhooks(fine).good is True
    assert not webhooks(fine).warns
    off = webhooks({**fine, "hooks_off": 1})
    assert (off.good, off.warns) == (None, True)
    assert "1 webhooks are switched off" in off.words
