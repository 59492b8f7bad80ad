"""A hub with one discussion of twenty posts, and a member of several networks."""

from typing import NamedTuple

import asyncpg

from chat import discussions, members, networks
from chat.db import Database
from chat.members import Viewer

POSTS, NETWORKS, REPLIES_TO = 20, 8, (2, 2, 5, 7)
BODY = """We had the same on our ward last winter, and what helped was **not** another form.

- The rails stay down unless somebody has *looked* and written why.
- At handover we name who is most likely to fall tonight, and say what we will do.
- On Fridays we read one near miss together, without names.

> Ours is ticked before anybody has looked.

It took about six weeks until it felt normal. The falls that we had before went from nine a month to four; I would
not promise that to others, because we also got a new lamp in the corridor. More at https://example.org/falls.
"""


class Place(NamedTuple):
    topic: int
    network: int
    cookie: str  # of a signed-in member
    tokens: list[str]  # of the API, of everybody who wrote


async def settle(url: str) -> Place:
    """People from different organisations, who talk."""
    db = Database(url, pool=1)
    try:
        people = [await _member(db, n) for n in range(POSTS)]
        async with db.transaction() as tx:
            owner = people[0]
            slugs = [
                await networks.found(tx, owner, {"name": f"Patient safety {n}", "access": access})
                for n, access in enumerate(["open", *["private"] * (NETWORKS - 1)])
            ]
            network = await networks.network_of(tx, owner, slugs[0])
            topic = await discussions.start_topic(
                tx, owner, network, "Bed rails: who decides, and who writes it down?", BODY
            )
            cookie = await members.sign_in(tx, owner.id)
        ids = [topic["post"]]
        for n, writer in enumerate(people[1:], 1):
            async with db.transaction() as tx:
                parent = ids[n - 2] if n in REPLIES_TO or n % 4 == 0 else None
                made = await discussions.reply(tx, writer, topic["id"], BODY, parent=parent)
                ids.append(made["id"])
        async with db.transaction() as tx:
            tokens = [await members.issue_token(tx, f"{person.handle}@example.org") for person in people]
        return Place(topic["id"], network.id, cookie, tokens)
    finally:
        await db.close()


async def tidied(url: str) -> None:
    """Let the database count its rows, as it does by itself within half a minute: plans that were made for a topic of
    twenty posts read all of it, where it has thousands."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("VACUUM ANALYZE topic, post, stream, event, reading, following, job")
    await connection.close()


async def _member(db: Database, n: int) -> Viewer:
    async with db.transaction() as tx:
        member_id = await members.add_member(
            tx, email=f"person-{n}@example.org", name=f"Ngozi Lima {n}", handle=f"person-{n}", verified=True,
            password_hash=None, organisation=f"Hospital trust number {n}", role="Ward sister", country="GB",
        )  # fmt: skip
        assert member_id is not None
        return await members.by_id(tx, member_id)
