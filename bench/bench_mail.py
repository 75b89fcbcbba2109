"""The e-mail bars, measured on public mails that nobody of this project wrote.

The mails are read from `../shared/data/email`; where they are not, the bench says so and measures
nothing. Cutting short, shuffling and fuzzing are longer here than in the tests.
"""

import base64
import gc
import json
import random
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from mmap import ACCESS_READ, mmap
from pathlib import Path

import orjson

from mail_ingest import measure, median_mail
from mail_memory import WAYS, memory_of
from report import Figure, publish

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from ascolto.channels.email import parts
from ascolto.channels.email.command import arrival, parsed
from ascolto.channels.email.html_text import to_text
from ascolto.channels.email.kinds import Kind, understand
from ascolto.channels.email.mail import NotAMail, read_mail
from ascolto.channels.email.replies import split
from ascolto.channels.email.threads import Threads
from support.expected_mime import differences

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "email"
NEGATIVES = ("not_bounces", "threads", "parse", "mime", "replies/talon")
SHUFFLES = 1_000
CUT_EVERY = 500
FUZZ_S = 10.0
INGESTED = 1_000


def mails(*folders: str) -> list[Path]:
    """Return the files of some folders that are mails or texts."""
    return sorted(
        path
        for folder in folders
        for path in (DATA / folder).rglob("*")
        if path.is_file() and path.suffix not in (".json", ".html") and path.name != "COPYING"
    )


def attempt(raw: bytes) -> tuple[bool, float]:
    """Read everything of some bytes; tell whether that crashed, and the processor time."""
    begin = time.process_time()
    crashed = False
    try:
        orjson.dumps(parsed(read_mail(raw)))
    except NotAMail:
        pass
    except Exception as reason:  # noqa: BLE001 -- a crash of any kind is what is counted
        print(f"CRASH: {reason!r}")
        crashed = True
    return crashed, time.process_time() - begin


def robustness() -> list[Figure]:
    """Read all mails whole, cut short everywhere, with other line endings; then fuzz."""
    crashes, slowest, read = 0, 0.0, 0
    everything = [path.read_bytes() for path in mails(".")]
    for raw in everything:
        plain = raw.replace(b"\r\n", b"\n")
        forms = [plain.replace(b"\n", end) for end in (b"\n", b"\r\n", b"\r", b"\r\r\n")]
        cuts = [raw[:end] for end in range(0, min(len(raw), 20_000), CUT_EVERY)]
        for form in (raw, *forms, *cuts):
            crashed, spent = attempt(form)
            crashes, slowest, read = crashes + crashed, max(slowest, spent), read + 1
    chance, fuzzed = random.Random(1), 0
    until = time.process_time() + FUZZ_S
    while time.process_time() < until:
        crashed, spent = attempt(spoilt(chance, everything))
        crashes, slowest, fuzzed = crashes + crashed, max(slowest, spent), fuzzed + 1
    return [
        Figure(
            name=f"crashes in {read} readings and {fuzzed} spoilt mails",
            measured=crashes,
            unit="",
            at_most=0,
        ),
        Figure(name="slowest of them", measured=slowest, unit="s", at_most=2),
    ]


def spoilt(chance: random.Random, everything: list[bytes]) -> bytes:
    """Return a mail with pieces of another in it, pieces doubled, dropped and changed."""
    one, other = chance.choice(everything), chance.choice(everything)
    lines = one.split(b"\n")
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(lines))
        how = chance.randrange(5)
        if how == 0:
            del lines[at]
        elif how == 1:
            lines[at:at] = other.split(b"\n")[: chance.randint(1, 30)]
        elif how == 2:
            lines[at] = lines[at] * chance.randint(2, 200)
        elif how == 3:
            lines[at] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 80)))
        else:
            lines.insert(at, chance.choice(lines))
        lines = lines or [b""]
    return b"\n".join(lines)


def kinds() -> list[Figure]:
    """Count what is caught, tied and taken for what it is not."""
    found = [understand(read_mail(path.read_bytes())) for path in mails("bounces")]
    caught = sum(one.kind is not Kind.MESSAGE for one in found)
    tied = sum(one.original_id is not None for one in found)
    negatives: Counter[bool] = Counter()
    for path in mails(*NEGATIVES):
        if path.parent.name != "multipart_report_emails":
            try:
                kind = understand(read_mail(path.read_bytes())).kind
            except NotAMail:
                continue
            negatives[kind is not Kind.MESSAGE] += 1
    texts = mails("replies/crisp")
    wrong = sum(
        understand(read_mail(b"From: a@b.it\n\n" + path.read_bytes())).kind is not Kind.MESSAGE
        for path in texts
    )
    false, all_of_them = negatives[True] + wrong, negatives.total() + len(texts)
    return [
        Figure(
            name=f"caught of {len(found)} bounces and the like",
            measured=100 * caught / len(found),
            unit="%",
            at_least=97,
        ),
        Figure(
            name=f"false among {all_of_them} others",
            measured=100 * false / all_of_them,
            unit="%",
            at_most=0.5,
        ),
        Figure(
            name="original mail tied, of all",
            measured=100 * tied / len(found),
            unit="%",
            at_least=85,
        ),
    ]


