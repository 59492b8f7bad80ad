"""Files in the store, their posts, and what is left of them."""

import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from chat import clock, discussions, files
from chat.config import Settings
from chat.db import Database
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast, servers
from tests.cast import PDF, Thread
from tests.chat.files.papers import picture

ROOT = Path(__file__).parents[3]


async def content_of(db: Database, viewer: Viewer | None, file_id: int) -> bytes:
    async with db.snapshot() as tx:
        found = await files.file_of(tx, viewer, file_id)
    return b"".join([piece async for piece in await files.store().read(found.key, 0, found.file.size)])


async def gets(db: Database, viewer: Viewer | None, file_id: int) -> bool:
    with suppress(NotFound):
        return bool(await content_of(db, viewer, file_id))
    return False


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def folder(tmp_path: Path, setting: Callable[..., Settings]) -> Path:
    """The data folder of this test alone."""
    setting(HUB_DATA_DIR=str(tmp_path))
    return tmp_path


@pytest.fixture(params=["folder", "bucket"])
def any_store(
    request: pytest.FixtureRequest, setting: Callable[..., Settings], tmp_path: Path
) -> Iterator[files.Store]:
    """Each of the two, as the settings name them."""
    if request.param == "folder":
        setting(HUB_DATA_DIR=str(tmp_path))
        yield files.store()
    else:
        with servers.private_bucket() as bucket:
            setting(**bucket)
            yield files.store()


async def test_each_store_keeps_gives_and_forgets(any_store: files.Store) -> None:
    content = os.urandom(11 * 2**20)  # more than one part of an upload in parts

    async def read(start: int, length: int) -> bytes:
        return b"".join([piece async for piece in await any_store.read("ab12", start, length)])

    with pytest.raises(files.Missing):
        await read(0, 1)
    await any_store.put("ab12", io.BytesIO(content))
    assert await read(0, len(content)) == content
    assert await read(700_000, 300_000) == content[700_000:1_000_000]
    await any_store.remove("ab12")
    await any_store.remove("ab12")
    with pytest.raises(files.Missing):
        await read(0, 1)


async def test_a_store_that_fails_says_so_and_the_rest_goes_on(
    db: Database, ana: Viewer, thread: Thread, setting: Callable[..., Settings], tmp_path: Path
) -> None:
    with socket.socket() as nobody:  # bound, and not listening
        nobody.bind(("127.0.0.1", 0))
        keys = {"HUB_S3_BUCKET": "hub", "HUB_S3_KEY": "key", "HUB_S3_SECRET": "secret"}
        setting(HUB_S3_ENDPOINT=f"http://127.0.0.1:{nobody.getsockname()[1]}", **keys)
        with pytest.raises(Conflict, match="can’t be kept or shown"):
            await cast.send_file(db, ana, thread.network)
    assert await cast.value(db, "SELECT count(*) FROM file WHERE stored_at IS NOT NULL") == 0


async def test_one_s_own_until_it_is_attached_then_its_readers(
    db: Database, ana: Viewer, ben: Viewer, dev: Viewer, secret_thread: Thread
) -> None:
    file = await cast.send_file(db, ana, secret_thread.network)
    assert [await gets(db, who, file.id) for who in (ana, ben, dev, None)] == [True, False, False, False]
    await cast.write(db, ana, secret_thread, "Here is the plan.", attached=[file.id])
    assert [await gets(db, who, file.id) for who in (ana, ben, dev, None)] == [True, True, False, False]
    assert (await cast.read(db, ben, secret_thread))[-1].files == [file._asdict()]
    await cast.remove(db, ana, secret_thread.network, ben)
    assert not await gets(db, ben, file.id)


