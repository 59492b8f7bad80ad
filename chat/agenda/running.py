"""Going through an agenda: one thing at a time, and back again."""

from chat import clock
from chat.agenda.proposing import OVER, arranging, changed
from chat.agenda.queries import Agenda, agenda_of
from chat.db import Transaction
from chat.dropins import DropInSeen, drop_in_of, must_host
from chat.errors import Conflict, Invalid
from chat.languages import _
from chat.members import Viewer


async def start_next(
    tx: Transaction, host: Viewer | None, drop_in_id: int, after: object = None
) -> int | None:
    """End what is talked about and begin the next item; its id, or None at the end of the agenda.

    `after` is the item that the host saw as the current one, empty for none: of two hosts who press together, the
    second changes nothing.
    """
    drop_in, agenda = await _running(tx, host, drop_in_id)
    now, current, coming = clock.now(), agenda.current, agenda.next
    if not _is(after, current and current.id):
        return current and current.id
    if current is None and coming is None:
        raise Conflict(_("Nothing is left on the agenda."))
    if current:
        await tx.run("UPDATE agenda_item SET ended_at = :now WHERE id = :id", now=now, id=current.id)
    if coming:
        await tx.run("UPDATE agenda_item SET started_at = :now WHERE id = :id", now=now, id=coming.id)
    changed(tx, drop_in.id, drop_in.network_id, *[each.id for each in (current, coming) if each])
    return coming and coming.id


async def go_back(tx: Transaction, host: Viewer | None, drop_in_id: int, after: object = None) -> int | None:
    """As if the current item had not been begun: the one before goes on. Its id, or None at the beginning."""
    drop_in, agenda = await _running(tx, host, drop_in_id)
    current = agenda.current
    if not _is(after, current and current.id):
        return current and current.id
    done = [item for item in agenda.items if item.ended_at and item.started_at]
    last = max(done, key=lambda item: (item.ended_at, item.started_at, item.id), default=None)  # type: ignore[type-var]
    if current is None and last is None:
        raise Conflict(_("Nothing on the agenda has been begun."))
    if current:
        await tx.run("UPDATE agenda_item SET started_at = NULL WHERE id = :id", id=current.id)
    if last:
        await tx.run("UPDATE agenda_item SET ended_at = NULL WHERE id = :id", id=last.id)
    changed(tx, drop_in.id, drop_in.network_id, *[each.id for each in (current, last) if each])
    return last and last.id


async def _running(tx: Transaction, host: Viewer | None, drop_in_id: int) -> tuple[DropInSeen, Agenda]:
    drop_in = await drop_in_of(tx, host, drop_in_id)
    await must_host(tx, host, drop_in)
    await arranging(tx, drop_in.id)
    if drop_in.state not in ("live", "wrap_up"):
        if drop_in.state in ("scheduled", "lobby"):
            raise Conflict(_("The doors are not open yet."))
        raise Conflict(_(OVER))
    return drop_in, await agenda_of(tx, drop_in.id)


def _is(after: object, current: int | None) -> bool:
    if after is None:
        return True
    if after == "" or after == 0:
        return current is None
    if not str(after).isdecimal():
        raise Invalid("after", _("That is no item of the agenda."))
    return int(str(after)) == current
