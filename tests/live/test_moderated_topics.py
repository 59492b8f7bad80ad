"""What hosts do to a topic is on open pages at once, and whoever may not read it where it is now hears no more of it."""

from chat import discussions
from tests import cast
from tests.chat.discussions.test_moderating import do
from tests.screens import cursor


async def both(screen, thread, kind):
    """The stream of a topic ends, and its list hears of it, in either order; what the list hears."""
    told, ended = None, False
    while not (told and ended):
        message = await screen.next()
        ended = ended or (message["t"] == "gone" and message["s"] == thread.stream)
        told = message["d"] if message.get("k") == kind else told
    return told


async def test_readers_hear_that_a_topic_is_locked_and_a_post_hidden(
    live_server, db, ana, ben, carol, thread
):
    post = (await cast.write(db, ben, thread, "The zebra of bed 7."))["id"]
    async with live_server.listening(carol, thread.stream, as_="html") as screen:
        await do(db, discussions.lock, ana, thread.id)
        assert "data-locked" in (await screen.next("state.changed"))["d"]["html"]
        await do(db, discussions.hide, ana, post, "It names a patient.")
        hidden = (await screen.next("post.hidden"))["d"]
        assert "The hosts have hidden this post" in hidden["html"]
        assert "zebra" not in str(hidden)


async def test_who_follows_a_topic_goes_on_where_it_moved_or_loses_it(live_server, db, ana, ben, carol):
    here = await cast.found(db, ana, "Here", "private", ben, carol)
    there = await cast.found(db, ana, "There", "confidential", ben)
    thread = await cast.start(db, ana, here, "The rota")
    streams = (thread.stream, f"n:{here.id}")
    async with (
        live_server.listening(carol, *streams) as carols,
        live_server.listening(ben, *streams) as bens,
    ):
        before = {sub["s"]: sub for sub in carols.told["subs"]}
        await do(db, discussions.move, ana, thread.id, there.slug)
        assert await both(carols, thread, "topic.moved") == {"id": thread.id, "gone": True}
        assert (await bens.next("topic.moved", s=thread.stream))["d"]["network"] == there.slug
        await do(db, discussions.rename, ana, thread.id, "The zebra rota")
        await cast.write(db, ben, thread, "Of zebras.")
        assert (await bens.next("post.added"))["d"]["body"] == "Of zebras."
        await carols.silence()
        assert "zebra" not in str(carols.heard)
    # What is replayed says no more than what was heard.
    list_of = cursor(f"n:{here.id}", before[f"n:{here.id}"]["e"], 0)
    async with live_server.listening(carol, list_of) as again:
        while (await again.next(t="ev"))["k"] != "topic.moved":
            pass
        assert "zebra" not in str(again.heard)
        assert there.slug not in str(again.heard)


async def test_nobody_catches_up_over_a_split(live_server, db, ana, ben, thread):
    post = (await cast.write(db, ben, thread, "Another thing."))["id"]
    async with live_server.listening(ben, thread.stream) as screen:
        epoch, head = screen.told["subs"][0]["e"], screen.told["subs"][0]["head"]
        made = await do(db, discussions.split, ana, thread.id, "Another", [post])
        assert (await screen.next("topic.split"))["q"] == head + 1
    async with live_server.listening(ben, cursor(thread.stream, epoch, head - 1)) as late:
        assert (await late.next(t="resync"))["why"] == "floor"
    async with live_server.listening(ben, cursor(thread.stream, epoch, head), f"t:{made['id']}") as right_on:
        await right_on.next("topic.split")
        await cast.write(db, ana, cast.Thread(made["id"], post, thread.network), "Go on here.")
        assert (await right_on.next("post.added"))["s"] == f"t:{made['id']}"
    async with live_server.listening(ben, thread.stream) as screen:
        await do(db, discussions.merge, ana, thread.id, made["id"])
        assert (await screen.next("topic.merged"))["d"]["merged_into"] == made["id"]


async def test_a_hidden_topic_has_no_live_readers(live_server, db, ana, ben, carol, thread):
    async with live_server.listening(carol, thread.stream, f"n:{thread.network.id}") as screen:
        await do(db, discussions.hide_topic, ana, thread.id, "It names people.")
        assert await both(screen, thread, "topic.hidden") == {"id": thread.id, "gone": True}
    async with live_server.listening(carol, thread.stream) as screen:
        assert screen.told["subs"] == []


async def test_hosts_hear_how_many_flags_wait(live_server, db, ana, ben, carol, thread):
    post = (await cast.write(db, ben, thread, "Buy this."))["id"]
    async with (
        live_server.listening(ana, f"m:{ana.id}") as anas,
        live_server.listening(carol, f"m:{carol.id}", thread.stream, f"n:{thread.network.id}") as carols,
    ):
        await do(db, discussions.flag, carol, post, "spam")
        assert (await anas.next("flags.changed"))["d"] == {"network": thread.network.id, "waiting": 1}
        await carols.silence()
