import asyncio
from collections import Counter

import pytest

from chat import discussions, networks
from chat.discussions.writing import DEEPEST
from chat.errors import Forbidden, Invalid, NotFound, SignInFirst
from tests import cast


async def test_ben_answers_ana(db, ana, ben, thread):
    answer = await cast.write(db, ben, thread, "**Read it aloud**, both of you.")
    assert answer["number"] == 2
    posts = await cast.read(db, ana, thread)
    assert [(p.number, p.author_name, p.depth) for p in posts] == [(1, "Ana Lima", 1), (2, "Ben Okafor", 1)]
    assert posts[1].html == "<p><strong>Read it aloud</strong>, both of you.</p>"
    assert await cast.events(db, thread.stream) == [
        (1, "post.added", thread.post),
        (2, "post.added", answer["id"]),
    ]
    assert (await cast.events(db, f"n:{thread.network.id}"))[-1][1:] == ("topic.active", thread.id)


async def test_answers_stand_below_what_they_answer(db, ana, ben, carol, thread):
    first = await cast.write(db, ben, thread, "two")
    other = await cast.write(db, carol, thread, "three")
    below = await cast.write(db, ana, thread, "four", parent=first["id"])
    await cast.write(db, carol, thread, "five", parent=below["id"])
    await cast.write(db, ana, thread, "six", parent=str(other["id"]))
    await cast.write(db, ana, thread, "seven", parent=thread.post)
    await cast.write(db, ana, thread, "eight", parent="")
    posts = await cast.read(db, ana, thread)
    assert [(p.number, p.depth, p.parent_number) for p in posts] == [
        (1, 1, None), (2, 1, None), (4, 2, 2), (5, 3, 4), (3, 1, None), (6, 2, 3), (7, 1, 1), (8, 1, None),
    ]  # fmt: skip
    assert posts[2].parent_name == "Ben Okafor"


async def test_a_thread_that_grows_very_deep_stays_whole_and_in_order(db, ana, thread):
    parent = None
    for _ in range(DEEPEST + 5):
        parent = (await cast.write(db, ana, thread, "and so on", parent=parent))["id"]
    posts = await cast.read(db, ana, thread)
    assert [p.number for p in posts] == list(range(1, DEEPEST + 7))
    assert max(p.depth for p in posts) == DEEPEST


async def test_a_parent_in_another_topic_is_refused(db, ana, ben, open_network, thread):
    other = await cast.start(db, ana, open_network, "Another question")
    for parent in (other.post, 10**30, "7; DROP TABLE post", -1, True, [thread.post]):
        with pytest.raises(Invalid) as refused:
            await cast.write(db, ben, thread, "lost", parent=parent)
        assert refused.value.field == "parent"
    assert len(await cast.read(db, ana, thread)) == 1
    assert (await cast.write(db, ben, thread, "found"))["number"] == 2  # a refused post takes no number


async def test_who_may_not_write(db, ana, ben, dev, visitor, thread, secret_thread):
    with pytest.raises(SignInFirst):
        await cast.write(db, visitor, thread, "hello")
    with pytest.raises(Forbidden, match="Confirm"):
        await cast.write(db, await cast.join_the_hub(db, "Erin Walsh", verified=False), thread, "hello")
    with pytest.raises(NotFound):
        await cast.write(db, dev, secret_thread, "hello")
    async with db.transaction() as tx:
        with pytest.raises(NotFound):
            await discussions.reply(tx, ana, 10**9, "hello")


async def test_a_removed_member_cannot_reply(db, ana, ben, secret_thread):
    await cast.write(db, ben, secret_thread, "I was there.")
    await cast.remove(db, ana, secret_thread.network, ben)
    with pytest.raises(NotFound):
        await cast.write(db, ben, secret_thread, "And still am?")


async def test_a_banned_member_reads_an_open_network_and_does_not_write(db, ben, thread):
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET banned_at = now() WHERE member_id = :id", id=ben.id)
    assert await cast.read(db, ben, thread)
    with pytest.raises(Forbidden):
        await cast.write(db, ben, thread, "Let me explain.")


WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


async def waits(db):
    """Until somebody waits for somebody."""
    async with asyncio.timeout(10):
        while not await cast.value(db, WAITING):
            await asyncio.sleep(0.01)


async def test_who_waits_for_the_post_they_answer_has_no_numbers_that_others_wait_for(db, ana, ben, thread):
    """Whoever draws a post anew holds it, and then takes a number of the same topic."""
    async with db.transaction() as tx:
        await tx.run("SELECT FROM post WHERE id = :id FOR UPDATE", id=thread.post)
        answer = asyncio.create_task(cast.write(db, ben, thread, "Read it aloud.", parent=thread.post))
        await waits(db)
        tx.announce(thread.stream, "post.redrawn", thread.post, 2, network=thread.network.id)
    assert (await answer)["number"] == 2
    assert [kind for _, kind, _ in await cast.events(db, thread.stream)] == [
        "post.added",
        "post.redrawn",
        "post.added",
    ]


