"""Markdown to safe HTML, once, when it is written. Readers get the stored HTML."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from importlib import import_module
from typing import Any

import nh3
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, linkify
from markdown_it.token import Token

from chat.config import settings
from chat.errors import Invalid
from chat.languages import _

# Stored beside the HTML. Raise it when the output changes, and older HTML is drawn anew.
RENDERER = 2
LONGEST = 64 * 1024  # bytes of source
MOST_NAMED = 50  # members, and as many topics, that one text may name

ALLOWED = {
    "p": set(), "br": set(), "hr": set(), "em": set(), "strong": set(), "s": set(), "blockquote": set(),
    "ul": set(), "ol": {"start"}, "li": set(), "code": set(), "pre": set(),
    "h3": set(), "h4": set(), "h5": set(), "h6": set(),
    "table": set(), "thead": set(), "tbody": set(), "tr": set(), "th": set(), "td": set(),
    "a": {"href", "title"},
}  # fmt: skip


_LIKE_AN_ADDRESS = re.compile(r"//|[.@:]\w")
SCHEME = 64  # letters before a :// that may be a scheme


def _image_as_link(self, tokens, index, options, env) -> str:
    """A remote image would tell its server who reads: its reader decides whether to follow the link."""
    token = tokens[index]
    address = escape(str(token.attrs.get("src", "")))
    return f'<a href="{address}">{escape(token.content) or address}</a>'


def _bare_link(state: StateInline, silent: bool) -> bool:
    """While it only looks for the end of brackets, the library's rule takes a link's scheme from the words before them."""
    if silent or not state.src.startswith("://", state.pos):
        return False
    # And it looks through all words since the last mark, each time.
    if len(state.pending) > SCHEME:
        state.pending, scheme = state.pending[:-SCHEME], state.pending[-SCHEME:]
        state.pushPending()
        state.pending = scheme
    return linkify(state, silent)


class _Linkify(LinkifyIt):
    """Sees at once of most words that there is no address in them. The library's own look is the slowest part of it."""

    def pretest(self, text: str) -> bool:
        return bool(_LIKE_AN_ADDRESS.search(text)) and super().pretest(text)


def _parser(linking: bool) -> MarkdownIt:
    options = {"html": False, "linkify": linking, "breaks": True, "maxNesting": 40}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough", "linkify"])
    parser.add_render_rule("image", _image_as_link)
    parser.inline.ruler.at("linkify", _bare_link)
    parser.linkify = _Linkify()
    return parser


_LINKING, _PLAIN = _parser(True), _parser(False)

# Finding bare links takes the square of a word's length: ten seconds for 64 KB without a blank.
LONG_WORD = re.compile(r"\S{1000}")

# What the parser stops at costs it some microseconds, a line and an address more: with so many of them no text takes
# longer than a tenth of a second. 64 KB of prose have about four thousand, of a densely formatted handbook nine.
MOST_MARKS = 10_000
_MARKS, _ADDRESS = "[]*_`~|<>&!\\", re.compile(r"://|(?<=\w)[.@:](?=\w)")
# Each line is looked at once for each quotation that it may stand in.
_QUOTES = re.compile(r"^(?:[ \t]*(?:>|[*+-][ \t]|\d{1,9}[.)][ \t]))+", re.MULTILINE)
# Brackets it pairs by trying all that are open, what stands in those of a picture it reads once more, and cells that a
# row of a table lacks it makes up.
MOST_BRACKETS = 1_000
import_module("markdown_it.rules_block.table").MAX_AUTOCOMPLETED_CELLS = 2_000  # type: ignore[attr-defined]

# Of a name in a text: not in the middle of a word, an address or another name.
NAME = re.compile(
    r"(?<![\w@/.#&-])(?:@(?P<handle>[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?)(?![\w@])|#(?P<topic>[1-9][0-9]{0,17})(?![\w#]|-\w))",
    re.ASCII | re.IGNORECASE,
)


