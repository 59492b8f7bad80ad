"""Files and their post: attached, taken off, or thrown away before they were."""

from collections.abc import Iterable

import msgspec

from chat import clock
from chat.db import Transaction
from chat.errors import Conflict, Invalid, NotFound
from chat.files.queries import FileSeen
from chat.languages import _
from chat.members import Viewer, must_act

MOST = 10  # for one post

# Only the owner's own, kept, and of this post already or free and sent for its network.
TAKE = """
SELECT file.id, name, kind, size, width, height, file.post_id FROM file
WHERE file.id = ANY(:ids) AND owner_id = :me AND stored_at IS NOT NULL AND file.removed_at IS NULL
AND (file.post_id = :post OR (file.post_id IS NULL AND network_id = (
    SELECT topic.network_id FROM post JOIN topic ON topic.id = topic_id WHERE post.id = :post
)))
ORDER BY file.id FOR UPDATE
"""


def ids_of(files: object) -> list[int]:
    """The numbers of files, as programs and forms send them. Raises Invalid for what are none, or too many."""
    if not isinstance(files, list | tuple):
        raise Invalid("files", _("The files must be a list of their ids."))
    ids = []
    for each in files:
        if each == "":  # a form says by it that it has a list at all
            continue
        text = str(each)
        if isinstance(each, bool) or not (text.isascii() and text.isdecimal()) or len(text) > 18:
            raise Invalid("files", _("The files must be a list of their ids."))
        ids.append(int(text))
    ids = list(dict.fromkeys(ids))
    if len(ids) > MOST:
        raise Invalid(
            "files", _("A post can have {most} files at most; these are {n}.", most=MOST, n=len(ids))
        )
    return ids


async def attach(tx: Transaction, viewer: Viewer, post_id: int, files: object) -> bool:
    """Make these the files of one's own post, in this order; others of it are taken off. None leaves them as they are.

    True when that changed anything. Raises Invalid("files", …) for one that is not there, or not one's own.
    """
    if files is None:
        return False
    ids = ids_of(files)
    before = await tx.first("SELECT files, pseudonym_id FROM post WHERE id = :post", post=post_id)
    if [file["id"] for file in before.files] == ids:
        return False
    rows = {row.id: row for row in await tx.all(TAKE, ids=ids, me=viewer.id, post=post_id)}
    if len(rows) < len(ids):
        raise Invalid("files", _("One of these files is not there any more. Attach it again."))
    chosen = [FileSeen(*rows[id][:6]) for id in ids]
    if before.pseudonym_id:
        chosen = _unnamed(chosen)
    now = clock.now()
    for file in chosen:
        await tx.run(
            "UPDATE file SET post_id = :post, attached_at = coalesce(attached_at, :now), name = :name WHERE id = :id",
            post=post_id,
            now=now,
            name=file.name,
            id=file.id,
        )
    await tx.run(
        "UPDATE file SET removed_at = :now WHERE post_id = :post AND removed_at IS NULL AND id <> ALL(:ids)",
        now=now,
        post=post_id,
        ids=ids,
    )
    await tx.run(
        "UPDATE post SET files = CAST(:files AS jsonb) WHERE id = :post",
        files=msgspec.json.encode([file._asdict() for file in chosen]).decode(),
        post=post_id,
    )
    return True


def _unnamed(files: Iterable[FileSeen]) -> list[FileSeen]:
    """Without what would tell whose they are: documents carry the names of their authors, and files names of their own."""
    files = list(files)
    if any(file.kind != "picture" for file in files):
        raise Invalid(
            "files",
            _(
                "A document can carry its author’s name inside. Without your name you can attach pictures only."
            ),
        )
    return [file._replace(name=f"Picture {number}.webp") for number, file in enumerate(files, 1)]


async def move_with_topic(tx: Transaction, topic_id: int, network_id: int) -> None:
    """The files of a topic that is moved take up room in its new network, and are listed there."""
    await tx.run(
        "UPDATE file SET network_id = :network FROM post WHERE post.id = post_id AND topic_id = :topic",
        network=network_id,
        topic=topic_id,
    )


async def throw_away(tx: Transaction, viewer: Viewer | None, file_id: int) -> None:
    """Give up one's own file that is not attached. Done twice it changes nothing more."""
    viewer = must_act(viewer)
    row = await tx.first(
        "SELECT post_id FROM file WHERE id = :id AND owner_id = :me FOR UPDATE", id=file_id, me=viewer.id
    )
    if row is None:
        raise NotFound
    if row.post_id:
        raise Conflict(_("This file is attached to a post. Change the post to take it off."))
    await tx.run(
        "UPDATE file SET removed_at = coalesce(removed_at, :now) WHERE id = :id", now=clock.now(), id=file_id
    )
