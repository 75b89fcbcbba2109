"""The doctor's findings on real installations."""

import socket

import pytest

from ascolto.cli import main
from ascolto.kit.postgres import EmbeddedPostgres
from ascolto.operations.doctor import Finding, examine


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
        found = finding(findings(pg, port=port), "port")
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
