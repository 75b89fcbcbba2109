"""Spoilt and made-up mails for FUZZ_MINUTES (10) of processor time: none may crash or hang.

A quarter are public mails with bytes changed, cut or doubled, a quarter with lines and headers put
where they do not belong, a quarter are trees of parts grown by chance from all that the reader
knows. The last quarter goes out: answers with marks by chance, which must read as they were
written, and links to say no by, of which none that was spoilt may lead to anybody else.
What is wrong is written to `bench/results/fuzz/` for a test to be made of it.
"""

import hashlib
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import orjson

from ascolto import conversations
from ascolto.channels.actions.preferring import Reachable, opened, sealed
from ascolto.channels.email.command import parsed
from ascolto.channels.email.html_clean import clean
from ascolto.channels.email.mail import NotAMail, part_text, read_mail
from ascolto.channels.email.settings import EmailSettings
from ascolto.channels.mailroom.composing import Draft, Unsendable, composed
from ascolto.channels.mailroom.reading import read_letter
from ascolto.customers import Purpose
from ascolto.kit.ids import new_id
from ascolto.kit.secretbox import SecretBox

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_mail import DATA, mails, spoilt

HANG_S = 2.0
WRONG = Path(__file__).resolve().parent / "results" / "fuzz"
_LEAVES = (
    b"text/plain; charset=utf-8", b"text/plain; charset=utf-7", b"text/html; charset=gb2312",
    b"text/plain; charset=iso-2022-jp; format=flowed", b"text/calendar; method=REQUEST",
    b"application/ms-tnef; name=winmail.dat", b"image/png; name*0*=utf-8''%C3; name*1=b",
    b"message/delivery-status", b"message/feedback-report", b"message/disposition-notification",
    b"application/xml; name=daticert.xml", b"application/pkcs7-mime", b"text/rfc822-headers",
)  # fmt: skip
_TREES = (
    b"mixed", b"alternative", b"related", b"digest", b"report; report-type=delivery-status",
    b"signed; protocol=x", b"parallel",
)  # fmt: skip
_ENCODINGS = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"", b"binary")
_HEADERS = (
    b'From: "A, B" <a@b.it>, c@d', b"Subject: =?utf-8?q?=C3=A8?= =?x?b?QQ?=", b"To: x: a@b, c;",
    b"Message-ID: <a@b>", b'In-Reply-To: <a@b> "c" <d@e>', b"References: <a@b><c@d>",
    b"Auto-Submitted: auto-replied", b"X-Ricevuta: errore-consegna", b"Return-Path: <>",
    b"Date: Tue, 99 Foo 20 25:61 +9999", b"Authentication-Results: mx; dmarc=pass (",
    b"X-Trasporto: errore",
    b"Received: from a by b; nowhere",
)  # fmt: skip
_WORDS = (
    b"Il 3/3/2026 a@b ha scritto:\n> ", b"-- \n", b"\x1b$B", b"\x78\x9f\x3e\x22\x01\x00",
    b"QUJD=", b"=C3=",
    b"<div><blockquote>", b"<p>", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n",
    b"Final-Recipient: rfc822; a@b\n\n",
    b'<postacert tipo="x"><consegna>a@b</consegna>', b"begin 644 x\n", b"\xff\xfe\x00",
    b"M\n", b"M" + b"!" * 60 + b"\n", b"#86)C\n", b"`\n", b"end\n",
    b"From x\n", b"Da: x\nInviato: y\n",
)  # fmt: skip

