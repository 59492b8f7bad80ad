"""A letter as HTML: one template, whose styles are written into its elements, since mail programs drop stylesheets."""

import re
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from chat.config import Settings
from chat.languages import FROM_RIGHT_TO_LEFT
from chat.mail.letters import Letter

# Of the stylesheet the letter keeps what can't be written into an element: the colours of the dark.
INLINER = css_inline.CSSInliner(keep_at_rules=True, resolve_css_variables=True, load_remote_stylesheets=False)
SHOWN = 48  # characters of an address
PATH = re.compile(r'(<a\b[^>]*\bhref=")(?=/)')


def drawn(letter: Letter, config: Settings) -> str:
    """The whole document."""
    opening = _paragraphs(letter.opening, config.origin)
    html = _template().render(
        letter=letter,
        hub=config,
        # What mailboxes show beside the subject: what it is about rather than whom it greets.
        preview=opening[min(1, len(opening) - 1)],
        opening=opening,
        quoted=_away_from_the_hub(letter.quoted_html, config.origin)
        if letter.quoted_html
        else _paragraphs(letter.quoted, config.origin),
        aside=_paragraphs(letter.aside, config.origin),
        direction="rtl" if letter.language in FROM_RIGHT_TO_LEFT else "ltr",
    )
    return INLINER.inline(html)


@cache
def _template():  # type: ignore[no-untyped-def]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("letter.html")


def _paragraphs(text: str, origin: str) -> list[Markup]:
    """With a link where a line is an address of the hub; the secrets in it are long, so its beginning stands for it."""
    address = re.compile(rf"^{re.escape(str(escape(origin)))}/\S+$", re.MULTILINE)

    def linked(match: re.Match[str]) -> str:
        shown = match[0].partition("//")[2]
        return f'<a href="{match[0]}">{shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"}</a>'

    paragraphs = [str(escape(paragraph)) for paragraph in text.split("\n\n") if paragraph.strip()]
    return [Markup(address.sub(linked, words).replace("\n", "<br>\n")) for words in paragraphs]  # noqa: S704 - escaped


def _away_from_the_hub(html: str, origin: str) -> Markup:
    """What is drawn for pages of the hub: its links get their origin."""
    return Markup(PATH.sub(rf"\g<1>{escape(origin)}", html))  # noqa: S704 - cleaned when it was drawn
