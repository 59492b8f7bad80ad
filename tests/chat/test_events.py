"""The log: numbers without holes, in the order of commits, each with the access version of its moment."""

import asyncio
import random

import pytest

from chat import discussions, networks
from chat.db import Database
from chat.events import fence, open_stream
from chat.realtime import log
from tests import cast


class ChangedMyMind(Exception):
    pass


async def write_or_not(db, author, thread, n):
    async with db.transaction() as tx:
        await discussions.reply(tx, author, thread.id, f"{n}")
        await tx.number_events()  # the numbers are taken
        if n % 5 == 0:
            raise ChangedMyMind


async def test_fifty_at_once_with_rollbacks_leave_no_hole(db, ana, ben, carol, thread):
    tries = await asyncio.gather(
        *(write_or_not(db, (ana, ben, carol)[n % 3], thread, n) for n in range(50)), return_exceptions=True
    )
    assert sum(isinstance(t, ChangedMyMind) for t in tries) == 10
    for stream in (thread.stream, f"n:{thread.network.id}"):
        numbers = [seq for seq, _, _ in await cast.events(db, stream)]
        head = await cast.value(db, "SELECT head FROM stream WHERE id = :id", id=stream)
        assert numbers == list(range(1, head + 1))
    assert len(await cast.events(db, thread.stream)) == 41
    assert await cast.value(db, "SELECT post_count FROM topic") == 41


async def test_the_order_of_numbers_is_the_order_of_commits(db, database_url, ana, ben, thread):
    """A reader who polls sees each stream grow at its end alone."""
    watcher = Database(database_url, pool=1)
    writing = asyncio.gather(
        *(write_or_not(db, (ana, ben)[n % 2], thread, n) for n in range(40)), return_exceptions=True
    )
    reached = 1
    while not writing.done():
        seen = [seq for seq, _, _ in await cast.events(watcher, thread.stream)]
        assert seen == list(range(1, len(seen) + 1))
        assert len(seen) >= reached
        reached = len(seen)
    await watcher.close()


async def test_events_after_a_removal_carry_the_newer_version(db, ana, ben, secret_thread):
    network = secret_thread.network
    await cast.write(db, ben, secret_thread, "before")
    before = await cast.value(db, "SELECT acl_version FROM network WHERE id = :id", id=network.id)
    await cast.remove(db, ana, network, ben)
    await cast.write(db, ana, secret_thread, "after")
    versions = [
        row.acl_version
        for row in await cast.rows(
            db, "SELECT acl_version FROM event WHERE stream_id = :s ORDER BY seq", s=secret_thread.stream
        )
    ]
    assert versions == [before, before, before + 1]
    (sys,) = await cast.rows(
        db, "SELECT acl_version FROM event WHERE stream_id = 'sys' ORDER BY seq DESC LIMIT 1"
    )
    assert sys.acl_version == before + 1


async def test_a_post_and_a_removal_come_one_after_the_other(db, ana, ben, secret_thread):
    """Whoever has the network first goes first: no post is committed after the removal at the older version."""
    network = secret_thread.network
    started, go_on = asyncio.Event(), asyncio.Event()

    async def ben_writes_slowly():
        async with db.transaction() as tx:
            await networks.writing_in(tx, network.id)
            await discussions.reply(tx, ben, secret_thread.id, "just in time")
            started.set()
            await go_on.wait()

    writing = asyncio.create_task(ben_writes_slowly())
    await asyncio.wait_for(started.wait(), 30)
    removing = asyncio.create_task(cast.remove(db, ana, network, ben))
    _, waiting = await asyncio.wait([removing], timeout=0.2)
    assert waiting, "the removal waits for the post"
    go_on.set()
    await asyncio.gather(writing, removing)
    ordered = await cast.rows(
        db, "SELECT acl_version FROM event WHERE stream_id = :s ORDER BY seq", s=secret_thread.stream
    )
    now = await cast.value(db, "SELECT acl_version FROM network WHERE id = :id", id=network.id)
    assert [now - row.acl_version for row in ordered] == [1, 1]


