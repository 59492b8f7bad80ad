"""Secret addresses of feeds: one for a member and a network, made, renewed and turned off by the member, and shown this once."""

from datetime import datetime
from typing import NamedTuple

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Forbidden, NotFound
from chat.members import Viewer, must_act
from chat.networks import NetworkSeen, writing_in
from chat.networks.access import role_in
from chat.secrets import hashed, new_token


class FeedSeen(NamedTuple):
    """One of the viewer's own addresses."""

    id: int
    network_slug: str
    network_name: str
    created_at: datetime
    fetched_at: datetime | None


class NewFeed(NamedTuple):
    """A feed with its address, which is told this once."""

    id: int
    token: str

    @property
    def url(self) -> str:
        return f"{settings().origin}/feeds/{self.token}.atom"


async def make_feed(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> NewFeed:
    """A new address for a network's discussions. The old one ends at once."""
    viewer = must_act(viewer)
    await writing_in(tx, network.id)  # whoever is removed leaves no address behind
    if await role_in(tx, viewer.id, network.id) is None:
        raise Forbidden("A feed with an address of your own is for the network’s members.")
    # Two that are made at once: one ends the other.
    await tx.run("SELECT 1 FROM member WHERE id = :id FOR NO KEY UPDATE", id=viewer.id)
    await tx.run(
        "UPDATE feed SET ended_at = :now WHERE member_id = :member AND network_id = :network AND ended_at IS NULL",
        now=clock.now(),
        member=viewer.id,
        network=network.id,
    )
    token = new_token()
    feed_id = await tx.value(
        "INSERT INTO feed (member_id, network_id, token_hash, created_at) VALUES (:member, :network, :hash, :now) RETURNING id",
        member=viewer.id,
        network=network.id,
        hash=hashed(token),
        now=clock.now(),
    )
    return NewFeed(feed_id, token)


async def end_feed(tx: Transaction, viewer: Viewer | None, feed_id: int) -> None:
    """Turn one of the viewer's own addresses off. Safe to repeat."""
    viewer = must_act(viewer)
    found = await tx.run(
        "UPDATE feed SET ended_at = coalesce(ended_at, :now) WHERE id = :id AND member_id = :member",
        now=clock.now(),
        id=feed_id,
        member=viewer.id,
    )
    if not found:
        raise NotFound


async def feeds_of(tx: Transaction, viewer: Viewer | None) -> list[FeedSeen]:
    """The viewer's own addresses, by their networks' names."""
    if viewer is None:
        return []
    rows = await tx.all(
        "SELECT feed.id, slug, name, feed.created_at, fetched_at FROM feed JOIN network ON network.id = network_id "
        "WHERE member_id = :member AND ended_at IS NULL ORDER BY name, feed.id",
        member=viewer.id,
    )
    return [FeedSeen(*row) for row in rows]


async def note_fetch(tx: Transaction, feed_id: int) -> None:
    """Note that an address is in use, to the nearest hour."""
    await tx.run("UPDATE feed SET fetched_at = :now WHERE id = :id", now=clock.now(), id=feed_id)
