"""Whether a topic takes a member's post now, and where it is: hosts may have locked, moved, split or merged it."""

from typing import Any

from chat import clock
from chat.db import Transaction
from chat.discussions.muting import Kept, must_not_be_kept
from chat.errors import Conflict, in_words
from chat.languages import _, sentence
from chat.networks import has_right

ELSEWHERE = sentence(
    "This discussion was moved to another network while you wrote. Load the page again to see where it is."
)

STATE = """
SELECT topic.id, topic.network_id, merged_into, locked_at, hidden_at, slow_seconds,
       (SELECT role FROM membership WHERE membership.network_id = :network AND membership.member_id = :member
        AND ended_at IS NULL AND banned_at IS NULL) AS role,
       EXISTS (SELECT FROM draft WHERE draft.member_id = :member AND draft.topic_id = topic.id) AS drafted,
       EXISTS (SELECT FROM muted WHERE topic_id = topic.id AND member_id = :member) AS muted,
       EXISTS (SELECT FROM lobby JOIN drop_in ON drop_in.id = drop_in_id
               WHERE drop_in.topic_id = topic.id AND lobby.member_id = :member) AS in_lobby,
       (SELECT home.id FROM post JOIN topic AS home ON home.id = post.topic_id
        WHERE post.id = CAST(:parent AS bigint) AND home.network_id = topic.network_id AND home.id <> topic.id
        AND EXISTS (SELECT FROM post AS mark WHERE mark.topic_id = topic.id AND mark.moved_to = post.id)) AS parent_home
FROM topic WHERE topic.id = :topic
"""


async def state_for(tx: Transaction, member_id: int, network_id: int, topic_id: int, parent: object) -> Any:
    """How a topic stands to a member who would write in it, with their role in this network and whether they have drafts
    there. To be called when this transaction is ordered with the hosts' acts (`writing_in`)."""
    answered = int(str(parent)) if str(parent).isdecimal() and len(str(parent)) <= 18 else None
    return await tx.first(STATE, member=member_id, network=network_id, topic=topic_id, parent=answered)


async def taker(tx: Transaction, member_id: int, network_id: int, state: Any, parent: object) -> int:
    """The topic that takes a member's post which was meant for the one of this state: itself, the one that it was merged
    into, or the one to which the post that it answers was split off. Raises Conflict where none does.
    """
    while home := state.merged_into or state.parent_home:
        state = await state_for(tx, member_id, network_id, home, parent)
    if state.network_id != network_id:
        raise Conflict(_(ELSEWHERE))
    must_not_be_kept(Kept(state.muted, state.in_lobby))
    if state.hidden_at:
        raise Conflict(_("The hosts have hidden this discussion, so it takes no posts."))
    if state.locked_at or state.slow_seconds:
        await _must_be_let(tx, member_id, state)
    return state.id


async def still_in(tx: Transaction, post_id: int, network_id: int) -> int:
    """The topic of a post, now that no host can move it out of this network (`writing_in`). Raises Conflict."""
    row = await tx.first(
        "SELECT topic.id, network_id FROM post JOIN topic ON topic.id = topic_id WHERE post.id = :id",
        id=post_id,
    )
    if row.network_id != network_id:
        raise Conflict(_(ELSEWHERE))
    return row.id


async def _must_be_let(tx: Transaction, member_id: int, state: Any) -> None:
    if has_right(state.role, "moderate"):
        return
    if state.locked_at:
        raise Conflict(_("The hosts have locked this discussion, so it takes no more posts."))
    # Of two posts that come at once, one waits here and then finds the other.
    await tx.run("SELECT FROM topic WHERE id = :id FOR NO KEY UPDATE", id=state.id)
    wait = await tx.value(
        "SELECT extract(epoch FROM max(created_at) - CAST(:now AS timestamptz)) + :slow FROM post "
        "WHERE topic_id = :topic AND author_id = :me",
        topic=state.id,
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
