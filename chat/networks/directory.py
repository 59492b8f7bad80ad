"""The directory: who is in a network, found by what they show of themselves."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chat.db import Transaction
from chat.errors import Forbidden, SignInFirst
from chat.fields import folded
from chat.languages import _
from chat.members import Viewer, shown
from chat.networks.queries import NetworkSeen, Person
from chat.networks.rights import ALL, HOSTS


class Wanted(NamedTuple):
    """Who is looked for; whatever is empty is anybody's."""

    words: str = ""
    organisation: str = ""
    country: str = ""
    role: str = ""

    @classmethod
    def by(cls, query: Mapping[str, str]) -> "Wanted":
        """Of an address: q, organisation, country, role."""
        names = ("q", "organisation", "country", "role")
        return cls(*(query.get(name, "").replace("\0", "")[:120] for name in names))

    @property
    def anybody(self) -> bool:
        return not any(self)


class Directory(NamedTuple):
    """One page of people, how many there are of these, and by what they could be told apart."""

    people: list[Person]
    total: int
    organisations: list[tuple[str, int]]
    countries: list[tuple[str, int]]
    roles: list[tuple[str, int]]


# What a member hides is empty here already, so that no filter, count or search finds them by it.
LISTED = f"""
WITH listed AS (
    SELECT member.id, handle, name, folded, {shown("organisation")}, {shown("role")}, {shown("country")},
           membership.role AS place, joined_at, unlisted_at
    FROM membership JOIN member ON member.id = member_id
    WHERE network_id = :network AND ended_at IS NULL AND banned_at IS NULL
      AND (unlisted_at IS NULL OR :sees_all OR member_id = :viewer)
      AND NOT EXISTS (SELECT FROM unnest(CAST(:words AS text[])) AS word WHERE strpos(folded, word) = 0)
), found AS (
    SELECT *, :organisation IN ('', organisation) AS by_organisation, :country IN ('', country) AS by_country,
           :place IN ('', place) AS by_place
    FROM listed
)
"""  # noqa: S608

PEOPLE = (
    LISTED
    + """
SELECT handle, name, organisation, role, country, place, joined_at, unlisted_at FROM found
WHERE by_organisation AND by_country AND by_place
ORDER BY array_position(ARRAY['owner', 'host', 'member'], place), folded, id LIMIT :limit OFFSET :offset
"""
)

# Each is counted among those that the other two choices leave.
COUNTS = (
    LISTED
    + """
SELECT grouping(organisation, country, place) AS which, organisation, country, place,
       count(*) FILTER (WHERE by_country AND by_place) AS of_organisation,
       count(*) FILTER (WHERE by_organisation AND by_place) AS of_country,
       count(*) FILTER (WHERE by_organisation AND by_country) AS of_place,
       count(*) FILTER (WHERE by_organisation AND by_country AND by_place) AS in_all
FROM found GROUP BY GROUPING SETS ((organisation), (country), (place), ())
"""
)
BY_ORGANISATION, BY_COUNTRY, BY_PLACE, ALTOGETHER = 0b011, 0b101, 0b110, 0b111


async def directory_of(
    tx: Transaction,
    viewer: Viewer | None,
    network: NetworkSeen,
    wanted: Wanted,
    *,
    limit: int = 60,
    offset: int = 0,
) -> Directory:
    """The people of a network, hosts first and then by name, for those who may read it and have an account.

    Who is unlisted is shown to hosts and to themselves.
    """
    if viewer is None:
        raise SignInFirst
    if not network.readable:
        raise Forbidden(_("Only its members see who is in this network."))
    look: dict[str, Any] = {
        "network": network.id,
        "viewer": viewer.id,
        "sees_all": network.role in HOSTS,
        "words": folded(wanted.words).split(),
        "organisation": wanted.organisation,
        "country": wanted.country,
        "place": wanted.role,
    }
    people = await tx.all(PEOPLE, **look, limit=limit, offset=offset)
    counts = await tx.all(COUNTS, **look)
    return Directory(
        [Person(*row) for row in people],
        next(row.in_all for row in counts if row.which == ALTOGETHER),
        _most([(r.organisation, r.of_organisation) for r in counts if r.which == BY_ORGANISATION]),
        _most([(r.country, r.of_country) for r in counts if r.which == BY_COUNTRY]),
        sorted(
            ((r.place, r.of_place) for r in counts if r.which == BY_PLACE and r.of_place),
            key=lambda pair: ALL.index(pair[0]),
        ),
    )


def _most(pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The largest first, without those who show nothing."""
    return sorted(((name, n) for name, n in pairs if name and n), key=lambda pair: (-pair[1], pair[0]))
