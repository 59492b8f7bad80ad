"""Writing posts: some hundred in one transaction, each at its old time and beneath what it answers."""

import asyncio
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from chat import clock
from chat.db import Database, Transaction
from chat.discussions.writing import DEEPEST
from chat.events import topic_stream
from chat.fields import UNWANTED
from chat.importing.bringing import Tell, bring_nobody, in_batches, moment
from chat.importing.reports import Report
from chat.importing.scratch import Scratch
from chat.importing.wording import Targets
from chat.markup import LONGEST, RENDERER, render

AT_ONCE = 400
CUT = "\n\n*(The rest of this text was longer than the hub takes, and was left out.)*"


class Post(NamedTuple):
    """A post of theirs. `ends` its topic: no other comes behind it."""

    topic: str
    ours: int  # the topic
    network: int
    solved: str | None
    id: str
    place: int
    answers: int | None
    author: int | None
    at: str | None
    edited: str | None
    body: str
    ends: bool = False


class Placed(NamedTuple):
    """Where a post of theirs stands now."""

    id: int
    topic: int
    number: int
    path: list[int]


class Words:
    """How a source's texts are brought into ours."""

    async def know(self, db: Database) -> None:
        """Learn, when the people have come, what they are called here."""

    def targets(self, body: str, found: Targets) -> None:
        """Note what a text refers to."""

    def aim(self, where: dict[Any, str]) -> None:
        """Where what was noted is now: by (topic, place), and by the number of a post."""

    def retell(self, body: str) -> str:
        return body


