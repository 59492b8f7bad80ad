"""Reading a topic page by page, and lists of topics."""

import pytest

from chat import discussions
from chat.errors import NotFound
from tests import cast


async def page(db, viewer, thread, number):
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, viewer, thread.id)
        posts, pages = await discussions.thread(tx, topic, number)
        return [p.number for p in posts], pages


async def test_a_page_has_twenty_roots_with_all_their_answers(db, ana, ben, thread):
    roots = [await cast.write(db, ana, thread, "a root") for _ in range(45)]
    answer = await cast.write(db, ben, thread, "an answer to the first", parent=roots[0]["id"])
    late = await cast.write(db, ben, thread, "an answer to the last", parent=roots[-1]["id"])
    first, pages = await page(db, ben, thread, 1)
    assert pages == 3
    assert first == [1, 2, answer["number"], *range(3, 22)]
    assert (await page(db, ben, thread, 2))[0] == list(range(22, 42))
    assert (await page(db, ben, thread, 3))[0] == [*range(42, 47), late["number"]]
    for wrong in (0, -1, 4):
        with pytest.raises(NotFound):
            await page(db, ben, thread, wrong)
    async with db.snapshot() as tx:
        found = {
            n: await discussions.page_of_post(tx, thread.id, n)
            for n in (1, 2, 21, 22, 41, 42, late["number"])
        }
    assert found == {1: 1, 2: 1, 21: 1, 22: 2, 41: 2, 42: 3, late["number"]: 3}


async def test_posts_in_the_order_they_were_written(db, ana, thread):
    for n in range(5):
        await cast.write(db, ana, thread, f"{n}", parent=thread.post)
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, ana, thread.id)
        assert [p.number for p in await discussions.posts_after(tx, topic, 2, 3)] == [3, 4, 5]
        assert [p.number for p in await discussions.latest_posts(tx, topic, 2)] == [5, 6]
        assert await discussions.posts_after(tx, topic, 6, 10) == []


async def test_the_most_recently_active_topic_comes_first(db, ana, ben, open_network):
    topics = [await cast.start(db, ana, open_network, f"Question {n}") for n in range(3)]
    await cast.write(db, ben, topics[0], "Up again.")
    async with db.snapshot() as tx:
        listed = await discussions.topics_in(tx, ben, open_network.id)
        assert [t.title for t in listed] == ["Question 0", "Question 2", "Question 1"]
        assert listed[0].post_count == 2
        rest = await discussions.topics_in(tx, ben, open_network.id, limit=2, before=listed[0].last_post_at)
        assert [t.id for t in rest] == [t.id for t in listed[1:]]


async def test_everybodys_recent_topics_are_only_what_each_may_read(
    db, ana, ben, dev, visitor, thread, secret_thread
):
    async with db.snapshot() as tx:
        for viewer in (ana, ben):
            assert {t.id for t in await discussions.recent_topics(tx, viewer)} == {
                thread.id,
                secret_thread.id,
            }
        for viewer in (dev, visitor):
            assert {t.id for t in await discussions.recent_topics(tx, viewer)} == {thread.id}
