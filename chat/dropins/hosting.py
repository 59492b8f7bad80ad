"""What a host decides while people come and go: to open early, to stay longer, to end. Each moves the clock's bounds,
so that two hosts who press the same button together do it once."""

from datetime import UTC, datetime, timedelta

from chat import clock
from chat.db import Transaction
from chat.dropins.opening import turn
from chat.dropins.queries import DropInSeen, drop_in_of
from chat.errors import Conflict, Invalid
from chat.events import drop_in_stream, network_stream
from chat.languages import _
from chat.members import Viewer, must_act
from chat.networks import must_have

EXTENSIONS = (5, 10, 15, 30)  # minutes
LONGEST = timedelta(days=1)
AN_HOUR = timedelta(hours=1)
A_MOMENT = timedelta(milliseconds=1)  # no drop-in ends when it begins


async def open_now(tx: Transaction, host: Viewer | None, drop_in_id: int) -> None:
    """Open the doors before their time. Opened within the hour before, it ends when it was to end; earlier than that,
    it lasts as long as it was to last."""
    drop_in = await run_by(tx, host, drop_in_id)
    if drop_in.state == "live":
        return
    if not drop_in.to_come:
        raise Conflict(_("{state} It can’t be opened.", state=is_now(drop_in)))
    now = clock.now()
    length = drop_in.closes_at - drop_in.opens_at
    closes_at = drop_in.closes_at if drop_in.opens_at - now <= AN_HOUR else now + length
    if closes_at - now > LONGEST:
        closes_at = now + length
    await tx.run(
        "UPDATE drop_in SET opens_at = :now, closes_at = :closes WHERE id = :id",
        id=drop_in_id,
        now=now,
        closes=closes_at,
    )
    await tx.run("UPDATE topic SET listed_at = :now WHERE id = :id", id=drop_in.topic_id, now=now)
    await turn(tx, [drop_in_id])


async def extend(
    tx: Transaction, host: Viewer | None, drop_in_id: int, minutes: object, was: object = None
) -> None:
    """Stay 5, 10, 15 or 30 minutes longer; in the wrap-up the doors open once more for that. Who tells when it `was`
    to end (as the API writes it) changes nothing where another host has been quicker."""
    if str(minutes) not in map(str, EXTENSIONS):
        raise Invalid("minutes", _("Choose 5, 10, 15 or 30 minutes."))
    drop_in = await run_by(tx, host, drop_in_id)
    if drop_in.state not in ("live", "wrap_up"):
        raise Conflict(_("{state} It can’t be extended.", state=is_now(drop_in)))
    if was and _moment(was) != drop_in.closes_at:
        raise Conflict(_("Its end has been changed already. Look at it, and extend it again if you wish."))
    closes_at = max(drop_in.closes_at, clock.now()) + timedelta(minutes=int(str(minutes)))
    if closes_at - drop_in.opens_at > LONGEST:
        raise Conflict(_("A drop-in can last a day at most."))
    await tx.run(
        "UPDATE drop_in SET closes_at = :closes, closed_at = NULL WHERE id = :id",
        id=drop_in_id,
        closes=closes_at,
    )
    for stream, kind in (
        (network_stream(drop_in.network_id), "dropin.extended"),
        (drop_in_stream(drop_in_id), "room.extended"),
    ):
        tx.announce(stream, kind, drop_in_id, network=drop_in.network_id)
    await turn(tx, [drop_in_id])


async def end(tx: Transaction, host: Viewer | None, drop_in_id: int) -> None:
    """Close the doors now. There are fifteen minutes for last words."""
    drop_in = await run_by(tx, host, drop_in_id)
    if drop_in.over:
        return
    if drop_in.state != "live":
        raise Conflict(_("{state} It can’t be ended.", state=is_now(drop_in)))
    closes_at = max(clock.now(), drop_in.opens_at + A_MOMENT)
    await tx.run("UPDATE drop_in SET closes_at = :closes WHERE id = :id", id=drop_in_id, closes=closes_at)
    await turn(tx, [drop_in_id])


def is_now(drop_in: DropInSeen) -> str:
    """What a drop-in is, for who wants to do something that it is not the time for."""
    match drop_in.state:
        case "scheduled" | "lobby":
            return _("It has not begun yet.")
        case "live":
            return _("It is open.")
        case "wrap_up":
            return _("It has ended.")
        case "follow_up":
            return _("It is over.")
        case "archived":
            return _("It is over, and in the archive.")
        case "cancelled":
            return _("It is cancelled.")
    return _("It did not take place.")


def _moment(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        raise Invalid("was", _("The end that you saw must be written like 2026-11-27T13:00:00Z.")) from None


async def run_by(tx: Transaction, host: Viewer | None, drop_in_id: int) -> DropInSeen:
    """A drop-in as it is now, with all that is due of it announced, for a host who may run it; while it is
    not over or cancelled, for nobody else until the end of the transaction."""
    host = must_act(host)
    drop_in = await drop_in_of(tx, host, drop_in_id)
    await must_have(tx, host, drop_in.network_id, "run_drop_ins")
    await turn(tx, [drop_in_id])  # which waits for its row, and keeps it
    return await drop_in_of(tx, host, drop_in_id)
