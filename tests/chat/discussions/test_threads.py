"""Reading a topic page by page, and lists of topics."""

import asyncio

import pytest

from chat import discussions
from chat.discussions.threads import USUAL, Place, Way
from chat.errors import NotFound
from tests import cast

FLAT, NEWEST, LATEST = Way("flat"), Way(order="newest"), Way("flat", "newest")


async def leaf(db, viewer, thread, number=1, way=USUAL, under=None):
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, viewer, thread.id)
        return await discussions.thread(tx, topic, Place(number, under), way)


async def numbers(*where):
    return [p.number for p in (await leaf(*where)).posts]


async def test_a_page_has_twenty_roots_with_their_answers(db, ana, ben, thread):
    roots = [await cast.write(db, ana, thread, "a root") for _ in range(45)]
    answer = await cast.write(db, ben, thread, "an answer to the first", parent=roots[0]["id"])
    late = await cast.write(db, ben, thread, "an answer to the last", parent=roots[-1]["id"])
    assert (await leaf(db, ben, thread)).pages == 3
    assert await numbers(db, ben, thread, 1) == [1, 2, answer["number"], *range(3, 22)]
    assert await numbers(db, ben, thread, 2) == list(range(22, 42))
    assert await numbers(db, ben, thread, 3) == [*range(42, 47), late["number"]]
    newest = [46, late["number"], *range(45, 26, -1)]
    assert await numbers(db, ben, thread, 1, NEWEST) == [1, *newest]
    assert await numbers(db, ben, thread, 3, NEWEST) == [6, 5, 4, 3, 2, answer["number"]]
    assert await numbers(db, ben, thread, 1, FLAT) == list(range(1, 49))
    assert await numbers(db, ben, thread, 1, LATEST) == list(range(48, 0, -1))
    for way, pages in ((USUAL, 3), (NEWEST, 3), (FLAT, 1), (LATEST, 1)):
        for wrong in (0, -1, pages + 1):
            with pytest.raises(NotFound):
                await leaf(db, ben, thread, wrong, way)


async def test_a_root_with_many_answers_has_pages_of_its_own(db, ana, ben, thread):
    root = await cast.write(db, ana, thread, "This will be long.")
    first = await cast.write(db, ben, thread, "The first answer.", parent=root["id"])
    for _ in range(59):
        await cast.write(db, ben, thread, "And another.", parent=root["id"])
    deep = await cast.write(db, ana, thread, "To the first of them.", parent=first["id"])
    other = await cast.write(db, ana, thread, "A root after it.")
    shown = await leaf(db, ben, thread)
    assert [p.number for p in shown.posts] == [1, 2, 3, deep["number"], *range(4, 22), other["number"]]
    assert dict(shown.further) == {shown.posts[-2].id: (2, 41)}
    under = await leaf(db, ben, thread, 1, USUAL, 2)
    assert (under.pages, under.under) == (2, 2)
    assert [p.number for p in under.posts] == [2, 3, deep["number"], *range(4, 52)]
    assert await numbers(db, ben, thread, 2, USUAL, 2) == [2, *range(52, 63)]
    for page, wrong in ((3, 2), (1, 1), (1, 3), (1, 999)):
        with pytest.raises(NotFound):
            await leaf(db, ben, thread, page, USUAL, wrong)


@pytest.mark.parametrize("way", [USUAL, NEWEST, FLAT, LATEST])
async def test_every_post_is_on_the_page_that_it_is_said_to_be_on(db, ana, ben, thread, way):
    made = [thread.post]
    for n in range(130):
        parent = None if n % 5 == 0 else made[n // 2 if n % 3 else 1]
        made.append((await cast.write(db, ana, thread, "more", parent=parent))["id"])
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, ben, thread.id)
        for number in range(1, topic.post_count + 1):
            place = await discussions.place_of(tx, topic, number, way)
            shown = await discussions.thread(tx, topic, place, way)
            assert number in {p.number for p in shown.posts}, (number, place)
        assert await discussions.place_of(tx, topic, 10**6, way) == Place()


async def test_twenty_who_begin_threads_at_once_each_have_a_turn(db, ana, thread):
    await asyncio.gather(*(cast.write(db, ana, thread, "a root") for _ in range(20)))
    turns = await cast.rows(db, "SELECT turn FROM post WHERE topic_id = :t ORDER BY number", t=thread.id)
    assert [row.turn for row in turns] == list(range(21))


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
        rest = await discussions.topics_in(
            tx, ben, open_network.id, limit=2, before=discussions.Last(listed[0].last_post_at)
        )
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
