"""Reactions, answers, tags and polls of a topic on screens: in step, small, and with nobody's secrets in the bytes."""

import json

from chat import discussions
from tests import cast


async def event(screen, kind, times=1):
    """The last of so many events of a kind, which may have come already; streams are not in step with each other."""
    while len(told := [m for m in screen.heard if m.get("k") == kind]) < times:
        await screen.next(kind)
    return told[-1]["d"]


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def test_reactions_are_a_few_bytes_and_one_s_own_comes_by_one_s_own_stream(
    live_server, db, ben, carol, thread
):
    async with (
        live_server.listening(carol, thread.stream, as_="html") as carols,
        live_server.listening(ben, thread.stream, f"m:{ben.id}") as bens,
    ):
        await do(db, discussions.react, ben, thread.post, "thanks")
        html = (await event(carols, "reactions.listed"))["html"]
        assert "Thank you <b>1</b>" in html
        assert (await event(bens, "reactions.listed")) == {"id": thread.post, "reactions": {"thanks": 1}}
        assert (await event(bens, "mine.thanks")) == {"key": f"thanks-{thread.post}", "on": True}
        await do(db, discussions.react, carol, thread.post, "thanks")
        counted = await event(carols, "reactions.counted")
        assert counted == {"id": thread.post, "reactions": {"thanks": 2}}
        assert "csrf" not in html
        assert not [m for m in carols.heard if str(m.get("k", "")).startswith("mine.")]


async def test_answer_tags_and_poll_change_what_stands_around_the_topic(
    live_server, db, ana, ben, carol, thread
):
    post = (await cast.write(db, ben, thread, "This."))["id"]
    async with (
        live_server.listening(carol, thread.stream, as_="html") as carols,
        live_server.listening(ben, thread.stream, f"n:{thread.network.id}", f"m:{ben.id}") as bens,
    ):
        await do(db, discussions.solve, ana, post)
        marked = await event(carols, "post.marked")
        assert (marked["rev"], "This is the answer" in marked["html"]) == (2, True)
        assert "go to the answer" in (await event(carols, "head.changed"))["html"]
        assert (await event(bens, "topic.changed"))["solved"] == 2
        await do(db, discussions.change_tags, ana, thread.id, "falls")
        assert (await event(bens, "head.changed", 2))["tags"] == ["falls"]
        await do(
            db, discussions.add_poll, ana, thread.id, {"question": "Which?", "options": ["Soft", "Hard"]}
        )
        poll = (await event(bens, "head.changed", 3))["poll"]["id"]
        await do(db, discussions.vote, ben, thread.id, 2, True)
        assert (await event(carols, "ballots.counted")) == {"set": {f"t{poll}": 1}}
        assert (await event(bens, "mine.tally")) == {"id": poll, "turnout": 1, "counts": [0, 1]}
        assert (await event(bens, "ballots.counted"))["counts"] is None
        await do(db, discussions.close_poll, ana, thread.id)
        assert f'id="c2-{poll}">1<' in (await event(carols, "head.changed", 4))["html"]
        assert "ben" not in json.dumps(
            [m for m in carols.heard if m.get("k") in ("ballots.counted", "head.changed")]
        )