class Text:
    """A Markdown source that has been read, so that whom and what it names can be looked up before it is drawn."""

    def __init__(self, source: str) -> None:
        linking = must_be_cheap(source)
        parser = _LINKING if linking else _PLAIN
        self._parser, self._tokens = parser, parser.parse(source)
        self.handles: list[str] = []
        self.topics: list[int] = []
        for token in self._inline():
            if token.type == "text":
                for match in NAME.finditer(token.content):
                    self._note(match["handle"], match["topic"])
            else:
                self._note(None, _topic_of(token))

    def _note(self, handle: str | None, topic: str | None) -> None:
        if handle and handle.lower() not in self.handles and len(self.handles) < MOST_NAMED:
            self.handles.append(handle.lower())
        if topic and int(topic) not in self.topics and len(self.topics) < MOST_NAMED:
            self.topics.append(int(topic))

    def html(self, handles: Mapping[str, int] | None = None, topics: Mapping[int, str] | None = None) -> str:
        """Safe HTML, with links to those of the named members and topics (their titles) that are given.

        Headings start at h3: the page has the first two.
        """
        handles, topics = handles or {}, topics or {}
        for token in self._tokens:
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
            if token.children and (handles or topics):
                token.children = list(_linked(token.children, handles, topics))
        html = self._parser.renderer.render(self._tokens, self._parser.options, {})
        return nh3.clean(
            html,
            tags=set(ALLOWED),
            attributes={tag: names for tag, names in ALLOWED.items() if names},
            allowed_classes={"a": {"mention"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow ugc noopener",
        ).strip()

    def _inline(self) -> Iterator[Token]:
        """The words outside of links, and the addresses that stand for themselves."""
        for block in self._tokens:
            within = 0
            for token in block.children or ():
                within += token.nesting if token.type.startswith("link_") else 0
                if (token.type == "text" and not within) or _bare(token):
                    yield token


def render(source: str) -> str:
    """Safe HTML of a Markdown source, where nobody is to be named."""
    return Text(source).html()


def must_be_cheap(source: str) -> bool:
    """Refuse what would keep the parser busy for too long; else whether bare links can be looked for in it."""
    linking = not LONG_WORD.search(source)
    if _marks(source, linking) > MOST_MARKS or _brackets(source) > MOST_BRACKETS:
        raise Invalid(
            "body",
            _(
                "This has more brackets, stars and other marks than can be shown in one text. Split it, or take some out."
            ),
        )
    return linking


def _marks(source: str, linking: bool) -> float:
    single = sum(source.count(mark) for mark in _MARKS)
    depth = max((quotes.count(">") for quotes in _QUOTES.findall(source)), default=0)
    lines = source.count("\n") * (2 + min(depth, 40) / 4)
    return single + lines + (5 * len(_ADDRESS.findall(source)) if linking else 0)


def _brackets(source: str) -> int:
    return source.count("[") + 3 * source.count("![")


def _linked(tokens: list[Token], handles: Mapping[str, int], topics: Mapping[int, str]) -> Iterator[Token]:
    within, title = 0, ""
    for token in tokens:
        if token.type.startswith("link_"):
            within += token.nesting
            title = topics.get(int(_topic_of(token) or 0), "") if _bare(token) else ""
        elif title:  # the words of a bare address
            token.content, title = title, ""
        elif token.type == "text" and not within:
            yield from _split(token, handles, topics)
            continue
        yield token


def _split(token: Token, handles: Mapping[str, int], topics: Mapping[int, str]) -> Iterator[Token]:
    """The text, with its names as links. What they link to is ours; the words stay as they were written."""
    at = 0
    for match in NAME.finditer(token.content):
        if match["handle"] and (handle := match["handle"].lower()) in handles:
            attributes: dict[str, Any] = {"href": f"/members/{handle}", "class": "mention"}
        elif match["topic"] and (title := topics.get(int(match["topic"]))):
            attributes = {"href": f"/topics/{match['topic']}", "title": title}
        else:
            continue
        yield _words(token.content[at : match.start()])
        yield Token("link_open", "a", 1, attrs=attributes)
        yield _words(match[0])
        yield Token("link_close", "a", -1)
        at = match.end()
    yield _words(token.content[at:])


def _words(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _bare(token: Token) -> bool:
    """Whether a link is an address that somebody just wrote down."""
    return token.type == "link_open" and token.markup in ("linkify", "autolink")


def _topic_of(token: Token) -> str | None:
    """The topic that a link leads to on this hub."""
    path = str(token.attrs.get("href", "")).removeprefix(settings().origin)
    match = re.fullmatch(r"/topics/([1-9][0-9]{0,17})(?:[?#].*)?", path)
    return match[1] if match else None