_MARKS = (
    "**", "_", "- ", "1. ", "7. ", "> ", ">", "[", "](", ")", "https://a.it/x?y=1&z",
    "mailto:a@b.it", "[qui](https://a.it/)", "[x](javascript:alert(1))",
    "<script>alert(1)</script>", "<b onclick=x>", "&amp;", "&#60;", "\n", "\n\n", " ", "parola",
    "è", "日本", "\U0001f600", "\t", ".", ".\n", "\n.", "From x\n", "-- \n", '"', "'",
    "**grassetto**", "_corsivo_", "> > > ", "\u202e", "\u2028", "=3D", "999. ", "\n- ", "\n1. ",
    "\n> ", "x" * 999,
)  # fmt: skip
# What could not be written as a mail at all, as we are right to say of a few.
UNSENT: list[str] = []
_OURS = EmailSettings(
    address="aiuto@luce.example", name="Luce", signature="Luce\n<b>", footer="_x_"
)
_BOX = SecretBox(bytes(32))
_WHO = Reachable(new_id(), new_id(), Purpose.SURVEY, "carla@posta.example")


def bytewise(chance: random.Random, everything: list[bytes]) -> bytes:
    """Return a mail with bytes changed, dropped, doubled, or cut short."""
    raw = bytearray(chance.choice(everything)[:200_000])
    for _ in range(chance.randint(1, 40)):
        at = chance.randrange(len(raw) + 1)
        size = chance.choice((1, 1, 1, 4, 60, 2_000))
        match chance.randrange(4):
            case 0:
                raw[at : at + size] = chance.randbytes(size)
            case 1:
                del raw[at : at + size]
            case 2:
                raw[at:at] = raw[at : at + size] * chance.choice((1, 2, 50))
            case _:
                raw[at:at] = chance.choice(
                    (b"\n", b"\r", b"\n\n", b"\x00", b"=", b"--", b":", b";")
                )
    return bytes(raw[: 2_000_000 if chance.random() < 0.9 else chance.randrange(len(raw) + 1)])


def grown(chance: random.Random, depth: int = 0) -> bytes:
    """Return a tree of parts by chance, with some of it left out, doubled or left open."""
    head = [line for line in _HEADERS if chance.random() < (0.5 if depth == 0 else 0.1)]
    kind = chance.random()
    if kind < 0.45 and depth < 8:
        mark = chance.choice((b"b", b"b b", b"=_x", b"", chance.randbytes(3).hex().encode()))
        head.append(b'Content-Type: multipart/%s; boundary="%s"' % (chance.choice(_TREES), mark))
        inside = [grown(chance, depth + 1) for _ in range(chance.randint(0, 4))]
        body = b"\n".join(b"--%s\n%s" % (mark, one) for one in inside)
        body += b"\n--%s--\n" % mark if chance.random() < 0.8 else b""
    elif kind < 0.6 and depth < 8:
        head.append(b"Content-Type: message/rfc822")
        body = grown(chance, depth + 1)
    else:
        head.append(b"Content-Type: " + chance.choice(_LEAVES))
        words = [chance.choice(_WORDS) for _ in range(chance.randint(0, 12))]
        body = b"".join(words) * chance.choice((1, 1, 1, 300))
    if chance.random() < 0.4:
        head.append(b"Content-Transfer-Encoding: " + chance.choice(_ENCODINGS))
    if chance.random() < 0.2:
        head.append(b'Content-Disposition: attachment; filename*1*=%C3; filename*0="x')
    chance.shuffle(head)
    end = chance.choice((b"\n", b"\n", b"\r\n"))
    return end.join(head) + end + (end if chance.random() < 0.95 else b"") + body


def understood(raw: bytes) -> str:
    """Read everything of some bytes as the server does; return what is wrong, empty for nothing."""
    begin = time.process_time()
    try:
        mail = read_mail(raw)
        orjson.dumps(parsed(mail))
        clean(mail.html)
        read_letter(raw, own=("a@b.it",), trusted_hop="mx")
    except NotAMail:
        pass
    except Exception as crash:  # noqa: BLE001 - what it is looking for
        return type(crash).__name__
    return "slow" if time.process_time() - begin > HANG_S else ""


