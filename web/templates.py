"""Templates, and how they say things: one Jinja environment for each language, made when it is first spoken.

A sentence without places is translated when its template is read, and costs nothing when a page is drawn.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from chat import clock, discussions, languages, networks
from chat.config import settings
from chat.errors import in_words
from chat.languages import many
from chat.members import countries_in
from chat.members.passwords import SHORTEST
from web.assets import assets
from web.dropins.wording import rule_in_words
from web.installing.ground import BY_DAY, BY_NIGHT

# Icons that point where reading goes, which is the other way for readers of Arabic or Hebrew.
POINTING = ("arrow-left", "arrow-right", "chevron-left", "chevron-right", "list", "list-ordered", "list-tree", "log-in", "log-out", "quote", "reply", "send", "undo-2")  # fmt: skip


def template_of(name: str) -> jinja2.Template:
    """A template in the language that is spoken now."""
    return environment(languages.language()).get_template(name)


def fragment(template: str, **context: Any) -> str:
    """A partial that is the same for every reader of a language: the page's, the fragment's and the frame's."""
    return template_of(template).render(context)


def filled(form: str, /, **words: object) -> Markup:
    """A form of our own, of a template or a catalogue, with words in its places, which are escaped. Twice as fast as
    `Markup.format`, which is written in Python."""
    return Markup(form.format(**{place: escape(word) for place, word in words.items()}))  # noqa: S704 - escaped


def moment(at: datetime | None, style: str = "when") -> Markup:
    """A time that the page's script shows in the reader's zone, and how far it is from now; without it, in UTC.

    Styles: when (a day and a time), date (that day), clock (that time), day (with its year), ago (of what was).
    """
    if at is None:
        return Markup("")
    return filled(
        '<time datetime="{at}" data-time="{style}">{words}</time>',
        at=at.isoformat(timespec="seconds"),
        style=style,
        words=languages.briefly(at, style),
    )


def initials(name: str) -> str:
    words = [word for word in re.split(r"[\s\-]+", name) if word[:1].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def hue(handle: str) -> int:
    """A stable colour of an avatar: one of twelve."""
    return sum(handle.encode()) % 12


def duration(span: timedelta) -> str:
    """As 5 minutes, 3 hours or 4 days."""
    seconds = round(span.total_seconds())
    return in_words(seconds) if seconds < 48 * 3600 else many(round(seconds / 86400), "{n} day", "{n} days")


def short(n: int) -> str:
    """35214 as 35.2k."""
    return str(n) if n < 1000 else f"{n / 1000:.1f}k".replace(".0k", "k")


def filesize(size: int) -> str:
    """As 340 KB or 1.2 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    point = "," if languages.language() == "de" else "."
    return f"{size / 1_000_000:.1f}".replace(".", point) + " MB"


def marked(snippet: str) -> Markup:
    """A search's snippet, escaped, with what matched marked."""
    return Markup(str(escape(snippet)).replace("\ue000", "<mark>").replace("\ue001", "</mark>"))  # noqa: S704 - escaped first


def icon(name: str, label: str = "") -> Markup:
    """A picture of the set in site/icons.svg: beside its word, or with a label where it stands alone."""
    named = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    kind = "icon turns" if name in POINTING else "icon"
    return Markup('<svg class="{}" {}><use href="{}#{}"/></svg>').format(
        kind, named, assets.url("site/icons.svg"), name
    )


class Translated(jinja2.Environment):
    """An environment whose sentences are those of one language."""

    def __init__(self, language: str, **options: Any) -> None:
        super().__init__(**options)
        self.language = language
        self.globals |= {
            "_": self.say,
            "many": self.say_counted,
            "language": language,
            "direction": "rtl" if language in languages.FROM_RIGHT_TO_LEFT else "ltr",
        }

    def say(self, sentence: str, /, **words: object) -> Markup:
        """A sentence, which may hold marks of its own, with words in its places, which may not."""
        said = languages.translated(self.language, sentence)
        return filled(said, **words) if words else Markup(said)  # noqa: S704 - of a template or a catalogue

    def say_counted(self, n: int, one: str, more: str, /, **words: object) -> Markup:
        form = languages.form_for(self.language, n, one, more)
        return filled(form, n=languages.grouped(n, self.language), **words)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return Settling(self).visit(super()._parse(source, name, filename))


class Settling(NodeTransformer):
    """Does when a template is read what would be the same for each page: puts the translation in the place of `_("…")`
    where nothing is to be filled in, icons and addresses of files in theirs, and included templates where they are
    included."""

    def __init__(self, environment: Translated) -> None:
        self.environment = environment
        self.known: dict[str, Callable[..., object]] = {
            "_": environment.say,
            "icon": icon,
            "asset": assets.url,
        }

    def visit_Include(self, node: nodes.Include) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.template, nodes.Const) or node.ignore_missing or not node.with_context:
            return node
        assert self.environment.loader
        source, *_rest = self.environment.loader.get_source(self.environment, node.template.value)
        return nodes.Scope(self.environment.parse(source, node.template.value).body, lineno=node.lineno)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name=name), args=args, kwargs=[], dyn_kwargs=None) if (
                name in self.known and all(isinstance(arg, nodes.Const) for arg in args)
            ):
                return nodes.Const(self.known[name](*(arg.as_const() for arg in args)), lineno=node.lineno)
        return node


@cache
def environment(language: str) -> Translated:
    env = Translated(
        language,
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals |= {
        "hub": settings, "asset": assets.url, "scripts": assets.scripts, "icon": icon, "by_day": BY_DAY, "by_night": BY_NIGHT, "countries": countries_in(language), "now": clock.now, "may_found": networks.may_found,
        "kinds": discussions.KINDS, "may_be_restored": discussions.may_be_restored, "languages_spoken": languages.WHOLE,
        "language_names": languages.LANGUAGES, "shortest_password": SHORTEST,
    }  # fmt: skip
    env.filters |= {
        "moment": moment,
        "dated": languages.dated,
        "grouped": lambda n: languages.grouped(n, languages.language()),
        "initials": initials,
        "hue": hue,
        "short": short,
        "filesize": filesize,
        "named": discussions.named,
        "marked": marked,
        "duration": duration,
        "span": in_words,
        "rule": rule_in_words,
    }
    env.globals["f"] = env.get_template(
        "site/_form.html"
    ).module  # the macros of fields, known to all templates
    return env
