"""Being told of posts: by whom one is named, answered and quoted, what one watches, and what one is spared."""

from datetime import timedelta

import pytest

from chat import clock, discussions, jobs, networks, notices
from chat.errors import Invalid, NotFound
from tests import cast
from workers.jobs import kinds


async def work(db, redis):
    return await jobs.work_all(db, kinds(db, redis))


async def later(db, redis):
    """What a topic waits with until its pause is over."""
    clock.pretend(clock.now() + timedelta(seconds=2))
    return await work(db, redis)


async def told(db, viewer):
    async with db.snapshot() as tx:
        found = await notices.notices_of(tx, viewer)
        assert await notices.unread(tx, viewer) == sum(n.read_at is None for n in found)
        return [(n.kind, n.actor_name, n.others) for n in found if n.topic_id]


async def follow(db, viewer, thread, level, span=None):
    async with db.transaction() as tx:
        return await discussions.follow(tx, viewer, thread.id, {"level": level, "for": span})


async def prefer(db, viewer, network, told):
    async with db.transaction() as tx:
        await networks.prefer(tx, viewer, network, {"told": told})


async def name(db, post, *people):
    async with db.transaction() as tx:
        for member in people:
            await tx.run(
                "INSERT INTO mention (post_id, member_id) VALUES (:post, :member) ON CONFLICT DO NOTHING",
                post=post,
                member=member.id,
            )


async def test_of_one_post_each_hears_once_and_for_the_first_reason(
    db, redis, ana, ben, carol, open_network, thread
):
    await prefer(db, carol, open_network, "all")
    await work(db, redis)
    ours = await cast.write(db, ben, thread, "We use a sticker.")
    await later(db, redis)
    assert await told(db, ana) == [("post.answered", "Ben Okafor", 0)]
    assert await told(db, carol) == [("topic.posted", "Ben Okafor", 0), ("topic.started", "Ana Lima", 0)]
    named = await cast.write(
        db,
        carol,
        thread,
        f"> A sticker.\n> [Ben](/posts/{ours['id']})\n\nWhich one, @ben-okafor?",
        parent=ours["id"],
    )
    await name(db, named["id"], ben)
    await later(db, redis)
    assert await told(db, ben) == [("post.mentioned", "Carol Nguyen", 0)]
    assert [kind for kind, *_ in await told(db, ana)] == [
        "post.answered"
    ]  # what answers Ben is no answer to Ana
    quoting = await cast.write(
        db,
        ana,
        thread,
        f"[Post 2](/topics/{thread.id}?post={ours['number']}#p{ours['number']}):\n\n> A sticker.\n\nGood.",
    )
    await later(db, redis)
    assert (await told(db, ben))[0] == ("post.quoted", "Ana Lima", 0)
    async with db.snapshot() as tx:
        (notice, *_) = await notices.notices_of(tx, ben)
    assert notice.link == f"/topics/{thread.id}?post={quoting['number']}#p{quoting['number']}"


async def test_what_is_unread_gathers_moves_up_and_is_read_at_once(
    db, redis, ana, ben, carol, open_network, thread
):
    other = await cast.start(db, ana, open_network, "Another")
    await cast.write(db, ben, thread, "One.")
    await cast.write(db, ben, other, "Two.")
    await work(db, redis)
    async with db.snapshot() as tx:
        newest, oldest = await notices.notices_of(tx, ana)
    first, second = (oldest, newest) if oldest.topic_id == thread.id else (newest, oldest)
    await cast.write(db, carol, thread, "Three.")
    await cast.write(db, ben, thread, "Four.")
    await later(db, redis)
    async with db.snapshot() as tx:
        top, below = await notices.notices_of(tx, ana)
    assert (top.id, top.actor_name, top.others, top.number) == (first.id, "Ben Okafor", 1, 2)
    assert below.id == second.id
    assert top.turn > below.turn
    assert (await cast.events(db, f"m:{ana.id}"))[-1][1:] == ("notice.added", first.id)
    async with db.transaction() as tx:  # from a page that has not heard of it
        await notices.read_through(tx, ana, max(first.turn, second.turn))
    assert len(await cast.rows(db, "SELECT id FROM notice WHERE read_at IS NULL")) == 1
    async with db.transaction() as tx:
        await notices.read_topic(tx, ana, thread.id)
    await cast.write(db, carol, thread, "Five.")
    await later(db, redis)
    newest, *_ = await told(db, ana)
    assert newest == ("post.answered", "Carol Nguyen", 0)
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE member_id = :ana", ana=ana.id) == 3


