"""What has been flagged, as the hosts see it, and as those see it who flagged."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import col, select

from chat import clock
from chat.db import Question, Reader, Transaction
from chat.discussions.flagging import must_moderate
from chat.discussions.models import Concern as ConcernRow
from chat.discussions.models import Flag as FlagRow
from chat.discussions.models import Post, Topic
from chat.discussions.queries import PostSeen, open_to, posts_by_id
from chat.errors import NotFound
from chat.members import Viewer, must_act
from chat.networks import RIGHTS, NetworkSeen
from chat.networks.models import Network

A_PAGE = 50


class Flag(NamedTuple):
    """Who flagged, for the hosts."""

    handle: str
    name: str
    reason: str
    note: str
    at: datetime


class Concern(NamedTuple):
    """A flagged post, with all that was said about it. `html`: its text, a hidden one's too; None when it was removed."""

    id: int
    network_id: int
    title: str
    opened_at: datetime
    claimed_by: str | None
    claimed_name: str | None
    claimed_until: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    settled_name: str | None
    outcome: str | None
    word: str
    answer: str
    html: str | None
    hidden_by_hub: bool
    post: PostSeen
    flags: list[Flag]


class Answered(NamedTuple):
    """What became of one's own flag: what everybody could see, and the hosts' answer."""

    concern_id: int
    post_id: int
    topic_id: int
    number: int
    network_slug: str
    network_name: str
    reason: str
    note: str
    at: datetime
    settled_at: datetime | None
    outcome: str | None
    answer: str


SEEN = """
SELECT concern.id, concern.network_id, topic.title, opened_at, one.handle, one.name, claimed_until, settled_at, two.handle, two.name,
       outcome, word, answer, CASE WHEN removed_at IS NULL OR post.hidden_at IS NOT NULL THEN post.html END,
       post.hidden_at IS NOT NULL AND post.hidden_by IS NULL, post.id
FROM concern JOIN post ON post.id = post_id JOIN topic ON topic.id = post.topic_id
LEFT JOIN member AS one ON one.id = claimed_by AND claimed_until > :now LEFT JOIN member AS two ON two.id = settled_by
"""


async def waiting_concerns(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> list[Concern]:
    """What waits for a host, the oldest first."""
    await must_moderate(tx, viewer, network.id)
    return await _concerns(
        tx,
        "WHERE concern.network_id = :network AND settled_at IS NULL ORDER BY concern.id",
        network=network.id,
    )


async def settled_concerns(
    tx: Transaction, viewer: Viewer | None, network: NetworkSeen, *, before: int | None = None
) -> list[Concern]:
    """What hosts have dealt with, the latest first; `before` (an id) continues a list."""
    await must_moderate(tx, viewer, network.id)
    return await _concerns(
        tx,
        "WHERE concern.network_id = :network AND settled_at IS NOT NULL AND (CAST(:before AS bigint) IS NULL OR concern.id < :before) "
        "ORDER BY concern.id DESC",
        network=network.id,
        before=before,
    )


async def concern_of(tx: Transaction, viewer: Viewer | None, concern_id: int) -> Concern:
    """One of them, for hosts of its network. Others don't learn that it is there."""
    viewer = must_act(viewer)
    found = await _concerns(
        tx,
        "WHERE concern.id = :id AND EXISTS (SELECT FROM membership WHERE network_id = concern.network_id AND member_id = :me "
        "AND role = ANY(:roles) AND ended_at IS NULL AND banned_at IS NULL)",
        id=concern_id,
        me=viewer.id,
        roles=list(RIGHTS["moderate"].roles),
    )
    if not found:
        raise NotFound
    return found[0]


_OWN: list[Any] = [
    ConcernRow.id,
    ConcernRow.post_id,
    Post.topic_id,
    Post.number,
    Network.slug,
    Network.name,
    FlagRow.reason,
    FlagRow.note,
    FlagRow.at,
    ConcernRow.settled_at,
    ConcernRow.outcome,
    ConcernRow.answer,
]


async def own_flag(tx: Transaction, viewer: Viewer | None, concern_id: int) -> Answered:
    """What became of the viewer's own flag, while they may read what it is about."""
    viewer = must_act(viewer)
    row = await tx.first(
        select(*_OWN)
        .select_from(FlagRow)
        .join(ConcernRow, col(ConcernRow.id) == col(FlagRow.concern_id))
        .join(Post, col(Post.id) == col(ConcernRow.post_id))
        .join(Topic, col(Topic.id) == col(Post.topic_id))
        .join(Network, col(Network.id) == col(Topic.network_id))
        .where(col(ConcernRow.id) == concern_id, col(FlagRow.member_id) == viewer.id, open_to(viewer.id))
    )
    if row is None:
        raise NotFound
    return Answered(*row)


async def flags_waiting(tx: Reader, network_ids: list[int]) -> dict[int, int]:
    """How many posts wait for a host in each of these networks where some do."""
    rows = await tx.all(
        "SELECT network_id, count(*) FROM concern WHERE network_id = ANY(:ids) AND settled_at IS NULL GROUP BY network_id",
        ids=network_ids,
    )
    return dict(rows)


def flags_question(viewer: Viewer) -> Question:
    """The same of the networks that the viewer is in; who asks looks whether the viewer may know."""
    return Question(tuple[int, int], WAITING_AROUND, {"me": viewer.id})


WAITING_AROUND = (
    "SELECT concern.network_id, count(*) AS waiting FROM concern "
    "JOIN membership ON membership.network_id = concern.network_id AND member_id = :me AND ended_at IS NULL AND banned_at IS NULL "
    "WHERE settled_at IS NULL GROUP BY concern.network_id"
)


async def _concerns(tx: Transaction, where: str, **params: Any) -> list[Concern]:
    rows = await tx.all(f"{SEEN} {where} LIMIT {A_PAGE}", now=clock.now(), **params)
    posts = await posts_by_id(tx, [row[-1] for row in rows])
    flags: dict[int, list[Flag]] = {}
    for concern_id, *flag in await tx.all(
        "SELECT concern_id, handle, name, reason, note, at FROM flag JOIN member ON member.id = member_id "
        "WHERE concern_id = ANY(:ids) ORDER BY flag.id",
        ids=[row[0] for row in rows],
    ):
        flags.setdefault(concern_id, []).append(Flag(*flag))
    return [Concern(*[*seen, posts[post_id], flags.get(seen[0], [])]) for *seen, post_id in rows]