def written(chance: random.Random) -> bytes:
    """Return an answer with marks by chance, as UTF-8."""
    pieces = [chance.choice(_MARKS) for _ in range(chance.randint(1, 40))]
    return ("".join(pieces) * chance.choice((1, 1, 1, 200)))[:100_000].encode()


def went_out(raw: bytes) -> str:
    """Write an answer as a mail and read it again; return what is wrong, empty for nothing."""
    text, begin = raw.decode(), time.process_time()
    subject = " ".join(text.split())[:300]
    draft = Draft(
        mail_id="1@luce.example", number=1, to=["c@posta.example"], subject=subject,
        text=text, references=text.split()[:5], answers=text[:30], automatic=False,
        at=datetime(2026, 3, 3, tzinfo=UTC), html=conversations.as_html(text),
    )  # fmt: skip
    try:
        mail = read_mail(composed(draft, _OURS, key=bytes(32), dkim_key=""))
        shown = clean(mail.html).html
        said = "".join(part_text(part) for part in mail.bodies.text if part.type == "text/plain")
        if not _same(text, said):
            return "other_words"
        if clean(shown).html != shown:
            return "unclean"
    except Unsendable:
        UNSENT.append(text[:60])
    except Exception as crash:  # noqa: BLE001 - what it is looking for
        return type(crash).__name__
    return "slow" if time.process_time() - begin > HANG_S else ""


def _same(text: str, said: str) -> bool:
    words = re.findall(r"\w+", text)
    return words == re.findall(r"\w+", said)[: len(words)]  # signature and footer stand below


def linked(chance: random.Random) -> bytes:
    """Return the end of a link to say no by, spoilt."""
    token = bytearray(sealed(_BOX, _WHO).encode())
    for _ in range(chance.randint(0, 4)):
        at = chance.randrange(len(token) + 1)
        token[at : at + chance.randint(0, 3)] = chance.choice(
            (b"", b"=", b"A", b".", b"\xc3", b"-")
        )
    return bytes(token)


def led_to(raw: bytes) -> str:
    """Open a link's end; return what is wrong, empty for nothing."""
    try:
        who = opened(_BOX, raw.decode("latin-1"))
    except Exception as crash:  # noqa: BLE001 - what it is looking for
        return type(crash).__name__
    return "" if who in (None, _WHO) else "somebody_else"


def main() -> int:
    """Spoil for so long; return 0 when nothing was wrong."""
    everything = (
        [path.read_bytes() for path in mails(".")] if DATA.is_dir() else [b"From: a@b\n\nx"]
    )
    seed = int(os.environ.get("FUZZ_SEED", str(time.time_ns() % 1_000_000)))
    chance, made, wrong = random.Random(seed), Counter[str](), Counter[str]()
    until = time.process_time() + 60 * float(os.environ.get("FUZZ_MINUTES", "10"))
    slowest = 0.0
    ways: dict[str, tuple[Callable[[], bytes], Callable[[bytes], str]]] = {
        "bytes": (lambda: bytewise(chance, everything), understood),
        "lines": (lambda: spoilt(chance, everything), understood),
        "trees": (lambda: grown(chance), understood),
        "answers": (lambda: written(chance), went_out),
        "links": (lambda: linked(chance), led_to),
    }
    while time.process_time() < until:
        way = chance.choices(tuple(ways), weights=(4, 4, 4, 3, 1))[0]
        make, judge = ways[way]
        raw = make()
        made[way] += 1
        begin = time.process_time()
        if what := judge(raw):
            wrong[what] += 1
            WRONG.mkdir(parents=True, exist_ok=True)
            (WRONG / f"{what}-{hashlib.sha256(raw).hexdigest()[:12]}.eml").write_bytes(raw)
        slowest = max(slowest, time.process_time() - begin)
    print(
        f"seed {seed}: {dict(made)} mails, wrong: {dict(wrong)}, not sendable: {len(UNSENT)},"
        f" slowest {slowest:.2f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
