"""Who was there, for the hosts."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from chat.db import Transaction
from chat.dropins import DropInSeen
from chat.errors import Conflict, SignInFirst
from chat.fields import folded
from chat.languages import _
from chat.members import Viewer, shown
from chat.networks import must_have

FEWEST = 3  # fewer could be known by their number alone


class Attendee(NamedTuple):
    """Somebody who was there; without name and handle when they are a former member of the network."""

    handle: str | None
    name: str
    organisation: str
    country: str
    minutes: int
    from_at: datetime
    until_at: datetime


class Count(NamedTuple):
    """So many from there; `called` is empty for those who did not say."""

    called: str
    people: int


class Attendance(NamedTuple):
    """`people` is empty under the Chatham House rule."""

    total: int
    people: list[Attendee]
    organisations: list[Count]


PEOPLE = f"""
SELECT CASE WHEN named THEN handle END, CASE WHEN named THEN name ELSE 'Former member' END,
       CASE WHEN named THEN organisation ELSE '' END, CASE WHEN named THEN country ELSE '' END,
       CAST(floor(extract(epoch FROM stayed) / 60) AS integer), from_at, until_at
FROM (
    SELECT member_id, sum(until_at - from_at) AS stayed, min(from_at) AS from_at, max(until_at) AS until_at
    FROM attendance WHERE drop_in_id = :id GROUP BY member_id HAVING sum(until_at - from_at) >= interval '1 minute'
) AS there
JOIN (SELECT id, handle, name, {shown("organisation")}, {shown("country")} FROM member) AS who ON who.id = there.member_id
JOIN membership ON membership.member_id = there.member_id AND membership.network_id = :network
CROSS JOIN LATERAL (SELECT membership.former_at IS NULL OR (membership.former_at < there.from_at AND membership.ended_at IS NULL) AS named) AS naming
ORDER BY named DESC, lower(name), there.member_id
"""  # noqa: S608


async def attendance_of(tx: Transaction, viewer: Viewer | None, drop_in: DropInSeen) -> Attendance:
    """Who was there for a minute or more, so far. Under the Chatham House rule only how many, by organisation."""
    if viewer is None:
        raise SignInFirst
    await must_have(tx, viewer, drop_in.network_id, "run_drop_ins")
    people = await people_at(tx, drop_in)
    if drop_in.chatham_house:
        return Attendance(len(people), [], counted((p.organisation for p in people), few=_("Others")))
    return Attendance(len(people), people, counted(p.organisation for p in people))


async def names_of(tx: Transaction, viewer: Viewer | None, drop_in: DropInSeen) -> list[Attendee]:
    """Who was there, to take away. Raises Conflict where nobody is named."""
    found = await attendance_of(tx, viewer, drop_in)
    if drop_in.chatham_house:
        raise Conflict(_("This drop-in was held under the Chatham House rule: there is no list of names."))
    return found.people


async def people_at(tx: Transaction, drop_in: DropInSeen) -> list[Attendee]:
    """For what hosts write up; whoever shows it decides who is named."""
    rows = await tx.all(PEOPLE, id=drop_in.id, network=drop_in.network_id)
    return [Attendee(*row) for row in rows]


def counted(words: Iterable[str], few: str | None = None) -> list[Count]:
    """How many of each, the most first; who did not say comes last. With `few` those below FEWEST are put together under it."""
    names: dict[str, str] = {}
    count = Counter(_key(word, names) for word in words)
    unsaid = count.pop("", 0)
    others = 0
    if few is not None:
        small = [key for key, n in count.items() if n < FEWEST]
        others = unsaid + sum(count.pop(key) for key in small)
        unsaid = 0
    sizes = [Count(names[key], n) for key, n in sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))]
    return (
        sizes
        + ([Count(few, others)] if few is not None and others else [])
        + ([Count("", unsaid)] if unsaid else [])
    )


def _key(word: str, names: dict[str, str]) -> str:
    """The same organisation, however it is spelt: the first spelling names it."""
    key = folded(word).strip()
    names.setdefault(key, word)
    return key
