"""Posts without their author's name."""

import asyncio
import re

import pytest

from chat import discussions, networks
from chat.db import DatabaseError
from chat.discussions.pseudonyms import ANIMALS, draw, wants_no_name
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast


@pytest.fixture
async def circle(db, open_network):
    """Ana's network, where one may post without a name."""
    await cast.allow_anonymity(db, open_network)
    return open_network


async def names(db, thread):
    return [p.author_name for p in await cast.read(db, None, thread)]


async def test_a_name_is_kept_in_a_thread(db, ana, ben, carol, circle, thread):
    await cast.write(db, ben, thread, "One.", anonymous=True)
    await cast.write(db, carol, thread, "Two.", anonymous=True)
    await cast.write(db, ben, thread, "Three.", anonymous="yes")
    await cast.write(db, ben, thread, "Four.")
    _, bens, carols, again, named = await names(db, thread)
    assert bens == again != carols
    assert named == "Ben Okafor"
    assert {bens.removeprefix("Anonymous "), carols.removeprefix("Anonymous ")} <= set(ANIMALS)


async def test_an_anonymous_post_says_nothing_of_its_author(db, ana, ben, circle, thread):
    made = await cast.write(db, ben, thread, "One.", anonymous=True)
    below = await cast.write(db, ana, thread, "Two.", parent=made["id"])
    for viewer in (ana, ben, None):
        posts = await cast.read(db, viewer, thread)
        assert posts[1].author[:3] == ("pseudonym", None, None)
        assert posts[1].author.organisation == ""
        assert posts[2].parent_name == posts[1].author_name
        assert "Ben" not in repr(posts)
        assert not re.search(rf"\b{ben.id}\b", repr(posts))
    async with db.glance() as glance:
        shown = await discussions.posts_by_id(glance, [made["id"], below["id"]])
    assert "Ben" not in repr(shown)


async def test_a_topic_is_started_without_a_name(db, ana, ben, circle):
    thread = await cast.start(db, ben, circle, "A quail matter", anonymous=True)
    await cast.write(db, ben, thread, "And a quail again.", anonymous=True)
    async with db.snapshot() as tx:
        topic = await discussions.topic_of(tx, ana, thread.id)
        hits = (await discussions.search(tx, ana, "quail")).hits
    posts = await names(db, thread)
    assert {topic.author_name, *posts, *(h.author_name for h in hits)} == {posts[0]}
    assert (topic.author.kind, topic.author.id, topic.author.handle) == ("pseudonym", None, None)
    mine = await cast.start(db, ben, circle, "My own matter")
    await cast.write(db, ben, mine, "Not under my name.", anonymous=True)
    async with db.snapshot() as tx:
        assert (await discussions.topic_of(tx, ana, mine.id)).author_name == "Ben Okafor"


async def test_names_are_drawn_anew_for_each_topic(db, ben, circle):
    """Two topics may have a Heron each; twelve in a row have not."""
    drawn = set()
    for n in range(12):
        thread = await cast.start(db, ben, circle, f"Question {n}", anonymous=True)
        drawn |= set(await names(db, thread))
    assert len(drawn) > 1


async def test_twenty_at_the_same_moment_get_twenty_names(db, circle, thread):
    people = await cast.crowd(db, 20)
    for person in people:
        await cast.let_in(db, circle, person)
    await asyncio.gather(*(cast.write(db, p, thread, "Me too.", anonymous=True) for p in people))
    assert len(set(await names(db, thread))) == 21


async def test_one_s_own_two_at_the_same_moment_get_one_name(db, ben, circle, thread):
    await asyncio.gather(*(cast.write(db, ben, thread, "Me too.", anonymous=True) for _ in range(8)))
    assert len(set((await names(db, thread))[1:])) == 1


def test_when_all_animals_are_there_others_of_their_kind_come():
    taken = set()
    for _ in range(2 * len(ANIMALS) + 1):
        taken.add(draw(taken))
    assert len(taken) == 2 * len(ANIMALS) + 1
    assert len(set(ANIMALS)) == len(ANIMALS) >= 200


async def test_the_author_changes_and_removes_it_under_the_same_name(db, ana, ben, carol, circle, thread):
    made = await cast.write(db, ben, thread, "One.", anonymous=True)
    name = (await names(db, thread))[1]
    with pytest.raises(Forbidden, match="Only its author can change"):
        async with db.transaction() as tx:
            await discussions.edit(tx, carol, made["id"], "Two.")
    with pytest.raises(Forbidden, match="Only its author or a host"):
        async with db.transaction() as tx:
            await discussions.remove(tx, carol, made["id"])
    async with db.transaction() as tx:
        await discussions.edit(tx, ben, made["id"], "Two.")
    assert [(p.body, p.author_name) for p in await cast.read(db, ana, thread)][1] == ("Two.", name)
    async with db.transaction() as tx:
        await discussions.remove(tx, ben, made["id"])
    assert [(p.body, p.author_name) for p in await cast.read(db, ana, thread)][1] == (None, name)


