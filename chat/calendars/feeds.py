"""Addresses of feeds: made, renewed and turned off by their member, and shown this once."""

from datetime import datetime, timedelta
from typing import NamedTuple

from chat import clock
from chat.config import settings
from chat.db import Transaction
from chat.errors import Forbidden, NotFound
from chat.members import Viewer, must_act
from chat.networks import NetworkSeen, writing_in
from chat.networks.access import role_in
from chat.secrets import hashed, new_token

NOTED_EVERY = timedelta(hours=1)


class FeedSeen(NamedTuple):
    """One of the viewer's own feeds. Without a network it holds all their dates."""

    id: int
    network_slug: str | None
    network_name: str | None
    created_at: datetime
    fetched_at: datetime | None


class NewFeed(NamedTuple):
    """A feed with its address, which is told this once."""

    id: int
    token: str

    @property
    def url(self) -> str:
        return f"{settings().origin}/calendars/{self.token}.ics"

    @property
    def webcal(self) -> str:
        """The address by which calendar programs offer themselves."""
        return "webcal://" + self.url.partition("://")[2]


async def make_feed(tx: Transaction, viewer: Viewer | None, network: NetworkSeen | None) -> NewFeed:
    """A new address, of a network or of all one's dates. The old one ends at once."""
    viewer = must_act(viewer)
    if network:
        await writing_in(tx, network.id)  # whoever is removed leaves no feed behind
        if await role_in(tx, viewer.id, network.id) is None:
            raise Forbidden("A calendar with an address of your own is for the network’s members.")
    # Two that are made at once: one ends the other.
    await tx.run("SELECT 1 FROM member WHERE id = :id FOR NO KEY UPDATE", id=viewer.id)
    network_id = network.id if network else None
    await tx.run(
        "UPDATE calendar_feed SET ended_at = :now WHERE member_id = :member AND ended_at IS NULL "
        "AND network_id IS NOT DISTINCT FROM CAST(:network AS bigint)",
        now=clock.now(),
        member=viewer.id,
        network=network_id,
    )
    token = new_token()
    feed_id = await tx.value(
        "INSERT INTO calendar_feed (member_id, network_id, token_hash, created_at) "
        "VALUES (:member, :network, :hash, :now) RETURNING id",
        member=viewer.id,
        network=network_id,
        hash=hashed(token),
        now=clock.now(),
    )
    return NewFeed(feed_id, token)


async def end_feed(tx: Transaction, viewer: Viewer | None, feed_id: int) -> None:
    """Turn one of the viewer's own feeds off. Safe to repeat."""
    viewer = must_act(viewer)
    found = await tx.run(
        "UPDATE calendar_feed SET ended_at = coalesce(ended_at, :now) WHERE id = :id AND member_id = :member",
        now=clock.now(),
        id=feed_id,
        member=viewer.id,
    )
    if not found:
        raise NotFound


async def feeds_of(tx: Transaction, viewer: Viewer | None) -> list[FeedSeen]:
    """The viewer's own feeds, the one with all their dates first."""
    if viewer is None:
        return []
    rows = await tx.all(
        "SELECT calendar_feed.id, slug, name, calendar_feed.created_at, fetched_at FROM calendar_feed "
        "LEFT JOIN network ON network.id = network_id WHERE member_id = :member AND ended_at IS NULL "
        "ORDER BY network_id IS NOT NULL, name, calendar_feed.id",
        member=viewer.id,
    )
    return [FeedSeen(*row) for row in rows]


async def note_fetch(tx: Transaction, feed_id: int) -> None:
    """Note that a feed is in use, to the nearest hour."""
    await tx.run("UPDATE calendar_feed SET fetched_at = :now WHERE id = :id", now=clock.now(), id=feed_id)
