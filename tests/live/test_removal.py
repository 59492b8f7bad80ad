"""Whoever is removed gets nothing that was committed afterwards, whatever is on its way at that moment."""

import asyncio

import pytest

from chat import discussions, dropins
from chat.clock import now
from tests import cast
from tests.screens import connected, cursor


async def removed_at(db, network) -> int:
    """The access version that the newest change of the network brought."""
    return await cast.value(db, "SELECT acl_version FROM network WHERE id = :id", id=network.id)


async def test_a_removal_ends_every_stream_of_the_network_at_once(
    any_hub, db, ana, ben, confidential_network, secret_thread
):
    series = await cast.schedule(db, ana, confidential_network)
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, ana, series, now())
    streams = [secret_thread.stream, f"n:{confidential_network.id}", f"d:{drop_in}"]
    async with any_hub.listening(ben, *streams) as bens, any_hub.listening(ana, *streams) as anas:
        await cast.remove(db, ana, confidential_network, ben)
        gone = {(await bens.next(t="gone", within=1))["s"] for _ in streams}
        assert gone == set(streams)
        await cast.write(db, ana, secret_thread, "Now that he is gone.")
        assert (await anas.next("post.added", within=2))["d"]["body"] == "Now that he is gone."
        await bens.silence(0.5)


async def test_nothing_after_the_removal_arrives_while_hundreds_of_posts_race_it(
    any_hub, db, ana, ben, confidential_network, secret_thread
):
    stream = secret_thread.stream

    gone = asyncio.Event()

    async def write_on() -> int:
        """Until the removal is behind us, and a little longer."""
        written, after = 0, 0
        while after < 10:
            await cast.write(db, ana, secret_thread, f"No. {written}")
            written += 1
            after += gone.is_set()
        return written

    async with any_hub.listening(ben, stream) as bens, any_hub.listening(ana, stream) as anas:
        writing = [asyncio.create_task(write_on()) for _ in range(4)]
        for _ in range(20):
            await bens.next("post.added")
        await cast.remove(db, ana, confidential_network, ben)
        version = await removed_at(db, confidential_network)
        gone.set()
        await bens.next(t="gone", within=1)
        last = 1 + sum(await asyncio.gather(*writing))
        while (await anas.next("post.added"))["d"]["number"] < last:
            pass
        await bens.silence(0.3)
    later = await cast.rows(
        db, "SELECT seq FROM event WHERE stream_id = :s AND acl_version >= :v", s=stream, v=version
    )
    heard = [m["q"] for m in bens.heard if m["t"] == "ev"]
    assert later
    assert heard == list(range(2, len(heard) + 2))
    assert not {row.seq for row in later} & set(heard)


async def test_nothing_after_the_removal_arrives_while_catching_up(
    any_hub, db, ana, ben, confidential_network, secret_thread
):
    stream = secret_thread.stream
    async with db.transaction() as tx:
        for n in range(700):
            await discussions.reply(tx, ana, secret_thread.id, f"No. {n}")
    async with any_hub.listening(ben, cursor(stream, None, 0)) as bens:
        await bens.next("post.added")
        await cast.remove(db, ana, confidential_network, ben)
        version = await removed_at(db, confidential_network)
        await cast.write(db, ana, secret_thread, "Now that he is gone.")
        await bens.next(t="gone", within=2)
        await bens.silence(0.3)
    assert "Now that he is gone." not in str(bens.heard)
    later = await cast.rows(
        db, "SELECT seq FROM event WHERE stream_id = :s AND acl_version >= :v", s=stream, v=version
    )
    assert later
    assert not {row.seq for row in later} & {m.get("q") for m in bens.heard}


@pytest.mark.parametrize("resumed", [False, True], ids=["live", "catching up"])
async def test_an_old_event_does_not_carry_new_words(
    live_server, db, ana, ben, confidential_network, secret_thread, resumed, monkeypatch
):
    """Frames show the state of now. An edit after the removal must not reach Ben by the post's birth from before."""
    desk = live_server.house.hub.delivery.desk
    render, asked, go_on = desk.render, asyncio.Event(), asyncio.Event()

    async def slowly(events, form):
        asked.set()
        await go_on.wait()
        return await render(events, form)

    post = await cast.write(db, ana, secret_thread, "Before.") if resumed else None
    async with live_server.listening(ben, secret_thread.stream) as bens:
        monkeypatch.setattr(desk, "render", slowly)
        if resumed:
            await bens.say(t="sub", s=secret_thread.stream, q=1)
            await bens.next(t="ok")
        else:
            post = await cast.write(db, ana, secret_thread, "Before.")
        await asyncio.wait_for(asked.wait(), 3)
        monkeypatch.setattr(live_server.house.hub, "sweep", _nothing)  # it would find the removal by itself
        await asyncio.sleep(0.05)
        await cast.remove(db, ana, confidential_network, ben)
        async with db.transaction() as tx:
            await discussions.edit(tx, ana, post["id"], "Now that he is gone.")
        go_on.set()
        await bens.next(t="gone", within=2)
        await bens.silence(0.3)
    assert "Now that he is gone." not in str(bens.heard)


async def _nothing():
    return None


