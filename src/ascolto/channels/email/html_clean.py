"""The HTML of a mail, cleaned so that it can be shown: by an allow-list, nothing fetched from afar.

Scripts, forms, frames, styles that leave their place and every address that a browser would fetch
are gone; pictures of the mail itself (`cid:`) stay for the desk to resolve. What was held back is
told, so that a person can ask for it.
"""

import html
import re
from dataclasses import dataclass

import nh3

from ascolto.channels.email.html_text import to_text

LONGEST = 1_000_000
# The cleaner's time grows with the square of the nesting; deeper than this no person's mail goes.
DEEPEST = 400
# Each broken character reference costs it far more than a letter.
MOST_REFERENCES = 50_000
_TAGS = {
    *("a", "abbr", "address", "b", "big", "blockquote", "br", "caption", "center", "cite", "code"),
    *("col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "font", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s"),
    *("samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot"),
    *("th", "thead", "time", "tr", "tt", "u", "ul", "var"),
}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title", "align", "valign", "bgcolor", "width", "height"},
    "a": {"href"},
    "img": {"src", "alt"},
    "blockquote": {"type"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
# Nothing that positions, fetches or animates; colours, fonts, spaces and borders.
_STYLES = {
    *("background-color", "border", "border-bottom", "border-collapse", "border-color"),
    *("border-left", "border-radius", "border-right", "border-style", "border-top", "border-width"),
    *("color", "direction", "font-family", "font-size", "font-style", "font-weight", "height"),
    *("letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left"),
    *("margin-right", "margin-top", "max-width", "padding", "padding-bottom", "padding-left"),
    *(
        "padding-right",
        "padding-top",
        "text-align",
        "text-decoration",
        "text-indent",
        "vertical-align",
    ),
    *("white-space", "width", "word-break"),
}
_WITH_CONTENT = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "svg",
    "math",
    "iframe",
    "object",
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_FETCHES = re.compile(r"url\s{0,20}\(|image-set|expression\s{0,20}\(|@import|\\", re.IGNORECASE)
_BACKGROUND = re.compile(
    r"""\bbackground\s?=\s?["']?\s?https?:|url\s?\(\s?["']?\s?(?:https?:)?//""", re.IGNORECASE
)

_EDGE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_NEST_NOT = {
    *("p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "colgroup"),
    *("br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr", "html", "body"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """HTML that may be put into a sandboxed frame, and how many pictures were held back."""

    html: str
    remote_images: int


def clean(source: str, *, remote_images: bool = False) -> Shown:
    """Clean a mail's HTML; pictures from afar stay only when a person has asked for them."""
    held = 0

    def attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal held
        if name == "style":
            return None if _FETCHES.search(value) else value
        if tag == "img" and name == "src":
            address = re.sub(r"[\s\x00-\x1f]", "", value)
            if address[:4].lower() == "cid:":
                return "cid:" + address[4:]
            if address.lower().startswith(("http://", "https://")):
                held += 1
                return value if remote_images else None
            return None
        return None if name == "href" and value.lower().lstrip().startswith("cid:") else value

    cut = source[:LONGEST]
    if cut.count("&") > MOST_REFERENCES or _is_too_deep(cut):
        return Shown(f"<pre>{html.escape(to_text(cut))}</pre>", 0)
    backgrounds = len(_BACKGROUND.findall(cut))
    cleaned = nh3.clean(
        cut,
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=_SCHEMES,
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
        url_relative="deny",
    )
    return Shown(cleaned, held + backgrounds)


def _is_too_deep(source: str) -> bool:
    depth = 0
    for edge in _EDGE.finditer(source):
        if edge[2].lower() not in _NEST_NOT:
            depth = max(0, depth + (-1 if edge[1] else 1))
            if depth > DEEPEST:
                return True
    return False
