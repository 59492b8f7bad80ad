"""A stream that is refused and one that does not exist answer alike."""

import json

import pytest

from chat import dropins
from chat.clock import now
from tests import cast
from tests.screens import connected

NEVER = ["t:999999", "n:999999", "d:999999", "m:999999", "sys", "", "t:", "t:0", "t:-1", "t:01", "t: 1", "x:1", "T:1", "t:1 ", "t:１", "t:" + "9" * 30, "é", "t:1\u0000", "t:1;--"]  # fmt: skip


async def bytes_for(live_server, member, name: str) -> list[bytes]:
    """What the server answers about a name, in a hello and in a sub; the name itself left out."""
    async with connected(
        live_server.url, await cast.bearer(live_server.db, member) if member else None
    ) as screen:
        await screen.say(t="hello", subs=[{"s": name}])
        await screen.say(t="sub", i=1, s=name, e="x", q=3)
        await screen.say(t="unsub", i=2, s=name)
        quoted = json.dumps(name, ensure_ascii=False).encode()
        return [(await screen.socket.recv(decode=False)).replace(quoted, b'"?"') for _ in range(5)]


@pytest.mark.parametrize("who", ["an outsider", "a visitor"])
async def test_refused_and_unknown_are_the_same_bytes(live_server, db, ana, dev, secret_thread, who):
    member = dev if who == "an outsider" else None
    series = await cast.schedule(db, ana, secret_thread.network)
    drop_in = await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at", id=series
    )
    refused = [secret_thread.stream, f"n:{secret_thread.network.id}", f"d:{drop_in}", f"m:{ana.id}"]
    answers = {name: await bytes_for(live_server, member, name) for name in [*refused, *NEVER]}
    wanted = [
        b'{"t":"ok","subs":[],"v":1,"hb":25000}',
        b'{"t":"gone","s":"?"}',
        b'{"t":"ok","subs":[],"i":1}',
        b'{"t":"gone","s":"?"}',
        b'{"t":"ok","i":2,"subs":[]}',
    ]
    for name, told in answers.items():
        if name != "t:1\u0000":  # a NUL is written as an escape
            assert told == wanted, name


async def test_a_drop_in_s_room_is_for_members_while_it_lets_in(
    live_server, db, ana, ben, dev, open_network, visitor
):
    series = await cast.schedule(db, ana, open_network)
    far = await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at DESC", id=series
    )
    async with db.transaction() as tx:
        live = await dropins.hold(tx, ana, series, now())
    async with live_server.listening(ben, f"d:{live}", f"d:{far}") as screen:
        assert [sub["s"] for sub in screen.told["subs"]] == [f"d:{live}"]
        assert (await screen.next(t="gone"))["s"] == f"d:{far}"
    for outsider in (dev, visitor):
        async with live_server.listening(outsider, f"d:{live}") as screen:
            assert (await screen.next(t="gone"))["s"] == f"d:{live}"


async def test_the_rest_of_a_hello_is_not_hurt(live_server, db, ana, ben, thread, secret_thread, carol):
    async with live_server.listening(carol, secret_thread.stream, thread.stream, "sys") as screen:
        assert [sub["s"] for sub in screen.told["subs"]] == [thread.stream]
        assert [(await screen.next())["s"] for _ in range(2)] == [secret_thread.stream, "sys"]
        await cast.write(db, ana, thread, "Heard.")
        assert (await screen.next("post.added"))["s"] == thread.stream
