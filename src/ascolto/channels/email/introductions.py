"""The lines above what a reply quotes: introductions, header blocks, separators."""

import re

from ascolto.channels.email import reply_words as words

_LONGEST_INTRODUCTION = 400
_LONGEST_END = 120
_MOST_LINES = 5
_VERB = rf"(?:{'|'.join(words.WROTE)})"
# Latin verbs need a word's edge before them; others are written without blanks.
_ENDS_WITH_VERB = re.compile(
    rf"(?:^|[\s>\"'”)\],»]){_VERB}\s?(?:il)?\s{{0,3}}(?:\.\.\.|"
    rf"…)?\s{{0,3}}[:：]?\s{{0,3}}[-_]{{0,20}}$",
    re.IGNORECASE,
)
# "Ada ha scritto il 3/3/2026 10:00:": who first, then when.
_THEN_DATED = re.compile(
    rf"^[\w .,'\"<>@()-]{{1,120}}\s{_VERB},?\s(?:il|am|on|le|el|em|op|den)\b.{{5,60}}[:：]$",
    re.IGNORECASE,
)
_HAS_VERB = re.compile(rf"(?:^|\s){_VERB}(?:\s|$)", re.IGNORECASE)
_BEGINS = re.compile(
    rf"[\s*_-]{{0,20}}(?:(?:{'|'.join(map(re.escape, words.BEGINS))})(?![\w])|\d|[\"“«<])",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"\s{0,8}(?:luned|marted|mercoled|gioved|venerd|sabato|domenica|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunes|martes|mi[ée]rcoles"
    r"|jueves|viernes|s[áa]bado|domingo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|"
    r"zondag)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\"]{1,80}@[^\s<>\"]{1,80}")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\b\d{1,2} ?[ap]\.?m\b", re.IGNORECASE)
_DAY = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}\.? ?[^\W\d_]{3,12}\b"
    r"|\b[^\W\d_]{3,12} \d{1,2}\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\d[./-]\d{1,2}[./-]\d{2}\b")
# "mi ha scritto": a person tells of it.
_TO_SOMEBODY = re.compile(
    r"\b(?:mi|ci|vi|ti|gli|le|non|già|anche|poi|me l['’]?|m['’]|nous|vous|me|nos|les|also|has|"
    r"had)\s"
    rf"{_VERB}\s?[:：]?$",
    re.IGNORECASE,
)
_OLD_GMAIL = re.compile(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2} .{1,80}<[^<>\s]{1,80}@[^<>\s]{1,80}>$")
_FRAMED = re.compile(rf"[-_]{{2,20}} .{{1,200}}\s{_VERB}\s?[-_]{{2,20}}$", re.IGNORECASE)
_QUOTING = re.compile(r"(?:quoting|citando|zitat von|citant) .{1,200}[:：]$", re.IGNORECASE)
# Marks of the writing direction, which some programs put around names and addresses.
_DIRECTIONS = dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_SENTENCE_END = re.compile(r"[.!?]$")
_ABBREVIATED = re.compile(r"\b[^\W\d]{1,4}\.$")

_KINDS = {
    kind: "|".join(re.escape(one) for one in labels.split("|"))
    for kind, labels in words.LABELS.items()
}
_LABEL = re.compile(
    r"[\s*_>]{0,12}(?:"
    + "|".join(f"(?P<{kind}>{labels})" for kind, labels in _KINDS.items())
    + r")[\s*_]{0,4}[:：]",
    re.IGNORECASE,
)
# A label that journeys and forms have, too.
_ONLY_A_DATE = re.compile(
    r"[\s*_>]{0,12}(?:data|date|datum|fecha|dato|дата|tarih)\b", re.IGNORECASE
)
_DASHES = r"[\s>*]{0,8}[-_=*~—–]{2,40}"
_ORIGINAL = re.compile(
    rf"{_DASHES}\s?(?:{words.ORIGINAL})(?: \(?.{{0,60}}\)?)?\s?:?\s?[-_=*~—–]{{2,40}}\s{{0,9}}$",
    re.IGNORECASE,
)
_BARE_ORIGINAL = re.compile(
    r"[\s*]{0,8}(?:inizio messaggio inoltrato|begin forwarded message|begin forward message|"
    r"début du message (?:transféré|réexpédié)|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"inicio del mensaje reenviado|início da mensagem reencaminhada|begin doorgestuurd bericht)"
    r"\s?:\s?[\s*]{0,8}$",
    re.IGNORECASE,
)
# A desk's "reply above this line", between marks or alone.
_ABOVE = re.compile(
    rf"[\s>*#=~_\[(—–-]{{0,40}}(?:{words.ABOVE})[\s.*#=~_\])—–-]{{0,40}}$", re.IGNORECASE
)
_ORIGINAL_AND_BLOCK = re.compile(
    rf"{_DASHES}\s?(?:{words.ORIGINAL})\s?[-_=*~—–]{{2,40}}\s{{0,9}}(?:{_KINDS['from']})\s?:",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(
    r"inoltrat|forward|transféré|réexpédié|weitergeleitet|reenviado|encaminhad|doorgestuurd|"
    r"przekazan|"
    r"videresend|vidarebefordra|välitetty|přeposlan|перес|iletilen|转发",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\s*]{0,8}(?:[-_=*~—–─]\s?){2,200}$")
_MOST_BLOCK_LINES = 16


def is_rule(line: str) -> bool:
    """Tell whether a line is nothing but dashes."""
    return len(line) <= 200 and line[:9].strip(" *")[:1] in "-_=*~—–─" and bool(_RULE.match(line))


def is_original_line(line: str) -> bool:
    """Tell whether a line says "original message" or "forwarded message" between dashes."""
    if not 8 <= len(line) <= 600:
        return False
    marks = (_ORIGINAL, _BARE_ORIGINAL, _ABOVE, _ORIGINAL_AND_BLOCK)
    return any(one.match(line) is not None for one in marks)


def is_passed_on(line: str) -> bool:
    """Tell whether a line says that a mail is passed on below, and is no answer to it."""
    return is_original_line(line) and _PASSED_ON.search(line) is not None


def introduction_length(lines: list[str], at: int) -> int:
    """Return how many lines from this one introduce a quotation, 0 for none."""
    first = lines[at].translate(_DIRECTIONS)
    if not first or len(first) > _LONGEST_INTRODUCTION:
        return 0
    starts = _BEGINS.match(first) is not None or _WEEKDAY.match(first) is not None
    joined = ""
    for length in range(1, _MOST_LINES + 1):
        line = lines[at + length - 1] if at + length <= len(lines) else ""
        if not line.strip() or (length > 1 and not starts):
            return 0
        joined = f"{joined} {line.strip()}" if joined else line.strip()
        joined = joined.translate(_DIRECTIONS)
        if len(joined) > _LONGEST_INTRODUCTION:
            return 0
        if _introduces(joined, starts=starts, quoted=_is_quoted_after(lines, at + length)):
            return length
        if _SENTENCE_END.search(line) and not _ABBREVIATED.search(line):
            return 0
    return 0


def _is_quoted_after(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 3] if line), "")
    return following.lstrip().startswith((">", "|"))


