"""What is heard of questions, hands, polls and links: as the panels' script takes it, or as the API shows it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from chat import rooms
from chat.db import Reader
from web.api import room_shapes as shapes
from web.pages import Typed
from web.templates import fragment

Payloads = dict[int, dict[str, Any]]


def _things(
    called: str, load: Callable[[Reader, list[int]], Awaitable[Mapping[int, Any]]]
) -> Callable[[Reader, list[int], str], Awaitable[Payloads]]:
    """A loader of things that are shown by a template of their name, and are gone when the database has none."""
    shape = getattr(shapes, called)

    async def payloads(tx: Reader, ids: list[int], form: str) -> Payloads:
        things = await load(tx, ids)
        if form == "json":
            return {id: shape(things[id]) if id in things else {"id": id, "gone": True} for id in ids}
        return {
            id: {"html": _item(called, things[id])} if id in things else {"gone": f"{called}-{id}"}
            for id in ids
        }

    return payloads


def _item(called: str, thing: Any) -> str:
    """The same for every reader: no forms of anybody's session, and nothing of their own."""
    around: dict[str, Any] = {"csrf": "", "mine": (), "ballots": {}, "form": Typed(), "error": None}
    return fragment(f"rooms/_{called}.html", **{called: thing}, **around)


async def _votes(tx: Reader, ids: list[int], form: str) -> Payloads:
    """A vote is a few bytes to each of its many readers, never a whole question."""
    votes = await rooms.votes_of(tx, ids)
    if form == "json":
        return {id: {"id": id, "votes": n} for id, n in votes.items()}
    return {id: {"set": {f"v{id}": n or ""}} for id, n in votes.items()}


async def _tallies(tx: Reader, ids: list[int], form: str) -> Payloads:
    """The numbers only where they are due; how many have voted is no secret."""
    polls = await rooms.polls_by_id(tx, ids)
    if form == "json":
        return {id: {"id": id, "turnout": p.turnout, "counts": p.counts} for id, p in polls.items()}
    return {id: {"set": _numbers(id, p.turnout, p.counts or [])} for id, p in polls.items()}


async def _own_tallies(tx: Reader, ids: list[int], form: str) -> Payloads:
    """For who has voted in a poll that shows its numbers to them. On nobody's stream but theirs."""
    tallies = await rooms.tallies_of(tx, ids)
    if form == "json":
        return {id: {"id": id, "turnout": n, "counts": counts} for id, (n, counts) in tallies.items()}
    return {id: {"set": _numbers(id, n, counts)} for id, (n, counts) in tallies.items()}


def _numbers(id: int, turnout: int, counts: list[int]) -> dict[str, int]:
    return {f"t{id}": turnout, **{f"c{option}-{id}": n for option, n in enumerate(counts, 1)}}


LOADERS: dict[str, Callable[[Reader, list[int], str], Awaitable[Payloads]]] = {
    "question": _things("question", rooms.questions_by_id),
    "votes": _votes,
    "hand": _things("hand", rooms.hands_by_id),
    "poll": _things("poll", rooms.polls_by_id),
    "tally": _tallies,
    "mine.tally": _own_tallies,
    "link": _things("link", rooms.links_by_id),
}
