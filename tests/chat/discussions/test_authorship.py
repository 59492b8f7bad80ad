"""Who is shown beside what was written: in threads, lists, frames and search alike."""

from chat import clock, discussions, dropins
from chat.discussions import Author
from tests import cast

FORMER = Author("former", None, None, "Former member", "")


async def lists(db, viewer, thread):
    """A topic's author as the list and the frames of its network have it."""
    async with db.snapshot() as tx:
        listed = [t for t in await discussions.topics_in(tx, viewer, thread.network.id) if t.id == thread.id]
        framed = await discussions.topics_by_id(tx, [thread.id])
    return [listed[0].author, framed[thread.id].author]


async def frames(db, *ids):
    async with db.glance() as glance:
        posts = await discussions.posts_by_id(glance, list(ids))
    return [posts[id].author for id in ids]


async def found(db, words):
    async with db.snapshot() as tx:
        return [hit.author_name for hit in (await discussions.search(tx, None, words)).hits]


async def hide(db, member, *parts):
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET hides = :parts WHERE id = :id", parts=list(parts), id=member.id)


async def test_a_member_is_shown_with_name_and_organisation(db, ana, thread):
    shown = Author("member", ana.id, ana.handle, "Ana Lima", "Hospital de São João")
    assert [p.author for p in await cast.read(db, None, thread)] == [shown]
    assert await frames(db, thread.post) == [shown]
    assert await lists(db, None, thread) == [shown, shown]


async def test_a_hidden_organisation_stands_in_no_byline(db, ana, ben, thread):
    answer = await cast.write(db, ben, thread, "Kestrel.")
    await hide(db, ana, "role", "organisation")
    await hide(db, ben, "role", "country")
    assert [p.author.organisation for p in await cast.read(db, ana, thread)] == [
        "",
        "Leeds Teaching Hospitals",
    ]
    assert [a.organisation for a in await frames(db, thread.post, answer["id"])] == [
        "",
        "Leeds Teaching Hospitals",
    ]
    assert [a.organisation for a in await lists(db, ben, thread)] == ["", ""]


async def test_what_a_former_member_wrote_names_nobody(db, ana, ben, thread):
    started = await cast.start(db, ben, thread.network, "Kestrels at night", "Who saw one?")
    own = await cast.write(db, ben, thread, "We had kestrels.")
    reply = await cast.write(db, ana, thread, "Where?", parent=own["id"])
    await cast.leave_unnamed(db, thread.network, ben)
    for viewer in (ana, ben, None):
        assert [p.author for p in await cast.read(db, viewer, started)] == [FORMER]
        posts = await cast.read(db, viewer, thread)
        assert [p.author for p in posts][1] == FORMER
        assert posts[2].parent_name == "Former member"
    assert await frames(db, own["id"]) == [FORMER]
    assert (await frames(db, reply["id"]))[0].name == "Ana Lima"
    assert await lists(db, ana, started) == [FORMER, FORMER]
    assert set(await found(db, "kestrels")) == {"Former member"}


async def test_in_another_network_they_keep_their_name(db, ana, ben, thread, secret_thread):
    elsewhere = await cast.write(db, ben, secret_thread, "I stay here.")
    await cast.leave_unnamed(db, thread.network, ben)
    assert (await frames(db, elsewhere["id"]))[0].name == "Ben Okafor"


async def test_who_comes_back_is_named_beside_what_they_write_then(db, ana, ben, thread):
    before = await cast.write(db, ben, thread, "Before.")
    await cast.leave_unnamed(db, thread.network, ben)
    after = await cast.write(db, ben, thread, "After.")  # writing in an open network, one joins it
    assert [a.name for a in await frames(db, before["id"], after["id"])] == ["Former member", "Ben Okafor"]


async def test_what_the_hub_writes_for_a_host_who_is_gone_names_nobody(db, ana, carol, open_network):
    await cast.let_in(db, open_network, host := await cast.join_the_hub(db, "Hanna Weber"), "host")
    series = await cast.schedule(db, host, open_network)
    await cast.leave_unnamed(db, open_network, host)
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, ana, series, clock.now())
        await dropins.open_doors(tx, drop_in)
    async with db.snapshot() as tx:
        seen = await dropins.drop_in_of(tx, carol, drop_in)
        rule = (await dropins.series_in(tx, open_network))[0]
        talk = await discussions.topic_of(tx, carol, seen.topic_id)
        posts = (await discussions.thread(tx, talk)).posts
    assert (seen.host_handle, seen.host_name) == (None, "Former member")
    assert (rule.host_handle, rule.host_name) == (None, "Former member")
    assert [p.author for p in posts] == [FORMER]
    assert talk.author == FORMER


async def test_a_former_member_may_still_change_what_they_wrote_once_they_are_back(db, ana, ben, thread):
    own = await cast.write(db, ben, thread, "Before.")
    await cast.leave_unnamed(db, thread.network, ben)
    await cast.write(db, ben, thread, "After.")
    async with db.transaction() as tx:
        await discussions.edit(tx, ben, own["id"], "Before, corrected.")
    async with db.snapshot() as tx:
        posts = [await discussions.post_of(tx, ana, own["id"])]
        assert (posts[0].author, posts[0].body) == (FORMER, "Before, corrected.")
        assert await discussions.own_among(tx, ben, posts) == [own["id"]]
        assert await discussions.own_among(tx, ana, posts) == []
        assert await discussions.own_among(tx, None, posts) == []
