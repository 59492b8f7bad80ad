"""Loads the demo community through the same verbs that its members would have used, at the times they would have."""

from datetime import datetime, timedelta
from typing import Any

from chat import announcements, clock, discussions, dropins, members, networks
from chat.db import Database, Transaction
from chat.discussions.reading import mark_read
from chat.members import Viewer
from command.demo import content
from command.demo.gathering import gather

PASSWORD = "safer-together"  # noqa: S105 - everybody may know it
SIGN_INS = [
    (
        content.email_of("ana"),
        "owns the Patient Safety Managers Network, hosts its Friday drop-in, and is admin",
    ),
    (content.email_of("ben"), "ward nurse, in the open and in the confidential network"),
    (content.email_of("carol"), "patient representative, hosts the Tuesday tea"),
    (content.email_of("dev"), "pharmacist, outside the confidential network"),
]
READERS = {
    "ana": 2,
    "ben": 3,
    "carol": 2,
    "dev": 4,
}  # who has read nearly everything, and how many posts are new to them
OPENS_AFTER = timedelta(seconds=60)


async def load(database_url: str, redis_url: str) -> None:
    """Fill an empty database."""
    db = Database(database_url, pool=2)
    try:
        cast = await _people(db)
        for network in content.networks():
            await _network(db, cast, network)
        for slug, matters in content.matters().items():
            await _matters(db, cast, slug, matters)
            await gather(db, cast, slug, matters["drop_ins"])
    finally:
        clock.pretend(None)
        await db.close()


async def begin(database_url: str) -> None:
    """At each start: one of the Friday drop-ins opens in a minute, so that a newcomer sees it happen."""
    db = Database(database_url, pool=1)
    try:
        async with db.transaction() as tx:
            ana = await members.by_id(tx, await tx.value("SELECT id FROM member WHERE handle = 'ana'"))
            row = await tx.first(
                "SELECT id, network_id FROM series WHERE host_id = :id ORDER BY id", id=ana.id
            )
            if not any(d.state == "live" for d in await dropins.upcoming_in(tx, row.network_id)):
                await dropins.hold(tx, ana, row.id, clock.now() + OPENS_AFTER, minutes=30)
    finally:
        await db.close()


async def _people(db: Database) -> dict[str, Viewer]:
    password_hash = await members.hash_password(PASSWORD)
    cast = {}
    async with db.transaction() as tx:
        for person in content.people():
            profile = {key: person[key] for key in ("handle", "name", "organisation", "role", "country")}
            member_id = await members.add_member(
                tx, email=content.email_of(person["handle"]), password_hash=password_hash, verified=True,
                admin=person["handle"] == "ana", **profile,
            )  # fmt: skip
            assert member_id is not None
            cast[person["handle"]] = await members.by_id(tx, member_id)
    return cast


async def _network(db: Database, cast: dict[str, Viewer], form: dict[str, Any]) -> None:
    now = clock.now()
    clock.pretend(now - timedelta(days=130))
    owner = cast[form["owner"]]
    async with db.transaction() as tx:
        slug = await networks.found(tx, owner, form)
        network = await networks.network_of(tx, owner, slug)
        for n, handle in enumerate((*form["hosts"], *form["members"])):
            clock.pretend(now - timedelta(days=130 - 5 * n % 110))
            role = "host" if handle in form["hosts"] else "member"
            await networks.place(tx, network.id, cast[handle].id, role, invited_by=owner.id)
    clock.pretend(now)
    async with db.transaction() as tx:
        for series in (s for s in content.series() if s["network"] == form["slug"]):
            await dropins.schedule(tx, cast[series["host"]], network, series)
    for topic in content.topics(form["slug"]):
        async with db.transaction() as tx:
            await _topic(tx, cast, network, topic, now)


async def _matters(db: Database, cast: dict[str, Viewer], slug: str, matters: dict[str, Any]) -> None:
    now = clock.now()
    async with db.transaction() as tx:
        owner = cast[matters["announcement"]["by"]]
        network = await networks.network_of(tx, owner, slug)
        clock.pretend(now - timedelta(days=9))
        await networks.change_settings(
            tx, owner, network, {key: matters[key] for key in ("description", "questions")}
        )
        clock.pretend(now - timedelta(hours=20))
        await announcements.announce(tx, owner, network, matters["announcement"])
        for request in matters["request"]:
            viewer = cast[request["by"]]
            seen = await networks.network_of(tx, viewer, slug)
            await networks.ask(tx, viewer, seen, request["answers"])
    clock.pretend(now)


async def _marks(
    tx: Transaction, cast: dict[str, Viewer], topic: dict[str, Any], topic_id: int, posts: list[int]
) -> None:
    """What those who talk here say to the first two posts with one touch; and how they vote, where there is a poll."""
    writers = [topic["by"], *(reply["by"] for reply in topic.get("reply", ()))]
    kinds, people = list(discussions.KINDS), list(dict.fromkeys(writers))
    for n, post in enumerate(posts[:2]):
        for k, handle in enumerate([who for who in people if who != writers[n]][: 2 + n]):
            kind = kinds[(len(topic["title"]) * (n + 1) + k % 2) % len(kinds)]
            await discussions.react(tx, cast[handle], post, kind)
    for k, handle in enumerate(people if "poll" in topic else ()):
        await discussions.vote(tx, cast[handle], topic_id, 1 + k % 3, True)


async def _topic(
    tx: Transaction,
    cast: dict[str, Viewer],
    network: networks.NetworkSeen,
    topic: dict[str, Any],
    now: datetime,
) -> None:
    moment = now - timedelta(days=topic["days_ago"], minutes=len(topic["title"]) * 7 % 600)
    clock.pretend(moment)
    started = await discussions.start_topic(
        tx, cast[topic["by"]], network, topic["title"], topic["body"], tags=topic.get("tags"), poll=topic.get("poll")
    )  # fmt: skip
    posts = [started["post"]]
    for reply in topic.get("reply", ()):
        moment += timedelta(minutes=reply["after"])
        clock.pretend(min(moment, now))
        parent = posts[reply["to"] - 1] if reply.get("to", 1) > 1 else None
        made = await discussions.reply(tx, cast[reply["by"]], started["id"], reply["body"], parent=parent)
        posts.append(made["id"])
    await _marks(tx, cast, topic, started["id"], posts)
    await tx.run("UPDATE topic SET views = :views WHERE id = :id", views=topic["views"], id=started["id"])
    for handle, new in READERS.items():
        if await networks.may_read(tx, cast[handle], network.id) and len(posts) > new:
            await mark_read(
                tx, cast[handle], started["id"], len(posts) - (new if topic["days_ago"] < 30 else 0)
            )
    clock.pretend(now)