async def test_it_goes_with_its_post(db: Database, ana: Viewer, ben: Viewer, thread: Thread) -> None:
    file = await cast.send_file(db, ben, thread.network, picture(), "ward.png")
    made = await cast.write(db, ben, thread, "Look.", attached=[str(file.id)])
    assert await gets(db, None, file.id)
    async with db.transaction() as tx:
        await tx.run("UPDATE post SET hidden_at = now() WHERE id = :id", id=made["id"])
    assert not await gets(db, ana, file.id)
    assert (await cast.read(db, ana, thread))[-1].files == []
    async with db.transaction() as tx:
        await tx.run("UPDATE post SET hidden_at = NULL WHERE id = :id", id=made["id"])
        await discussions.remove(tx, ana, made["id"])
    assert not await gets(db, ben, file.id)
    assert (await cast.read(db, ana, thread))[-1].files == []


async def test_only_one_s_own_of_the_same_network_are_attached_and_once(
    db: Database, ana: Viewer, ben: Viewer, thread: Thread, secret_thread: Thread
) -> None:
    bens, elsewhere = (
        await cast.send_file(db, ben, thread.network),
        await cast.send_file(db, ana, secret_thread.network),
    )
    used = await cast.send_file(db, ana, thread.network)
    await cast.write(db, ana, thread, "Mine.", attached=[used.id])
    for wrong in ([bens.id], [elsewhere.id], [used.id], [999_999_999]):
        with pytest.raises(Invalid, match="not there any more"):
            await cast.write(db, ana, thread, "Yours.", attached=wrong)
    for wrong in ("12", [True], ["-1"], [{}], list(range(1, 12))):
        with pytest.raises(Invalid) as refused:
            await cast.write(db, ana, thread, "Yours.", attached=wrong)
        assert refused.value.field == "files"


async def test_who_changes_a_post_adds_and_takes_off(
    db: Database, ana: Viewer, ben: Viewer, thread: Thread
) -> None:
    first, second, third = [await cast.send_file(db, ana, thread.network, name=f"{n}.pdf") for n in range(3)]
    made = await cast.write(db, ana, thread, "Three papers.", attached=[first.id, second.id])

    async def edit(ids: list[int] | None) -> list[str]:
        async with db.transaction() as tx:
            await discussions.edit(tx, ana, made["id"], "Three papers.", ids)
        post = (await cast.read(db, ben, thread))[-1]
        revs.append(post.rev)
        return [file["name"] for file in post.files]

    revs: list[int] = []
    assert await edit(None) == ["0.pdf", "1.pdf"]
    assert await edit([second.id, third.id]) == ["1.pdf", "2.pdf"]
    assert await edit([second.id, third.id]) == ["1.pdf", "2.pdf"]
    assert revs == [1, 2, 2]
    assert not await gets(db, ana, first.id)
    with pytest.raises(Invalid):
        await edit([first.id])


async def test_an_anonymous_post_shows_pictures_without_their_names(
    db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen, thread: Thread
) -> None:
    await cast.allow_anonymity(db, open_network)
    paper = await cast.send_file(db, ben, open_network)
    photo = await cast.send_file(db, ben, open_network, picture(), "Ben Okafor.png")
    with pytest.raises(Invalid, match="pictures only"):
        await cast.write(db, ben, thread, "Not I.", anonymous=True, attached=[paper.id])
    await cast.write(db, ben, thread, "Not I.", anonymous=True, attached=[photo.id])
    async with db.snapshot() as tx:
        found = await files.file_of(tx, ana, photo.id)
    assert found.file.name == "Picture 1.webp"
    assert (await cast.read(db, ana, thread))[-1].files == [found.file._asdict()]


async def test_who_was_removed_sends_nothing(
    db: Database, ana: Viewer, ben: Viewer, dev: Viewer, open_network: NetworkSeen
) -> None:
    await cast.send_file(db, dev, open_network)  # whoever answers there joins by it
    await cast.remove(db, ana, open_network, ben)
    with pytest.raises(Forbidden):
        await cast.send_file(db, ben, open_network)


