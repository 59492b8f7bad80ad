"""How far members have read."""

from chat import clock
from chat.db import Transaction
from chat.discussions.queries import topic_of
from chat.errors import SignInFirst
from chat.events import member_stream
from chat.members import Viewer


async def mark_read(tx: Transaction, viewer: Viewer | None, topic_id: int, number: int) -> None:
    """The member has read up to this post. Late and repeated news of it change nothing."""
    if viewer is None:
        raise SignInFirst
    topic = await topic_of(tx, viewer, topic_id)
    number = max(0, min(number, topic.post_count))
    moved = await tx.run(
        "INSERT INTO reading (member_id, topic_id, number, at) VALUES (:member, :topic, :number, :now) "
        "ON CONFLICT (member_id, topic_id) DO UPDATE SET number = excluded.number, at = excluded.at WHERE reading.number < excluded.number",
        member=viewer.id,
        topic=topic_id,
        number=number,
        now=clock.now(),
    )
    if moved:
        tx.announce(member_stream(viewer.id), "read.moved", topic_id, number)
