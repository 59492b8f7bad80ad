"""Finding posts by their words, among those the viewer may read."""

import html
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from chat import clock
from chat.db import PLAN_ANEW, Transaction
from chat.discussions.authorship import Author, Byline
from chat.discussions.models import Post, Topic
from chat.discussions.operators import Wanted, read_wanted
from chat.discussions.sifting import ALL, LEXEME, Sifted, Sought, sift, sought_by
from chat.errors import Invalid
from chat.fields import folded
from chat.languages import _
from chat.members import Viewer
from chat.networks.models import Network

# Marks around what matched: characters that no text may hold, so that they survive escaping.
FROM, TO = "\ue000", "\ue001"

BEST, NEWEST = "best", "newest"
FACETS, MONTHS = 10, 12  # of each kind, the largest, and the latest


class Hit(NamedTuple):
    """`title` and `snippet` hold FROM and TO around what matched."""

    post_id: int
    topic_id: int
    title: str
    number: int
    network_name: str
    network_slug: str
    author_kind: str
    author_id: int | None
    author_handle: str | None
    author_name: str
    author_organisation: str
    created_at: datetime
    snippet: str

    @property
    def author(self) -> Author:
        return Author(
            self.author_kind, self.author_id, self.author_handle, self.author_name, self.author_organisation
        )


class Facet(NamedTuple):
    """A narrower search, and how many of what was found it leaves. `key` is a slug, a handle, or a month as 2026-03."""

    name: str
    key: str
    posts: int


Facets = tuple[Facet, ...]


class Found(NamedTuple):
    """`total`, like the facets, is of all that match, or of the newest where not `all_counted`: back to `oldest`.

    `more` continues behind the last hit. `sentences` say what was left out, or why there is nothing.
    """

    wanted: Wanted
    sentences: list[str]
    hits: list[Hit]
    total: int = 0
    all_counted: bool = True
    networks: Facets = ()
    authors: Facets = ()
    months: Facets = ()
    more: str | None = None
    oldest: datetime | None = None


async def search(
    tx: Transaction,
    viewer: Viewer | None,
    text: str,
    *,
    typing: bool = False,
    order: str = BEST,
    limit: int = 20,
    after: str | None = None,
) -> Found:
    """Posts that have the words, the best or the newest first; `after` continues behind the last of before.

    An opening post has the words of its topic's title, too. Raises Invalid for an `after` that is none of ours.
    """
    await tx.run(PLAN_ANEW)
    wanted, misread = read_wanted(text, typing=typing)
    place = _place(after)
    sought = "" if wanted.nothing else await sought_by(tx, viewer, wanted)
    if isinstance(sought, str):
        return Found(wanted, [*misread, *filter(None, [sought])], [])
    sifted = await sift(tx, sought, wanted, place.as_of, place.reached)
    if sought.authors:
        # Nobody is found by whose a pseudonym is, and no former member by their name.
        sifted = sifted._replace(rows=[row for row in sifted.rows if row.author_id in sought.authors])
    ranked = sorted(((_score(row, place.as_of, order), row.post_id) for row in sifted.rows), reverse=True)
    begin = next((n for n, each in enumerate(ranked) if each < place.last), len(ranked))
    shown = ranked[begin : begin + limit]
    return Found(
        wanted,
        misread,
        await _hits(tx, [post_id for _, post_id in shown], sought),
        *_counted(sifted),
        more=place.behind(shown[-1], sifted.reached) if begin + limit < len(ranked) else None,
        oldest=min((row.at for row in sifted.rows), default=None),
    )


def _counted(sifted: Sifted) -> tuple[int, bool, Facets, Facets, Facets]:
    rows = sifted.rows
    networks = Counter((row.network_name, row.slug) for row in rows)
    authors = Counter((row.author_name, row.author_handle) for row in rows if row.author_id)
    months = Counter(f"{row.at:%Y-%m}" for row in rows)
    return (
        len(rows),
        sifted.whole,
        tuple(Facet(*network, posts) for network, posts in networks.most_common(FACETS)),
        tuple(Facet(*author, posts) for author, posts in authors.most_common(FACETS)),
        tuple(Facet(month, month, posts) for month, posts in sorted(months.items(), reverse=True)[:MONTHS]),
    )


