"""Writing what an archive holds: people, then topics, then posts, a batch of each in one transaction.

What has come stands in `imported`, in the same transaction: an import that was killed goes on where it was, and one that
runs again changes nothing. A topic is in no list before it is whole. No letter is sent, and nobody is notified.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec

from chat import clock
from chat.db import Database, Transaction
from chat.errors import Conflict, Invalid
from chat.events import network_stream, topic_stream
from chat.fields import UNWANTED, slug_of
from chat.importing import ledger
from chat.importing.reports import Report
from chat.importing.scratch import Scratch
from chat.members import bring
from chat.members.joining import clean_email

PEOPLE_AT_ONCE, TOPICS_AT_ONCE = 100, 500
NO_ADDRESS = "imported.invalid"  # where no letter can ever arrive (RFC 6761)
LONGEST_NAME, LONGEST_TITLE = 80, 140

Tell = Callable[[str, int, int], None]  # what comes, how many of them, of how many
Some = TypeVar("Some")


async def must_be_the_same(db: Database, source: str, mark: int) -> None:
    """Refuse another forum under a name that one has already: their numbers would be taken for its."""
    async with db.transaction() as tx:
        found = await ledger.mark_of(tx, source)
        if found is None:
            await ledger.note(tx, source, "site", {"": mark})
        elif found != mark:
            raise Conflict(
                f"Another forum was imported as “{source}”. Give this one a name of its own: --name NAME"
            )


async def bring_people(db: Database, scratch: Scratch, source: str, report: Report, tell: Tell) -> None:
    """Accounts for those who wrote: a new one, or the one that has their address already."""
    query = "SELECT id, email, username, name, at FROM person WHERE wanted = 1 AND ours IS NULL ORDER BY id"
    rows = list(scratch.rows(query))
    for n, some in enumerate(in_batches(rows, PEOPLE_AT_ONCE)):
        async with db.transaction() as tx:
            here = await ledger.known(tx, source, "member", (row[0] for row in some))
            report.before["member"] += len(here)
            come = {row[0]: await _bring_one(tx, source, row, report) for row in some if row[0] not in here}
            await ledger.note(tx, source, "member", come)
        for id, ours in {**here, **come}.items():
            scratch.run("UPDATE person SET ours = ? WHERE id = ?", ours, id)
        tell("members", min(len(rows), (n + 1) * PEOPLE_AT_ONCE), len(rows))


async def _bring_one(tx: Transaction, source: str, row: tuple[Any, ...], report: Report) -> int:
    id, email, username, name, at = row
    name = _line(name or username or "", LONGEST_NAME) or "A member"
    try:
        address = clean_email(email)
    except Invalid:
        report.leave(
            "e-mail address", "none, or none that could be one: its owner can’t claim the account", id
        )
        address = f"{slug_of(id) or 'nobody'}.{slug_of(source)}@{NO_ADDRESS}"
    ours, new = await bring(
        tx, email=address, name=name, handle=username or name, created_at=moment(at) or clock.now()
    )
    report.came["member (new, to be claimed)" if new else "member (who had an account already)"] += 1
    return ours


async def bring_nobody(tx: Transaction, source: str, networks: Iterable[int]) -> int:
    """Whoever wrote what nobody wrote: shown as a former member, in these networks."""
    found = (await ledger.known(tx, source, "member", [""])).get("")
    if found is None:
        address = f"nobody.{slug_of(source)}@{NO_ADDRESS}"
        found, _ = await bring(
            tx, email=address, name="Former member", handle="former-member", created_at=clock.now()
        )
        await ledger.note(tx, source, "member", {"": found})
    await tx.run(
        "INSERT INTO membership (network_id, member_id, role, joined_at, ended_at, former_at) "
        "SELECT unnest(CAST(:networks AS bigint[])), CAST(:member AS bigint), 'member', CAST(:now AS timestamptz), CAST(:now AS timestamptz), CAST(:now AS timestamptz) ON CONFLICT DO NOTHING",
        networks=list(networks),
        member=found,
        now=clock.now(),
    )
    return found


# Their rows are listed, and their posts numbered, when they are whole.
TOPICS = """
INSERT INTO topic (network_id, author_id, title, created_at, listed_at, last_post_at, views, tags, pinned_at, locked_at)
SELECT network, author, title, at, NULL, at, views, CAST(tags AS text[]), pinned, locked
FROM unnest(CAST(:networks AS bigint[]), CAST(:authors AS bigint[]), CAST(:titles AS text[]), CAST(:ats AS timestamptz[]),
            CAST(:views AS bigint[]), CAST(:tags AS text[]), CAST(:pinned AS timestamptz[]), CAST(:locked AS timestamptz[]))
     WITH ORDINALITY AS come (network, author, title, at, views, tags, pinned, locked, n) ORDER BY n