class Posting:
    def __init__(self, db: Database, scratch: Scratch, source: str, words: Words, report: Report) -> None:
        self.db, self.scratch, self.source, self.words, self.report = db, scratch, source, words, report
        self.placed: dict[int, Placed] = {}  # of the topic that is being written, by their place
        self.topic = ""
        self.networks: set[int] = set()  # in which something is new

    async def bring_posts(self, tell: Tell) -> None:
        """Write all posts of the scratch that have not come yet."""
        total, done = self.scratch.value("SELECT count(*) FROM post"), 0
        writing: asyncio.Task[None] | None = None
        try:
            for some in in_batches(self._posts(), AT_ONCE):
                ready = await self._prepare(some)  # while those before are being written
                if writing:
                    await writing
                    tell("posts", done, total)
                writing, done = asyncio.create_task(self._write_down(*ready)), done + len(some)
            if writing:
                await writing
                tell("posts", done, total)
        finally:
            if writing:
                await asyncio.wait([writing])

    def _posts(self) -> Iterator[Post]:
        query = (
            "SELECT topic.id, topic.ours, network, solved, post.id, place, answers, person.ours, post.at, edited, body "
            "FROM topic JOIN post ON post.topic = topic.id LEFT JOIN person ON person.id = post.author "
            "ORDER BY nth, topic.id, place, post.id"
        )
        last = None
        for row in self.scratch.rows(query):
            post = Post(*row)
            if last:
                yield last._replace(ends=last.topic != post.topic)
            last = post
        if last:
            yield last._replace(ends=True)

    async def _prepare(
        self, some: list[Post]
    ) -> tuple[list[Post], dict[str, Placed], dict[str, tuple[str, str]]]:
        """What is there already of a batch, and the texts of the rest."""
        async with self.db.snapshot() as tx:
            here = await self._placed(tx, [post.id for post in some])
            new = [post for post in some if post.id not in here]
            await self._aim(tx, new)
        return some, here, await asyncio.to_thread(self._texts, new)

    async def _write_down(
        self, some: list[Post], here: dict[str, Placed], texts: dict[str, tuple[str, str]]
    ) -> None:
        async with self.db.transaction() as tx:
            await self._write(tx, some, here, texts)
        self.report.before["post"] += len(here)
        self.report.came["post"] += len(texts)
        self.networks |= {post.network for post in some if post.id in texts}

    def _texts(self, posts: list[Post]) -> dict[str, tuple[str, str]]:
        """Source and HTML of each."""
        texts = {}
        for post in posts:
            source = unicodedata.normalize("NFC", UNWANTED.sub("", self.words.retell(post.body))).strip()
            if len(source.encode()) > LONGEST:
                self.report.leave("post (its end)", f"longer than {LONGEST // 1024} KB", post.id)
                room = LONGEST - len(CUT.encode())
                source = source.encode()[:room].decode(errors="ignore") + CUT
            source = source or "*(Nothing that could be shown here.)*"
            texts[post.id] = source, render(source)
        return texts

    async def _placed(self, tx: Transaction, theirs: list[str]) -> dict[str, Placed]:
        rows = await tx.all(
            "SELECT their_id, post.id, topic_id, number, path FROM imported JOIN post ON post.id = our_id "
            "WHERE source = :source AND kind = 'post' AND their_id = ANY(:theirs)",
            source=self.source,
            theirs=theirs,
        )
        return {row[0]: Placed(*row[1:]) for row in rows}

    # Links

    async def _aim(self, tx: Transaction, posts: list[Post]) -> None:
        """Find where the things are, or will be, that these texts refer to."""
        found = Targets()
        for post in posts:
            self.words.targets(post.body, found)
        where: dict[Any, str] = {}
        meant: dict[Any, tuple[str, int | None]] = {}  # their post, and the number that it is to have
        for id in found.posts:
            if row := self.scratch.row("SELECT topic, place FROM post WHERE id = ?", id):
                found.topics.add((row[0], row[1]))
                meant[id] = id, None
        for topic, place in found.topics:
            ours = self.scratch.value("SELECT ours FROM topic WHERE id = ?", topic)
            if ours is None:
                continue
            where[topic, place] = f"/topics/{ours}"
            row = self.scratch.row("SELECT id, number FROM post WHERE topic = ? AND place = ?", topic, place)
            if row and place != 1:
                meant[topic, place] = row[0], row[1]
        here = await self._placed(tx, [id for id, _ in meant.values()])
        for target, (id, number) in meant.items():
            if id in here:
                where[target] = _address(here[id].topic, here[id].number)
            elif number and target in where:
                where[target] = f"{where[target]}?post={number}#p{number}"
        for id in found.posts & meant.keys() - here.keys():
            row = self.scratch.row("SELECT topic, place FROM post WHERE id = ?", id)
            if row and (target := where.get((row[0], row[1]))):
                where[id] = target
        self.words.aim(where)

    # Rows

    async def _write(
        self, tx: Transaction, some: list[Post], here: dict[str, Placed], texts: dict[str, tuple[str, str]]
    ) -> None:
        new = [post for post in some if post.id not in here]
        numbers = await self._numbers(tx, {post.ours for post in new})
        begun = [id for id, count in numbers.items() if count]
        ids = await tx.all(
            "SELECT nextval(pg_get_serial_sequence('post', 'id')) FROM generate_series(1, :n)", n=len(new)
        )
        fresh = iter(id for (id,) in ids)
        nobody = None
        rows: list[dict[str, Any]] = []
        for post in some:
            if post.topic != self.topic:
                self.topic, self.placed = post.topic, {}
            if post.id in here:
                self.placed[post.place] = here[post.id]
                continue
            if post.author is None:
                nobody = nobody or await bring_nobody(tx, self.source, self._all_networks())
            number = numbers[post.ours] = numbers[post.ours] + 1
            parent = self._parent(post)
            path = [*_above(parent), number]
            placed = self.placed[post.place] = Placed(next(fresh), post.ours, number, path)
            source, html = texts[post.id]
            rows.append(
                {
                    "id": placed.id, "topic": post.ours, "number": placed.number, "parent": parent and parent.id,
                    "path": "{" + ",".join(map(str, path)) + "}", "author": post.author or nobody, "body": source, "html": html,
                    "at": moment(post.at) or clock.now(), "edited": moment(post.edited), "theirs": post.id,
                }
            )  # fmt: skip
        await self._insert(tx, rows)
        await self._like(tx, rows)
        for post in (p for p in some if p.ends):
            await self._finish(tx, post)
        for topic in begun:
            # Somebody may be reading it.
            last = max(row["id"] for row in rows if row["topic"] == topic)
            network = next(p.network for p in new if p.ours == topic)
            tx.announce(topic_stream(topic), "post.added", last, network=network)

    def _all_networks(self) -> list[int]:
        return [network for (network,) in self.scratch.rows("SELECT DISTINCT network FROM topic")]

    def _parent(self, post: Post) -> Placed | None:
        parent = self.placed.get(post.answers) if post.answers is not None else None
        return parent if parent and parent.topic == post.ours else None

    async def _numbers(self, tx: Transaction, topics: set[int]) -> dict[int, int]:
        """How many posts these topics have. Nobody adds one before we are done."""
        rows = await tx.all(
            "SELECT id, post_count FROM topic WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=list(topics)
        )
        return dict(rows)

    async def _insert(self, tx: Transaction, rows: list[dict[str, Any]]) -> None:
        if rows:
            columns = {name: [row[name] for row in rows] for name in rows[0]}
            await tx.run(POSTS, **columns, renderer=RENDERER, source=self.source, now=clock.now())

    async def _like(self, tx: Transaction, rows: list[dict[str, Any]]) -> None:
        """Their likes are our thanks; nobody thanks themselves."""
        given = [
            (row["id"], ours, moment(at) or row["at"])
            for row in rows
            for ours, at in self.scratch.rows(
                "SELECT ours, liked.at FROM liked JOIN person ON person.id = person WHERE post = ?",
                row["theirs"],
            )
        ]
        if given:
            posts, members, ats = map(list, zip(*given, strict=True))
            counts = await tx.all(LIKES, posts=posts, members=members, ats=ats, kind=LIKED)
            self.report.came["like"] += sum(count for (count,) in counts)

    async def _finish(self, tx: Transaction, post: Post) -> None:
        await tx.run(FINISH, source=self.source, topic=post.topic, solved=post.solved, now=clock.now())


