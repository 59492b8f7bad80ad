"""Which files there are for a viewer."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from chat.db import Transaction
from chat.errors import NotFound
from chat.files.models import FileRow
from chat.members import Viewer
from chat.networks import nothing_there, readable
from chat.networks.models import Network

_POST = sa.table(
    "post", sa.column("id"), sa.column("topic_id"), sa.column("removed_at"), sa.column("hidden_at")
)
_TOPIC = sa.table("topic", sa.column("id"), sa.column("network_id"), sa.column("hidden_at"))


class FileSeen(NamedTuple):
    """A file as it is listed. Whose it is is not told: it may belong to an anonymous post."""

    id: int
    name: str
    kind: str
    size: int
    width: int | None
    height: int | None


class Found(NamedTuple):
    """A file that the viewer may have, and where it lies."""

    file: FileSeen
    key: str
    small_size: int
    sha256: bytes

    def tag(self, small: bool) -> str:
        return f'"{self.sha256.hex()[:32]}{"-small" if small else ""}"'


def small_key(key: str) -> str:
    """Of a picture's small copy."""
    return f"{key}.small"


_LISTED = (FileRow.id, FileRow.name, FileRow.kind, FileRow.size, FileRow.width, FileRow.height)


# Of what hosts have hidden nobody gets the files.
_SHOWN = (_POST.c.removed_at.is_(None), _POST.c.hidden_at.is_(None), _TOPIC.c.hidden_at.is_(None))


def _kept() -> Any:
    return sa.and_(col(FileRow.stored_at).is_not(None), col(FileRow.removed_at).is_(None))


async def file_of(tx: Transaction, viewer: Viewer | None, file_id: int) -> Found:
    """A file of a post that the viewer may read, or one of their own that is not attached yet."""
    own = sa.and_(col(FileRow.post_id).is_(None), col(FileRow.owner_id) == (viewer.id if viewer else 0))
    shown = sa.and_(*_SHOWN, readable(viewer and viewer.id))
    row = await tx.first(
        select(*_LISTED, FileRow.key, FileRow.small_size, FileRow.sha256)
        .select_from(FileRow)
        .outerjoin(_POST, _POST.c.id == col(FileRow.post_id))
        .outerjoin(_TOPIC, _TOPIC.c.id == _POST.c.topic_id)
        .outerjoin(Network, col(Network.id) == _TOPIC.c.network_id)
        .where(col(FileRow.id) == file_id, _kept(), sa.or_(own, shown))
    )
    if row is None:
        network = (
            select(_TOPIC.c.network_id)
            .select_from(FileRow)
            .join(_POST, _POST.c.id == col(FileRow.post_id))
            .join(_TOPIC, _TOPIC.c.id == _POST.c.topic_id)
            .where(col(FileRow.id) == file_id, _kept(), *_SHOWN)
        )
        raise await nothing_there(tx, viewer, network.scalar_subquery())
    *listed, key, small_size, sha256 = row
    return Found(FileSeen(*listed), key, small_size, sha256)


async def own_files(tx: Transaction, viewer: Viewer | None, ids: list[int]) -> list[FileSeen]:
    """Those of these that are the viewer's own, in this order, for a form that is shown again."""
    if viewer is None or not ids:
        return []
    rows = await tx.all(
        select(*_LISTED).where(
            col(FileRow.id) == sa.any_(sa.cast(ids, sa.ARRAY(sa.BigInteger))),
            col(FileRow.owner_id) == viewer.id,
            _kept(),
        )
    )
    found = {row.id: FileSeen(*row) for row in rows}
    return [found[id] for id in ids if id in found]


async def own_file(tx: Transaction, viewer: Viewer | None, file_id: int) -> FileSeen:
    """One's own file, attached or not."""
    found = await own_files(tx, viewer, [file_id])
    if not found:
        raise NotFound
    return found[0]
