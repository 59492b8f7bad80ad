"""Sending a file: looked through, made over, and kept for its owner until it is attached."""

import asyncio
import hashlib
import secrets
from io import BytesIO
from typing import BinaryIO, NamedTuple

from chat import clock, pictures
from chat.config import settings
from chat.db import Database, Transaction
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.files.queries import FileSeen, small_key
from chat.files.sniffing import called, clean_name, kind_of
from chat.files.stores import in_order, store
from chat.files.sweeping import erase
from chat.languages import _, grouped, language
from chat.members import Viewer, must_act
from chat.networks import NetworkSeen


class Ready(NamedTuple):
    """A file that may be kept, as it will be."""

    name: str
    kind: str
    content: BinaryIO
    size: int
    sha256: bytes
    small: bytes = b""
    width: int | None = None
    height: int | None = None


def most_bytes() -> int:
    """Of one file."""
    return settings().file_mb * 2**20


def too_large() -> Invalid:
    return Invalid("files", _("This file is too large: it can have {n} MB at most.", n=settings().file_mb))


async def must_send(tx: Transaction, viewer: Viewer | None, network: NetworkSeen) -> Viewer:
    """Let those send files who may answer in the network. To be asked before anything large is read."""
    viewer = must_act(viewer)
    if not network.readable:
        raise NotFound
    if network.role is None and await tx.value(
        "SELECT 1 FROM membership WHERE network_id = :network AND member_id = :me "
        "AND (banned_at IS NOT NULL OR ended_by <> member_id)",
        network=network.id,
        me=viewer.id,
    ):
        raise Forbidden(_("You were removed from this network, so you can’t write in it."))
    return viewer


async def make_ready(file: BinaryIO, name: object) -> Ready:
    """Look through what was sent. Pictures are drawn anew. Raises Invalid("files", …) for what may not be kept."""
    wanted = clean_name(name)
    kind = await asyncio.to_thread(kind_of, file)
    if kind != "picture":
        size, digest = await asyncio.to_thread(_measure, file)
        return Ready(called(wanted, kind), kind, file, size, digest)
    file.seek(0)
    made = await pictures.sized(file, "files")
    digest = hashlib.sha256(made.webp).digest()
    return Ready(
        called(wanted, kind),
        kind,
        BytesIO(made.webp),
        len(made.webp),
        digest,
        made.small,
        made.width,
        made.height,
    )


async def keep(db: Database, viewer: Viewer | None, network: NetworkSeen, ready: Ready) -> FileSeen:
    """Put a file into the store, for its owner alone. The row comes first, so that the sweep knows of all that is there."""
    key = secrets.token_hex(16)
    async with db.transaction() as tx:
        file = await _reserve(tx, must_act(viewer), network, ready, key)
    with in_order():
        await store().put(key, ready.content)
        if ready.small:
            await store().put(small_key(key), BytesIO(ready.small))
    async with db.transaction() as tx:
        kept = await tx.run(
            "UPDATE file SET stored_at = :now WHERE id = :id AND removed_at IS NULL",
            now=clock.now(),
            id=file.id,
        )
    if not kept:
        await erase(key)
        raise Conflict(_("This took so long that the file was given up. Attach it again."))
    return file


async def _reserve(tx: Transaction, viewer: Viewer, network: NetworkSeen, ready: Ready, key: str) -> FileSeen:
    await must_send(tx, viewer, network)
    size = ready.size + len(ready.small)
    await _find_room(tx, "owner", viewer.id, size, settings().member_files_mb)
    await _find_room(tx, "network", network.id, size, settings().network_files_mb)
    file_id = await tx.value(
        "INSERT INTO file (network_id, owner_id, name, kind, size, small_size, sha256, width, height, key, created_at) "
        "VALUES (:network, :me, :name, :kind, :size, :small, :sha256, :width, :height, :key, :now) RETURNING id",
        network=network.id, me=viewer.id, name=ready.name, kind=ready.kind, size=ready.size, small=len(ready.small),
        sha256=ready.sha256, width=ready.width, height=ready.height, key=key, now=clock.now(),
    )  # fmt: skip
    return FileSeen(file_id, ready.name, ready.kind, ready.size, ready.width, ready.height)


async def _find_room(tx: Transaction, whose: str, id: int, size: int, most: int) -> None:
    """Two at once: the second waits for the first to be counted."""
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('files of ' || :whose, :id))", whose=whose, id=id
    )
    used = await tx.value(
        f"SELECT coalesce(sum(size + small_size), 0) FROM file WHERE {whose}_id = :id AND removed_at IS NULL",  # noqa: S608 - one of our own two words
        id=id,
    )
    if used + size > most * 2**20:
        so_far = grouped(round(used / 2**20), language()), grouped(most, language())
        raise Conflict(
            (
                _("Your files take up {used} MB of {most} MB already, so there is no room for this one.")
                if whose == "owner"
                else _(
                    "The files of this network take up {used} MB of {most} MB already, so there is no room for this one."
                )
            ).format(used=so_far[0], most=so_far[1])
        )


def _measure(file: BinaryIO) -> tuple[int, bytes]:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(2**18):
        digest.update(piece)
    return file.tell(), digest.digest()