async def test_who_is_sent_away_before_all_is_answered_is_not_told_to_be_live(
    live_server, db, ana, ben, thread, confidential_network, secret_thread, monkeypatch
):
    """Of two streams the one is granted at once; the other waits for a sweep, and meanwhile Ben is removed."""
    hub = live_server.house.hub
    admit, secret = hub.desk.admit, secret_thread.stream
    granted = asyncio.Event()

    async def admit_with_a_wait(connection, names):
        grants = await admit(connection, names)
        if secret in connection.streams:
            granted.set()
        if secret in connection.streams or not granted.is_set():
            old = grants[thread.stream]
            grants[thread.stream] = old._replace(epoch="another")
        return grants

    monkeypatch.setattr(hub.desk, "admit", admit_with_a_wait)
    async with connected(live_server.url, await cast.bearer(db, ben)) as bens:
        await bens.say(t="hello", v=1, subs=[cursor(secret), cursor(thread.stream)], **{"as": "json"})
        await asyncio.wait_for(granted.wait(), 3)
        await cast.remove(db, ana, confidential_network, ben)
        told = await bens.next(t="ok", within=3)
    assert [sub["s"] for sub in told["subs"]] == [thread.stream]


async def test_who_was_removed_cannot_come_back_with_a_cursor(
    live_server, db, ana, ben, confidential_network, secret_thread
):
    async with live_server.listening(ben, secret_thread.stream) as bens:
        epoch = bens.told["subs"][0]["e"]
    await cast.remove(db, ana, confidential_network, ben)
    async with live_server.listening(ben, cursor(secret_thread.stream, epoch, 0)) as bens:
        assert bens.told["subs"] == []
        assert await bens.next() == {"t": "gone", "s": secret_thread.stream}


async def test_the_removed_member_is_told_on_a_stream_of_their_own(
    live_server, db, ana, ben, confidential_network
):
    async with live_server.listening(ben, f"m:{ben.id}") as bens:
        await cast.remove(db, ana, confidential_network, ben)
        assert (await bens.next("membership.ended"))["d"] == {"network": confidential_network.id}


async def test_a_ban_ends_every_stream_and_the_way_back(
    any_hub, db, ana, ben, confidential_network, secret_thread
):
    streams = [secret_thread.stream, f"n:{confidential_network.id}"]
    async with any_hub.listening(ben, *streams, f"m:{ben.id}") as bens, any_hub.client(ana) as api:
        answer = await api.put(f"/api/v1/networks/{confidential_network.slug}/bans/{ben.handle}")
        assert answer.status_code == 204
        gone, told = set(), False
        while len(gone) < 2 or not told:
            message = await bens.next(within=2)
            told |= message.get("k") == "membership.ended"
            gone |= {message["s"]} if message["t"] == "gone" else set()
        assert gone == set(streams)
        await cast.write(db, ana, secret_thread, "Now that he is gone.")
        for stream in streams:
            await bens.say(t="sub", s=stream)
            await bens.next(t="gone", s=stream)
        assert "Now that he is gone." not in str(bens.heard)


async def test_visitors_go_when_an_open_network_closes(any_hub, db, ana, ben, dev, visitor, thread):
    streams = [thread.stream, f"n:{thread.network.id}"]
    async with (
        any_hub.listening(visitor, *streams) as visitors,
        any_hub.listening(dev, *streams) as devs,
        any_hub.listening(ben, thread.stream) as bens,
        any_hub.client(ana) as api,
    ):
        answer = await api.patch(f"/api/v1/networks/{thread.network.slug}", json={"access": "private"})
        assert (answer.status_code, answer.json()["access"]) == (200, "private")
        for screen in (visitors, devs):
            assert {(await screen.next(t="gone", within=1.5))["s"] for _ in streams} == set(streams)
        await cast.write(db, ana, thread, "Among ourselves.")
        assert (await bens.next("post.added"))["q"] == 2
        for screen in (visitors, devs):
            await screen.silence(0.3)
            assert "Among ourselves." not in str(screen.heard)


async def test_in_an_open_network_one_reads_on(live_server, db, ana, ben, thread):
    async with live_server.listening(ben, thread.stream) as bens:
        await cast.remove(db, ana, thread.network, ben)
        await cast.write(db, ana, thread, "Anybody reads this.")
        assert (await bens.next("post.added"))["q"] == 2


async def test_a_removal_does_not_disturb_the_others(
    live_server, db, ana, ben, confidential_network, secret_thread
):
    gita = await cast.join_the_hub(db, "Gita Rao")
    await cast.let_in(db, confidential_network, gita)
    async with live_server.listening(gita, secret_thread.stream) as gitas:
        await cast.write(db, ana, secret_thread, "One.")
        await cast.remove(db, ana, confidential_network, ben)
        await cast.write(db, ana, secret_thread, "Two.")
        assert [(await gitas.next())["q"] for _ in range(2)] == [2, 3]


async def test_who_is_removed_while_the_hello_is_answered_is_not_told_to_follow(
    live_server, db, ana, ben, confidential_network, secret_thread, thread, monkeypatch
):
    """Else the client hears `gone`, then that all is well, and waits for ever once it is let in again."""
    hub = live_server.house.hub
    admit, times = hub.desk.admit, 0

    async def slowly(connection, names):
        nonlocal times
        times += 1
        grants = await admit(connection, names)
        if times == 1:  # as if access to the other one had just changed
            grant = grants[thread.stream]
            grants[thread.stream] = grant._replace(head=grant.head._replace(acl_version=0))
        elif times == 2:
            await cast.remove(db, ana, confidential_network, ben)
            await hub.sweep()
        return grants

    monkeypatch.setattr(hub.desk, "admit", slowly)
    async with live_server.listening(ben, secret_thread.stream, thread.stream) as bens:
        assert [sub["s"] for sub in bens.told["subs"]] == [thread.stream]
