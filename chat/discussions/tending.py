"""What hosts do to a topic as a whole: pin it, lock it, slow it down, give it another title."""

from datetime import timedelta
from typing import NamedTuple

from chat import clock
from chat.db import Transaction
from chat.discussions.queries import topic_of
from chat.errors import Conflict, Forbidden
from chat.events import alone, network_stream, topic_stream
from chat.fields import line, whole_number
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import has_right, must_have, record, role_in

MOST_PINNED = 5
SLOWEST = 86400  # seconds between two posts of a member
AUTHORS_MAY_RENAME = timedelta(days=1)


class Tended(NamedTuple):
    """A topic in the hands of a host: until the transaction ends nobody else writes in its network."""

    id: int
    network_id: int
    title: str
    host_id: int


async def tend(tx: Transaction, viewer: Viewer | None, topic_id: int) -> Tended:
    """A topic for somebody who may look after it. Raises Conflict where it has gone elsewhere."""
    viewer = must_act(viewer)
    network_id = (await topic_of(tx, viewer, topic_id)).network_id
    await alone(tx, network_id)
    await must_have(tx, viewer, network_id, "moderate")
    return await as_it_is(tx, topic_id, network_id, viewer.id)


async def as_it_is(tx: Transaction, topic_id: int, network_id: int, host_id: int) -> Tended:
    row = await tx.first(
        "SELECT id, network_id, title, merged_into FROM topic WHERE id = :id FOR NO KEY UPDATE", id=topic_id
    )
    if row.network_id != network_id:
        raise Conflict(_("This discussion has just been moved to another network."))
    if row.merged_into:
        raise Conflict(_("This discussion has been merged into another one."))
    return Tended(row.id, row.network_id, row.title, host_id)


async def must_not_be_a_talk(tx: Transaction, topic: Tended) -> None:
    """Refuse the talk of a drop-in, which stays with it."""
    if await tx.value("SELECT 1 FROM drop_in WHERE topic_id = :id", id=topic.id):
        raise Conflict(_("This is the talk of a drop-in, and stays as it is with it."))


def announce_state(tx: Transaction, topic: Tended, kind: str = "topic.changed") -> None:
    """Tell the topic's readers how it stands, and lists what has become of it."""
    tx.announce(topic_stream(topic.id), "state.changed", topic.id, network=topic.network_id)
    tx.announce(network_stream(topic.network_id), kind, topic.id, network=topic.network_id)


async def pin(tx: Transaction, host: Viewer | None, topic_id: int) -> None:
    """Let a topic stand first in its network."""
    topic = await tend(tx, host, topic_id)
    pinned = await tx.value(
        "SELECT count(*) FROM topic WHERE network_id = :network AND pinned_at IS NOT NULL AND id <> :id",
        network=topic.network_id,
        id=topic.id,
    )
    if pinned >= MOST_PINNED:
        raise Conflict(
            _(
                "{n} discussions are pinned in this network already. Unpin one of them first.",
                n=MOST_PINNED,
            )
        )
    await _stamp(tx, topic, "pinned_at", "topic.pinned")


async def unpin(tx: Transaction, host: Viewer | None, topic_id: int) -> None:
    await _clear(tx, await tend(tx, host, topic_id), "pinned_at", "topic.unpinned")


async def lock(tx: Transaction, host: Viewer | None, topic_id: int) -> None:
    """Let a topic take no more posts but those of hosts."""
    await _stamp(tx, await tend(tx, host, topic_id), "locked_at", "topic.locked")


async def unlock(tx: Transaction, host: Viewer | None, topic_id: int) -> None:
    await _clear(tx, await tend(tx, host, topic_id), "locked_at", "topic.unlocked")


async def slow_down(tx: Transaction, host: Viewer | None, topic_id: int, seconds: object) -> None:
    """Let a topic take one post from each member in so many seconds; 0 or nothing ends that. Hosts are free of it."""
    slow = whole_number(
        "seconds", seconds, 0, SLOWEST, called=_("The time between two posts, in seconds,"), otherwise=0
    )
    topic = await tend(tx, host, topic_id)
    changed = await tx.run(
        "UPDATE topic SET slow_seconds = :slow WHERE id = :id AND slow_seconds IS DISTINCT FROM :slow",
        id=topic.id,
        slow=slow or None,
    )
    if changed:
        action = "topic.slowed" if slow else "topic.unslowed"
        await record(
            tx,
            topic.network_id,
            topic.host_id,
            action,
            topic=topic.id,
            title=topic.title,
            seconds=slow or None,
        )
        announce_state(tx, topic)


async def rename(tx: Transaction, viewer: Viewer | None, topic_id: int, title: object) -> None:
    """Give a topic another title: its author within a day, a host at any time."""
    title = line("title", title, 140, called=_("The title"))
    viewer = must_act(viewer)
    seen = await topic_of(tx, viewer, topic_id)
    await alone(tx, seen.network_id)
    if not await may_rename(tx, viewer, topic_id, seen.network_id):
        raise Forbidden(_("Its author can change the title for a day, and hosts at any time."))
    topic = await as_it_is(tx, topic_id, seen.network_id, viewer.id)
    await must_not_be_a_talk(tx, topic)
    if title == topic.title:
        return
    await tx.run("UPDATE topic SET title = :title WHERE id = :id", id=topic.id, title=title)
    # An author is not named in the log: the topic may be by somebody without a name.
    host = has_right(await role_in(tx, viewer.id, topic.network_id), "moderate")
    await record(
        tx, topic.network_id, viewer.id if host else None, "topic.renamed" if host else "topic.renamed_by_author",
        topic=topic.id, before=topic.title, after=title,
    )  # fmt: skip
    announce_state(tx, topic)


async def may_rename(tx: Transaction, viewer: Viewer | None, topic_id: int, network_id: int) -> bool:
    """Whether the viewer may give this topic another title now."""
    if viewer is None:
        return False
    role = await role_in(tx, viewer.id, network_id)
    if has_right(role, "moderate"):
        return True
    return role is not None and bool(
        await tx.value(
            "SELECT 1 FROM topic WHERE id = :id AND author_id = :me AND created_at > :since AND locked_at IS NULL "
            "AND hidden_at IS NULL",
            id=topic_id,
            me=viewer.id,
            since=clock.now() - AUTHORS_MAY_RENAME,
        )
    )


async def _stamp(tx: Transaction, topic: Tended, column: str, action: str) -> None:
    changed = await tx.run(
        f"UPDATE topic SET {column} = :now WHERE id = :id AND {column} IS NULL",  # noqa: S608 - our own words
        id=topic.id,
        now=clock.now(),
    )
    await _tell(tx, topic, action, changed)


async def _clear(tx: Transaction, topic: Tended, column: str, action: str) -> None:
    changed = await tx.run(
        f"UPDATE topic SET {column} = NULL WHERE id = :id AND {column} IS NOT NULL",  # noqa: S608 - our own words
        id=topic.id,
    )
    await _tell(tx, topic, action, changed)


async def _tell(tx: Transaction, topic: Tended, action: str, changed: int) -> None:
    if changed:
        await record(tx, topic.network_id, topic.host_id, action, topic=topic.id, title=topic.title)
        announce_state(tx, topic)
