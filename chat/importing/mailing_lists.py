"""Threads of letters: by what they refer to, else by their subject (after J. Zawinski, "Message threading", 1997).

Of each letter only some numbers are kept in memory; its text is in the scratch.
"""

from array import array
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import BinaryIO
from zlib import crc32

from chat.importing import letters, mailboxes
from chat.importing.reports import Report
from chat.importing.scratch import Scratch

# An answer without references belongs to what had its subject not long before.
SAME_SUBJECT = timedelta(days=60)

LETTERS = """
CREATE TABLE letter (n INTEGER PRIMARY KEY, id TEXT UNIQUE, refs TEXT, subject TEXT, answers INTEGER, at REAL, person TEXT, body TEXT);
CREATE TABLE opened (subject TEXT, n INTEGER, at REAL);
"""


def read_letters(stream: BinaryIO, scratch: Scratch, report: Report, tell: Callable[[], None]) -> None:
    """Put the letters of one mailbox into the scratch. Raises Broken."""
    scratch.connection.execute("COMMIT")
    scratch.connection.executescript(LETTERS.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
    scratch.run("BEGIN")
    n = scratch.value("SELECT coalesce(max(n), 0) FROM letter")
    at = scratch.value("SELECT at FROM letter ORDER BY n DESC LIMIT 1") or 0.0
    for raw in mailboxes.letters(stream):
        letter = letters.read(raw)
        report.leave("attachment", "the import takes texts alone", count=len(letter.attachments))
        if not raw.whole:
            report.leave("letter (its end)", "longer than 8 MB", letter.id)
        if letter.garbled:
            report.leave("encoding", "wrong, so that the text was read in another", letter.id)
        if not letter.body:
            report.leave("letter", "without a text", letter.id)
            continue
        if letter.at is None:
            report.leave("date", "none that can be read; it has that of the letter before it", letter.id)
        at = letter.at.timestamp() if letter.at and letter.at <= datetime.now(UTC) else at
        come = scratch.run(
            "INSERT OR IGNORE INTO letter (n, id, refs, subject, answers, at, person, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            n + 1, letter.id, "\n".join(letter.references), letter.subject, letter.answers, at, _person(scratch, letter, at), letter.body,
        )  # fmt: skip
        n += come
        if not come:
            report.leave("letter", "twice in the mailbox", letter.id)
        if n % 100 == 0:
            tell()


def _person(scratch: Scratch, letter: letters.Letter, at: float) -> str | None:
    if "@" not in letter.address:
        return None
    scratch.run(
        "INSERT INTO person (id, email, username, name, at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = coalesce(nullif(name, ''), excluded.name), at = min(at, excluded.at)",
        letter.address, letter.address, "", letter.name, _moment(at),
    )  # fmt: skip
    return letter.address


def tie_threads(scratch: Scratch, network: int) -> int:
    """Topics of the threads, with their letters as posts; a number that marks this list: none is told from another."""
    threads = Threads(scratch)
    threads.tie()
    threads.write(network)
    # What was not said in public stays out of handles too: they are made of the name alone.
    scratch.run("UPDATE person SET name = 'A member of the list' WHERE coalesce(name, '') = ''")
    scratch.number_posts()
    return crc32(b"mailing list")


class Threads:
    """For each letter, by its number: the one it answers, and the first of its thread. 0 is none."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        count = scratch.value("SELECT coalesce(max(n), 0) FROM letter")
        self.parent = array("l", [0]) * (count + 1)
        self.top = array("l", range(count + 1))  # as far up as is known; looking shortens the way
        self.missing: dict[str, int] = {}  # of ids that are not in the mailbox: who first referred to them

    def tie(self) -> None:
        rows = self.scratch.rows("SELECT n, id, refs, subject, answers, at FROM letter ORDER BY at, n")
        for n, id, refs, subject, answers, at in rows:
            parent = 0
            for ref in reversed(refs.split("\n") if refs else []):
                if ref != id and (parent := self._number(ref) or self.missing.get(ref, 0)) not in (0, n):
                    break
            else:
                parent = 0
            if not parent and answers and subject:
                parent = self._same_subject(subject, at)
            if (
                parent and parent != n and self._root(parent) != n
            ):  # else they refer to each other in a circle
                self.parent[n] = self.top[n] = parent
            elif refs:
                for ref in refs.split("\n"):
                    if ref != id and not self._number(ref):
                        self.missing.setdefault(ref, n)
            if not self.parent[n]:
                self.scratch.run("INSERT INTO opened VALUES (?, ?, ?)", subject.casefold(), n, at)

    def _number(self, id: str) -> int:
        return self.scratch.value("SELECT n FROM letter WHERE id = ?", id) or 0

    def _same_subject(self, subject: str, at: float) -> int:
        query = "SELECT n FROM opened WHERE subject = ? AND at >= ? ORDER BY at DESC LIMIT 1"
        return self.scratch.value(query, subject.casefold(), at - SAME_SUBJECT.total_seconds()) or 0

    def _root(self, n: int) -> int:
        while self.top[n] != n:
            self.top[n] = self.top[self.top[n]]
            n = self.top[n]
        return n

    def _times(self) -> "array[float]":
        """When each was written, but never before what it answers."""
        times = array("d", [0.0]) * len(self.parent)
        for n, at in self.scratch.rows("SELECT n, at FROM letter"):
            times[n] = at
        settled = bytearray(len(times))
        for n in range(1, len(times)):
            above = []
            while n and not settled[n]:
                above.append(n)
                n = self.parent[n]
            for n in reversed(above):
                parent = self.parent[n]
                if parent and (times[n], n) < (times[parent], parent):
                    times[n] = times[parent] + 0.001
                settled[n] = True
        return times

    def write(self, network: int) -> None:
        """In each thread a letter comes behind the one it answers, whatever its clock said."""
        run = self.scratch.run
        run("CREATE TABLE told (n INTEGER PRIMARY KEY, root INTEGER, parent INTEGER, at REAL)")
        times = self._times()
        self.scratch.many(
            "INSERT INTO told VALUES (?, ?, ?, ?)",
            ((n, self._root(n), self.parent[n], times[n]) for n in range(1, len(times))),
        )
        run(
            "INSERT INTO topic (id, nth, network, author, title, at) "
            "SELECT first.id, min(told.n), ?, first.person, first.subject, datetime(min(told.at), 'unixepoch') "
            "FROM told JOIN letter AS first ON first.n = told.root GROUP BY told.root",
            network,
        )
        run(
            "INSERT INTO post (id, topic, place, answers, author, at, body) "
            "SELECT letter.id, first.id, placed.place, above.place, letter.person, datetime(letter.at, 'unixepoch'), letter.body "
            "FROM (SELECT n, root, parent, row_number() OVER (PARTITION BY root ORDER BY at, n) AS place FROM told) AS placed "
            "JOIN letter ON letter.n = placed.n JOIN letter AS first ON first.n = placed.root "
            "LEFT JOIN (SELECT n, row_number() OVER (PARTITION BY root ORDER BY at, n) AS place FROM told) AS above ON above.n = placed.parent"
        )
        run("UPDATE topic SET title = '(without a subject)' WHERE title = ''")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
