"""`ascolto mail`, as one types it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ascolto.cli import main

MAIL = (
    b"From: Ada <ada@example.org>\nTo: aiuto@aurelia.example\nSubject: Prova\nMessage-ID: <1@x>\n"
)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_parse_writes_one_line_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        MAIL + b"References: <0@x>\n\nNuovo\n\nIl 3/3/2026 10:00, B ha scritto:\n> Vecchio\n"
    )
    assert main(["mail", "parse", "--json", str(path)]) == 0
    (line,) = told(capsys)
    wanted = {
        "kind": "message",
        "from": {"name": "Ada", "address": "ada@example.org"},
        "subject": "Prova",
        "message_id": "1@x",
        "references": ["0@x"],
        "visible": "Nuovo",
        "attachments": [],
        "original_message_id": None,
    }
    assert {name: line[name] for name in wanted} == wanted
    assert {"to", "date", "text", "quoted"} <= set(line)


def test_a_mail_saved_as_a_text_keeps_its_first_header(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"\xef\xbb\xbf" + MAIL + b"\nCiao")
    assert main(["mail", "parse", "--json", str(path)]) == 0
    (line,) = told(capsys)
    assert line["from"] == {"name": "Ada", "address": "ada@example.org"}


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "picture").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (tmp_path / "mail").write_bytes(MAIL + b"\nciao")
    names = [str(tmp_path / name) for name in ("empty", "picture", "missing", "mail")]
    assert main(["mail", "parse", "--json", *names, str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert ["error" in line for line in lines] == [True, True, True, False, True]
    assert f"{names[0]}: empty" in err
    assert "no header line" in err


def test_visible_splits_a_plain_reply(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "reply.txt"
    path.write_text("Grazie\n\n-- \nAda\n\nIl 3/3/2026 10:00, B ha scritto:\n> Vecchio\n")
    assert main(["mail", "visible", "--json", str(path)]) == 0
    (line,) = told(capsys)
    assert (line["visible"], line["signature"]) == ("Grazie", "--\nAda")
    assert str(line["quoted"]).endswith("> Vecchio")


def test_thread_lists_the_files_of_each_thread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1").write_bytes(MAIL + b"\na")
    (tmp_path / "2").write_bytes(MAIL.replace(b"<1@x>", b"<2@x>\nIn-Reply-To: <1@x>") + b"\nb")
    (tmp_path / "3").write_bytes(MAIL.replace(b"<1@x>", b"<3@x>") + b"\nc")
    assert main(["mail", "thread", "--json", str(tmp_path)]) == 0
    assert told(capsys)[0]["threads"] == [["1", "2"], ["3"]]
    assert main(["mail", "thread", "--json", str(tmp_path / "none")]) == 1


def test_thread_prints_one_document_also_where_a_file_is_no_mail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1").write_bytes(MAIL)
    (tmp_path / "README").write_text("no mail\n")
    assert main(["mail", "thread", "--json", str(tmp_path)]) == 1
    (line,) = told(capsys)
    assert line["threads"] == [["1"]]
    assert [Path(one["file"]).name for one in line["unreadable"]] == ["README"]


def test_who_reads_only_the_first_line_ends_it_quietly(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number}.eml").write_bytes(MAIL + b"\n" + b"a" * 100_000)
    command = f"{sys.executable} -m ascolto.cli mail parse --json {tmp_path}/*.eml | head -c 10"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert (len(ran.stdout), ran.stderr) == (10, "")