async def test_a_removal_is_not_passed_by_however_busy_a_network_is(db, ana, ben, secret_thread):
    network = secret_thread.network
    started, go_on = asyncio.Event(), asyncio.Event()

    async def writes_slowly():
        async with db.transaction() as tx:
            await networks.writing_in(tx, network.id)
            started.set()
            await go_on.wait()

    writing = asyncio.create_task(writes_slowly())
    await asyncio.wait_for(started.wait(), 30)
    removing = asyncio.create_task(cast.remove(db, ana, network, ben))
    await asyncio.wait([removing], timeout=0.2)
    later = asyncio.create_task(cast.write(db, ana, secret_thread, "One more, and one more."))
    _, waiting = await asyncio.wait([removing, later], timeout=0.2)
    assert waiting == {removing, later}, "who comes later waits behind the removal"
    go_on.set()
    await asyncio.gather(writing, removing, later)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_at_once_nobody_waits_in_a_circle(db, ana, ben, thread, secret_thread, seed):
    newcomers = await cast.crowd(db, 12)

    async def comes_and_goes(member):
        network = await cast.seen_by(db, member, thread.network)
        async with db.transaction() as tx:
            await networks.join(tx, member, network)
        await cast.write(db, member, thread, "hello")
        async with db.transaction() as tx:
            await discussions.mark_read(tx, member, thread.id, 1)
        async with db.transaction() as tx:
            await networks.leave(tx, member, network)

    acts = [comes_and_goes(m) for m in newcomers]
    acts += [cast.write(db, ben, t, "meanwhile") for t in (thread, secret_thread) for _ in range(10)]
    acts += [cast.start(db, ana, thread.network, f"Topic {n}") for n in range(5)]
    random.Random(seed).shuffle(acts)
    await asyncio.gather(*acts)


async def test_a_fact_on_a_stream_that_is_not_there_undoes_the_whole(db, ana):
    with pytest.raises(LookupError, match="t:99"):
        async with db.transaction() as tx:
            await tx.run("UPDATE member SET name = 'Changed'")
            tx.announce("t:99", "post.added", 1)
    assert await cast.value(db, "SELECT name FROM member") == "Ana Lima"


async def test_facts_of_one_stream_keep_their_order(db, open_network):
    stream = f"n:{open_network.id}"
    async with db.transaction() as tx:
        for n in range(1, 6):
            tx.announce(stream, f"kind.{n}", n, network=open_network.id)
        tx.announce("sys", "access.changed", open_network.id, network=open_network.id)
    assert [e[1:] for e in (await cast.events(db, stream))[-5:]] == [(f"kind.{n}", n) for n in range(1, 6)]
    assert [(e.stream, e.seq, e.kind) for e in tx.events if e.stream == "sys"] == [
        ("sys", tx.events[-1].seq, "access.changed")
    ]


async def test_a_fact_carries_the_version_of_its_network_whoever_says_it(db, open_network):
    async with db.transaction() as tx:
        tx.announce(f"n:{open_network.id}", "kind", 1, network=open_network.id)
    now = await cast.value(db, "SELECT acl_version FROM network")
    assert [e.acl_version for e in tx.events] == [now]
    assert now > 1


async def test_a_fence_reads_the_version_once_and_keeps_it(db, open_network):
    async with db.transaction() as tx:
        await fence(tx, [open_network.id])
        kept = dict(tx.fences)
        await fence(tx, [open_network.id])
        assert tx.fences == kept