RETURNING id
"""


async def bring_topics(db: Database, scratch: Scratch, source: str, report: Report, tell: Tell) -> None:
    """Rows for the topics, empty and in no list yet."""
    query = (
        "SELECT topic.id, network, ours_of.ours, title, topic.at, views, tags, pinned, locked FROM topic "
        "LEFT JOIN person AS ours_of ON ours_of.id = topic.author ORDER BY nth, topic.id"
    )
    rows = list(scratch.rows(query))
    networks = {row[1] for row in rows}
    for n, some in enumerate(in_batches(rows, TOPICS_AT_ONCE)):
        async with db.transaction() as tx:
            here = await ledger.known(tx, source, "topic", (row[0] for row in some))
            new = [row for row in some if row[0] not in here]
            if any(row[2] is None for row in new):
                nobody = await bring_nobody(tx, source, networks)
                new = [row if row[2] else (*row[:2], nobody, *row[3:]) for row in new]
            come = dict(zip((row[0] for row in new), await _insert_topics(tx, new), strict=True))
            await ledger.note(tx, source, "topic", come)
        report.before["topic"] += len(here)
        report.came["topic"] += len(come)
        for id, ours in {**here, **come}.items():
            scratch.run("UPDATE topic SET ours = ? WHERE id = ?", ours, id)
        tell("topics", min(len(rows), (n + 1) * TOPICS_AT_ONCE), len(rows))


async def _insert_topics(tx: Transaction, rows: list[tuple[Any, ...]]) -> list[int]:
    made = await tx.all(
        TOPICS,
        networks=[row[1] for row in rows],
        authors=[row[2] for row in rows],
        titles=[_line(row[3] or "", LONGEST_TITLE) or "Without a title" for row in rows],
        ats=[moment(row[4]) or clock.now() for row in rows],
        views=[row[5] or 0 for row in rows],
        tags=[_array(msgspec.json.decode(row[6])) for row in rows],
        pinned=[moment(row[7]) for row in rows],
        locked=[moment(row[8]) for row in rows],
    )
    ids = [id for (id,) in made]
    await tx.run(
        "INSERT INTO stream (id, network_id) SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:networks AS bigint[]))",
        ids=[topic_stream(id) for id in ids],
        networks=[row[1] for row in rows],
    )
    return ids


async def tell_readers(db: Database, source: str, networks: Iterable[int]) -> None:
    """One event for each network, by whose newest topic its open pages see that there is something new."""
    for network in sorted(networks):
        async with db.transaction() as tx:
            topic = await tx.value(
                "SELECT topic.id FROM topic JOIN imported ON our_id = topic.id AND kind = 'topic' AND source = :source "
                "WHERE network_id = :network AND listed_at IS NOT NULL ORDER BY last_post_at DESC LIMIT 1",
                source=source,
                network=network,
            )
            if topic is not None:
                tx.announce(network_stream(network), "topic.added", topic, network=network)


def in_batches(rows: Iterable[Some], size: int) -> Iterator[list[Some]]:
    """Lists of so many."""
    source = iter(rows)
    while some := list(islice(source, size)):
        yield some


def moment(text: str | None) -> datetime | None:
    """A time of theirs, in UTC where it says no zone. One that has not come yet is none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if datetime(1980, 1, 1, tzinfo=UTC) < at <= clock.now() else None


def _line(text: str, longest: int) -> str:
    line = " ".join(UNWANTED.sub(" ", text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _array(words: list[str]) -> str:
    """As PostgreSQL writes an array of texts."""
    quoted = (re.sub(r'(["\\])', r"\\\1", UNWANTED.sub("", word)) for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"
