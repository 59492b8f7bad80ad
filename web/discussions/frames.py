"""What is heard of reactions, votes, and what stands around a topic."""

from collections.abc import Awaitable, Callable
from typing import Any

from chat import discussions
from chat.db import Reader
from web.api import shapes
from web.discussions.polls import numbers_of
from web.templates import fragment

Payloads = dict[int, dict[str, Any]]


async def _counts(tx: Reader, ids: list[int], form: str) -> Payloads:
    """Most reactions are a few bytes to each of a post's many readers."""
    found = await discussions.reactions_by_id(tx, ids)
    return {id: {"id": id, "reactions": counts} for id, counts in found.items()}


async def _lists(tx: Reader, ids: list[int], form: str) -> Payloads:
    """The first of a kind, and the last that was taken back, change what is listed."""
    if form == "json":
        return await _counts(tx, ids, form)
    found = await discussions.reactions_by_id(tx, ids)
    return {
        id: {
            "id": id,
            "html": fragment("discussions/_reactions.html", post={"id": id, "reactions": counts}),
        }
        for id, counts in found.items()
    }


async def _heads(tx: Reader, ids: list[int], form: str) -> Payloads:
    topics, polls = await discussions.topics_by_id(tx, ids), await discussions.polls_of_topics(tx, ids)
    if form == "json":
        return {
            id: {**shapes.topic(t), "poll": shapes.topic_poll(polls[id]) if id in polls else None}
            for id, t in topics.items()
        }
    return {
        id: {"id": id, "html": fragment("discussions/_topic_head.html", topic=t, poll=polls.get(id))}
        for id, t in topics.items()
    }


async def _ballots(tx: Reader, ids: list[int], form: str) -> Payloads:
    """The numbers only where they are due; how many have voted is no secret."""
    polls = await discussions.topic_polls_by_id(tx, ids)
    if form == "json":
        return {id: {"id": id, "turnout": p.turnout, "counts": p.counts} for id, p in polls.items()}
    return {id: {"set": numbers_of(p, p.counts or [])} for id, p in polls.items()}


LOADERS: dict[str, Callable[[Reader, list[int], str], Awaitable[Payloads]]] = {
    "reactions.counted": _counts,
    "reactions.listed": _lists,
    "head": _heads,
    "ballots": _ballots,
}
