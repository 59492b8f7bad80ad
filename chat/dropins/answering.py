"""Saying whether one comes: to one date, or to all dates of a series.

An answer to a series is written down for each of its dates, so that those who come every week count in the places of
each, in one table, and can say no to a single one. Dates that are made later inherit it.
"""

from sqlmodel import col, select

from chat import clock
from chat.db import Transaction
from chat.discussions.writing import must_write
from chat.dropins.models import Series
from chat.dropins.places import count_again, fill_places, lock_places, mail_calendar, put
from chat.dropins.queries import DropInSeen, drop_in_of
from chat.errors import Conflict, Forbidden
from chat.fields import one_of
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import nothing_there, readable, role_in, writing_in
from chat.networks.models import Network

ANSWERS = ("yes", "maybe", "no")
COMING = "cancelled_at IS NULL AND closes_at > :now"


async def answer(
    tx: Transaction, viewer: Viewer | None, drop_in_id: int, value: object, *, joining: bool = True
) -> None:
    """Say yes, maybe or no to a date, until it is over; again changes it. A yes to a full one waits for a place.

    In an open network whoever answers joins it, unless not `joining`.
    """
    viewer = must_act(viewer)
    drop_in = await drop_in_of(tx, viewer, drop_in_id)
    value = one_of("answer", value, ANSWERS, called=_("The answer"))
    if joining:
        await must_write(tx, viewer, drop_in.network_id)
    elif not await _belongs(tx, viewer, drop_in.network_id):
        raise Forbidden(_("Answers are for the network’s members."))
    must_be_coming(drop_in)
    await lock_places(tx, [drop_in_id])
    came = await has_place(tx, viewer.id, drop_in_id)
    if not await put(tx, [drop_in_id], viewer.id, value, own=True):
        raise Conflict(_("This date has just been cancelled, or is over."))
    await _settle(tx, viewer.id, drop_in_id, came)


async def take_back(tx: Transaction, viewer: Viewer | None, drop_in_id: int) -> None:
    """Take one's answer to a date back: what one answered to the series holds for it again, if one did."""
    viewer = must_act(viewer)
    drop_in = await drop_in_of(tx, viewer, drop_in_id)
    if not await _belongs(tx, viewer, drop_in.network_id):
        return
    must_be_coming(drop_in)
    await lock_places(tx, [drop_in_id])
    came = await has_place(tx, viewer.id, drop_in_id)
    everyweek = await tx.value(
        "SELECT answer FROM series_rsvp WHERE series_id = :series AND member_id = :member",
        series=drop_in.series_id,
        member=viewer.id,
    )
    if everyweek:
        await put(tx, [drop_in_id], viewer.id, everyweek, own=False, over_own=True)
    else:
        await tx.run(
            "DELETE FROM rsvp WHERE drop_in_id = :id AND member_id = :member", id=drop_in_id, member=viewer.id
        )
    await _settle(tx, viewer.id, drop_in_id, came)


async def answer_series(tx: Transaction, viewer: Viewer | None, series_id: int, value: object) -> None:
    """Say yes, maybe or no to all dates of a series to come, but for those that one has answered to."""
    viewer = must_act(viewer)
    network_id = await _series(tx, viewer, series_id)
    value = one_of("answer", value, ANSWERS, called=_("The answer"))
    await must_write(tx, viewer, network_id)
    was = await tx.value(
        "SELECT answer FROM series_rsvp WHERE series_id = :id AND member_id = :member FOR UPDATE",
        id=series_id,
        member=viewer.id,
    )
    await tx.run(
        "INSERT INTO series_rsvp (series_id, member_id, answer, answered_at) VALUES (:id, :member, :answer, :now) "
        "ON CONFLICT (series_id, member_id) DO UPDATE SET answer = :answer, answered_at = :now",
        id=series_id,
        member=viewer.id,
        answer=value,
        now=clock.now(),
    )
    dates = await _dates(tx, series_id)
    await lock_places(tx, dates)
    await put(tx, dates, viewer.id, value, own=False)
    await fill_places(tx, dates)
    await count_again(tx, dates)
    if (was == "yes") != (value == "yes"):
        await mail_calendar(tx, viewer.id, series_id=series_id)


