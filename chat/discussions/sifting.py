"""What search asks of its index: the newest that match, few enough to be ranked. Why: docs/design.md, "Search"."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import col, select

from chat import clock
from chat.db import Transaction
from chat.discussions.authorship import Byline
from chat.discussions.operators import Wanted
from chat.languages import _
from chat.members import Viewer
from chat.networks import readable
from chat.networks.models import Network

MOST = 500  # are ranked and counted: the newest, where there are more
MOST_TITLES = 100  # of older topics that have all the words in their title, beside these
FEW_TOPICS, MANY_TOPICS = 300, 20_000  # of a tag: few are looked up by themselves, of more the newest will do
# In a hub of so many posts no older stretch of time is begun after this, unless few were found; and the page says how
# far back it looked.
LARGE, PATIENCE, FEW = 100_000, timedelta(milliseconds=30), 40


FOREVER = timedelta(days=1)


class Sought(NamedTuple):
    """What is looked for, in the words of the index. `scopes` are the viewer's (see schema.sql, findable)."""

    words: str
    titles: str
    scopes: list[str]
    marks: list[str]
    networks: list[int]
    topics: list[int] | None
    authors: list[int]
    patience: timedelta


class Sifted(NamedTuple):
    """Rows of POOL; whether these are all there are; and through how many stretches of time they were sought."""

    rows: list[Any]
    whole: bool
    reached: int


LEXEMES = """
SELECT CAST(english AS text) AS english, CAST(simple AS text) AS simple, querytree(english) IN ('', 'T') AS unbounded,
       (SELECT reltuples FROM pg_class WHERE oid = CAST('findable' AS regclass)) > :large AS large
FROM (SELECT websearch_to_tsquery('english', plain(:words)) && to_tsquery('english', plain(:beginnings)) AS english,
             websearch_to_tsquery('simple', plain(:words)) && to_tsquery('simple', plain(:beginnings)) AS simple) AS read
"""

# By their handle, else by their name.
AUTHORS = r"""
SELECT DISTINCT coalesce(by_handle.id, by_name.id) FROM unnest(CAST(:names AS text[])) AS called
LEFT JOIN member AS by_handle ON by_handle.handle = called AND by_handle.verified_at IS NOT NULL
LEFT JOIN member AS by_name ON by_handle.id IS NULL AND by_name.verified_at IS NOT NULL
    AND to_tsvector('simple', split_part(by_name.folded, E'\n', 1) || ' ' || by_name.handle) @@ phraseto_tsquery('simple', plain(called))
"""

TOPICS = """
SELECT id FROM topic WHERE network_id = ANY(:networks) AND tags @> CAST(:tags AS text[])
AND (solved_number IS NOT NULL OR NOT :solved) AND (id = :topic OR :topic = 0) ORDER BY id DESC LIMIT :most
"""

ALL = "'.'"  # a lexeme that each post has


async def sought_by(tx: Transaction, viewer: Viewer | None, wanted: Wanted) -> Sought | str:
    """Or a sentence, perhaps an empty one, where nothing can be found."""
    read = await tx.first(
        LEXEMES,
        words=wanted.words,
        beginnings=" & ".join(f"{word}:*" for word in wanted.beginnings),
        large=LARGE,
    )
    if not read.english and wanted._replace(words="", beginnings=()).nothing:
        return (
            _("These words are too common to look for. Add one that says what it is about.")
            if wanted.words
            else ""
        )
    networks = await tx.all(
        select(Network.id, Network.slug, col(Network.name), Network.access).where(
            readable(viewer and viewer.id)
        )
    )
    if wanted.networks:
        networks = [n for n in networks if n.slug in wanted.networks or n.name.lower() in wanted.networks]
    ids = [network.id for network in networks]
    if not ids:
        return _("There is no such network that you may read.") if wanted.networks else ""
    marks = ["'+file'"] if wanted.files else []
    if wanted.networks:
        marks.append(_any(f"n{id}" for id in ids))
    authors = await _authors(tx, viewer, wanted) if wanted.authors else []
    if wanted.authors and not authors:
        return _("Nobody here goes by that name.")
    if authors:
        marks.append(_any(f"a{id}" for id in authors))
    if wanted.mine and viewer is None:
        return _("Sign in to look through what you wrote yourself.")
    if wanted.mine and viewer:
        marks.append(_any((f"a{viewer.id}", f"w{viewer.id}")))
    topics = None
    if wanted.tags or wanted.solved or wanted.topic:
        topics = await _topics(tx, ids, wanted)
        if not topics:
            return ""
        if len(topics) <= FEW_TOPICS:
            marks.append(_any(f"t{id}" for id in topics))
            topics = None
    words = read.english
    if read.unbounded:
        words = f"{ALL} & ({words})" if words else ALL
    return Sought(
        words,
        # Of the beginning of a word the index has to gather all words first: once is enough.
        "" if read.unbounded or wanted.beginnings else read.simple,
        scopes_of(networks),
        marks,
        ids,
        topics,
        authors,
        PATIENCE if read.large else FOREVER,
    )


def scopes_of(networks: list[Any]) -> list[str]:
    """Under which the index has what stands in these networks (their id and access)."""
    return ["o", *(str(network.id) for network in networks if network.access != "open")]


async def _authors(tx: Transaction, viewer: Viewer | None, wanted: Wanted) -> list[int]:
    authors = [row[0] for row in await tx.all(AUTHORS, names=list(wanted.authors)) if row[0]]
    return [*authors, viewer.id] if viewer and "me" in wanted.authors else authors


