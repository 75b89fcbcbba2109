"""A mail's HTML, shown and read."""

import pytest

from ascolto.channels.email.html_clean import clean
from ascolto.channels.email.html_text import to_text


@pytest.mark.parametrize(
    "source",
    [
        *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>"),
        *('<a href="javascript:alert(1)">x</a>', '<a href=" java\nscript:alert(1)">x</a>'),
        *("<iframe src=//e></iframe>", "<form action=//e><input name=p></form>", "<base href=//e>"),
        *('<p style="position:fixed;top:0">x</p>', '<p style="background:url(//e)">x</p>'),
        *('<p style="b\\61ckground:u\\72l(//e)">x</p>', "<meta http-equiv=refresh content=0>"),
        *('<table background="http://e/">', '<img srcset="http://e/ 1x">', "<link href=//e>"),
        '<math><mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=1&gt;">',
    ],
)
def test_nothing_that_acts_or_fetches_is_left(source: str) -> None:
    shown = clean(source).html.lower()
    for never in ("script", "onerror", "onload", "//e", "position", "<form", "<meta", "<style"):
        assert never not in shown.replace("--&gt;&lt;img src=1 onerror=1&gt;", "")


def test_remote_pictures_wait_until_somebody_asks_and_own_ones_stay() -> None:
    source = '<img src="https://t.example/p.gif" alt="logo"><img src="cid:1@x">'
    held = clean(source)
    assert (held.html, held.remote_images) == ('<img alt="logo"><img src="cid:1@x">', 1)
    assert "https://t.example/p.gif" in clean(source, remote_images=True).html


def test_ordinary_layout_stays() -> None:
    source = (
        '<p style="color:red">ciao <b>Ada</b></p><table><tbody><tr><td>1</td></tr></tbody></table>'
    )
    assert clean(source).html == source


def test_html_nested_without_end_is_shown_as_text() -> None:
    assert clean("<div>" * 100_000 + "ciao").html == "<pre>ciao</pre>"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>uno</p><p>due<br>tre</p>", "uno\n\ndue\ntre"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a<blockquote>b<br>c</blockquote>d", "a\n\n> b\n> c\n\nd"),
        ("<head><title>no</title></head><body>s&igrave; &lt;3</body>", "sì <3"),
        ("<style>p{}</style><!-- no -->sì", "sì"),
        ('<div style="display:none">no</div>sì', "sì"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('<a title="a > b">sì</a>', "sì"),
        ("2 < 3 e <non chiuso", "2 < 3 e"),
        ("<!-- mai chiuso <p>sì", "mai chiuso\n\nsì"),
    ],
)
def test_html_is_read_as_a_person_sees_it(source: str, text: str) -> None:
    assert to_text(source) == text
