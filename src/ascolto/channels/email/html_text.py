"""HTML to plain text in linear time, with the places marked where clients put what they quote."""

import html
import re

LONGEST = 1_000_000
# A page with more tags than this is read on without its layout.
MOST_TAGS = 50_000
_MOST_UNCLOSED = 4
# A private character on a line of its own: from here on the client quotes an earlier mail.
QUOTE_MARK = "\ue000"
# The same for where a client says that the signature begins.
SIGNATURE_MARK = "\ue001"
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,40})")
_SKIPPED = {"script", "style", "head", "title", "template", "noscript", "svg", "math", "object"}
_BLOCKS = {
    *("address", "article", "aside", "center", "dd", "div", "dl", "dt", "fieldset", "figure"),
    *("footer", "form", "header", "li", "main", "nav", "ol", "section", "table", "tr", "ul"),
    *("tbody", "thead", "tfoot", "caption", "body", "html"),
}
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr"}
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none|mso-hide\s{0,9}:\s{0,9}all", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\u200b\u00ad\u034f\ufeff]+")
_NESTED_QUOTES = 30
# How clients wrap what they quote: by class, by id, and Outlook by a line above the block.
_QUOTE_CLASS = re.compile(
    r"""\b(?:class|id)\s?=\s?["']?[^"'>]{0,200}?(?:gmail_quote|gmail_attr|gmail_extra|yahoo_quoted"""
    r"""|moz-cite-prefix|moz-forward-container|divRplyFwdMsg|OLK_SRC_BODY_SECTION|appendonsend"""
    r"""|stopSpelling|protonmail_quote|zmail_extra|tutanota_quote|mail-editor-reference-message"""
    r"""|reply-?mail|mailru-quote|WordSection_quote|iPhone_quote|ydp[0-9a-f]{4,12}yahoo_quoted"""
    r"""|x_divRplyFwdMsg|mail-quote|cite_prefix|WM_QUOTE|replyIntro|-x-evo-attribution)""",
    re.IGNORECASE,
)
_SIGNATURE_CLASS = re.compile(
    r"""\b(?:class|id|name|data-marker)\s?=\s?["']?[^"'>]{0,200}?(?:\bgmail_signature(?!_prefix)"""
    r"""|moz-signature|\bSignature["'\s]|ms-outlook-mobile-signature|protonmail_signature_block(?!-)"""
    r"""|lineBreakAtBeginningOfSignature|AppleMailSignature|composer_signature|Singature|x_Signature"""
    r"""|messageSignatureSection|__SIG_P|zm-signature|tutanota_signature|signature-?block)""",
    re.IGNORECASE,
)
_OUTLOOK_LINE = re.compile(
    r"border:\s?none;\s?border-top:\s?solid #(?:B5C4DF|E1E1E1) 1\.0pt|"
    r"border-top:\s?#?[\w(), ]{1,30} 1px solid|border-top:\s?1px solid rgb\(181, ?196, ?223\)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""(?:[^"'>]|"[^"]*"|'[^']*')*""")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_CITE = re.compile(r"""\btype\s?=\s?["']?cite""", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s?=\s?(?:"([^"]{1,200})"|'([^']{1,200})')""", re.IGNORECASE)


def to_text(source: str, *, marked: bool = False) -> str:
    """Return what a reader would see, quoted blocks with "> " before each line.

    With `marked`, a QUOTE_MARK line says where a client's own quote container begins.
    """
    writer = _Writer(marked=marked)
    writer.read(source[:LONGEST])
    return writer.text()


