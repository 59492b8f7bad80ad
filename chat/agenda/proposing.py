"""Proposing something to talk about, and taking it back."""

from collections.abc import Mapping
from typing import Any

from chat import clock
from chat.agenda.queries import item_of
from chat.db import Transaction
from chat.dropins import DropInSeen, drop_in_of, must_be_in, must_speak
from chat.errors import Conflict, Forbidden, Invalid, TooMany
from chat.events import drop_in_stream
from chat.fields import line, prose, whole_number
from chat.languages import _, grouped, language, sentence
from chat.members import Viewer
from chat.networks import has_right, role_in

OVER = sentence("This drop-in is over, so its agenda stays as it is.")
CLOSED = {
    "cancelled": sentence("This drop-in is cancelled, so its agenda stays as it is."),
    "missed": sentence("This drop-in did not take place, so its agenda stays as it is."),
}
LONGEST_NOTE = 1000  # characters
OPEN_AT_ONCE = 5  # of one member
ITEMS = 100  # of one drop-in, with those that were left out
LATER = 3600  # seconds; who has as many as they can must wait for a host, or withdraw one


async def propose(tx: Transaction, viewer: Viewer | None, drop_in_id: int, form: Mapping[str, Any]) -> int:
    """Something to talk about; its id. What a host proposes is on the agenda at once. Form: title, note, minutes (a host's)."""
    drop_in = await drop_in_of(tx, viewer, drop_in_id)
    viewer = await must_speak(tx, viewer, drop_in)
    must_be_coming(drop_in)
    title = line("title", form.get("title"), 140, called=_("The topic"))
    note = clean_note(form.get("note"))
    await arranging(tx, drop_in.id)
    await _not_too_many(tx, viewer, drop_in)
    hosts = has_right(await role_in(tx, viewer.id, drop_in.network_id), "run_drop_ins")
    minutes = clean_minutes(form.get("minutes")) if hosts else None
    now = clock.now()
    item_id = await tx.value(
        "INSERT INTO agenda_item (drop_in_id, member_id, title, note, minutes, place, proposed_at, taken_at) VALUES "
        "(:drop_in, :member, :title, :note, :minutes, "
        "(SELECT coalesce(max(place), 0) + 1 FROM agenda_item WHERE drop_in_id = :drop_in), "
        ":now, CAST(:taken AS timestamptz)) RETURNING id",
        drop_in=drop_in.id,
        member=viewer.id,
        title=title,
        note=note,
        minutes=minutes,
        now=now,
        taken=now if hosts else None,
    )
    changed(tx, drop_in.id, drop_in.network_id, item_id, now=hosts)
    return item_id


async def withdraw(tx: Transaction, viewer: Viewer | None, item_id: int) -> None:
    """Take one's own proposal back. What has begun stays."""
    item = await item_of(tx, viewer, item_id)
    drop_in = await drop_in_of(tx, viewer, item.drop_in_id)
    viewer = await must_be_in(tx, viewer, drop_in)
    await arranging(tx, drop_in.id)
    item = await item_of(tx, viewer, item_id)
    if item.author is None or item.author.id != viewer.id:
        raise Forbidden(_("Only who proposed it can take it back."))
    if item.withdrawn_at:
        return
    if item.started_at:
        raise Conflict(_("It has been talked about, so it stays on the agenda."))
    must_be_coming(drop_in)
    await tx.run("UPDATE agenda_item SET withdrawn_at = :now WHERE id = :id", now=clock.now(), id=item_id)
    changed(tx, drop_in.id, drop_in.network_id, item_id)


def must_be_coming(drop_in: DropInSeen) -> None:
    """Refuse changes of the agenda of what is over."""
    if drop_in.state in ("scheduled", "lobby", "live"):
        return
    raise Conflict(_(CLOSED.get(drop_in.state, OVER)))


async def arranging(tx: Transaction, drop_in_id: int) -> None:
    """Order this transaction with all others that change this agenda. To be called after `writing_in`."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('agenda', :id))", id=drop_in_id)


def changed(tx: Transaction, drop_in_id: int, network_id: int, *item_ids: int, now: bool = True) -> None:
    """Say to the room that these items are not what they were; `now`: what is talked about, or comes next, may be another."""
    for item_id in item_ids:
        tx.announce(drop_in_stream(drop_in_id), "agenda.changed", item_id, network=network_id)
    if now:
        tx.announce(drop_in_stream(drop_in_id), "now.changed", drop_in_id, network=network_id)


def clean_note(value: object) -> str:
    note = prose("note", value, 4 * LONGEST_NOTE, called=_("The note"), required=False)
    if len(note) > LONGEST_NOTE:
        said = _(
            "The note can have {n} characters at most; this has {length}.",
            n=grouped(LONGEST_NOTE, language()),
            length=grouped(len(note), language()),
        )
        raise Invalid("note", said)
    return note


def clean_minutes(value: object) -> int | None:
    if value is None or value == "":
        return None
    return whole_number("minutes", value, 1, 240, called=_("The number of minutes"))


async def _not_too_many(tx: Transaction, viewer: Viewer, drop_in: DropInSeen) -> None:
    row = await tx.first(
        "SELECT count(*) AS n, count(*) FILTER (WHERE member_id = :me AND taken_at IS NULL AND left_out_at IS NULL) AS own "
        "FROM agenda_item WHERE drop_in_id = :id AND withdrawn_at IS NULL",
        me=viewer.id,
        id=drop_in.id,
    )
    if row.own >= OPEN_AT_ONCE:
        raise TooMany(
            LATER,
            _("You have {n} proposals here, which is all one can have. Take one back first.", n=OPEN_AT_ONCE),
        )
    if row.n >= ITEMS:
        raise TooMany(LATER, _("This agenda has {n} items, which is all it can have.", n=ITEMS))
