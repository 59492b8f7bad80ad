"""Hosts and those who disturb: muted, sent to the lobby, let in again."""

from datetime import timedelta

import pytest

from chat import agenda, clock, discussions, dropins, networks
from chat.db import Database
from chat.errors import Conflict, Forbidden, Invalid
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.cast import Thread
from tests.chat.agenda.test_agenda import do, events, hold, propose


@pytest.fixture
async def room(db: Database, ana: Viewer, open_network: NetworkSeen) -> int:
    return await hold(db, ana, await cast.schedule(db, ana, open_network), timedelta())


@pytest.fixture
async def talk(db: Database, ana: Viewer, room: int, open_network: NetworkSeen) -> Thread:
    async with db.snapshot() as tx:
        return Thread((await dropins.drop_in_of(tx, ana, room)).topic_id, 0, open_network)


async def test_who_is_muted_reads_and_is_silent(db, ana, ben, carol, room, talk):
    said = await cast.write(db, ben, talk, "Before.")
    await do(db, dropins.mute, ana, room, ben.handle)
    await do(db, dropins.mute, ana, room, ben.handle)
    for verb, *words in (
        (discussions.reply, ben, talk.id, "After."),
        (discussions.edit, ben, said["id"], "Before, and after."),
        (agenda.propose, ben, room, {"title": "Me"}),
    ):
        with pytest.raises(Forbidden, match="muted you"):
            await do(db, verb, *words)
    await cast.write(db, carol, talk, "Carol speaks.")
    assert [post.body for post in await cast.read(db, ben, talk)] == ["Before.", "Carol speaks."]
    assert "mine.room" in await events(db, f"m:{ben.id}")
    assert "mine.room" in await events(db, f"m:{ana.id}")
    assert "mine.room" not in await events(db, f"m:{carol.id}")
    await do(db, dropins.unmute, ana, room, ben.handle)
    await cast.write(db, ben, talk, "Again.")


async def test_other_talks_go_on(db, ana, ben, room, thread):
    await do(db, dropins.mute, ana, room, ben.handle)
    await cast.write(db, ben, thread, "Here I speak.")


async def test_in_the_lobby_one_is_not_in_the_room(db, ana, ben, room, talk):
    item = await propose(db, ana, room)
    await do(db, dropins.send_to_lobby, ana, room, ben.handle)
    for verb, *words in (
        (discussions.reply, ben, talk.id, "Let me in."),
        (agenda.propose, ben, room, {"title": "Me"}),
        (agenda.vote, ben, item),
    ):
        with pytest.raises(Forbidden, match="in the lobby"):
            await do(db, verb, *words)
    async with db.snapshot() as tx:
        assert await dropins.admitted_to(tx, ben, [room]) == set()
        assert await dropins.admitted_to(tx, ana, [room]) == {room}
        (one,) = await dropins.set_apart(tx, ana, await dropins.drop_in_of(tx, ana, room))
    assert (one.handle, one.muted_at) == (ben.handle, None)
    await do(db, dropins.let_in, ana, room, ben.handle)
    await cast.write(db, ben, talk, "Thank you.")


async def test_it_is_in_the_audit_log(db, ana, ben, open_network, room):
    for verb in (dropins.mute, dropins.unmute, dropins.send_to_lobby, dropins.let_in, dropins.let_in):
        await do(db, verb, ana, room, ben.handle)
    async with db.snapshot() as tx:
        entries = await networks.entries_of(tx, ana, open_network)
    told = [(e.action, e.subject.handle) for e in entries if e.subject and e.subject.handle == ben.handle]
    assert told[:4] == [
        ("member.let_in", "ben-okafor"),
        ("member.sent_to_lobby", "ben-okafor"),
        ("member.unmuted", "ben-okafor"),
        ("member.muted", "ben-okafor"),
    ]


async def test_who_may_and_whom(db, ana, ben, carol, dev, open_network, room):
    for verb in (dropins.mute, dropins.send_to_lobby):
        with pytest.raises(Forbidden):
            await do(db, verb, ben, room, carol.handle)
        with pytest.raises(Forbidden, match="Hosts"):
            await do(db, verb, ana, room, ana.handle)
        with pytest.raises(Invalid):
            await do(db, verb, ana, room, dev.handle)
    async with db.snapshot() as tx:
        with pytest.raises(Forbidden):
            await dropins.set_apart(tx, ben, await dropins.drop_in_of(tx, ben, room))


async def test_there_is_no_lobby_before_and_after(db, ana, ben, open_network):
    room = await hold(db, ana, await cast.schedule(db, ana, open_network), timedelta(days=1))
    with pytest.raises(Conflict, match="not opened yet"):
        await do(db, dropins.send_to_lobby, ana, room, ben.handle)
    clock.pretend(clock.now() + timedelta(days=10))
    with pytest.raises(Conflict, match="over"):
        await do(db, dropins.mute, ana, room, ben.handle)