async def test_what_is_committed_is_handed_on_and_what_is_undone_is_not(database_url, db, open_network):
    handed = []

    async def after_commit(events, jobs):
        handed.append((len(events), len(jobs)))

    own = Database(database_url, pool=1, after_commit=after_commit)
    async with own.transaction() as tx:
        tx.announce(f"n:{open_network.id}", "kind", 1, network=open_network.id)
        await tx.enqueue("nothing", "key")
    async with own.transaction() as tx:
        await tx.enqueue("nothing", "key")  # the same work
    with pytest.raises(ChangedMyMind):
        async with own.transaction() as tx:
            await tx.enqueue("nothing", "other key")
            raise ChangedMyMind
    assert handed == [(1, 1)]
    await own.close()


# Reading the log


async def test_where_a_stream_stands(db, ana, ben, thread):
    await cast.write(db, ben, thread, "two")
    async with db.snapshot() as tx:
        epoch, _ = await log.standing(tx, [])
        assert await log.position(tx, thread.stream) == (epoch, 2, 1)
        assert await log.position(tx, "t:99") is None
        assert [e.seq for e in await log.events_after(tx, thread.stream, 1, 10)] == [2]
        version = (await log.standing(tx, [])).heads["sys"].acl_version
        _, heads = await log.standing(tx, [thread.stream, "t:99"])
        acl = await tx.value("SELECT acl_version FROM network WHERE id = :id", id=thread.network.id)
    assert heads[thread.stream] == (2, 1, acl)
    assert version == 0
    assert set(heads) == {"sys", thread.stream}


async def test_old_events_are_forgotten_and_the_floor_says_so(db, ana, ben, thread):
    await cast.write(db, ben, thread, "old", op="o1")
    async with db.transaction() as tx:
        await tx.run("UPDATE event SET at = now() - interval '31 days'")
        await tx.run("UPDATE op SET at = now() - interval '31 days'")
    await cast.write(db, ben, thread, "new", op="o2")
    await log.forget_old(db)
    async with db.snapshot() as tx:
        assert (await log.position(tx, thread.stream))[1:] == (3, 3)
        assert [e.seq for e in await log.events_after(tx, thread.stream, 0, 10)] == [3]
        assert await tx.value("SELECT count(*) FROM op") == 1


async def test_a_new_epoch_is_made_once_by_whoever_comes_first(db):
    async with db.snapshot() as tx:
        old, _ = await log.standing(tx, [])

    async def renew():
        async with db.transaction() as tx:
            return await log.new_epoch(tx, old)

    made = set(await asyncio.gather(*(renew() for _ in range(5))))
    assert len(made) == 1
    assert made != {old}


async def test_many_streams_at_once_are_numbered_as_one_by_one(db, open_network):
    streams = [f"t:{n}" for n in range(900_001, 900_031)]
    async with db.transaction() as tx:
        for stream in streams:
            await open_stream(tx, stream, open_network.id)

    async def say(kind):
        async with db.transaction() as tx:
            for turn in (1, 2):
                for stream in reversed(streams):
                    tx.announce(stream, kind, turn, network=open_network.id)
        return tx.events

    said = await asyncio.gather(*(say(f"post.{n}") for n in range(4)))
    for stream in streams:
        rows = await cast.rows(
            db, "SELECT seq, kind, ref_id, acl_version FROM event WHERE stream_id = :s ORDER BY seq", s=stream
        )
        assert [row.seq for row in rows] == list(range(1, 9))
        assert [row.ref_id for row in rows] == [
            1,
            2,
        ] * 4  # what one transaction said stands together, in its order
        assert await cast.value(db, "SELECT head FROM stream WHERE id = :s", s=stream) == 8
        told = [
            (e.seq, e.kind, e.ref, e.acl_version) for events in said for e in events if e.stream == stream
        ]
        assert sorted(told) == [tuple(row) for row in rows]
    with pytest.raises(LookupError, match="t:5"):
        async with db.transaction() as tx:
            for stream in [*streams, "t:5"]:
                tx.announce(stream, "post.9", 1, network=open_network.id)
    assert not await cast.value(db, "SELECT count(*) FROM event WHERE kind = 'post.9'")
