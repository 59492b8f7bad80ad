"""Where an archive is sorted before anything is written: on the disk, in a file that ends with the process.

An archive may be larger than the memory, and tells first what comes last: posts stand before the people who wrote them.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

TABLES = """
CREATE TABLE person (id TEXT PRIMARY KEY, email TEXT, username TEXT, name TEXT, at TEXT, wanted INTEGER DEFAULT 0, ours INTEGER);
CREATE TABLE topic (
    id TEXT PRIMARY KEY, nth INTEGER, network INTEGER, author TEXT, title TEXT, at TEXT, views INTEGER DEFAULT 0,
    tags TEXT DEFAULT '[]', pinned TEXT, locked TEXT, solved TEXT, ours INTEGER
);
CREATE TABLE post (
    id TEXT PRIMARY KEY, topic TEXT, place INTEGER, answers INTEGER, author TEXT, at TEXT, edited TEXT, body TEXT, number INTEGER
);
CREATE TABLE liked (post TEXT, person TEXT, at TEXT, PRIMARY KEY (post, person));
"""


class Scratch:
    """`place` is a post's in its topic, `answers` the place of the post it answers, `number` the one it is to have."""

    def __init__(self) -> None:
        # An empty name is a file without one, which spills from the cache to the disk and goes with the process.
        self.connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self.connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE;"
        )
        self.connection.executescript(TABLES)
        self.connection.execute("BEGIN")

    def run(self, query: str, *values: Any) -> int:
        return self.connection.execute(query, values).rowcount

    def many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(query, rows)

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        return iter(self.connection.execute(query, values))

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        return self.connection.execute(query, values).fetchone()

    def value(self, query: str, *values: Any) -> Any:
        row = self.row(query, *values)
        return row[0] if row else None

    def number_posts(self) -> None:
        """Number the posts of each topic without gaps, and mark the people who wrote them."""
        self.run("CREATE INDEX post_place ON post (topic, place)")
        self.run(
            "UPDATE post SET number = counted.number FROM (SELECT id, row_number() OVER (PARTITION BY topic ORDER BY place, id) "
            "AS number FROM post) AS counted WHERE counted.id = post.id"
        )
        self.run("DELETE FROM topic WHERE NOT EXISTS (SELECT 1 FROM post WHERE post.topic = topic.id)")
        self.run(
            "UPDATE person SET wanted = 1 WHERE id IN (SELECT author FROM post UNION SELECT author FROM topic)"
        )

    def close(self) -> None:
        self.connection.close()
