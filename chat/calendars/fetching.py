"""What a feed's address answers: everything is asked about anew at each fetch, by the one predicate of who may read."""

import asyncio
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select

from chat import clock
from chat.calendars.composing import feed
from chat.calendars.feeds import NOTED_EVERY
from chat.calendars.models import CalendarFeed
from chat.calendars.queries import DateLine, SeriesLine, dates_of, series_for
from chat.config import settings
from chat.db import Transaction
from chat.errors import NotFound
from chat.networks import readable
from chat.networks.access import belongs
from chat.networks.models import Network
from chat.secrets import hashed


class Fetched(NamedTuple):
    """The bytes of a calendar. `key` names it, whoever asks; `feed_id` is set where a fetch is to be noted."""

    key: str
    body: bytes
    feed_id: int | None = None


async def feed_by_token(tx: Transaction, token: str) -> Fetched:
    """The calendar behind a secret address. NotFound for one that ended, never was, or whose member may read it no more."""
    row = await tx.first(
        select(
            CalendarFeed.id, CalendarFeed.member_id, CalendarFeed.network_id, CalendarFeed.fetched_at
        ).where(col(CalendarFeed.token_hash) == hashed(token), col(CalendarFeed.ended_at).is_(None))
    )
    if row is None:
        raise NotFound
    noted = row.id if _long_ago(row.fetched_at) else None
    if row.network_id is None:
        body = await _personal(tx, row.member_id)
    else:
        body = await _of_network(tx, row.network_id, row.member_id)
    return Fetched(f"feed:{row.id}", body, noted)


async def open_feed(tx: Transaction, slug: str) -> Fetched:
    """The calendar of an open network, for anybody; of any other there is none without a secret address."""
    network_id = await tx.value(select(Network.id).where(col(Network.slug) == slug, readable(None)))
    if network_id is None:
        raise NotFound
    return Fetched(f"network:{network_id}", await _of_network(tx, network_id, None))


async def _personal(tx: Transaction, member_id: int) -> bytes:
    series = await series_for(tx, belongs(member_id), member_id)
    lines = await dates_of(tx, [each.id for each in series], member_id)
    return await _compose(f"My drop-ins at {settings().name}", series, lines, personal=True)


async def _of_network(tx: Transaction, network_id: int, member_id: int | None) -> bytes:
    here = (col(Network.id) == network_id) & readable(member_id)
    name = await tx.value(select(Network.name).where(here))
    if name is None:
        raise NotFound
    series = await series_for(tx, here, None)
    lines = await dates_of(tx, [each.id for each in series], None)
    return await _compose(f"Drop-ins of {name}", series, lines, personal=False)


async def _compose(
    name: str, series: list[SeriesLine], lines: dict[int, list[DateLine]], *, personal: bool
) -> bytes:
    # A member of twenty networks takes a tenth of a second, for which nobody else should wait.
    every = [(each, lines[each.id]) for each in series]
    return await asyncio.to_thread(feed, name, every, personal=personal)


def _long_ago(fetched_at: datetime | None) -> bool:
    return fetched_at is None or clock.now() - fetched_at > NOTED_EVERY
