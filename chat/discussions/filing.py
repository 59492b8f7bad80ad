"""The files of a network, wherever in its discussions they are attached."""

from datetime import datetime
from typing import NamedTuple

from chat.db import Transaction
from chat.files import FileSeen
from chat.networks import NetworkSeen


class Filed(NamedTuple):
    """A file and the post that it is attached to. Who wrote that is for the post to say."""

    file: FileSeen
    attached_at: datetime
    topic_id: int
    title: str
    number: int


# The network of the topic is what counts; that of the file is what finds it quickly.
FILED = """
SELECT file.id, name, kind, size, width, height, attached_at, topic.id AS topic_id, title, number
FROM file JOIN post ON post.id = post_id JOIN topic ON topic.id = topic_id
WHERE file.network_id = :network AND topic.network_id = :network AND stored_at IS NOT NULL AND file.removed_at IS NULL
AND post.removed_at IS NULL AND post.hidden_at IS NULL AND topic.listed_at <= now() AND file.id < :before
ORDER BY file.id DESC LIMIT :limit
"""


async def files_in(
    tx: Transaction, network: NetworkSeen, *, limit: int = 50, before: int | None = None
) -> list[Filed]:
    """A network's files, the latest first, for who may read it; `before` continues a list after its last."""
    if not network.readable:
        return []
    rows = await tx.all(FILED, network=network.id, limit=limit, before=before or 2**62)
    return [Filed(FileSeen(*row[:6]), *row[6:]) for row in rows]
