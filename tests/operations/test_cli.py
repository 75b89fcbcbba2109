"""The command line's defaults and words."""

from pathlib import Path

import pytest

from ascolto.cli import default_data_dir, main, parser


def test_a_checkout_keeps_its_data_beside_its_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASCOLTO_DATA", raising=False)
    assert default_data_dir() == Path(__file__).resolve().parents[2] / ".ascolto"


def test_the_environment_names_data_folder_address_and_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASCOLTO_DATA", "/srv/ascolto")
    monkeypatch.setenv("ASCOLTO_PORT", "8500")
    monkeypatch.setenv("ASCOLTO_HOST", "0.0.0.0")  # noqa: S104 - only parsed
    monkeypatch.setenv("DATABASE_URL", "postgresql:///elsewhere")
    args = parser().parse_args(["up"])
    assert (args.data, args.host, args.port) == (Path("/srv/ascolto"), "0.0.0.0", 8500)  # noqa: S104
    assert args.database_url == "postgresql:///elsewhere"


def test_a_port_that_is_no_number_is_told_as_if_it_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASCOLTO_PORT", "eighty")
    with pytest.raises(SystemExit):
        main(["up"])
    assert "invalid int value: 'eighty'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--speed", "0"),
        ("--speed", "-5"),
        ("--minutes", "nan"),
        ("--speed", "inf"),
        ("--minutes", "x"),
    ],
)
def test_a_day_of_no_length_or_speed_is_refused(
    name: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", f"{name}={value}"])
    assert f"'{value}' is no number above 0" in capsys.readouterr().err


def test_every_command_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    for command in (
        *("up", "organisation", "demo", "simulate", "doctor", "backup", "restore", "openapi"),
    ):
        assert f"\n    {command}" in told