async def test_all_at_once_can_be_undone(db, redis, ana, ben, open_network, thread):
    other = await cast.start(db, ana, open_network, "Another")
    for each in (thread, other):
        await cast.write(db, ben, each, "Yes.")
    await work(db, redis)
    async with db.transaction() as tx:
        at = await notices.read_through(tx, ana)
    await cast.write(db, ben, other, "And no.")
    await later(db, redis)
    async with db.transaction() as tx:
        await notices.unread_again(tx, ben, at)
        assert await notices.unread(tx, ana) == 1
        await notices.unread_again(tx, ana, at)
        await notices.unread_again(tx, ana, at)
        assert await notices.unread(tx, ana) == 2  # what came meanwhile stands for its topic


async def test_a_burst_is_one_job_and_nobody_is_told_twice(db, redis, ana, ben, carol, open_network, thread):
    await prefer(db, carol, open_network, "all")
    await work(db, redis)
    for n in range(30):
        await cast.write(db, ben, thread, f"{n}.")
    waiting = await cast.rows(db, "SELECT kind FROM job WHERE done_at IS NULL")
    assert [row.kind for row in waiting] == ["tell_posts"]
    assert await later(db, redis) == 1
    assert await told(db, carol) == [("topic.posted", "Ben Okafor", 0), ("topic.started", "Ana Lima", 0)]
    before = await cast.value(db, "SELECT count(*) FROM event")
    async with db.transaction() as tx:  # a worker that died before it could say so
        await discussions.tell_posts(tx, thread.id)
    assert await cast.value(db, "SELECT count(*) FROM event") == before


async def test_one_is_told_only_of_what_one_may_read_and_wants_to(
    db, redis, ana, ben, carol, dev, confidential_network, secret_thread
):
    await prefer(db, ben, confidential_network, "all")
    said = await cast.write(db, ana, secret_thread, "The zebra again.")
    await name(db, said["id"], dev, ana)
    await work(db, redis)
    assert await told(db, dev) == await told(db, ana) == []
    assert len(await told(db, ben)) == 2
    await cast.remove(db, ana, confidential_network, ben)
    assert await told(db, ben) == []
    await cast.write(db, ana, secret_thread, "Ben is gone.")
    await later(db, redis)
    assert (
        await cast.value(db, "SELECT max(cardinality(parts)) FROM notice WHERE member_id = :ben", ben=ben.id)
        == 1
    )


async def test_what_is_removed_or_hidden_is_told_no_more(db, redis, ana, ben, thread):
    one, two = [await cast.write(db, ben, thread, text) for text in ("One.", "Two.")]
    await work(db, redis)
    async with db.transaction() as tx:
        await discussions.remove(tx, ben, one["id"])
    async with db.snapshot() as tx:
        (notice,) = await notices.notices_of(tx, ana)
    assert notice.number == two["number"]
    async with db.transaction() as tx:
        await tx.run("UPDATE post SET hidden_at = now() WHERE id = :id", id=two["id"])
    assert await told(db, ana) == []
    async with db.transaction() as tx:
        with pytest.raises(NotFound):
            await notices.open_notice(tx, ana, notice.id)


async def test_a_muted_topic_says_nothing_until_its_time_is_over(db, redis, ana, ben, thread):
    await work(db, redis)
    await follow(db, ben, thread, "watching")
    await cast.write(db, ana, thread, "One.")
    await later(db, redis)
    assert len(await told(db, ben)) == 1
    muted = await follow(db, ben, thread, "muted", "hour")
    assert (muted.level, muted.until) == (
        "muted",
        pytest.approx(clock.now() + timedelta(hours=1), abs=timedelta(seconds=9)),
    )
    assert await told(db, ben) == []
    named = await cast.write(db, ana, thread, "@ben-okafor, two.")
    await name(db, named["id"], ben)
    await later(db, redis)
    assert await told(db, ben) == []
    clock.pretend(clock.now() + timedelta(hours=1))
    async with db.snapshot() as tx:
        assert (await discussions.following_of(tx, ben, thread.id)).level == "watching"
    await cast.write(db, ana, thread, "Three.")
    await later(db, redis)
    assert (
        await cast.value(db, "SELECT cardinality(parts) FROM notice WHERE member_id = :ben", ben=ben.id) == 2
    )
    for level, span in (("loud", None), ("muted", "year")):
        with pytest.raises(Invalid):
            await follow(db, ben, thread, level, span)
    assert (await follow(db, ben, thread, "usual")).level == "usual"