class _Writer:
    def __init__(self, *, marked: bool) -> None:
        self.marked = marked
        self.lines: list[str] = []
        self.line: list[str] = []
        self.depth = 0
        self.verbatim = 0
        self.owed = 0
        self.owed_depth = 0
        self.tags = 0
        self.unclosed = 0

    def read(self, source: str) -> None:
        at, size = 0, len(source)
        while at < size:
            begin = source.find("<", at)
            if begin < 0:
                self._words(source[at:])
                return
            if begin > at:
                self._words(source[at:begin])
            self.tags += 1
            if self.tags > MOST_TAGS:
                self._words(_ANY_TAG.sub(" ", source[begin:]))
                return
            at = self._markup(source, begin)

    def _markup(self, source: str, begin: int) -> int:
        if source.startswith("<!--", begin) and self.unclosed < _MOST_UNCLOSED:
            return self._past_hidden(source.find("-->", begin), begin + 4, 3)
        if source.startswith(("<!", "<?"), begin):
            return _tag_end(source, begin + 2)
        tag = _TAG.match(source, begin)
        if tag is None:
            self._words("<")
            return begin + 1
        end = _tag_end(source, tag.end())
        name, attributes = tag[2].lower(), source[tag.end() : end - 1]
        if tag[1]:
            self._close(name)
        elif _is_hidden(name, attributes):
            if self.unclosed >= _MOST_UNCLOSED:
                return end
            return self._past_hidden(_closing(source, name, end), end, 0)
        else:
            self._open(name, attributes[:2000])
        return end

    def _past_hidden(self, close: int, otherwise: int, length: int) -> int:
        """Go behind what is hidden; what is never closed hides nothing, and is soon given up."""
        if close >= 0:
            return close + length
        self.unclosed += 1
        return otherwise

    def _open(self, name: str, attributes: str) -> None:
        mark = self.marked and attributes and _mark_of(name, attributes)
        if mark == QUOTE_MARK or (mark and not self.depth):
            self._break(1)
            self.lines.append(mark)
        if name == "br":
            self._end_line()
        elif name == "hr":
            self._break(1)
            self._words("________________________________")
            self._break(1)
        elif name == "img":
            alt = _ALT.search(attributes)
            if alt:
                self._words(f"[{alt[1] or alt[2]}]")
        elif name == "li":
            self._break(1)
            self._words("- ")
        elif name in ("td", "th"):
            self.line.append(" ")
        elif name in _BLOCKS or name in _SPACED:
            self._break(2 if name in _SPACED else 1)
            self.verbatim += name == "pre"
            if name == "blockquote":
                self.depth = min(self.depth + 1, _NESTED_QUOTES)

    def _close(self, name: str) -> None:
        if name in _BLOCKS or name in _SPACED:
            self._break(2 if name in _SPACED else 1)
            if name == "blockquote":
                self.depth = max(0, self.depth - 1)
            if name == "pre":
                self.verbatim = max(0, self.verbatim - 1)

    def _words(self, raw: str) -> None:
        said = html.unescape(raw) if "&" in raw else raw
        if self.verbatim:
            first, *more = said.split("\n")
            self._append(first)
            for line in more:
                self._end_line()
                self._append(line)
            return
        said = _SPACES.sub(" ", said)
        if said == " " and not self.line:
            return
        self._append(said)

    def _append(self, said: str) -> None:
        if said and self.owed and said.strip():
            if self.lines and self.owed > 1:
                self.lines.append("> " * min(self.owed_depth, self.depth))
            self.owed = 0
        if said:
            self.line.append(said)

    def _break(self, lines: int) -> None:
        if "".join(self.line).strip():
            self._end_line()
        self.line = []
        self.owed_depth = min(self.owed_depth, self.depth) if self.owed else self.depth
        self.owed = max(self.owed, lines)

    def _end_line(self) -> None:
        said = "".join(self.line)
        said = said if self.verbatim else re.sub(r" {2,}", " ", said).strip(" ")
        self.lines.append("> " * self.depth + said)
        self.line = []

    def text(self) -> str:
        self._break(0)
        lines = (line.rstrip(" ").replace("\xa0", " ") for line in self.lines)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _mark_of(name: str, attributes: str) -> str:
    """Return the mark of what a client says that an element holds, empty when it says nothing."""
    quotes = _QUOTE_CLASS.search(attributes) or (
        name == "div" and "border" in attributes and _OUTLOOK_LINE.search(attributes)
    )
    if quotes or (name == "blockquote" and _CITE.search(attributes)):
        return QUOTE_MARK
    return SIGNATURE_MARK if _SIGNATURE_CLASS.search(attributes) else ""


def _is_hidden(name: str, attributes: str) -> bool:
    if name in _SKIPPED:
        return not attributes.endswith("/")
    styled = name not in _VOID and "style" in attributes
    return styled and _HIDDEN.search(attributes[:2000]) is not None


def _tag_end(source: str, at: int) -> int:
    """Return where a tag ends; a ">" inside quotes does not end it, an unclosed quote does."""
    end = source.find(">", at)
    if end < 0:
        return len(source)
    quote = _QUOTED.match(source, at, min(len(source), at + 4000))
    if quote and quote.end() > end:
        later = source.find(">", quote.end())
        return end + 1 if later < 0 else later + 1
    return end + 1


def _closing(source: str, name: str, at: int) -> int:
    """Return where the element that has just been opened ends, -1 when it is never closed."""
    if name == "head":
        # Often left open: the body ends it too.
        body = re.compile(r"</head\s{0,9}>|(?=<body)", re.IGNORECASE).search(source, at)
        return body.end() if body else -1
    depth = 1
    for edge in re.compile(rf"<(/?){re.escape(name)}\b", re.IGNORECASE).finditer(source, at):
        depth += -1 if edge[1] else 1
        if depth == 0:
            return _tag_end(source, edge.end())
    return -1