YEAR = timedelta(days=365)


def _score(row: Any, as_of: datetime, order: str) -> float:
    """Relevance, which counts for twice as much when it is new."""
    if order == NEWEST:
        return round(row.at.timestamp(), 6)
    return round(row.rank * (1 + 1 / (1 + (as_of - row.at) / YEAR)), 9)


class _Place(NamedTuple):
    """In a list of results: the moment of which it is, how far back it goes, and the last hit that was shown."""

    as_of: datetime
    reached: int | None = None
    last: tuple[float, int] = (float("inf"), 0)

    def behind(self, last: tuple[float, int], reached: int) -> str:
        return f"{self.as_of.timestamp():.0f}_{reached}_{last[0]:.9f}_{last[1]}"


PLACE = re.compile(r"(\d{1,11})_(\d{1,3})_(\d{1,12}\.\d{9})_(\d{1,18})")


def _place(after: str | None) -> _Place:
    if not after:
        # To the second, as it stands in `more`.
        return _Place(clock.now().replace(microsecond=0) + timedelta(seconds=1))
    if not (match := PLACE.fullmatch(after)):
        raise Invalid("after", _("This list can’t be continued from there. Search again."))
    return _Place(datetime.fromtimestamp(int(match[1]), UTC), int(match[2]), (float(match[3]), int(match[4])))


_BY = Byline(
    "author",
    "topic.network_id",
    "post.author_id",
    "post.created_at",
    "post.pseudonym_id",
    "topic.nameless_at IS NOT NULL",
)
SHOWN = _BY.join(
    select(
        Post.id,
        col(Topic.id).label("topic_id"),
        Topic.title,
        Post.number,
        col(Network.name).label("network_name"),
        Network.slug,
        *_BY.columns,
        Post.created_at,
        Post.html,
    )
    .select_from(Post)
    .join(Topic, col(Topic.id) == col(Post.topic_id))
    .join(Network, col(Network.id) == col(Topic.network_id))
    .where(
        col(Post.id) == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger))),
        col(Post.removed_at).is_(None),
        col(Post.hidden_at).is_(None),
    )
)

# A line or two of what was said; the title whole.
MARKED = f"""
SELECT ts_headline('english', said, asked, 'StartSel={FROM}, StopSel={TO}, MaxWords=34, MinWords=18'),
       ts_headline('english', title, asked, 'StartSel={FROM}, StopSel={TO}, HighlightAll=true')
FROM unnest(CAST(:texts AS text[]), CAST(:titles AS text[])) WITH ORDINALITY AS text (said, title, n),
     (SELECT CAST(:query AS tsquery) AS asked) AS asked ORDER BY n
"""  # noqa: S608
LONGEST_READ = 10_000  # characters of a post, in which its snippet is sought


async def _hits(tx: Transaction, ids: list[int], sought: Sought) -> list[Hit]:
    if not ids:
        return []
    rows = {row[0]: row for row in await tx.all(SHOWN, ids=ids)}
    shown = [rows[id] for id in ids if id in rows]
    texts = [_text(row.html)[:LONGEST_READ] for row in shown]
    titles = [row.title for row in shown]
    query = _spelt("" if ALL in sought.words else sought.words, [*texts, *titles])
    marked = await tx.all(MARKED, texts=texts, titles=titles, query=query)
    return [
        Hit(*(*row[:2], title, *row[3:-1], snippet))
        for row, (snippet, title) in zip(shown, marked, strict=True)
    ]


TAG = re.compile("<[^>]*>")


def _text(rendered: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", rendered)).split())


def _spelt(query: str, texts: list[str]) -> str:
    """A query also for the words as these texts spell them: the index knows no accents, and what marks words does."""
    stems = tuple(folded(stem) for stem in LEXEME.findall(query))
    words = {word.lower() for text in texts if not text.isascii() for word in re.findall(r"\w+", text)}
    accented = [word for word in sorted(words) if not word.isascii() and folded(word).startswith(stems)]
    return " | ".join([f"({query})", *(f"'{word}'" for word in accented)]) if stems and accented else query