def folded(text: str) -> str:
    """Return text with its blanks folded."""
    return " ".join(text.split())


def replies() -> list[Figure]:
    """Count replies whose visible text is exact."""
    crisp = DATA / "replies" / "crisp"
    wanted = json.loads((crisp / "expected_first_fragment.json").read_text("utf-8"))
    right = [
        folded(split((crisp / f"{name}.txt").read_text("utf-8")).visible) == folded(text)
        for name, text in wanted.items()
    ]
    right.extend(
        folded(split(read_mail(path.read_bytes()).marked_text).visible) == "Hello"
        for path in sorted((DATA / "replies/talon/standard_replies").glob("*.eml"))
    )
    for path in sorted((DATA / "replies/talon/html_replies").glob("*.html")):
        said = split(to_text(path.read_text("utf-8"), marked=True)).visible
        right.append(folded(said) == "Hi. I am fine. Thanks, Alex")
    share = 100 * sum(right) / len(right)
    return [Figure(name=f"exact of {len(right)} replies", measured=share, unit="%", at_least=85)]


def mime() -> list[Figure]:
    """Count mails that are in all their parts what another parser's authors expect."""
    same = []
    for path in mails("mime"):
        wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))
        same.append(not differences(parts.read(path.read_bytes()), wanted))
    share = 100 * sum(same) / len(same)
    return [
        Figure(name=f"as expected of {len(same)} MIME mails", measured=share, unit="%", at_least=95)
    ]


def threads() -> list[Figure]:
    """Count the threads of the list archive, in many orders."""
    arrivals = [arrival(str(path), read_mail(path.read_bytes())) for path in mails("threads/lkml")]
    found, numbers = set(), set()
    for seed in range(SHUFFLES):
        random.Random(seed).shuffle(arrivals)
        built = Threads()
        for one in arrivals:
            built.add(one)
        listed = built.threads()
        found.add(str(listed))
        numbers.add(len(listed))
    return [
        Figure(
            name=f"threads of 210 mails, most in {SHUFFLES} orders",
            measured=max(numbers),
            unit="",
            at_most=7,
        ),
        Figure(name="different results of these orders", measured=len(found), unit="", at_most=1),
    ]


def speed() -> list[Figure]:
    """Measure reading and understanding a mail, visible text included, in processor time."""
    spent = []
    for path in mails("bounces", "mime", "threads", "parse", "replies/talon"):
        raw = path.read_bytes()
        begin = time.process_time()
        try:
            mail = read_mail(raw)
            understand(mail)
            split(mail.marked_text)
            arrival("", mail)
        except NotAMail:
            continue
        spent.append(time.process_time() - begin)
    spent.sort()
    return [
        Figure(
            name="read and understood, median mail",
            measured=1e3 * spent[len(spent) // 2],
            unit="ms",
            at_most=2,
        ),
        Figure(name="the same, p99", measured=1e3 * spent[int(len(spent) * 0.99)], unit="ms"),
        Figure(name="mails a second, mean", measured=len(spent) / sum(spent), unit="/s"),
    ]


def memory() -> list[Figure]:
    """Measure the memory that a mail of 40 MB takes, its attachment read through."""
    line = (base64.b64encode(b"x" * 57) + b"\n") * 13
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"From: a@b.it\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nciao\n--b\n")
        file.write(b"Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n")
        for _ in range(41_000):
            file.write(line)
        file.write(b"--b--\n")
        file.flush()
        gc.collect()
        tracemalloc.start()
        with mmap(file.fileno(), 0, access=ACCESS_READ) as source:
            parsed(read_mail(source))
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    return [
        Figure(
            name="memory for reading a mail of 41 MB in a file", measured=peak, unit="MB", at_most=8
        ),
        *_grown(),
    ]


def _grown() -> list[Figure]:
    """Measure what the server grows by for a large mail, against the mail's own bytes."""
    found = []
    for way in WAYS:
        grown, size = memory_of(way)
        found.append(
            Figure(
                name=f"growth for a mail of {size:.0f} MB, {way}",
                measured=grown / size,
                unit="times",
                at_most=2,
            )
        )
    return found


def ingest() -> list[Figure]:
    """Measure how many mails of median size one worker stores and takes in."""
    raw = median_mail(mails("mime", "threads", "parse", "replies/talon"))
    done = measure(raw, mails=INGESTED)
    return [
        Figure(
            name=f"stored and taken in, {done.size} bytes each, one worker",
            measured=done.mails / done.wall_s,
            unit="/s",
            at_least=150,
        ),
        Figure(
            name="the same, by its processor time alone",
            measured=done.mails / done.cpu_s,
            unit="/s",
        ),
    ]


def main() -> None:
    """Measure and publish."""
    if not DATA.is_dir():
        print(f"The public mails are not at {DATA}: nothing is measured.")
        return
    figures = [
        *speed(),
        *ingest(),
        *kinds(),
        *replies(),
        *mime(),
        *threads(),
        *memory(),
        *robustness(),
    ]
    publish("mail", figures, setting={"mails": len(mails("."))})


if __name__ == "__main__":
    main()
