"""What is unread and what is new, and having read it all."""

from datetime import timedelta

import pytest

from chat import discussions
from chat.clock import now
from chat.errors import SignInFirst
from tests import cast


async def lists(db, viewer, network=None):
    """The titles of what is unread and of what is new, as the lists have and count them."""
    found = []
    for which in ("unread", "new"):
        async with db.snapshot() as tx:
            waiting = await discussions.waiting(tx, viewer, which, network and network.id)
        assert waiting.count(which) == len(waiting.topics)
        found.append([t.title for t in waiting.topics])
    return found


async def mark(db, viewer, which="unread", network=None, **more):
    async with db.transaction() as tx:
        return await discussions.catch_up(tx, viewer, which, network and network.id, **more)


async def read(db, viewer, thread, number):
    async with db.transaction() as tx:
        await discussions.mark_read(tx, viewer, thread.id, number)


async def undo(db, viewer, marked):
    async with db.transaction() as tx:
        return await discussions.undo(tx, viewer, marked.at)


async def told(db, viewer):
    return [row.kind for row in await cast.rows(db, "SELECT kind FROM event WHERE stream_id = :s ORDER BY seq", s=f"m:{viewer.id}") if row.kind.startswith("read.")]  # fmt: skip


async def test_new_becomes_unread_and_unread_becomes_read(db, ana, ben, thread, secret_thread):
    assert await lists(db, ana) == [[], []]  # her own
    assert await lists(db, ben) == [[], ["Retaliation after a report", "Who checks the checklist?"]]
    await read(db, ben, thread, 1)
    assert await lists(db, ben) == [[], ["Retaliation after a report"]]
    await cast.write(db, ana, thread, "Nobody?")
    assert await lists(db, ben) == [["Who checks the checklist?"], ["Retaliation after a report"]]
    assert await lists(db, ben, thread.network) == [["Who checks the checklist?"], []]
    await cast.write(db, ben, thread, "I do.")  # past what he has not read
    assert await lists(db, ben) == [["Who checks the checklist?"], ["Retaliation after a report"]]
    await read(db, ben, thread, 3)
    assert await lists(db, ben) == [[], ["Retaliation after a report"]]
    assert await lists(db, ana) == [["Who checks the checklist?"], []]


async def test_what_was_there_before_one_came_is_not_new(db, ana, thread):
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, thread.network, erin)
    assert await lists(db, erin) == [[], []]
    await cast.start(db, ana, thread.network, "Another")
    assert await lists(db, erin) == [[], ["Another"]]


async def test_the_lists_hold_what_one_may_read_in_one_s_own_networks(
    db, ana, ben, dev, thread, secret_thread
):
    await read(db, dev, thread, 1)
    await cast.write(db, ana, thread, "More.")
    assert await lists(db, dev) == [[], []]  # he is in no network
    await read(db, ben, secret_thread, 1)
    await cast.write(db, ana, secret_thread, "More.")
    assert (await lists(db, ben))[0] == ["Retaliation after a report"]
    await cast.remove(db, ana, secret_thread.network, ben)
    assert (await lists(db, ben))[0] == []
    async with db.snapshot() as tx:
        with pytest.raises(SignInFirst):
            await discussions.waiting(tx, None, "unread")


@pytest.mark.parametrize(
    ("until", "hidden"), [(None, True), (timedelta(days=1), True), (-timedelta(days=1), False)]
)
async def test_what_is_muted_is_neither_unread_nor_new(db, ana, ben, thread, secret_thread, until, hidden):
    await read(db, ben, thread, 1)
    await cast.write(db, ana, thread, "More.")
    async with db.transaction() as tx:
        for topic in (thread, secret_thread):
            await tx.run(
                "INSERT INTO following (member_id, topic_id, level, until) VALUES (:me, :topic, 'muted', :until)",
                me=ben.id, topic=topic.id, until=until and now() + until,
            )  # fmt: skip
    assert [len(found) for found in await lists(db, ben)] == ([0, 0] if hidden else [1, 1])