async def _topics(tx: Transaction, networks: list[int], wanted: Wanted) -> list[int]:
    rows = await tx.all(
        TOPICS,
        networks=networks,
        tags=list(wanted.tags),
        solved=wanted.solved,
        topic=wanted.topic or 0,
        most=MANY_TOPICS,
    )
    return [row.id for row in rows]


_BY = Byline(
    "author",
    "found.network_id",
    "found.author_id",
    "found.at",
    "found.pseudonym_id",
    "topic.nameless_at IS NOT NULL",
)

# Each condition on `words` by itself: so the index leaps to a stretch of time, instead of walking there from the first
# post with the words. A stretch that holds nothing leaves a row of nulls, to say that it was looked through.
POOL = f"""
WITH found AS MATERIALIZED (
    SELECT span.n, seen.* FROM (
        SELECT query, n FROM unnest(CAST(CAST(:spans AS text[]) AS tsquery[])) WITH ORDINALITY AS span (query, n)
        WHERE n = 1 OR clock_timestamp() < statement_timestamp() + CAST(:patience AS interval)
    ) AS span LEFT JOIN LATERAL (
        SELECT post_id, topic_id, network_id, author_id, pseudonym_id, at, scope, words FROM findable
        WHERE words @@ CAST(:matching AS tsquery) AND words @@ span.query AND network_id = ANY(:networks)
          AND at >= :since AND at < :until AND (CAST(:topics AS bigint[]) IS NULL OR topic_id = ANY(:topics))
        ORDER BY at DESC, post_id DESC LIMIT :most
    ) AS seen ON true LIMIT :most
)
SELECT found.n, found.post_id, found.network_id, found.at, network.name AS network_name, network.slug,
       ts_rank('{{0.1, 0.2, 0.4, 1}}', found.words, asked.query) AS rank,
       topic.listed_at <= :now AND topic.network_id = ANY(:networks) AS listed,
       {_BY.id} AS author_id, {_BY.handle} AS author_handle, {_BY.name} AS author_name
FROM found
LEFT JOIN unnest(CAST(:scopes AS text[]), CAST(CAST(:queries AS text[]) AS tsquery[])) AS asked (scope, query) USING (scope)
LEFT JOIN topic ON topic.id = found.topic_id LEFT JOIN network ON network.id = found.network_id
LEFT JOIN member AS author ON {_BY.named}
"""  # noqa: S608


async def sift(
    tx: Transaction, sought: Sought, wanted: Wanted, as_of: datetime, reached: int | None = None
) -> Sifted:
    """The newest posts that match, of before `as_of`; `reached` as of an earlier time, for the same ones again."""
    until = min(_midnight(wanted.before), as_of) if wanted.before else as_of
    stretches = spans(until, wanted.after)
    matching = _in_scopes(sought.words, sought.scopes, ":")
    patience = sought.patience if reached is None else FOREVER
    looked = await _pool(tx, sought, matching, stretches[:reached], wanted, until, MOST, patience)
    passed = max((row.n for row in looked), default=0)
    if reached is None and passed < len(stretches) and len(_seen(looked)) < FEW:
        looked += await _pool(tx, sought, matching, stretches[passed:], wanted, until, MOST, FOREVER)
        passed = len(stretches)
    rows = _seen(looked)
    if len(looked) < MOST and passed == len(stretches):
        return Sifted(rows, True, passed)
    if sought.titles and rows:
        titles = _in_scopes(sought.titles, sought.scopes, "^")
        older = await _pool(
            tx,
            sought,
            matching,
            [f"({titles})"],
            wanted,
            min(row.at for row in rows),
            MOST_TITLES,
            patience,
        )
        known = {row.post_id for row in rows}
        rows += [row for row in _seen(older) if row.post_id not in known]
    return Sifted(rows, False, passed)


def _seen(looked: list[Any]) -> list[Any]:
    return [row for row in looked if row.listed]


async def _pool(
    tx: Transaction,
    sought: Sought,
    matching: str,
    spans: list[str],
    wanted: Wanted,
    until: datetime,
    most: int,
    patience: timedelta,
) -> list[Any]:
    return await tx.all(
        POOL,
        matching=matching,
        spans=[" & ".join([span, *sought.marks]) for span in spans],
        patience=patience,
        networks=sought.networks,
        topics=sought.topics,
        since=_midnight(wanted.after) if wanted.after else EARLIEST,
        until=until,
        scopes=sought.scopes,
        queries=[scoped(sought.words, f"{scope}:") for scope in sought.scopes],
        most=most,
        now=clock.now(),
    )


LEXEME = re.compile("'((?:[^']|'')+)'")


def scoped(query: str, prefix: str) -> str:
    """A query with this before each of its lexemes."""
    return LEXEME.sub(rf"'{prefix}\1'", query)


def _in_scopes(query: str, scopes: list[str], sign: str) -> str:
    return " | ".join(f"({scoped(query, scope + sign)})" for scope in scopes)


def _any(marks: Iterable[str]) -> str:
    return "(" + " | ".join(f"'{mark}'" for mark in marks) + ")"


SPANS = (1, 1, 2, *(4,) * 15)  # months; what is older than five years is one stretch


def spans(until: datetime, after: date | None = None, lengths: tuple[int, ...] = SPANS) -> list[str]:
    """Stretches of time, the newest first, as conditions for the index."""
    newest = month = until.year * 12 + until.month
    oldest = after.year * 12 + after.month if after else 0
    found: list[str] = []
    for length in lengths:
        if month < oldest:
            return found
        found.append(_any(f"m{m}" for m in range(month, max(month - length, oldest - 1), -1)))
        month -= length
    now = clock.now()
    return [*found, "!" + _any(f"m{m}" for m in range(month + 1, max(newest, now.year * 12 + now.month) + 1))]


EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