def _introduces(said: str, *, starts: bool, quoted: bool) -> bool:
    plain = said.rstrip(" *_")
    addressed = "@" in plain and _ADDRESS.search(plain) is not None
    if _FRAMED.match(said) or (addressed and _QUOTING.match(plain)):
        return True
    # The end is looked at alone: from each place of a long line it would be sought in vain.
    if _ENDS_WITH_VERB.search(plain, max(0, len(plain) - _LONGEST_END)):
        dated = _is_dated(plain)
        colon = plain.rstrip("-_ ").endswith((":", "："))
        told = _TO_SOMEBODY.search(plain) is not None or not _is_exact(plain)
        return (
            quoted or (addressed and (dated or colon)) or (colon and starts and dated and not told)
        )
    if plain.endswith((":", "：")):
        dated = _is_dated(plain)
        if starts and (dated or quoted) and _HAS_VERB.search(plain):
            return addressed or quoted or (dated and _CLOCK.search(plain) is not None)
        if dated and _THEN_DATED.match(plain):
            return True
        # Some programs say only when and who.
        clock = _CLOCK.search(plain) is not None
        return addressed and (quoted or (dated and clock)) and len(plain) <= 250
    return addressed and _OLD_GMAIL.match(plain) is not None


def _is_dated(said: str) -> bool:
    return _CLOCK.search(said) is not None or _DAY.search(said) is not None


def _is_exact(said: str) -> bool:
    """Tell whether a program dates here: with the hour or the year, which prose leaves out."""
    return _CLOCK.search(said) is not None or _YEAR.search(said) is not None


def block_length(lines: list[str], at: int) -> int:
    """Return how many lines a header block ("Da: … Inviato: …") takes from here, 0 for none.

    Lines of dashes may stand above it; one field is enough below "original message".
    """
    begin = at
    while at < len(lines) and at - begin < 6 and (not lines[at].strip() or is_rule(lines[at])):
        at += 1
    if begin != at and not is_rule(lines[begin]):
        return 0
    ruled = begin != at
    seen: set[str] = set()
    sent = False
    end = blanks = at
    for place in range(at, min(len(lines), at + _MOST_BLOCK_LINES)):
        line = lines[place]
        found = _LABEL.match(line) if len(line) <= 2_000 else None
        if found is None:
            if place == at or (not line.strip() and seen >= {"subject"}):
                break
            blanks = blanks + 1 if not line.strip() else blanks
            if blanks > at + 6 or (line.strip() and not _continues(lines[place - 1], line)):
                break
            continue
        kind = str(found.lastgroup)
        if kind in seen and kind not in ("cc", "other", "to", "date"):
            break
        seen.add(kind)
        sent = sent or "@" in line or (kind == "date" and not _ONLY_A_DATE.match(line))
        seen.update(_also_on_line(line[found.end() :]))
        end = place + 1
    if _is_block(seen, ruled=ruled) and (sent or ruled or seen >= {"subject", "date"}):
        return end - begin
    return 0


def _continues(before: str, line: str) -> bool:
    """Tell whether a line goes on with the addresses of the field above it."""
    if not before.strip():
        return False
    return line.startswith((" ", "\t", "<")) or "@" in line or before.endswith((";", ","))


def _also_on_line(rest: str) -> set[str]:
    """Return the fields that stand on the same line, as some phones write them."""
    if " " not in rest or ":" not in rest or len(rest) > 400:
        return set()
    found = set()
    for place in re.finditer(r"\s(?=\S{1,12}(?: \S{1,8})?\s?[:：])", rest):
        label = _LABEL.match(rest, place.end())
        if label:
            found.add(str(label.lastgroup))
    return found


def _is_block(seen: set[str], *, ruled: bool) -> bool:
    real = seen - {"other", "cc"}
    if "from" not in real:
        return {"date", "to", "subject"} <= real
    return len(real) >= 3 or (ruled and len(real) >= 2)
