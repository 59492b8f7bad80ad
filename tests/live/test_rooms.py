"""What the members of a room are told of its agenda, and what is told to one of them alone."""

from datetime import timedelta

import pytest

from chat import agenda, dropins
from tests import cast
from tests.chat.agenda.test_agenda import do, hold, propose

SECRET = "https://call.example.org/only-inside"


@pytest.fixture
async def room(db, ana, open_network) -> int:
    series = await cast.schedule(db, ana, open_network, place_url=SECRET)
    return await hold(db, ana, series, timedelta())


async def test_the_same_bytes_for_all_and_ones_own_on_ones_own_stream(live_server, db, ana, ben, carol, room):
    item = await propose(db, ben, room, "Falls", note="<b>At night</b>")
    async with (
        live_server.listening(ben, f"d:{room}", f"m:{ben.id}", as_="html") as bens,
        live_server.listening(carol, f"d:{room}", f"m:{carol.id}", as_="html") as carols,
        live_server.listening(ana, f"d:{room}", as_="json") as program,
    ):
        await do(db, agenda.vote, ben, item)
        # Of two streams either may be the first.
        heard = {message["k"]: message for message in [await bens.next(t="ev") for _ in range(2)]}
        told = heard["agenda.voted"]
        assert told["d"] == {"id": item, "set": {f"votes-{item}": 1}}
        assert heard["mine.item"]["d"] == {"key": f"item-{item}", "on": True}
        assert (await carols.next("agenda.voted"))["d"] == told["d"]
        assert (await program.next("agenda.voted"))["d"] == {"id": item, "votes": 1}
        await do(db, agenda.vote, ben, item, False)
        assert (await bens.next("mine.item"))["d"] == {"key": f"item-{item}", "on": False}

        await do(db, agenda.take_on, ana, item)
        html = (await carols.next("agenda.changed"))["d"]["html"]
        assert 'data-in="agenda-items"' in html
        assert "&lt;b&gt;At night" in html
        assert 'aria-pressed="false"' in html
        assert "csrf" not in html
        assert (await program.next("agenda.changed"))["d"]["state"] == "taken"
        await do(db, agenda.start_next, ana, room)
        while "Falls" not in (now := (await carols.next("now.changed"))["d"]["html"]).split("Next:")[0]:
            pass
        assert "data-started=" in now
        assert not [m for m in carols.heard if m.get("k", "").startswith("mine.")]
        assert SECRET not in str([screen.heard for screen in (bens, carols, program)])


async def test_what_was_withdrawn_is_told_to_nobody_who_comes_later(live_server, db, ben, carol, room):
    item = await propose(db, ben, room, "Better not")
    await do(db, agenda.withdraw, ben, item)
    for form in ("html", "json"):
        async with live_server.listening(carol, as_=form) as screen:
            await screen.say(t="sub", i=1, s=f"d:{room}", q=0)
            await screen.next("agenda.changed")
            await screen.next("agenda.changed")
            assert "Better not" not in str(screen.heard)


async def test_who_is_sent_to_the_lobby_hears_nothing_more_of_the_room(
    live_server, db, ana, ben, carol, room
):
    async with (
        live_server.listening(ben, f"d:{room}", f"m:{ben.id}") as bens,
        live_server.listening(carol, f"d:{room}") as carols,
    ):
        await do(db, dropins.send_to_lobby, ana, room, ben.handle)
        await propose(db, ana, room, "Behind closed doors")
        await bens.next(t="gone", s=f"d:{room}")
        if not any(m.get("k") == "mine.room" for m in bens.heard):  # either comes first
            await bens.next("mine.room")
        await carols.next("agenda.changed")
        await bens.say(t="sub", i=5, s=f"d:{room}")
        await bens.next(t="ok", i=5)
        assert "Behind closed doors" not in str(bens.heard)
        await do(db, dropins.let_in, ana, room, ben.handle)
        await bens.say(t="sub", i=6, s=f"d:{room}")
        assert (await bens.next(t="ok", i=6))["subs"]
        await propose(db, ana, room, "Open again")
        assert (await bens.next("agenda.changed"))["d"]["title"] == "Open again"


async def test_who_is_here_says_who_hosts(live_server, db, ana, ben, room):
    async with live_server.listening(ana, f"d:{room}"), live_server.listening(ben, f"d:{room}") as bens:
        while "here" not in (told := (await bens.next("presence"))["d"]) or len(told["here"]) < 2:
            pass
        assert {p["handle"]: p["host"] for p in told["here"]} == {"ana-lima": True, "ben-okafor": False}
