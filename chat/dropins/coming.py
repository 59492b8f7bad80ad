"""Who comes: one's own answers, how many there are, and who they are."""

from collections.abc import Collection
from itertools import groupby
from typing import NamedTuple

from chat.db import Reader, Transaction
from chat.dropins.queries import DropInSeen
from chat.errors import Forbidden, SignInFirst
from chat.languages import _
from chat.members import Viewer, shown
from chat.networks import NetworkSeen
from chat.networks.rights import HOSTS

SHOWN = 300  # guests by name; the others are counted


class Mine(NamedTuple):
    """One's own answer to a date. `own`: to the date itself, not to its series; `turn`: the place in the queue."""

    answer: str
    own: bool
    turn: int | None


class Counts(NamedTuple):
    yes: int = 0
    maybe: int = 0
    no: int = 0
    waiting: int = 0


class Guest(NamedTuple):
    handle: str
    name: str
    organisation: str


class Guests(NamedTuple):
    """Who said yes and has a place: by organisation, as they show themselves, and how many are not shown by name."""

    by_organisation: list[tuple[str, list[Guest]]]
    unnamed: int


async def answers_of(tx: Transaction, viewer: Viewer | None, drop_in_ids: Collection[int]) -> dict[int, Mine]:
    """The viewer's own answers to these dates."""
    if viewer is None:
        return {}
    rows = await tx.all(
        "SELECT drop_in_id, answer, own, CASE WHEN waiting_since IS NOT NULL THEN (SELECT count(*) FROM rsvp AS other "
        "WHERE other.drop_in_id = rsvp.drop_in_id AND (other.waiting_since, other.member_id) <= (rsvp.waiting_since, rsvp.member_id)) END "
        "FROM rsvp WHERE member_id = :member AND drop_in_id = ANY(:ids)",
        member=viewer.id,
        ids=list(drop_in_ids),
    )
    return {row[0]: Mine(*row[1:]) for row in rows}


async def series_answers_of(
    tx: Transaction, viewer: Viewer | None, series_ids: Collection[int]
) -> dict[int, str]:
    """The viewer's own answers to these series."""
    if viewer is None:
        return {}
    rows = await tx.all(
        "SELECT series_id, answer FROM series_rsvp WHERE member_id = :member AND series_id = ANY(:ids)",
        member=viewer.id,
        ids=list(series_ids),
    )
    return dict(rows)


# Of members; whose place has ended meanwhile does not come.
ANSWERED = """
FROM rsvp JOIN drop_in ON drop_in.id = drop_in_id JOIN membership ON membership.network_id = drop_in.network_id
AND membership.member_id = rsvp.member_id AND membership.ended_at IS NULL AND membership.banned_at IS NULL
"""


async def counts_of(tx: Reader, drop_in_ids: Collection[int]) -> dict[int, Counts]:
    """How many answered what to these dates, for a viewer who may read their network."""
    rows = await tx.all(
        "SELECT drop_in_id, count(*) FILTER (WHERE answer = 'yes' AND waiting_since IS NULL), "
        "count(*) FILTER (WHERE answer = 'maybe'), count(*) FILTER (WHERE answer = 'no'), count(waiting_since) "
        f"{ANSWERED} WHERE drop_in_id = ANY(:ids) GROUP BY drop_in_id",
        ids=list(drop_in_ids),
    )
    return {row[0]: Counts(*row[1:]) for row in rows}


async def guests_of(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, drop_in: DropInSeen
) -> Guests:
    """Who comes, for the network's members. Who is unlisted in its directory is named to hosts and themselves alone."""
    if viewer is None:
        raise SignInFirst
    if not network.role:
        raise Forbidden(_("Only its members see who comes."))
    rows = await tx.all(
        "SELECT handle, name, organisation FROM ("  # noqa: S608
        f"SELECT member.id, handle, name, folded, {shown('organisation')} {ANSWERED} JOIN member ON member.id = rsvp.member_id "
        "WHERE drop_in_id = :id AND answer = 'yes' AND waiting_since IS NULL "
        "AND (unlisted_at IS NULL OR :sees_all OR member.id = :viewer)) AS guest "
        "ORDER BY organisation = '', lower(organisation), organisation, folded, id LIMIT :limit",
        id=drop_in.id,
        viewer=viewer.id,
        sees_all=network.role in HOSTS,
        limit=SHOWN,
    )
    people = [Guest(row.handle, row.name, row.organisation) for row in rows]
    everybody = (await counts_of(tx, [drop_in.id])).get(drop_in.id, Counts()).yes
    grouped = [(name, list(those)) for name, those in groupby(people, key=lambda guest: guest.organisation)]
    return Guests(grouped, everybody - len(people))
