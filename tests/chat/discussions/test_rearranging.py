"""Topics are split, merged and moved: every post is somewhere, every old address leads there, and nobody is told apart."""

import asyncio

import pytest

from chat import discussions
from chat.errors import Conflict, Forbidden, HubError, Invalid, NotFound
from tests import cast
from tests.chat.discussions.test_moderating import do, notices, topic


async def posts(db, viewer, topic_id):
    async with db.snapshot() as tx:
        found = await discussions.topic_of(tx, viewer, topic_id)
        return await discussions.posts_after(tx, found, 0, 1000)


async def now_at(db, viewer, topic_id, number):
    async with db.snapshot() as tx:
        return await discussions.where_now(tx, viewer, topic_id, number)


async def sound(db):
    """Paths, parents, numbers and turns agree with each other in every topic."""
    for row in await cast.rows(
        db,
        "SELECT post.topic_id, post.number, post.path, post.turn, parent.topic_id AS theirs, parent.number AS above, "
        "parent.path AS path_above FROM post LEFT JOIN post AS parent ON parent.id = post.parent_id",
    ):
        assert row.path[-1] == row.number
        assert (row.turn is not None) == (len(row.path) == 1)
        if row.theirs is not None:
            assert row.theirs == row.topic_id
            assert row.path == ([] if row.above == 1 else row.path_above) + [row.number] or len(row.path) == 1
    gaps = await cast.rows(
        db,
        "SELECT topic.id FROM topic LEFT JOIN post ON post.topic_id = topic.id WHERE merged_into IS NULL GROUP BY topic.id "
        "HAVING count(post.id) <> post_count OR max(number) <> post_count OR "
        "count(DISTINCT turn) <> count(turn) OR max(turn) <> count(turn) - 1",
    )
    assert not gaps
    roots = await cast.rows(
        db, "SELECT topic_id, number FROM post WHERE turn IS NOT NULL ORDER BY topic_id, turn"
    )
    assert roots == sorted(roots)


async def test_a_split_takes_the_answers_along_and_leaves_marks(db, ana, ben, carol, thread):
    stay = await cast.write(db, ben, thread, "About the list.")
    goes = await cast.write(db, carol, thread, "About the theatre.")
    answer = await cast.write(db, ben, thread, "Which theatre?", parent=goes["id"])
    last = await cast.write(db, ana, thread, "I read on.", parent=stay["id"])
    deep = await cast.write(db, carol, thread, "Number two.", parent=answer["id"])
    async with db.transaction() as tx:
        await discussions.mark_read(tx, carol, thread.id, 4)
    made = await do(db, discussions.split, ana, thread.id, "Theatres", [goes["id"]])
    new = await posts(db, ana, made["id"])
    assert [(p.id, p.number, p.parent_number, p.depth) for p in new] == [
        (goes["id"], 1, None, 1), (answer["id"], 2, 1, 1), (deep["id"], 3, 2, 2),
    ]  # fmt: skip
    old = await posts(db, ana, thread.id)
    assert [(p.number, p.moved_to) for p in old if p.moved_to] == [
        (3, goes["id"]),
        (4, answer["id"]),
        (6, deep["id"]),
    ]
    assert {p.id for p in old} >= {stay["id"], last["id"]}
    assert all(p.body is None for p in old if p.moved_to)
    assert await now_at(db, None, thread.id, 6) == (made["id"], 3)
    assert await now_at(db, None, thread.id, 5) == (thread.id, 5)
    read = await cast.value(
        db, "SELECT number FROM reading WHERE member_id = :me AND topic_id = :id", me=carol.id, id=made["id"]
    )
    assert read == 2
    await sound(db)
    # Whoever answers what has gone lands where it is.
    late = await cast.write(db, ben, thread, "And now?", parent=deep["id"])
    assert (late["topic"], late["number"]) == (made["id"], 4)
    # And back: a split can be undone by a merge.
    assert await do(db, discussions.merge, ana, made["id"], thread.id) == thread.id
    assert await now_at(db, None, made["id"], 3) == (thread.id, 9)
    assert await now_at(db, None, thread.id, 6) == (thread.id, 9)
    await cast.write(db, ben, thread, "Here again?", parent=deep["id"])
    await sound(db)


