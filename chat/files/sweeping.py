"""What nobody can get any more leaves the store too. The rows know all that is there, so the store is never searched."""

from datetime import timedelta

from chat import clock
from chat.db import Database
from chat.files.queries import small_key
from chat.files.stores import store

UNFINISHED = timedelta(hours=1)  # for a web process to put a file into the store
WAITING = timedelta(days=1)  # for its owner to post what it was sent for
REMOVED = timedelta(days=30)  # for an operator to bring back what was removed by mistake
MANY = 200

# Each step may be done twice. A file that is marked can't be attached any more, so nothing is taken from under a post.
MARK = """
UPDATE file SET removed_at = :now WHERE removed_at IS NULL AND post_id IS NULL
AND (created_at < :waiting OR (stored_at IS NULL AND created_at < :unfinished))
"""
MARK_OF_POSTS = """
UPDATE file SET removed_at = post.removed_at FROM post
WHERE post.id = file.post_id AND post.removed_at IS NOT NULL AND file.removed_at IS NULL
"""
DUE = """
SELECT id, key FROM file WHERE removed_at IS NOT NULL AND (post_id IS NULL OR removed_at < :removed)
ORDER BY id LIMIT :many
"""


async def sweep(db: Database) -> int:
    """Erase what was never attached, and what was removed long ago; how many files those were."""
    now, count = clock.now(), 0
    async with db.transaction() as tx:
        await tx.run(MARK, now=now, waiting=now - WAITING, unfinished=now - UNFINISHED)
        await tx.run(MARK_OF_POSTS)
    while True:
        async with db.snapshot() as tx:
            due = await tx.all(DUE, removed=now - REMOVED, many=MANY)
        for row in due:
            await erase(row.key)
        async with db.transaction() as tx:
            await tx.run("DELETE FROM file WHERE id = ANY(:ids)", ids=[row.id for row in due])
        count += len(due)
        if len(due) < MANY:
            return count


async def erase(key: str) -> None:
    """Both copies of what is under a key."""
    await store().remove(key)
    await store().remove(small_key(key))
