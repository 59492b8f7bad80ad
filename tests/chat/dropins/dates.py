"""What the tests of drop-ins ask again and again."""

from chat import dropins
from tests import cast


async def dates_of(db, series):
    return await cast.rows(
        db,
        "SELECT *, local_date::text AS day FROM drop_in WHERE series_id = :id ORDER BY local_date",
        id=series,
    )


async def first_of(db, series):
    return (await dates_of(db, series))[0]


async def row_of(db, drop_in_id):
    return (await cast.rows(db, "SELECT * FROM drop_in WHERE id = :id", id=drop_in_id))[0]


async def seen(db, viewer, drop_in_id):
    async with db.snapshot() as tx:
        return await dropins.drop_in_of(tx, viewer, drop_in_id)


async def turn(db, drop_in_id):
    """Announce what is due; the turns."""
    async with db.transaction() as tx:
        return [step for _, step in await dropins.turn(tx, [drop_in_id])]


async def events_of(db, drop_in):
    """What was said of a date: in its room, then in its network."""
    both = [*await cast.events(db, f"d:{drop_in.id}"), *await cast.events(db, f"n:{drop_in.network_id}")]
    return [kind for _, kind, ref in both if ref == drop_in.id and kind.startswith(("room.", "dropin."))]


async def told(db, drop_in_id):
    """What those who said yes are told of a date, one after the other."""
    rows = await cast.rows(
        db,
        "SELECT args ->> 'what' AS what FROM job WHERE kind = 'tell_change' AND (args ->> 'drop_in_id')::bigint = :id ORDER BY id",
        id=drop_in_id,
    )
    return [row.what for row in rows]
