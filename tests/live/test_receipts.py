"""Each process that lets go of somebody says so in the audit log, with the time."""

import asyncio

import pytest

from chat import networks
from chat.config import settings
from tests import cast
from tests.hubs import running


async def receipts(db, action, count, within=8.0):
    """What was written for the newest entry of this action, once as many connections are in it."""
    async with asyncio.timeout(within):
        while True:
            rows = await cast.rows(
                db, "SELECT receipt.at, count, what, audit_entry.at AS since FROM receipt JOIN audit_entry ON audit_entry.id = audit_id "
                "WHERE action = :action AND what = 'streams' ORDER BY receipt.id",
                action=action,
            )  # fmt: skip
            if sum(row.count for row in rows) >= count:
                return rows
            await asyncio.sleep(0.05)


async def test_a_removal_is_receipted_with_time_and_connections(
    any_hub, db, ana, ben, confidential_network, secret_thread
):
    streams = [secret_thread.stream, f"n:{confidential_network.id}"]
    async with (
        any_hub.listening(ben, *streams) as one,
        any_hub.listening(ben, *streams, f"m:{ben.id}") as other,
        any_hub.listening(ana, *streams) as anas,
    ):
        await cast.remove(db, ana, confidential_network, ben)
        for screen in (one, other):
            assert {(await screen.next(t="gone", within=2))["s"] for _ in streams} == set(streams)
        [row] = await receipts(db, "member.removed", 2)
        assert row.count == 2
        assert row.at >= row.since
        await anas.silence(0.1)
    assert await cast.value(db, "SELECT count(*) FROM receipt WHERE what = 'streams'") == 1


async def test_each_process_says_it_for_its_own(
    live_server, db, ana, ben, confidential_network, secret_thread
):
    stream = secret_thread.stream
    async with (
        running(settings(), db) as second,
        live_server.listening(ben, stream) as here,
        second.listening(ben, stream) as there,
    ):
        await cast.ban(db, ana, confidential_network, ben)
        for screen in (here, there):
            await screen.next(t="gone", within=2)
        rows = await receipts(db, "member.banned", 2)
        assert [row.count for row in rows] == [1, 1]


async def test_visitors_who_go_are_receipted_with_the_change_of_access(
    live_server, db, ana, dev, visitor, thread
):
    async with (
        live_server.listening(visitor, thread.stream) as visitors,
        live_server.listening(dev, thread.stream) as devs,
    ):
        async with db.transaction() as tx:
            await networks.change_access(tx, ana, thread.network, {"access": "private"})
        for screen in (visitors, devs):
            await screen.next(t="gone", within=2)
        [row] = await receipts(db, "access.changed", 2)
        assert row.count == 2


async def test_what_could_not_be_written_is_written_later(
    live_server, db, ana, ben, confidential_network, secret_thread, monkeypatch
):
    monkeypatch.setattr("web.live.receipts.TRY_AGAIN", 0.1)
    write, failed = networks.streams_ended, 0

    async def away_at_first(tx, gone):
        nonlocal failed
        failed += 1
        if failed < 3:
            raise ConnectionError("the database is away")
        await write(tx, gone)

    monkeypatch.setattr(networks, "streams_ended", away_at_first)
    async with live_server.listening(ben, secret_thread.stream) as bens:
        await cast.remove(db, ana, confidential_network, ben)
        await bens.next(t="gone", within=2)
        [row] = await receipts(db, "member.removed", 1)
        assert row.count == 1
    assert failed == 3


async def test_the_last_words_of_a_process_are_its_receipts(
    db, ana, ben, confidential_network, secret_thread, monkeypatch
):
    monkeypatch.setattr("web.live.receipts.GATHER", 3600)
    async with running(settings(), db) as hub, hub.listening(ben, secret_thread.stream) as bens:
        await cast.remove(db, ana, confidential_network, ben)
        await bens.next(t="gone", within=2)
        assert await cast.value(db, "SELECT count(*) FROM receipt") == 0
    assert len(await receipts(db, "member.removed", 1)) == 1


@pytest.mark.parametrize("how", ["unfollowed", "closed"])
async def test_who_goes_by_themselves_leaves_none(
    live_server, db, ana, ben, confidential_network, secret_thread, how, monkeypatch
):
    monkeypatch.setattr("web.live.receipts.GATHER", 0.01)
    async with live_server.listening(ben, secret_thread.stream) as bens:
        if how == "unfollowed":
            await bens.say(t="unsub", i=1, s=secret_thread.stream)
            await bens.next(t="ok", i=1)
    await asyncio.sleep(0.2)
    await cast.remove(db, ana, confidential_network, ben)
    await asyncio.sleep(0.5)
    assert await cast.value(db, "SELECT count(*) FROM receipt WHERE what = 'streams'") == 0
