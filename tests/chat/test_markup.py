"""Markdown becomes HTML that is safe to show to everybody."""

import contextlib
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.errors import Invalid
from chat.markup import ALLOWED, Text, must_be_cheap, render
from tests.chat.vectors import VECTORS


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
    "*" * 9000,
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
        assert set(attributes) <= ALLOWED[tag] | {"rel"} | ({"class"} if tag == "a" else set()), html
        assert attributes.get("class", "mention") == "mention", html
        if "href" in attributes:
            # What has no scheme, as browsers read it, is an address of this hub.
            scheme = re.match(r"\s*([a-z][a-z0-9+.\-]*):", (attributes["href"] or "").lower())
            assert not scheme or scheme[1] in ("http", "https", "mailto"), html
            assert not re.match(r"(?i)\s*(javascript|vbscript|data):", attributes["href"] or ""), html


@pytest.mark.parametrize("source", NASTY, ids=range(len(NASTY)))
def test_nothing_that_runs_gets_through(source):
    refuse_unsafe(render(source))


def test_nothing_of_the_corpus_gets_through():
    for source in VECTORS:
        for text in (source, f"@ana-lima {source} #1"):
            refuse_unsafe(Text(text).html({"ana-lima": 1}, {1: '"><script>alert(1)</script>'}))


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


# Marks that cost the parser most, alone and in company. With 64 KB of some of these it is busy for seconds, even minutes.
COSTLY = [
    "![", "[", "[](", "[a](", "![a](b ", "[[a]](b)", "*", "_", "*_", "_*", "**a", "*a **b ", "***a", "a**b", "~~a", "`", "`a", "<", "<a", "<http://a ", "&", "&amp;",
    "://", ":// ", "http:// ", "a:// ", "http://a ", "x.com ", "www.a.b ", "a@b.c ", "mailto:a@b ", "(http://a.b ", "@a ", "#1 ", "@a-b-",
    "> ", ">", "- ", "* a\n", "-\n", "1. ", "a\n", "a\n=\n", "===\n", "|a", "| a |\n", "|a|a|a|\n|-|-|-|\n", "[a]: x\n", "[a]: <", "\\", "```\n", "~~~", "\t", " \n", "é",
    "![*a **b ", "**a *b ![ab ", "[a](b \"\n", "![a](b \n**a**``a`![", "a``b`c```",
]  # fmt: skip
BEFORE = ["> " * 30, "- a\n  - b\n    ", "* " * 20, "|a" * 90 + "\n" + "|-" * 90 + "\n", "[x]: y\n\n"]
MOST_TIMES = 15  # the effort of plain prose; without limits it is a hundred times, or a thousand
PLAIN = "The nurse looks at the list, and then at the patient. Who has looked before?\n\n"


def effort(source):
    """CPU time of this thread, to be compared with that of another text at the same hour."""
    begun = time.thread_time()
    with contextlib.suppress(Invalid):
        render(source)
    return time.thread_time() - begun


def most_of(mark, before):
    """As many of these as are taken, then prose: 64 KB in all."""
    least, most = 0, 65_536 // len(mark.encode())
    while least < most:
        middle = (least + most + 1) // 2
        try:
            must_be_cheap(before + mark * middle)
            least = middle
        except Invalid:
            most = middle - 1
    return (before + mark * least + "\n\n" + PLAIN * 900)[:60_000]


def test_no_text_costs_much_more_than_plain_prose_of_its_size():
    """Of each mark 64 KB, which are mostly refused, and as many as just are not; some of them where they cost more."""
    plain = effort(PLAIN * 800)
    sources = [mark * (65_000 // len(mark.encode())) for mark in COSTLY] + [
        most_of(mark, "") for mark in COSTLY
    ]
    sources += [
        most_of(mark, before) for before in BEFORE for mark in ("a\n", "![*a **b ", "://", "**a *b ![ab ")
    ]
    for source in sources:
        # Seldom the machine is busy with something else just then.
        tries = (effort(source) / max(plain, effort(PLAIN * 800) if again else 0) for again in range(4))
        assert any(times < MOST_TIMES for times in tries), source[:60]


def test_what_is_refused_is_refused_with_a_sentence_and_handbooks_are_taken():
    with pytest.raises(Invalid, match="brackets, stars and other marks"):
        render("![" * 30_000)
    section = "## Checks\n\nLook at the **list** before _each_ shift, as in [the guide](https://example.org/guide).\n\n- who has looked\n- and when, by the `ward` board\n\n"
    assert render((section + PLAIN * 4) * 100)