async def test_a_list_goes_on_where_it_ended(db, ana, ben, open_network):
    topics = [await cast.start(db, ana, open_network, f"Question {n}") for n in range(7)]
    async with db.transaction() as tx:  # three of them in the same moment
        await tx.run("UPDATE topic SET last_post_at = (SELECT max(last_post_at) FROM topic) WHERE id = ANY(:ids)", ids=[t.id for t in topics[3:6]])  # fmt: skip
    seen, after = [], None
    for _ in range(9):
        async with db.snapshot() as tx:
            page = await discussions.waiting(tx, ben, "new", limit=2, after=after)
        assert page.new == 7
        seen += [t.id for t in page.topics]
        after = page.more
        if after is None:
            break
    assert (after, len(seen), set(seen)) == (None, 7, {t.id for t in topics})


async def test_all_is_marked_as_read_and_that_is_taken_back(db, ana, ben, thread, secret_thread):
    await read(db, ben, thread, 1)
    await cast.write(db, ana, thread, "More.")
    marked = await mark(db, ben)
    assert (marked.topics, await lists(db, ben)) == (1, [[], ["Retaliation after a report"]])
    seen = await mark(db, ben, "new")
    assert (seen.topics, await lists(db, ben)) == (1, [[], []])
    assert (await mark(db, ben)).topics == 0
    assert await undo(db, ben, marked) == 1
    assert await undo(db, ben, marked) == 0
    assert await undo(db, ana, seen) == 0
    assert await lists(db, ben) == [["Who checks the checklist?"], []]
    assert await undo(db, ben, seen) == 1
    assert await lists(db, ben) == [["Who checks the checklist?"], ["Retaliation after a report"]]
    assert await told(db, ben) == ["read.moved", "read.all", "read.all", "read.undone", "read.undone"]


async def test_one_network_or_one_topic_is_marked_alone(db, ana, ben, thread, secret_thread):
    assert (await mark(db, ben, "new", secret_thread.network)).topics == 1
    assert await lists(db, ben) == [[], ["Who checks the checklist?"]]
    async with db.transaction() as tx:
        marked = await discussions.catch_up_with(tx, ben, thread.id, 10**6)
    assert await lists(db, ben) == [[], []]
    assert await undo(db, ben, marked) == 1
    assert await lists(db, ben) == [[], ["Who checks the checklist?"]]


async def test_what_came_after_the_list_was_shown_stays_unread(db, ana, ben, thread, open_network):
    other = await cast.start(db, ana, open_network, "Another")
    for topic in (thread, other):
        await read(db, ben, topic, 1)
        await cast.write(db, ana, topic, "More.")
    async with db.snapshot() as tx:
        shown = await discussions.waiting(tx, ben, "unread")
    await cast.write(db, ana, thread, "And while he was looking.")
    assert (await mark(db, ben, until=shown.latest)).topics == 1
    assert await lists(db, ben) == [["Who checks the checklist?"], []]


async def test_what_was_read_since_is_not_taken_back(db, ana, ben, thread):
    await cast.write(db, ana, thread, "More.")
    marked = await mark(db, ben, "new")
    await cast.write(db, ana, thread, "And more.")
    await read(db, ben, thread, 3)
    assert await undo(db, ben, marked) == 0
    assert await lists(db, ben) == [[], []]


async def test_posts_that_were_moved_away_keep_nobody_from_the_end(db, ana, ben, thread):
    for _ in range(5):
        await cast.write(db, ana, thread, "More.")
    async with db.transaction() as tx:
        await tx.run("DELETE FROM post WHERE topic_id = :id AND number IN (3, 6)", id=thread.id)
    await read(db, ben, thread, 2)
    assert [
        r.number for r in await cast.rows(db, "SELECT number FROM reading WHERE member_id = :me", me=ben.id)
    ] == [3]
    await read(db, ben, thread, 5)
    assert await lists(db, ben) == [[], []]
