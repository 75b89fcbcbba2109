"""The bars, held against mails that nobody of this project wrote."""

import json
import random
from collections import Counter
from collections.abc import Iterator

import orjson
import pytest

from ascolto.channels.email import parts
from ascolto.channels.email.command import arrival, parsed
from ascolto.channels.email.html_text import to_text
from ascolto.channels.email.kinds import Kind, understand
from ascolto.channels.email.mail import NotAMail, read_mail
from ascolto.channels.email.replies import split
from ascolto.channels.email.threads import Threads
from support import mail_data
from support.expected_mime import differences

# What the set's authors want otherwise than we do, each for a reason.
ON_PURPOSE = {
    "malformed/016": "a boundary is compared to the end of its line, not as a beginning",
    "malformed/017": "the file name behind an empty disposition is found",
    "malformed/019": "text below a torn header is shown",
}


def folded(text: str) -> str:
    return " ".join(text.split())


def forms(raw: bytes) -> Iterator[bytes]:
    plain = raw.replace(b"\r\n", b"\n")
    yield raw
    for ending in (b"\r\n", b"\r", b"\r\r\n"):
        yield plain.replace(b"\n", ending)


def test_no_mail_breaks_the_reader_whole_or_cut_short_with_any_line_ending() -> None:
    read = 0
    for path in mail_data.files("."):
        raw = path.read_bytes()
        cuts = [raw[:end] for end in range(500, min(len(raw), 12_000), 5_500)]
        for form in (*forms(raw), *cuts):
            try:
                orjson.dumps(parsed(read_mail(form)))
                read += 1
            except NotAMail:
                continue
    assert read > 3_000


def test_bounces_and_automatic_answers_are_caught_whatever_the_line_endings() -> None:
    paths = mail_data.files("bounces")
    for ending in (b"\n", b"\r\n", b"\r"):
        kinds: Counter[Kind] = Counter()
        tied = 0
        for path in paths:
            raw = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", ending)
            found = understand(read_mail(raw))
            kinds[found.kind] += 1
            tied += found.original_id is not None
        assert (len(paths) - kinds[Kind.MESSAGE]) / len(paths) >= 0.97
        assert tied / len(paths) >= 0.85


def test_each_kind_of_report_is_called_what_it_is() -> None:
    for path in mail_data.files("bounces"):
        if path.name.startswith(("arf", "rfc3834")):
            wanted = Kind.FEEDBACK if path.name.startswith("arf") else Kind.AUTO_REPLY
            assert understand(read_mail(path.read_bytes())).kind is wanted, path.name


def test_hardly_any_other_mail_is_taken_for_a_bounce() -> None:
    false, looked_at = [], 0
    for path in mail_data.files("not_bounces", "threads", "parse", "mime", "replies/talon"):
        if path.parent.name == "multipart_report_emails":
            continue  # these are bounces
        try:
            kind = understand(read_mail(path.read_bytes())).kind
        except NotAMail:
            continue
        looked_at += 1
        if kind is not Kind.MESSAGE:
            false.append(path.name)
    assert looked_at > 400
    assert len(false) <= 0.005 * looked_at, false


def test_visible_text_is_exactly_what_was_written() -> None:
    wanted = json.loads(
        (
            mail_data.files("replies")[0].parents[1] / "crisp" / "expected_first_fragment.json"
        ).read_text("utf-8")
    )
    crisp = mail_data.FOLDER / "replies" / "crisp"
    right = {
        name: folded(split((crisp / f"{name}.txt").read_text("utf-8")).visible) == folded(text)
        for name, text in wanted.items()
    }
    italian = ("email_italian", "email_7", "email_13")
    assert all(right[name] for name in italian)
    assert sum(right.values()) >= 0.85 * len(right)


def test_replies_of_common_programs_show_what_is_new_in_plain_text_and_in_html() -> None:
    for path in mail_data.files("replies/talon/standard_replies"):
        if path.suffix == ".eml":
            assert folded(split(read_mail(path.read_bytes()).marked_text).visible) == "Hello"
    pages = sorted((mail_data.FOLDER / "replies/talon/html_replies").glob("*.html"))
    for path in pages:
        reply = split(to_text(path.read_text("utf-8"), marked=True))
        assert folded(reply.visible) == "Hi. I am fine. Thanks, Alex", path.name


def test_parts_texts_and_names_are_as_another_parsers_authors_expect() -> None:
    compared, other = 0, {}
    for path in mail_data.files("mime"):
        raw = path.read_bytes().replace(b"\r\n", b"\n")
        for form, suffix in ((raw, ".json"), (raw.replace(b"\n", b"\r\n"), ".crlf.json")):
            wanted = json.loads(path.with_suffix(suffix).read_text("utf-8"))
            found = differences(parts.read(form), wanted)
            compared += 1
            if found:
                other[f"{path.parent.name}/{path.stem}"] = found
    assert compared > 100
    assert set(other) <= set(ON_PURPOSE), other


@pytest.mark.parametrize(
    ("folder", "threads"),
    [
        ("lkml", 7),
        ("default", 24),
        ("threading/ghost-root", 2),
        ("threading/parent-priority", 1),
        ("duplicate", 3),
        ("broken", 3),
    ],
)
def test_an_archive_has_the_same_threads_in_any_order(folder: str, threads: int) -> None:
    paths = mail_data.files(f"threads/{folder}")
    arrivals = [arrival(str(path), read_mail(path.read_bytes())) for path in paths]
    found: set[str] = set()
    for seed in range(30):
        random.Random(seed).shuffle(arrivals)
        built = Threads()
        for one in arrivals:
            built.add(one)
        assert len(built.threads()) == threads
        found.add(str(built.threads()))
    assert len(found) == 1
