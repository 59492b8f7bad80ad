"""When a cursor means nothing any more, the client is told to read the page afresh, and why."""

import asyncio

from chat.config import settings
from chat.events import Event
from chat.realtime import log as event_log
from tests import cast
from tests.hubs import running
from tests.screens import cursor


async def resync(live_server, member, at) -> dict:
    async with live_server.listening(member, at) as screen:
        assert screen.told["subs"][0]["state"] == "resync"
        told = await screen.next()
        assert told["t"] == "resync"
        assert told["s"] == at["s"]
        await screen.silence(0.1)
        return told


async def test_a_cursor_of_another_epoch(live_server, ben, thread):
    told = await resync(live_server, ben, cursor(thread.stream, "before", 1))
    assert (told["why"], told["head"]) == ("epoch", 1)
    assert told["e"] == live_server.house.hub.delivery.epoch


async def test_a_cursor_from_the_future(live_server, ben, thread):
    assert (await resync(live_server, ben, cursor(thread.stream, None, 2)))["why"] == "future"
    assert (await resync(live_server, ben, cursor(thread.stream, None, 2**53)))["why"] == "future"


async def test_a_cursor_from_before_the_floor(live_server, db, ana, ben, thread):
    for n in range(3):
        await cast.write(db, ana, thread, f"No. {n}")
    async with db.transaction() as tx:
        await tx.run("DELETE FROM event WHERE stream_id = :s AND seq < 3", s=thread.stream)
        await tx.run("UPDATE stream SET floor = 3 WHERE id = :s", s=thread.stream)
    assert (await resync(live_server, ben, cursor(thread.stream, None, 1)))["why"] == "floor"
    assert (await resync(live_server, ben, cursor(thread.stream, None, -7)))["why"] == "floor"
    async with live_server.listening(ben, cursor(thread.stream, None, 2)) as screen:
        assert [(await screen.next("post.added"))["q"] for _ in range(2)] == [3, 4]


async def test_a_cursor_too_far_behind(live_server, db, ben, thread):
    async with db.transaction() as tx:
        await tx.run("UPDATE stream SET head = 2002 WHERE id = :s", s=thread.stream)
    assert (await resync(live_server, ben, cursor(thread.stream, None, 1)))["why"] == "behind"


async def test_an_event_that_the_database_does_not_know_is_brought_to_nobody(
    live_server, db, ana, ben, thread
):
    """It was published just before an older backup came back."""
    async with live_server.listening(ben, thread.stream) as screen:
        hub = live_server.house.hub
        hub.heard(Event(thread.stream, 2, "post.added", 987_654, 1, 1, hub.delivery.epoch))
        await screen.silence(0.3)
        post = await cast.write(db, ana, thread, "In the history that goes on")
        told = await screen.next("post.added")
        assert (told["q"], told["d"]["id"]) == (2, post["id"])


async def test_a_restored_backup_voids_every_cursor(live_server, db, ana, ben, thread):
    """The log is shorter than what was already told: nobody mixes the two."""
    async with live_server.listening(ben, thread.stream) as screen:
        for n in range(3):
            await cast.write(db, ana, thread, f"No. {n}")
            await screen.next("post.added")
        old = screen.told["subs"][0]["e"]
        async with db.transaction() as tx:
            await tx.run("DELETE FROM event WHERE stream_id = :s AND seq > 2", s=thread.stream)
            await tx.run("UPDATE stream SET head = 2 WHERE id = :s", s=thread.stream)
        told = await screen.next(t="resync", within=3)
        assert (told["why"], told["e"] != old) == ("epoch", True)
        assert await cast.value(db, "SELECT epoch FROM meta") == told["e"]
    assert (await resync(live_server, ben, cursor(thread.stream, old, 2)))["why"] == "epoch"
    async with live_server.listening(ben, cursor(thread.stream, told["e"], 2)) as screen:
        assert screen.told["subs"][0]["state"] == "live"


async def test_what_was_published_before_a_restore_means_nothing_after_it(live_server, db, ana, ben, thread):
    hub = live_server.house.hub
    late = Event(thread.stream, 2, "post.added", thread.post, 1, 1, hub.delivery.epoch)
    async with db.transaction() as tx:
        await event_log.new_epoch(tx, late.epoch)
    await hub.sweep()
    async with live_server.listening(ben, thread.stream) as screen:
        hub.heard(late)
        await screen.silence(0.3)
        post = await cast.write(db, ana, thread, "after it")
        told = await screen.next("post.added")
        assert (told["q"], told["d"]["id"]) == (2, post["id"])


async def test_a_new_epoch_is_noticed_by_itself(live_server, db, ben, thread):
    async with live_server.listening(ben, thread.stream) as screen:
        async with db.transaction() as tx:
            await event_log.new_epoch(tx, (await event_log.standing(tx, [])).epoch)
        assert (await screen.next(t="resync", within=3))["why"] == "epoch"


async def test_nothing_of_another_history_comes_before_the_word_of_it(db, ana, ben, thread, monkeypatch):
    monkeypatch.setattr("chat.realtime.hub.SWEEP_SECONDS", 60)
    async with running(settings(), db) as hub, hub.listening(ben, thread.stream) as screen:
        await asyncio.sleep(0.2)  # what the bus wakes when it begins
        async with db.transaction() as tx:
            await event_log.new_epoch(tx, (await event_log.standing(tx, [])).epoch)
        await cast.write(db, ana, thread, "After a backup was restored.")
        assert (await screen.next())["why"] == "epoch"
