"""A hub that has been talking for five years: networks, members, topics and a million posts, in the order of their time.

The words are made up, and as frequent as words are: the n-th most common one stands in a post with a chance of about 1/n.
"""

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from chat.db import Database

OPEN, PRIVATE = 60, 140
MEMBERS = 5000
WORDS = 50_000
IN_A_POST = 45
IN_A_TOPIC = 20
YEARS = 5
AT_ONCE = 10_000
RARE = "zephyrine"  # stands in one private network alone
ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "qu",
    "r",
    "st",
    "t",
    "v",
)
NUCLEI = ("a", "e", "i", "o", "u", "ea", "ou", "io")
CODAS = ("k", "l", "m", "n", "p", "rd", "rt", "st", "x", "nd")

PLACES = """
WITH network AS (
    INSERT INTO network (slug, name, access, founded_by)
    SELECT 'net-' || n, 'Network ' || n, CASE WHEN n <= :open THEN 'open' WHEN n % 5 = 0 THEN 'confidential' ELSE 'private' END, :founder
    FROM generate_series(1, CAST(:networks AS integer)) AS n RETURNING id
), named AS (
    INSERT INTO member (handle, email, name, organisation, role, country, verified_at)
    SELECT 'person-' || n, 'person-' || n || '@example.org', initcap((CAST(:given AS text[]))[n % 97 + 1] || ' ' || (CAST(:family AS text[]))[n % 800 + 1]),
           'Hospital ' || n % 300, 'Nurse', 'GB', now()
    FROM generate_series(1, CAST(:members AS integer)) AS n RETURNING id
), stream AS (
    INSERT INTO stream (id) SELECT 'm:' || id FROM named
    UNION ALL SELECT 'n:' || id FROM network
)
INSERT INTO membership (network_id, member_id, role)
SELECT network.id, named.id, 'member' FROM network, named WHERE (network.id * 7919 + named.id) % 10 = 0
"""


async def fill(db: Database, posts: int, *, seed: int = 6) -> None:
    """All of it: members, places, and so many posts in a twentieth as many topics."""
    chance = random.Random(seed)
    words = vocabulary(chance)
    async with db.transaction() as tx:
        founder = await tx.value(
            "INSERT INTO member (handle, email, name, verified_at) VALUES ('ana', 'ana@example.org', 'Ana Lima', now()) RETURNING id"
        )
        await tx.run(
            PLACES,
            open=OPEN, networks=OPEN + PRIVATE, members=MEMBERS, founder=founder, given=words[:97], family=words[100:900],
        )  # fmt: skip
        networks = [
            row.id for row in await tx.all("SELECT id FROM network WHERE slug LIKE 'net-%' ORDER BY id")
        ]
        people = [
            row.id for row in await tx.all("SELECT id FROM member WHERE handle LIKE 'person-%' ORDER BY id")
        ]
    began = datetime.now(UTC) - timedelta(days=365 * YEARS)
    step = timedelta(days=365 * YEARS) / posts
    weights = list(accumulate(1 / (n + 10) for n in range(len(words))))
    busy = list(accumulate(1 / (n % OPEN + 3) for n in range(len(networks))))
    topics = max(1, posts // IN_A_TOPIC)
    async with db.glance() as glance:
        driver = glance.connection
        first = await driver.fetchval("SELECT coalesce(max(id), 0) + 1 FROM topic")
        of = chance.choices(networks, cum_weights=busy, k=topics)
        await driver.copy_records_to_table(
            "topic",
            columns=["network_id", "author_id", "title", "created_at", "listed_at", "post_count", "last_post_at"],
            records=(
                (
                    of[n], chance.choice(people), " ".join(chance.choices(words, cum_weights=weights, k=7)),
                    began + step * n * IN_A_TOPIC, began + step * n * IN_A_TOPIC, IN_A_TOPIC, began + step * (n + 1) * IN_A_TOPIC,
                )
                for n in range(topics)
            ),
            timeout=600,
        )  # fmt: skip
        # An index that is made when all is there is made in a tenth of the time.
        index = await driver.fetchval("SELECT pg_get_indexdef('findable_words'::regclass)")
        await driver.execute("DROP INDEX findable_words")
        for begin in range(0, posts, AT_ONCE):
            records = []
            for n in range(begin, min(posts, begin + AT_ONCE)):
                topic, number = divmod(n, IN_A_TOPIC)
                text = " ".join(
                    chance.choices(words, cum_weights=weights, k=chance.randint(15, 2 * IN_A_POST - 15))
                )
                if of[topic] == networks[-1] and number == 7:
                    text += " " + RARE
                records.append(
                    (
                        first + topic,
                        number + 1,
                        [number + 1],
                        chance.choice(people),
                        text,
                        f"<p>{text}</p>",
                        1,
                        began + step * n,
                    )
                )
            await driver.copy_records_to_table(
                "post",
                columns=["topic_id", "number", "path", "author_id", "body", "html", "renderer", "created_at"],
                records=records,
                timeout=600,
            )
        await driver.execute(index, timeout=1800)
        await driver.execute("VACUUM ANALYZE", timeout=1800)


def vocabulary(chance: random.Random) -> list[str]:
    """Words that can be spoken, the most common ones first, and short."""
    found: dict[str, None] = {}
    while len(found) < WORDS:
        syllables = 1 + min(3, len(found) // 400)
        made = "".join(chance.choice(ONSETS) + chance.choice(NUCLEI) for _ in range(syllables))
        found[made + chance.choice(CODAS)] = None
    return list(found)
