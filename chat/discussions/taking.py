"""Whether a topic takes a member's post now, and where it is: hosts may have locked, moved, split or merged it."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.discussions.muting import Kept, must_not_be_kept
from chat.errors import Conflict, in_words
from chat.languages import _, sentence
from chat.networks import has_right, role_in

ELSEWHERE = sentence(
    "This discussion was moved to another network while you wrote. Load the page again to see where it is."
)

STATE = """
SELECT topic.network_id, merged_into, locked_at, hidden_at, slow_seconds,
       EXISTS (SELECT FROM muted WHERE topic_id = topic.id AND member_id = :member) AS muted,
       EXISTS (SELECT FROM lobby JOIN drop_in ON drop_in.id = drop_in_id
               WHERE drop_in.topic_id = topic.id AND lobby.member_id = :member) AS in_lobby,
       (SELECT home.id FROM post JOIN topic AS home ON home.id = post.topic_id
        WHERE post.id = CAST(:parent AS bigint) AND home.network_id = topic.network_id AND home.id <> topic.id
        AND EXISTS (SELECT FROM post AS mark WHERE mark.topic_id = topic.id AND mark.moved_to = post.id)) AS parent_home
FROM topic WHERE topic.id = :topic
"""


async def taker(tx: Transaction, member_id: int, network_id: int, topic_id: int, parent: object) -> int:
    """The topic that takes a member's post which was meant for this one: itself, the one that it was merged into, or
    the one to which the post that it answers was split off. Raises Conflict where none does.

    To be called when this transaction is ordered with the hosts' acts (`writing_in`).
    """
    answered = int(str(parent)) if str(parent).isdecimal() and len(str(parent)) <= 18 else None
    state = await _state(tx, member_id, topic_id, answered)
    while home := state.merged_into or state.parent_home:
        topic_id = home
        state = await _state(tx, member_id, topic_id, answered)
    if state.network_id != network_id:
        raise Conflict(_(ELSEWHERE))
    must_not_be_kept(Kept(state.muted, state.in_lobby))
    if state.hidden_at:
        raise Conflict(_("The hosts have hidden this discussion, so it takes no posts."))
    if state.locked_at or state.slow_seconds:
        await _must_be_let(tx, member_id, network_id, topic_id, state)
    return topic_id


async def still_in(tx: Transaction, post_id: int, network_id: int) -> int:
    """The topic of a post, now that no host can move it out of this network (`writing_in`). Raises Conflict."""
    row = await tx.first(
        "SELECT topic.id, network_id FROM post JOIN topic ON topic.id = topic_id WHERE post.id = :id",
        id=post_id,
    )
    if row.network_id != network_id:
        raise Conflict(_(ELSEWHERE))
    return row.id


async def _state(tx: Transaction, member_id: int, topic_id: int, parent: int | None) -> Any:
    return await tx.first(STATE, member=member_id, topic=topic_id, parent=parent)


async def _must_be_let(tx: Transaction, member_id: int, network_id: int, topic_id: int, state: Any) -> None:
    if has_right(await role_in(tx, member_id, network_id), "moderate"):
        return
    if state.locked_at:
        raise Conflict(_("The hosts have locked this discussion, so it takes no more posts."))
    # Of two posts that come at once, one waits here and then finds the other.
    await tx.run("SELECT FROM topic WHERE id = :id FOR NO KEY UPDATE", id=topic_id)
    wait = await tx.value(
        "SELECT extract(epoch FROM max(created_at) - CAST(:now AS timestamptz)) + :slow FROM post "
        "WHERE topic_id = :topic AND author_id = :me",
        topic=topic_id,
        me=member_id,
        now=clock.now(),
        slow=state.slow_seconds,
    )
    if wait and wait > 0:
        raise Conflict(
            _(
                "This discussion is slowed down: one post in {pause}. You can post again in {wait}.",
                pause=in_words(state.slow_seconds),
                wait=in_words(max(1, round(wait))),
            )
        )
