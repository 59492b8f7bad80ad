"""Markdown to safe HTML, once, when it is written. Readers get the stored HTML."""

import re
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, linkify

# Stored beside the HTML. Raise it when the output changes, so that older HTML can be found and redone.
RENDERER = 1
LONGEST = 64 * 1024  # bytes of source

ALLOWED = {
    "p": set(), "br": set(), "hr": set(), "em": set(), "strong": set(), "s": set(), "blockquote": set(),
    "ul": set(), "ol": {"start"}, "li": set(), "code": set(), "pre": set(),
    "h3": set(), "h4": set(), "h5": set(), "h6": set(),
    "table": set(), "thead": set(), "tbody": set(), "tr": set(), "th": set(), "td": set(),
    "a": {"href", "title"},
}  # fmt: skip

_markdown = MarkdownIt(
    "commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": 40}
).enable(["table", "strikethrough", "linkify"])

# Finding bare links takes the square of a word's length: ten seconds for 64 KB without a blank.
LONG_WORD = re.compile(r"\S{1000}")


def _image_as_link(self, tokens, index, options, env) -> str:
    """A remote image would tell its server who reads: its reader decides whether to follow the link."""
    token = tokens[index]
    address = escape(str(token.attrs.get("src", "")))
    return f'<a href="{address}">{escape(token.content) or address}</a>'


_markdown.add_render_rule("image", _image_as_link)


def _bare_link(state: StateInline, silent: bool) -> bool:
    """While it only looks for the end of brackets, the library's rule takes a link's scheme from the words before them."""
    return not silent and linkify(state, silent)


_markdown.inline.ruler.at("linkify", _bare_link)


def render(source: str) -> str:
    """Safe HTML of a Markdown source. Headings start at h3: the page has the first two."""
    _markdown.options["linkify"] = not LONG_WORD.search(source)
    tokens = _markdown.parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        html,
        tags=set(ALLOWED),
        attributes={tag: names for tag, names in ALLOWED.items() if names},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    ).strip()