async def test_who_is_removed_while_they_write_does_not_write(db, ana, ben, secret_thread):
    """From the moment they are known to be inside, the removal waits for the answer, or the answer for the removal."""
    removal = db.transaction()
    tx = await removal.__aenter__()
    await networks.remove(tx, ana, secret_thread.network, ben.handle)
    answer = asyncio.create_task(cast.write(db, ben, secret_thread, "And still am?"))
    await waits(db)
    await removal.__aexit__(None, None, None)
    with pytest.raises(NotFound):
        await answer
    assert len(await cast.read(db, ana, secret_thread)) == 1


async def test_whoever_writes_in_an_open_network_joins_it(db, dev, thread):
    await cast.write(db, dev, thread, "May I ask, too?")
    async with db.snapshot() as tx:
        assert await networks.role_in(tx, dev.id, thread.network.id) == "member"


async def test_twenty_newcomers_write_and_join_at_the_same_moment(db, ana, thread):
    people = await cast.crowd(db, 20)
    answers = await asyncio.gather(*(cast.write(db, p, thread, "Me too.") for p in people))
    assert sorted(a["number"] for a in answers) == list(range(2, 22))
    assert (await cast.seen_by(db, ana, thread.network)).members == 23


@pytest.mark.parametrize(
    "body",
    ["", "   \n", None, 7, ["text"], {"a": 1}, "x" * (64 * 1024 + 1), "é" * 40_000, "\ud800", "\x00\x07"],
)
async def test_an_empty_a_huge_and_a_malformed_text_are_refused(db, ben, thread, body):
    with pytest.raises(Invalid) as refused:
        await cast.write(db, ben, thread, body)
    assert refused.value.field == "body"


async def test_a_text_of_just_64_kb_is_kept_whole(db, ben, thread):
    await cast.write(db, ben, thread, "x" * 64 * 1024)
    assert len((await cast.read(db, ben, thread))[1].body) == 64 * 1024


# Named writes


async def test_a_retry_of_an_op_posts_once(db, ben, thread):
    first = await cast.write(db, ben, thread, "Once.", op="a1")
    assert await cast.write(db, ben, thread, "Once.", op="a1") == first
    assert await cast.write(db, ben, thread, "Twice.", op="a2") != first
    assert len(await cast.read(db, ben, thread)) == 3
    assert len(await cast.events(db, thread.stream)) == 3


async def test_ten_tries_of_an_op_at_the_same_moment_post_once(db, ben, thread):
    tries = await asyncio.gather(*(cast.write(db, ben, thread, "Once.", op="a1") for _ in range(10)))
    assert len({t["id"] for t in tries}) == 1
    assert len(await cast.read(db, ben, thread)) == 2


async def test_a_try_that_failed_leaves_its_name_free(db, ben, thread):
    with pytest.raises(Invalid):
        await cast.write(db, ben, thread, "Once.", parent=1, op="a1")
    assert (await cast.write(db, ben, thread, "Once.", op="a1"))["number"] == 2


async def test_two_members_may_use_the_same_name(db, ana, ben, thread):
    await cast.write(db, ana, thread, "Mine.", op="a1")
    await cast.write(db, ben, thread, "Mine.", op="a1")
    assert len(await cast.read(db, ben, thread)) == 3


@pytest.mark.parametrize("op", ["", "x" * 65, "a b", "é", 7, "\x00"])
async def test_a_malformed_name_is_refused(db, ben, thread, op):
    with pytest.raises(Invalid) as refused:
        await cast.write(db, ben, thread, "Once.", op=op)
    assert refused.value.field == "op"


async def test_a_topic_is_started_once_too(db, ana, open_network):
    made = [await cast.start(db, ana, open_network, "Beds at night", op="t1") for _ in range(2)]
    assert made[0].id == made[1].id
    async with db.snapshot() as tx:
        assert [t.title for t in await discussions.topics_in(tx, ana, open_network.id)] == ["Beds at night"]


@pytest.mark.parametrize("title", ["", "x" * 141, None, 7, "\u202e"])
async def test_a_topic_needs_a_title(db, ana, open_network, title):
    with pytest.raises(Invalid) as refused:
        await cast.start(db, ana, open_network, title)
    assert refused.value.field == "title"


async def test_fifty_at_once_leave_no_hole_in_the_numbers(db, ana, ben, carol, thread):
    answers = await asyncio.gather(
        *(cast.write(db, (ana, ben, carol)[n % 3], thread, f"{n}") for n in range(50))
    )
    assert sorted(a["number"] for a in answers) == list(range(2, 52))
    row = (await cast.rows(db, "SELECT post_count FROM topic WHERE id = :id", id=thread.id))[0]
    assert row.post_count == 51
    assert Counter(kind for _, kind, _ in await cast.events(db, thread.stream)) == {"post.added": 51}
