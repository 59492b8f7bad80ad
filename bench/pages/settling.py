"""Networks with topics, and topics with posts, made in bulk; everything else is done by the domain's own verbs."""

from chat import members, networks
from chat.db import Database, Transaction
from chat.members import Viewer

PEOPLE = """
WITH made AS (
    INSERT INTO member (handle, email, name, organisation, verified_at)
    SELECT 'person-' || n, 'person-' || n || '@example.org', 'Person ' || n, 'Hospital ' || n % 20, now()
    FROM generate_series(1, CAST(:count AS integer)) AS n RETURNING id
), streams AS (INSERT INTO stream (id) SELECT 'm:' || id FROM made)
SELECT id FROM made ORDER BY id
"""

# One every minute, the last of them just now.
TOPICS = """
INSERT INTO topic (network_id, author_id, title, created_at, listed_at, post_count, last_post_at)
SELECT (CAST(:networks AS bigint[]))[n % cardinality(CAST(:networks AS bigint[])) + 1], :author, 'Question ' || n,
       now() - interval '30 days' + n * interval '1 minute', now() - interval '30 days' + n * interval '1 minute', :each,
       now() - (CAST(:count AS integer) - n) * interval '1 minute'
FROM generate_series(1, CAST(:count AS integer)) AS n RETURNING id, network_id
"""

STREAMS = (
    "INSERT INTO stream (id, network_id) SELECT 't:' || id, network_id FROM topic WHERE id = ANY(:topics)"
)

# `under`: 0 where every post is a root, else the number of the root that all others answer.
POSTS = """
INSERT INTO post (topic_id, number, path, parent_id, author_id, body, html, renderer, created_at)
SELECT topic.id, number, CASE WHEN number <= greatest(:under, 1) OR :under = 0 THEN ARRAY[number] ELSE ARRAY[:under, number] END,
       CASE WHEN number > :under AND :under > 0 THEN (SELECT id FROM post WHERE topic_id = topic.id AND number = :under) END,
       (CAST(:authors AS bigint[]))[number % cardinality(CAST(:authors AS bigint[])) + 1], :body, :html, 1,
       topic.created_at + number * interval '1 second'
FROM topic, generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS number WHERE topic.id = ANY(:topics) ORDER BY topic.id, number
"""

BODY = "Ours is ticked before anybody has looked. We read it aloud now, and whoever holds the knife answers last."


async def people(tx: Transaction, count: int) -> list[int]:
    return [row.id for row in await tx.all(PEOPLE, count=count)]


async def founder(tx: Transaction) -> Viewer:
    return await members.by_id(tx, await tx.value("SELECT id FROM member WHERE handle = 'ana'"))


async def found(tx: Transaction, host: Viewer, count: int, access: str) -> list[int]:
    made = []
    for number in range(count):
        slug = await networks.found(tx, host, {"name": f"Ward {number}", "access": access})
        made.append((await networks.network_of(tx, host, slug)).id)
    return made


async def topics(db: Database, host: Viewer, network_ids: list[int], count: int, each: int) -> list[int]:
    async with db.transaction() as tx:
        rows = await tx.all(TOPICS, networks=network_ids, author=host.id, count=count, each=each)
        ids = [row.id for row in rows]
        await tx.run(STREAMS, topics=ids)
    return ids


async def posts(db: Database, topic_ids: list[int], authors: list[int], each: int, under: int = 0) -> None:
    # By pieces: a single statement may take no longer than half a minute, and who answers a post comes after it.
    steps = [(1, under)] * bool(under) + [(n, min(n + 1999, each)) for n in range(under + 1, each + 1, 2000)]
    for some in range(0, len(topic_ids), 100):
        for first, last in steps:
            async with db.transaction() as tx:
                await tx.run(
                    POSTS, topics=topic_ids[some : some + 100], authors=authors, under=under, first=first, last=last,
                    body=BODY, html=f"<p>{BODY}</p>",
                )  # fmt: skip


async def analyse(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.run("ANALYZE")