async def test_who_wants_nothing_from_a_network_hears_only_of_what_they_watch(
    db, redis, ana, ben, carol, open_network, thread
):
    await prefer(db, ana, open_network, "nothing")
    await cast.write(db, ben, thread, "One.")
    await work(db, redis)
    assert await told(db, ana) == []
    await follow(db, ana, thread, "watching")
    await cast.write(db, ben, thread, "Two.")
    await later(db, redis)
    assert await told(db, ana) == [("post.answered", "Ben Okafor", 0)]
    with pytest.raises(Invalid):
        await prefer(db, ana, open_network, "everything")


async def test_pseudonyms_and_the_chatham_house_rule_hold_in_notices(
    db, redis, ana, ben, carol, open_network, thread
):
    await cast.allow_anonymity(db, open_network)
    await cast.write(db, ben, thread, "It was me.", anonymous=True)
    await cast.write(db, ben, thread, "Ben here.")
    await cast.write(db, carol, thread, "And Carol.")
    await cast.write(db, ben, thread, "It was me indeed.", anonymous=True)
    await work(db, redis)
    ((_, who, others),) = await told(db, ana)
    assert who.startswith("Anonymous ")
    assert others == 2
    assert await told(db, ben) == []  # nor of what one wrote without one's name
    async with db.transaction() as tx:
        await tx.run("UPDATE topic SET nameless_at = now()")
        await tx.run("UPDATE post SET pseudonym_id = NULL")
    assert await told(db, ana) == [("post.answered", "A participant", 0)]


async def test_what_was_read_already_is_not_told(db, redis, ana, ben, thread):
    said = await cast.write(db, ben, thread, "One.")
    async with db.transaction() as tx:
        await discussions.mark_read(tx, ana, thread.id, said["number"])
    await work(db, redis)
    assert await told(db, ana) == []


async def test_who_writes_follows_as_they_chose(db, ana, ben, carol, open_network, thread):
    async def level(member):
        async with db.snapshot() as tx:
            return (await discussions.following_of(tx, member, thread.id)).level

    await cast.write(db, ben, thread, "One.")
    assert await level(ben) == await level(ana) == "tracking"
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET on_writing = 'watching'")
    await cast.write(db, carol, thread, "Two.")
    await cast.write(db, ben, thread, "Three.")
    assert (await level(carol), await level(ben)) == ("watching", "tracking")


async def test_many_members_are_told_in_rounds_and_once_each_though_rounds_are_repeated(
    db, redis, ana, open_network, thread
):
    for guest in await cast.crowd(db, 120):
        await cast.let_in(db, open_network, guest)
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET told = 'all'")
    await cast.write(db, ana, thread, "All of you.")
    for _ in range(2):
        await later(db, redis)
        async with db.transaction() as tx:
            await tx.run("UPDATE notice SET read_at = now()")
            await tx.run("UPDATE job SET done_at = NULL WHERE kind = 'tell_next'")
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE kind = 'topic.posted'") == 122


async def test_of_each_reaction_the_author_hears_once(db, redis, ana, ben, carol, thread):
    async def react(member, back=None):
        async with db.transaction() as tx:
            await tx.run(
                "INSERT INTO reaction (post_id, member_id, kind, taken_back_at) VALUES (:post, :member, 'thanks', :back) "
                "ON CONFLICT (post_id, member_id, kind) DO UPDATE SET taken_back_at = :back",
                post=thread.post,
                member=member.id,
                back=back,
            )
            await discussions.tell_reaction(tx, thread.post, member.id)

    await react(ana)
    await react(ben)
    await react(carol)
    assert await told(db, ana) == [("post.reacted", "Carol Nguyen", 1)]
    await react(carol, clock.now())
    assert await told(db, ana) == [("post.reacted", "Ben Okafor", 0)]
    async with db.transaction() as tx:
        await notices.read_topic(tx, ana, thread.id)
    await react(carol)
    async with db.snapshot() as tx:
        assert await notices.unread(tx, ana) == 0
    await react(ben, clock.now())
    await react(carol, clock.now())
    assert await told(db, ana) == []


async def test_who_is_named_by_a_change_is_told_then_and_nobody_again(db, redis, ana, ben, carol, thread):
    said = await cast.write(db, ana, thread, "Hello.")
    await name(db, said["id"], ben)
    await work(db, redis)
    await name(db, said["id"], carol)
    for _ in range(2):
        async with db.transaction() as tx:
            await discussions.tell_named(tx, said["id"])
    for member in (ben, carol):
        assert await told(db, member) == [("post.mentioned", "Ana Lima", 0)]
    assert await cast.value(db, "SELECT max(cardinality(parts)) FROM notice") == 1