async def test_only_the_author_is_told_what_is_theirs(db, ana, ben, carol, circle, thread):
    made = await cast.write(db, ben, thread, "One.", anonymous=True)
    await cast.write(db, carol, thread, "Two.", anonymous=True)
    await cast.write(db, ben, thread, "Three.")
    async with db.snapshot() as tx:
        posts = (await discussions.thread(tx, await discussions.topic_of(tx, ben, thread.id))).posts
        assert await discussions.own_among(tx, ben, posts) == [made["id"]]
        assert await discussions.own_among(tx, ana, posts) == []
        assert await discussions.pseudonym_of(tx, ben, thread.id) == posts[1].author_name
        assert await discussions.pseudonym_of(tx, ana, thread.id) is None


async def test_a_pseudonym_stays_when_its_owner_becomes_a_former_member(db, ben, circle, thread):
    await cast.write(db, ben, thread, "One.", anonymous=True)
    await cast.write(db, ben, thread, "Two.")
    before = await names(db, thread)
    await cast.leave_unnamed(db, circle, ben)
    assert await names(db, thread) == [*before[:2], "Former member"]


# Where it is not possible


async def test_where_the_network_does_not_allow_it_nothing_is_posted(db, ben, thread, open_network):
    for write in (
        lambda: cast.write(db, ben, thread, "One.", anonymous=True),
        lambda: cast.start(db, ben, open_network, "Question", anonymous=True),
    ):
        with pytest.raises(Invalid) as refused:
            await write()
        assert refused.value.field == "anonymous"
    assert await cast.value(db, "SELECT count(*) FROM post") == 1


@pytest.mark.parametrize("field", ["true", "no", "false", "on", 1, 2, [], ["yes"], {}, "YES"])
async def test_what_is_not_understood_is_never_posted_with_the_name(db, ben, circle, thread, field):
    with pytest.raises(Invalid) as refused:
        await cast.write(db, ben, thread, "One.", anonymous=field)
    assert refused.value.field == "anonymous"
    assert await cast.value(db, "SELECT count(*) FROM post") == 1


def test_what_means_with_the_name():
    assert [wants_no_name(field) for field in (None, "", False)] == [False] * 3


async def test_nobody_joins_by_it(db, dev, circle, thread):
    with pytest.raises(Forbidden, match="Join this network first"):
        await cast.write(db, dev, thread, "May I?", anonymous=True)
    async with db.snapshot() as tx:
        assert await networks.role_in(tx, dev.id, circle.id) is None


async def test_who_left_changes_nothing_without_joining_first(db, ben, circle, thread):
    made = await cast.write(db, ben, thread, "One.", anonymous=True)
    async with db.transaction() as tx:
        await networks.leave(tx, ben, await networks.network_of(tx, ben, circle.slug))
    with pytest.raises(Forbidden, match="Join this network first"):
        async with db.transaction() as tx:
            await discussions.edit(tx, ben, made["id"], "Two.")
    async with db.snapshot() as tx:
        assert await networks.role_in(tx, ben.id, circle.id) is None


async def test_who_may_not_read_is_told_that_there_is_nothing(db, dev, secret_thread):
    await cast.allow_anonymity(db, secret_thread.network)
    with pytest.raises(NotFound):
        await cast.write(db, dev, secret_thread, "Let me in.", anonymous=True)


async def test_a_network_that_allows_it_no_longer_lets_the_author_change_what_there_is(
    db, ben, circle, thread
):
    made = await cast.write(db, ben, thread, "One.", anonymous=True)
    async with db.transaction() as tx:
        await tx.run("UPDATE network SET anonymity_since = NULL")
    async with db.transaction() as tx:
        await discussions.edit(tx, ben, made["id"], "Two.")
    assert [p.author.kind for p in await cast.read(db, None, thread)] == ["member", "pseudonym"]


async def test_a_retry_is_the_same_post(db, ben, circle, thread):
    first = await cast.write(db, ben, thread, "Once.", anonymous=True, op="a1")
    assert await cast.write(db, ben, thread, "Once.", anonymous=True, op="a1") == first
    assert len(await names(db, thread)) == 2


async def test_a_removed_post_is_not_changed_by_its_author(db, ana, ben, circle, thread):
    made = await cast.write(db, ben, thread, "One.", anonymous=True)
    async with db.transaction() as tx:
        await discussions.remove(tx, ana, made["id"])
    with pytest.raises(Conflict):
        async with db.transaction() as tx:
            await discussions.edit(tx, ben, made["id"], "Two.")


async def test_an_error_of_the_database_does_not_say_what_was_written(db):
    with pytest.raises(DatabaseError) as broken:
        async with db.transaction() as tx:
            await tx.value(
                "SELECT 1 / length(CAST(:words AS text)), CAST(:body AS text)", words="", body="Ben said so."
            )
    assert "Ben" not in str(broken.value)  # which tracebacks end with
