"""An import from its beginning to its end: read the whole archive, then write what it holds, then say what came."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from time import monotonic
from typing import Any

from chat.db import Database
from chat.errors import Conflict, NotFound
from chat.fields import slug_of
from chat.importing import bringing, discourse, ledger, mailing_lists
from chat.importing.archives import Archive
from chat.importing.bringing import Tell, in_batches
from chat.importing.dumps import Dump
from chat.importing.posting import Posting, Words
from chat.importing.reports import Report
from chat.importing.scratch import Scratch
from chat.importing.wording import Targets, Wording

# PostgreSQL counts rows anew within half a minute. Until then whoever asks for one of many reads all of them, as it was
# right while there were few.
COUNT_AGAIN = "ANALYZE member, membership, topic, post, findable, reading, stream"


async def network_called(db: Database, slug: str) -> tuple[int, str]:
    """The number and name of a network, for who runs the hub."""
    async with db.snapshot() as tx:
        row = await tx.first("SELECT id, name FROM network WHERE slug = :slug", slug=slug)
    if row is None:
        raise NotFound(f"There is no network with the address “{slug}”. Found it first, then import.")
    return row.id, row.name


async def import_discourse(
    db: Database,
    path: Path,
    *,
    into: str | None = None,
    categories: dict[str, str] | None = None,
    bases: Sequence[str] = (),
    name: str = "",
    everybody: bool = False,
    rehearsal: bool = False,
    tell: Tell = lambda what, done, total: None,
) -> Report:
    """A Discourse backup, or its dump. `categories` maps theirs to networks' slugs, "" for nowhere; `into` takes the rest.

    Raises Broken where the archive can't be read whole: then nothing has been written.
    """
    slugs = sorted({slug for slug in (into, *(categories or {}).values()) if slug})
    found = {slug: await network_called(db, slug) for slug in slugs}
    if not found:
        raise Conflict("Say into which network: --into NETWORK, or --category CATEGORY=NETWORK.")
    source = f"discourse {name or (slug_of(bases[0].partition('://')[2]) if bases else '')}".strip()
    report = Report(source, [f"“{network}”" for _, network in found.values()], rehearsal=rehearsal)
    where = discourse.Where(
        found[into][0] if into else None,
        {word: found[slug][0] if slug else None for word, slug in (categories or {}).items()},
    )
    with closing(Archive(path)) as archive, closing(Scratch()) as scratch:
        dump = Dump(archive.content())
        mark = discourse.sort_out(
            dump, scratch, where, report, lambda: tell("reading", archive.position, archive.size)
        )
        archive.look_through()
        if everybody:
            scratch.run("UPDATE person SET wanted = 1 WHERE CAST(id AS INTEGER) > 0")
        words = Forum(scratch, bases)
        await _carry(db, scratch, source, mark, words, report, tell)
        report.leave("file", "texts alone come; where one stood, its name does", count=archive.files)
    return report


async def import_mbox(
    db: Database,
    paths: Sequence[Path],
    *,
    into: str,
    name: str = "",
    rehearsal: bool = False,
    tell: Tell = lambda what, done, total: None,
) -> Report:
    """The mailboxes of one list, as topics of a network. Raises Broken where one can't be read: then nothing has been written."""
    network, called = await network_called(db, into)
    source = f"mbox {name or into}"
    report = Report(source, [f"“{called}”"], rehearsal=rehearsal)
    size, before = sum(path.stat().st_size for path in paths), 0
    with closing(Scratch()) as scratch:
        for path in paths:
            with closing(Archive(path)) as archive:

                def moved(archive: Archive = archive, before: int = before) -> None:
                    tell("reading", before + archive.position, size)

                mailing_lists.read_letters(archive.content(), scratch, report, moved)
                before += archive.size
        mark = mailing_lists.tie_threads(scratch, network)
        await _carry(db, scratch, source, mark, Words(), report, tell)
    return report


async def _carry(
    db: Database, scratch: Scratch, source: str, mark: int, words: Words, report: Report, tell: Tell
) -> None:
    began = monotonic()
    async with _alone(db, source):
        if report.rehearsal:
            return await _rehearse(db, scratch, source, report)
        await bringing.must_be_the_same(db, source, mark)
        await bringing.bring_people(db, scratch, source, report, tell)
        await words.know(db)
        await bringing.bring_topics(db, scratch, source, report, tell)
        posting = Posting(db, scratch, source, words, report)
        await posting.bring_posts(tell)
        await bringing.tell_readers(db, source, posting.networks)
        async with db.look() as tx:
            await tx.run(COUNT_AGAIN)
    report.seconds = monotonic() - began


async def _rehearse(db: Database, scratch: Scratch, source: str, report: Report) -> None:
    """Count what would come."""
    for kind, table in (("member", "person WHERE wanted = 1"), ("topic", "topic"), ("post", "post")):
        for some in in_batches(scratch.rows(f"SELECT id FROM {table}"), 1000):  # noqa: S608
            async with db.snapshot() as tx:
                here = len(await ledger.known(tx, source, kind, (id for (id,) in some)))
            report.before[kind] += here
            report.came[kind] += len(some) - here


@asynccontextmanager
async def _alone(db: Database, source: str) -> AsyncIterator[None]:
    """One import of a source at a time. The lock ends with the connection, and so with a process that is killed."""
    async with db.glance() as tx:
        if not await tx.value(
            "SELECT pg_try_advisory_lock(hashtext('import'), hashtext(:source))", source=source
        ):
            raise Conflict("This is being imported already, by another process.")
        try:
            yield
        finally:
            await tx.value("SELECT pg_advisory_unlock(hashtext('import'), hashtext(:source))", source=source)


class Forum(Words):
    """Texts of a Discourse forum."""

    def __init__(self, scratch: Scratch, bases: Sequence[str]) -> None:
        self.scratch, self.wording = scratch, Wording(tuple(bases))
        self.handles: dict[str, tuple[str, str]] = {}
        self.where: dict[Any, str] = {}
        self.wording.topic = lambda topic, place: self.where.get((topic, place))
        self.wording.post = lambda post: self.where.get(post)
        self.wording.person = lambda username: self.handles.get(username.casefold())

    async def know(self, db: Database) -> None:
        """Learn what people are called here."""
        rows = self.scratch.rows(
            "SELECT username, ours FROM person WHERE ours IS NOT NULL AND username IS NOT NULL"
        )
        for some in in_batches(rows, 1000):
            async with db.snapshot() as tx:
                known = await tx.all(
                    "SELECT id, handle, name FROM member WHERE id = ANY(:ids)", ids=[ours for _, ours in some]
                )
            called = {row.id: (row.handle, row.name) for row in known}
            self.handles |= {username.casefold(): called[ours] for username, ours in some if ours in called}

    def targets(self, body: str, found: Targets) -> None:
        self.wording.targets(body, found)

    def aim(self, where: dict[Any, str]) -> None:
        self.where = where

    def retell(self, body: str) -> str:
        return self.wording.retell(body)
