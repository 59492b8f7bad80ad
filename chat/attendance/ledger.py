"""A member's own record of what they attended, with a note on each for themselves. It is theirs: it stays when they leave."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from chat import clock
from chat.db import Transaction
from chat.errors import Invalid, NotFound, SignInFirst
from chat.fields import prose
from chat.languages import _, grouped, language
from chat.members import Viewer

LONGEST_NOTE = 4000  # characters


class Entry(NamedTuple):
    """A drop-in that the member attended. Of a confidential network they are no member of it has no title and no name;
    `slug` and `here` are set where they can go there."""

    id: int
    drop_in_id: int
    held_on: date
    title: str
    network_name: str
    slug: str | None
    here: bool
    namable: bool
    minutes: int
    note: str
    noted_at: datetime | None
    certificate: str | None


class Year(NamedTuple):
    year: int
    minutes: int
    entries: int


# Inside one sees what it is called now, from outside what it was called then.
ENTRIES = """
SELECT attended.id, attended.drop_in_id, local_date,
       CASE WHEN inside THEN coalesce(drop_in.title, series.title) WHEN access = 'confidential' THEN '' ELSE attended.title END,
       CASE WHEN inside THEN network.name WHEN access = 'confidential' THEN '' ELSE attended.network_name END,
       CASE WHEN inside THEN slug END, inside, access <> 'confidential' AND attended.title <> '',
       attended.minutes, note, noted_at, certificate.code
FROM attended
JOIN drop_in ON drop_in.id = attended.drop_in_id
JOIN series ON series.id = drop_in.series_id
JOIN network ON network.id = drop_in.network_id
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM membership WHERE membership.network_id = network.id AND membership.member_id = attended.member_id
    AND ended_at IS NULL AND banned_at IS NULL) AS inside) AS place
LEFT JOIN certificate ON certificate.attended_id = attended.id AND withdrawn_at IS NULL
WHERE attended.member_id = :member
"""


async def ledger_of(tx: Transaction, viewer: Viewer | None, year: int | None = None) -> list[Entry]:
    """What the viewer attended, the latest first; of one year, if asked."""
    rows = await tx.all(
        ENTRIES
        + "AND (CAST(:year AS integer) IS NULL OR extract(year FROM local_date) = :year) ORDER BY local_date DESC, attended.id DESC",
        member=_own(viewer).id,
        year=year,
    )
    return [Entry(*row) for row in rows]


async def entry_of(tx: Transaction, viewer: Viewer | None, entry_id: int) -> Entry:
    """One of the viewer's own entries."""
    row = await tx.first(ENTRIES + "AND attended.id = :id", member=_own(viewer).id, id=entry_id)
    if row is None:
        raise NotFound
    return Entry(*row)


async def years_of(tx: Transaction, viewer: Viewer | None) -> list[Year]:
    """How much it comes to in each year, the latest first."""
    rows = await tx.all(
        "SELECT CAST(extract(year FROM local_date) AS integer), CAST(sum(minutes) AS integer), CAST(count(*) AS integer) "
        "FROM attended JOIN drop_in ON drop_in.id = drop_in_id WHERE member_id = :member GROUP BY 1 ORDER BY 1 DESC",
        member=_own(viewer).id,
    )
    return [Year(*row) for row in rows]


async def write_note(tx: Transaction, viewer: Viewer | None, entry_id: int, form: Mapping[str, Any]) -> Entry:
    """A reflective note on what one attended, or none. Nobody else reads it. Form: note."""
    entry = await entry_of(tx, viewer, entry_id)
    note = prose("note", form.get("note"), 4 * LONGEST_NOTE, called=_("The note"), required=False)
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            "note",
            _(
                "{called} can have {n} characters at most; this has {given}.",
                called=_("The note"),
                n=grouped(LONGEST_NOTE, language()),
                given=grouped(len(note), language()),
            ),
        )
    await tx.run(
        "UPDATE attended SET note = :note, noted_at = :now WHERE id = :id AND note <> :note",
        note=note,
        now=clock.now(),
        id=entry.id,
    )
    return await entry_of(tx, viewer, entry_id)


def _own(viewer: Viewer | None) -> Viewer:
    if viewer is None:
        raise SignInFirst
    return viewer
