"""One word for one thing: what the glossary does not say, no name says."""

import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
# What others call it, and what it is called here.
BANNED = {
    "agent": "operator",
    "agents": "operators",
    "visitor": "customer",
    "ticket": "conversation",
    "tickets": "conversations",
    "caseload": "backlog",
    "supervisor": "team leader",
    "disposition": "outcome",
    "acw": "wrap-up",
    "macro": "canned reply",
    "utils": "a name that says what it is for",
    "helpers": "a name that says what it is for",
    "misc": "a name that says what it is for",
}
# Words that mean something else where they stand.
ELSEWHERE = {
    ("agent", "user_agent"): "HTTP calls a browser so",
    ("ticket", "ticket"): "a one-time proof from a client's own server of who is signed in",
    ("supervisor", "supervisor"): "the program that keeps the embedded database alive",
    ("disposition", "disposition"): "a mail's Content-Disposition, and the report of RFC 8098",
    ("utils", "utils"): "email.utils, of the standard library",
}
_COMMENTS_AND_TEXTS = re.compile(
    r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`|//[^\n]*|/\*.*?\*/|>[^<{]*</", re.DOTALL
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _words(name: str) -> set[str]:
    return {part.lower() for part in _PARTS.findall(name)}


def _excused(word: str, name: str) -> bool:
    return any(word == banned and part in name.lower() for banned, part in ELSEWHERE)


def _python_names() -> set[str]:
    names: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        names.add(path.stem)
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
        names.update(token.string for token in tokens if token.type == tokenize.NAME)
    return names


def _typescript_names() -> set[str]:
    names: set[str] = set()
    for part in ("desk/src", "widget", "ui"):
        for path in (ROOT / "web" / part).rglob("*.ts*"):
            names.add(path.name.partition(".")[0])
            code = _COMMENTS_AND_TEXTS.sub("", path.read_text("utf-8"))
            names.update(re.findall(r"[A-Za-z_]\w*", code))
    return names


def test_no_name_says_what_the_glossary_calls_otherwise() -> None:
    names = _python_names() | _typescript_names()
    assert len(names) > 2_000, "the sources were not read"
    wrong = {
        name: BANNED[word]
        for name in names
        for word in _words(name)
        if word in BANNED and not _excused(word, name)
    }
    assert wrong == {}


def test_the_words_of_the_field_stand_in_the_glossary_once() -> None:
    terms = re.findall(r"^\| ([^|]+?) \|", GLOSSARY.read_text("utf-8"), re.MULTILINE)[1:]
    words = [word.strip() for term in terms for word in term.split(",")]
    assert len(words) == len(set(words))
    needed = {
        *("customer", "operator", "assistant", "client", "conversation", "call", "work item"),
        *("queue", "offer", "wrap-up", "service level", "shrinkage"),
    }
    assert needed <= set(words)