LIKED = "thanks"
LIKES = """
WITH given AS (
    INSERT INTO reaction (post_id, member_id, kind, at)
    SELECT post.id, given.member, CAST(:kind AS text), given.at
    FROM unnest(CAST(:posts AS bigint[]), CAST(:members AS bigint[]), CAST(:ats AS timestamptz[])) AS given (post, member, at)
    JOIN post ON post.id = given.post AND post.author_id <> given.member
    ON CONFLICT DO NOTHING RETURNING post_id
), counted AS (
    SELECT post_id, count(*) AS times FROM given GROUP BY post_id
)
UPDATE post SET reactions = jsonb_build_object(CAST(:kind AS text), times) FROM counted WHERE post.id = post_id RETURNING times
"""

# Once: a host may have hidden it since.
FINISH = """
WITH whole AS (
    UPDATE imported SET whole_at = :now WHERE source = :source AND kind = 'topic' AND their_id = :topic AND whole_at IS NULL
    RETURNING our_id
)
UPDATE topic SET listed_at = created_at, solved_number = (
    SELECT number FROM imported JOIN post ON post.id = our_id
    WHERE source = :source AND kind = 'post' AND their_id = :solved AND topic_id = topic.id
)
FROM whole WHERE topic.id = whole.our_id
"""

POSTS = """
WITH come AS (
    SELECT * FROM unnest(
        CAST(:id AS bigint[]), CAST(:topic AS bigint[]), CAST(:number AS integer[]), CAST(:parent AS bigint[]), CAST(:path AS text[]),
        CAST(:author AS bigint[]), CAST(:body AS text[]), CAST(:html AS text[]), CAST(:at AS timestamptz[]),
        CAST(:edited AS timestamptz[]), CAST(:theirs AS text[])
    ) AS come (id, topic, number, parent, path, author, body, html, at, edited, theirs)
), written AS (
    INSERT INTO post (id, topic_id, number, parent_id, path, author_id, body, html, renderer, created_at, edited_at, rev)
    OVERRIDING SYSTEM VALUE
    SELECT id, topic, number, parent, CAST(path AS integer[]), author, body, html, CAST(:renderer AS smallint), at, edited,
           CASE WHEN edited IS NULL THEN 1 ELSE 2 END
    FROM come
), noted AS (
    INSERT INTO imported (source, kind, their_id, our_id, at) SELECT CAST(:source AS text), 'post', theirs, id, CAST(:now AS timestamptz) FROM come
)
UPDATE topic SET post_count = most, last_post_at = greatest(last_post_at, newest)
FROM (SELECT topic, max(number) AS most, max(at) AS newest FROM come GROUP BY topic) AS counted WHERE topic.id = counted.topic
"""


def _above(parent: Placed | None) -> list[int]:
    # The opening post is what the whole topic answers: its answers are roots.
    return [] if parent is None or parent.number == 1 else parent.path[: DEEPEST - 1]


def _address(topic: int, number: int) -> str:
    return f"/topics/{topic}" + (f"?post={number}#p{number}" if number > 1 else "")