async def take_series_back(tx: Transaction, viewer: Viewer | None, series_id: int) -> None:
    """Take one's answer to a series back. What one answered to single dates stays."""
    viewer = must_act(viewer)
    network_id = await _series(tx, viewer, series_id)
    if not await _belongs(tx, viewer, network_id):
        return
    was = await tx.value(
        "DELETE FROM series_rsvp WHERE series_id = :id AND member_id = :member RETURNING answer",
        id=series_id,
        member=viewer.id,
    )
    dates = await _dates(tx, series_id)
    await lock_places(tx, dates)
    await tx.run(
        "DELETE FROM rsvp WHERE drop_in_id = ANY(:dates) AND member_id = :member AND NOT own",
        dates=dates,
        member=viewer.id,
    )
    await fill_places(tx, dates)
    await count_again(tx, dates)
    if was == "yes":
        await mail_calendar(tx, viewer.id, series_id=series_id)


async def end_answers(tx: Transaction, network_id: int, member_id: int) -> None:
    """Whoever lost their place in a network comes to none of its dates; others get their places."""
    await writing_in(tx, network_id)
    # Who is back already keeps what they have answered since.
    since = await tx.value(
        "SELECT joined_at FROM membership WHERE network_id = :network AND member_id = :member "
        "AND ended_at IS NULL AND banned_at IS NULL",
        network=network_id,
        member=member_id,
    )
    old = "member_id = :member AND answered_at < coalesce(CAST(:since AS timestamptz), 'infinity')"
    rows = await tx.all(
        f"SELECT drop_in_id FROM rsvp JOIN drop_in ON drop_in.id = drop_in_id WHERE network_id = :network AND {old} AND closes_at > :now",  # noqa: S608
        network=network_id,
        member=member_id,
        since=since,
        now=clock.now(),
    )
    dates = [id for (id,) in rows]
    await lock_places(tx, dates)
    which = {"member": member_id, "since": since}
    await tx.run(f"DELETE FROM rsvp WHERE drop_in_id = ANY(:dates) AND {old}", dates=dates, **which)  # noqa: S608
    await tx.run(
        f"DELETE FROM series_rsvp WHERE series_id IN (SELECT id FROM series WHERE network_id = :network) AND {old}",  # noqa: S608
        network=network_id,
        **which,
    )
    await fill_places(tx, dates)
    await count_again(tx, dates)


def must_be_coming(drop_in: DropInSeen) -> None:
    if drop_in.state == "cancelled":
        raise Conflict(_("This date is cancelled."))
    if drop_in.state == "missed":
        raise Conflict(_("This one did not take place."))
    if drop_in.over:
        raise Conflict(_("This one is over."))


async def has_place(tx: Transaction, member_id: int, drop_in_id: int) -> bool:
    """Whether the member said yes and does not wait."""
    return bool(
        await tx.value(
            "SELECT 1 FROM rsvp WHERE drop_in_id = :id AND member_id = :member AND answer = 'yes' AND waiting_since IS NULL",
            id=drop_in_id,
            member=member_id,
        )
    )


async def _settle(tx: Transaction, member_id: int, drop_in_id: int, came: bool) -> None:
    """After an answer has changed: the next in the queue, and the member's calendar."""
    comes = await has_place(tx, member_id, drop_in_id)
    if came and not comes:
        await fill_places(tx, [drop_in_id])
    if came != comes:
        await mail_calendar(tx, member_id, drop_in_id=drop_in_id)
    await count_again(tx, [drop_in_id])


async def _series(tx: Transaction, viewer: Viewer, series_id: int) -> int:
    """The network of a series that goes on, which makes no new dates before the transaction ends."""
    row = await tx.first(
        select(Series.network_id, Series.ended_at)
        .join(Network, col(Network.id) == col(Series.network_id))
        .where(col(Series.id) == series_id, readable(viewer.id))
    )
    if row is None:
        network_id = select(Series.network_id).where(col(Series.id) == series_id).scalar_subquery()
        raise await nothing_there(tx, viewer, network_id)
    if row.ended_at:
        raise Conflict(_("This series has ended."))
    await tx.run("SELECT 1 FROM series WHERE id = :id FOR SHARE", id=series_id)
    return row.network_id


async def _dates(tx: Transaction, series_id: int) -> list[int]:
    rows = await tx.all(
        f"SELECT id FROM drop_in WHERE series_id = :id AND {COMING} ORDER BY id",  # noqa: S608
        id=series_id,
        now=clock.now(),
    )
    return [id for (id,) in rows]


async def _belongs(tx: Transaction, viewer: Viewer, network_id: int) -> bool:
    await writing_in(tx, network_id)
    return await role_in(tx, viewer.id, network_id) is not None