async def test_what_cannot_be_split_is_refused_with_a_sentence(db, ana, ben, thread, open_network):
    other = await cast.start(db, ana, open_network, "Another")
    post = (await cast.write(db, ben, thread, "One."))["id"]
    for ids, error, words in (
        ([], Invalid, "at least one"),
        ([thread.post], Invalid, "opening post stays"),
        ([other.post, post], Conflict, "Not all of these"),
    ):
        with pytest.raises(error, match=words):
            await do(db, discussions.split, ana, thread.id, "New", ids)
    with pytest.raises(Forbidden):
        await do(db, discussions.split, ben, thread.id, "New", [post])
    first = await do(db, discussions.split, ana, thread.id, "New", [post], op="once")
    assert await do(db, discussions.split, ana, thread.id, "New", [post], op="once") == first


async def test_a_merge_appends_and_the_old_address_leads_on(db, ana, ben, carol, open_network):
    home, other = [await cast.start(db, ana, open_network, title) for title in ("Alarms", "More alarms")]
    root = await cast.write(db, ben, other, "Ours ring at night.")
    answer = await cast.write(db, carol, other, "All night?", parent=root["id"])
    async with db.transaction() as tx:
        await discussions.mark_read(tx, carol, home.id, 1)
        await tx.run(
            "UPDATE following SET level = 'watching' WHERE member_id = :me AND topic_id = :id",
            me=ben.id,
            id=other.id,
        )
    await do(db, discussions.merge, ana, other.id, f"https://hub.example.org/topics/{home.id}?post=1#p1")
    together = await posts(db, None, home.id)
    assert [(p.id, p.number) for p in together] == [
        (home.post, 1), (other.post, 2), (root["id"], 3), (answer["id"], 4),
    ]  # fmt: skip
    assert [p.parent_id for p in together] == [None, None, None, root["id"]]
    assert await now_at(db, None, other.id, 3) == (home.id, 4)
    assert (await topic(db, None, other)).merged_into == home.id
    assert (
        await cast.value(
            db, "SELECT number FROM reading WHERE member_id = :me AND topic_id = :id", me=carol.id, id=home.id
        )
        == 4
    )
    assert await cast.value(
        db, "SELECT level FROM following WHERE member_id = :me AND topic_id = :id", me=ben.id, id=home.id
    )
    late = await cast.write(db, ben, other, "I still had the old page.", parent=answer["id"])
    assert (late["topic"], late["number"]) == (home.id, 5)
    assert await do(db, discussions.merge, ana, other.id, home.id) == home.id
    with pytest.raises(Conflict, match="merged into another"):
        await do(db, discussions.lock, ana, other.id)
    await sound(db)


async def test_pseudonyms_are_not_tied_together_by_a_split_or_a_merge(db, ana, ben, carol, open_network):
    await cast.allow_anonymity(db, open_network)
    home, other = [await cast.start(db, ana, open_network, title) for title in ("One", "Two")]
    await cast.write(db, ben, home, "In one.", anonymous=True)
    mine = await cast.write(db, ben, other, "In two.", anonymous=True)
    await cast.write(db, carol, other, "I too.", anonymous=True)
    async with db.transaction() as tx:  # by chance Carol drew the name there that Ben has here
        await tx.run(
            "UPDATE pseudonym SET name = (SELECT name FROM pseudonym WHERE topic_id = :home) "
            "WHERE topic_id = :other AND member_id = :carol",
            home=home.id, other=other.id, carol=carol.id,
        )  # fmt: skip
    before = {p.id: p.author_name for p in await posts(db, None, other.id)}
    await do(db, discussions.merge, ana, other.id, home.id)
    after = {p.id: p.author_name for p in await posts(db, None, home.id)}
    assert after[mine["id"]] == before[mine["id"]]
    assert len({name for name in after.values() if name.startswith("Anonymous")}) == 3
    # Carol goes on by the name she has, Ben by the one that he had here first.
    again = {
        member.id: (await cast.write(db, member, home, "Again.", anonymous=True))["id"]
        for member in (ben, carol)
    }
    shown = {p.id: p.author_name for p in await posts(db, None, home.id)}
    assert shown[again[ben.id]] == [name for id, name in shown.items() if id not in before][1]
    assert shown[again[carol.id]] == [name for id, name in shown.items() if id in before][-1]
    made = await do(db, discussions.split, ana, home.id, "Apart", [mine["id"]])
    apart = (await posts(db, None, made["id"]))[0]
    assert apart.author_kind == "pseudonym"
    assert apart.author_name not in shown.values()
    async with db.snapshot() as tx:
        assert await discussions.own_among(tx, ben, [apart]) == [apart.id]


