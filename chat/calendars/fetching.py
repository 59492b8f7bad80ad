"""What a feed's address answers: everything is asked about anew at each fetch, by the one predicate of who may read."""

import asyncio

from sqlmodel import col, select

from chat.calendars.composing import feed
from chat.calendars.queries import DateLine, SeriesLine, dates_of, series_for
from chat.config import settings
from chat.db import Transaction
from chat.errors import NotFound
from chat.languages import _, speaking
from chat.networks import readable
from chat.networks.access import belongs
from chat.networks.addresses import Addresses, Fetched
from chat.networks.models import Network

ADDRESSES = Addresses("calendar_feed", "/calendars/{}.ics")


async def feed_by_token(tx: Transaction, token: str) -> Fetched:
    """The calendar behind a secret address. NotFound for one that ended, never was, or whose member may read it no more."""
    reader = await ADDRESSES.reader(tx, token)
    with speaking(reader.language):
        if reader.network_id is None:
            body = await _personal(tx, reader.member_id)
        else:
            body = await _of_network(tx, reader.network_id, reader.member_id)
    return Fetched(f"feed:{reader.address_id}", body, reader.to_note)


async def open_feed(tx: Transaction, slug: str) -> Fetched:
    """The calendar of an open network, for anybody; of any other there is none without a secret address."""
    network_id = await tx.value(select(Network.id).where(col(Network.slug) == slug, readable(None)))
    if network_id is None:
        raise NotFound
    with speaking("en"):  # the same bytes for everybody
        return Fetched(f"network:{network_id}", await _of_network(tx, network_id, None))


async def _personal(tx: Transaction, member_id: int) -> bytes:
    series = await series_for(tx, belongs(member_id), member_id)
    lines = await dates_of(tx, [each.id for each in series], member_id)
    return await _compose(_("My drop-ins at {hub}", hub=settings().name), series, lines, personal=True)


async def _of_network(tx: Transaction, network_id: int, member_id: int | None) -> bytes:
    here = (col(Network.id) == network_id) & readable(member_id)
    name = await tx.value(select(Network.name).where(here))
    if name is None:
        raise NotFound
    series = await series_for(tx, here, None)
    lines = await dates_of(tx, [each.id for each in series], None)
    return await _compose(_("Drop-ins of {network}", network=name), series, lines, personal=False)


async def _compose(
    name: str, series: list[SeriesLine], lines: dict[int, list[DateLine]], *, personal: bool
) -> bytes:
    # A member of twenty networks takes a tenth of a second, for which nobody else should wait.
    every = [(each, lines[each.id]) for each in series]
    return await asyncio.to_thread(feed, name, every, personal=personal)
