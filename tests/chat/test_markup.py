"""Markdown becomes HTML that is safe to show to everybody."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.markup import ALLOWED, render


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Hello **there**, _you_.", "<p>Hello <strong>there</strong>, <em>you</em>.</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("# Title", "<h3>Title</h3>"),
        ("##### Deep", "<h6>Deep</h6>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("~~old~~", "<p><s>old</s></p>"),
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
    ],
)
def test_what_people_write(source, html):
    assert render(source) == html


def test_a_table():
    assert "<td>1</td>" in render("| a |\n| - |\n| 1 |")


@pytest.mark.parametrize(
    "source", ["See https://example.org/x.", "<https://example.org/x>", "[see](https://example.org/x)"]
)
def test_links_tell_search_engines_and_their_target_nothing(source):
    assert '<a href="https://example.org/x" rel="nofollow ugc noopener">' in render(source)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("![a chart](https://spy.example/pixel.png)", "a chart"),
        ("![](https://spy.example/pixel.png)", "https://spy.example/pixel.png"),
        ("![<b>](https://spy.example/pixel.png)", "&lt;b&gt;"),
    ],
)
def test_an_image_becomes_a_link(source, text):
    html = render(source)
    assert "<img" not in html
    assert '<a href="https://spy.example/pixel.png"' in html
    assert f">{text}</a>" in html


NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<style>body{display:none}</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x](https://e.org/" onerror="alert(1))',
    '[x](https://e.org "t\\" onmouseover=\\"alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "<div style='position:fixed;inset:0'>x</div>",
    "<form action=//evil.example><input name=password></form>",
    "<math><mtext></p><style><img src onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '"><b class="post">',
    "<b id=main class=admin>x</b>",
    "[" * 900 + "x" + "](y)" * 900,
    "> " * 5000 + "deep",
    "*" * 12000,
]


class Seen(HTMLParser):
    """Every tag and attribute that a browser would find."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def refuse_unsafe(html):
    for tag, attributes in Seen(html).tags:
        assert tag in ALLOWED, html
        assert set(attributes) <= ALLOWED[tag] | {"rel"}, html
        if "href" in attributes:
            assert re.match(r"(?i)(https?:|mailto:|[^:]*$|[/#?])", attributes["href"] or ""), html
            assert not re.match(r"(?i)\s*(javascript|vbscript|data):", attributes["href"] or ""), html


@pytest.mark.parametrize("source", NASTY, ids=range(len(NASTY)))
def test_nothing_that_runs_gets_through(source):
    refuse_unsafe(render(source))


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>\"'&[]()!`*_#-|:/ \n\tjavscriptonerhfdl=;0"), max_size=120))
def test_whatever_is_written_is_safe(source):
    refuse_unsafe(render(source))


def test_a_link_in_a_bracket_that_never_ends_is_a_link():
    assert render("www.www.[http://s://").count("<a ") == 1


def test_no_links_are_looked_for_in_a_word_without_an_end():
    # That would take the square of its length.
    assert "<a" not in render("http://a." * 7_000)
    assert "<a" in render("http://a.example and some words")