async def two_networks(db, ana, ben, carol):
    here = await cast.found(db, ana, "Here", "private", ben, carol)
    there = await cast.found(db, ana, "There", "confidential", ben)
    return here, there


async def test_a_moved_topic_is_read_where_it_is(db, ana, ben, carol):
    here, there = await two_networks(db, ana, ben, carol)
    thread = await cast.start(db, carol, here, "The rota", anonymous=False)
    await cast.write(db, ben, thread, "It is bad.")
    async with db.snapshot() as tx:
        what = await discussions.consequence(tx, ana, thread.id, here, there.slug)
    assert (what.left_out, what.unnamed) == (1, False)
    with pytest.raises(NotFound):
        await do(db, discussions.move, carol, thread.id, there.slug)
    with pytest.raises(Forbidden):
        await do(db, discussions.move, ben, thread.id, there.slug)
    await do(db, discussions.move, ana, thread.id, there.slug)
    async with db.snapshot() as tx:
        with pytest.raises(NotFound):
            await discussions.topic_of(tx, carol, thread.id)
        assert (await discussions.topic_of(tx, ben, thread.id)).network_id == there.id
    assert await notices(db, carol) == ["topic.moved"]
    with pytest.raises(NotFound):
        await cast.write(db, carol, thread, "Where is it?")
    versions = dict(await cast.rows(db, "SELECT id, acl_version FROM network"))
    assert versions[there.id] > versions[here.id]


async def test_nobody_who_asked_not_to_be_named_is_named_by_a_move(db, ana, ben, carol):
    here, there = await two_networks(db, ana, ben, carol)
    thread = await cast.start(db, carol, here, "The rota")
    await cast.leave_unnamed(db, here, carol)
    with pytest.raises(Conflict, match="asked not to be named"):
        await do(db, discussions.move, ana, thread.id, there.slug)


async def test_no_post_is_lost_while_hosts_rearrange(db, ana, ben, carol):
    """Twelve write and answer while two hosts split, merge, lock and move the same topics: each post that was taken is there once."""
    here, there = await two_networks(db, ana, ben, carol)
    await cast.let_in(db, here, hal := await cast.join_the_hub(db, "Hal"), "host")
    await cast.let_in(db, there, hal, "host")
    threads = [await cast.start(db, ana, here, f"Number {n}") for n in range(2)]
    taken: list[int] = []

    async def speak(member, n):
        for i in range(6):
            thread, parent = threads[(n + i) % 2], taken[-1] if taken and i % 2 else None
            try:
                made = await cast.write(db, member, thread, f"{n}.{i}", parent=parent)
            except (Conflict, Invalid, NotFound):
                continue
            taken.append(made["id"])

    async def rearrange(host, n):
        for i in range(5):
            a, b = threads[n], threads[1 - n]
            try:
                if i == 4:
                    await do(db, discussions.move, host, a.id, there.slug)
                elif i % 2 and taken:
                    await do(db, discussions.split, host, a.id, f"Off {n}.{i}", [taken[-1]])
                elif i == 2:
                    await do(db, discussions.merge, host, b.id, a.id)
                else:
                    await do(db, discussions.lock, host, a.id)
                    await do(db, discussions.unlock, host, a.id)
            except HubError:
                continue

    async with asyncio.timeout(60):
        await asyncio.gather(
            *(speak(member, n) for n, member in enumerate([ben, ana, hal] * 2)),
            rearrange(ana, 0),
            rearrange(hal, 1),
        )
    assert len(taken) > 10
    kept = await cast.rows(
        db, "SELECT id FROM post WHERE id = ANY(:ids) AND moved_to IS NULL AND body <> ''", ids=taken
    )
    assert len(kept) == len(set(taken)) == len(taken)
    homes = await cast.rows(
        db,
        "SELECT DISTINCT merged_into FROM topic JOIN post ON topic_id = topic.id WHERE post.id = ANY(:ids)",
        ids=taken,
    )
    assert [tuple(row) for row in homes] == [(None,)]
    await sound(db)