async def test_there_is_room_for_so_much(
    db: Database,
    ana: Viewer,
    ben: Viewer,
    open_network: NetworkSeen,
    setting: Callable[..., Settings],
    folder: Path,
) -> None:
    large = PDF[:9] + b"\n" * 600_000 + PDF[9:]
    setting(HUB_MEMBER_FILES_MB="1")
    first = await cast.send_file(db, ana, open_network, large)
    with pytest.raises(Conflict, match="Your files take up 1 MB of 1 MB"):
        await cast.send_file(db, ana, open_network, large)
    await cast.send_file(db, ben, open_network, large)
    assert len(on_disk(folder)) == 2
    async with db.transaction() as tx:
        await files.throw_away(tx, ana, first.id)
    await cast.send_file(db, ana, open_network, large)
    setting(HUB_MEMBER_FILES_MB="10", HUB_NETWORK_FILES_MB="1")
    with pytest.raises(Conflict, match="of this network"):
        await cast.send_file(db, ben, open_network, large)


async def test_what_nobody_can_get_is_erased(db: Database, ana: Viewer, thread: Thread, folder: Path) -> None:
    kept, waiting, thrown, of_removed = [
        await cast.send_file(db, ana, thread.network, picture(), f"{n}.png") for n in range(4)
    ]
    await cast.write(db, ana, thread, "One.", attached=[kept.id])
    gone = await cast.write(db, ana, thread, "Two.", attached=[of_removed.id])
    async with db.transaction() as tx:
        await files.throw_away(tx, ana, thrown.id)
        await discussions.remove(tx, ana, gone["id"])
    assert len(on_disk(folder)) == 8  # each to look at and small
    assert await files.sweep(db) == 1
    assert await gets(db, ana, waiting.id)
    clock.pretend(clock.now() + timedelta(hours=25))
    assert await files.sweep(db) == 1
    assert not await gets(db, ana, waiting.id)
    assert len(on_disk(folder)) == 4
    clock.pretend(clock.now() + timedelta(days=31))
    assert await files.sweep(db) == 1
    assert await gets(db, None, kept.id)
    assert len(on_disk(folder)) == 2
    assert await cast.value(db, "SELECT count(*) FROM file") == 1


DIES = """
import asyncio, io, os, sys
from chat import files, members, networks
from chat.db import Database
from chat.files import stores

async def main(url, member, slug):
    db = Database(url)
    async with db.snapshot() as tx:
        viewer = await members.by_id(tx, int(member))
        network = await networks.network_of(tx, viewer, slug)
    with files.draft() as draft:
        draft.write(sys.stdin.buffer.read())
        draft.flush()
        ready = await files.make_ready(draft, "plan.pdf")
        stores.os.fsync = lambda descriptor: os.kill(os.getpid(), 9)
        await files.keep(db, viewer, network, ready)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_of_a_process_that_is_killed_while_it_writes_nothing_stays(
    db: Database, ana: Viewer, open_network: NetworkSeen, folder: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DIES, db.url, str(ana.id), open_network.slug], input=PDF, cwd=ROOT, timeout=30,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert [path.suffix for path in on_disk(folder)] == [".part"]
    assert not await gets(db, ana, await cast.value(db, "SELECT id FROM file"))
    clock.pretend(clock.now() + timedelta(hours=2))
    assert await files.sweep(db) == 1
    assert on_disk(folder) == []


async def test_what_is_attached_in_a_hidden_discussion_is_given_to_nobody(db, ana, ben, carol, open_network):
    thread = await cast.start(db, ben, open_network, "The rota", "Again.")
    file = await cast.attach(db, ben, thread)
    async with db.snapshot() as tx:
        assert (await files.file_of(tx, carol, file.id)).file.id == file.id
    async with db.transaction() as tx:
        await discussions.hide_topic(tx, ana, thread.id, "It names people.")
    for reader in (carol, None):
        with pytest.raises(NotFound):
            async with db.snapshot() as tx:
                await files.file_of(tx, reader, file.id)
