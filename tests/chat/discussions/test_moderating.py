"""Topics are pinned, locked, slowed down, renamed and hidden by hosts; what is hidden its author still reads."""

from datetime import timedelta

import pytest

from chat import clock, discussions
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def topic(db, viewer, thread):
    async with db.snapshot() as tx:
        return await discussions.topic_of(tx, viewer, thread.id)


async def titles(db, network):
    async with db.snapshot() as tx:
        return [
            t.title
            for t in await discussions.pinned_topics(tx, None, network.id)
            + await discussions.topics_in(tx, None, network.id)
        ]


async def notices(db, member):
    found = await cast.rows(db, "SELECT kind FROM notice WHERE member_id = :id ORDER BY id", id=member.id)
    return [kind for (kind,) in found]


async def test_a_pinned_topic_stands_first_and_five_are_enough(db, ana, thread, open_network):
    threads = [await cast.start(db, ana, open_network, f"Number {n}") for n in range(6)]
    await do(db, discussions.pin, ana, thread.id)
    assert (await titles(db, open_network))[:2] == ["Who checks the checklist?", "Number 5"]
    await do(db, discussions.pin, ana, thread.id)
    for other in threads[:4]:
        await do(db, discussions.pin, ana, other.id)
    with pytest.raises(Conflict, match="5 discussions are pinned"):
        await do(db, discussions.pin, ana, threads[5].id)
    await do(db, discussions.unpin, ana, thread.id)
    assert (await titles(db, open_network))[0] == "Number 3"
    assert [kind for _, kind, _ in await cast.events(db, thread.stream)][-2:] == ["state.changed"] * 2


async def test_a_locked_topic_takes_posts_of_hosts_alone(db, ana, ben, thread):
    await do(db, discussions.lock, ana, thread.id)
    with pytest.raises(Conflict, match="locked"):
        await cast.write(db, ben, thread, "But we …")
    await cast.write(db, ana, thread, "That is all.")
    await do(db, discussions.unlock, ana, thread.id)
    await cast.write(db, ben, thread, "Thank you.")


async def test_in_a_slow_topic_each_member_waits_and_hosts_do_not(db, ana, ben, carol, thread):
    cast.it_is("2030-11-19 12:00")
    await do(db, discussions.slow_down, ana, thread.id, "300")
    await cast.write(db, ben, thread, "One.")
    with pytest.raises(Conflict, match="You can post again in 5 minutes"):
        await cast.write(db, ben, thread, "Two.")
    await cast.write(db, carol, thread, "And I?")
    for word in ("I", "don’t", "wait"):
        await cast.write(db, ana, thread, word)
    cast.it_is("2030-11-19 12:06")
    await cast.write(db, ben, thread, "Two.")
    await do(db, discussions.slow_down, ana, thread.id, 0)
    await cast.write(db, ben, thread, "Three.")
    with pytest.raises(Invalid):
        await do(db, discussions.slow_down, ana, thread.id, "-1")


async def test_who_started_a_topic_may_rename_it_for_a_day(db, ana, ben, carol, open_network):
    await cast.allow_anonymity(db, open_network)
    thread = await cast.start(db, ben, open_network, "Alarms", anonymous=True)
    await do(db, discussions.rename, ben, thread.id, "Alarms at night")
    with pytest.raises(Forbidden):
        await do(db, discussions.rename, carol, thread.id, "Mine")
    entry = await cast.rows(
        db, "SELECT actor_id, subject_id, details FROM audit_entry ORDER BY id DESC LIMIT 1"
    )
    assert entry[0].actor_id is None
    assert entry[0].subject_id is None
    assert str(ben.id) not in str(entry[0].details)
    assert entry[0].details["after"] == "Alarms at night"
    clock.pretend(clock.now() + timedelta(hours=25))
    with pytest.raises(Forbidden, match="for a day"):
        await do(db, discussions.rename, ben, thread.id, "Too late")
    await do(db, discussions.rename, ana, thread.id, "Alarms in the night")
    assert (await topic(db, ben, thread)).title == "Alarms in the night"


async def test_a_hidden_post_is_read_by_hosts_and_its_author_who_is_told_why(db, ana, ben, carol, thread):
    post = (await cast.write(db, ben, thread, "Bed 7, Mrs Smith, has the zebra."))["id"]
    await do(db, discussions.hide, ana, post, "It names a patient.")
    seen = (await cast.read(db, carol, thread))[-1]
    assert (seen.body, seen.html) == (None, None)
    assert seen.hidden_at
    async with db.snapshot() as tx:
        assert (await discussions.search(tx, ana, "zebra")).hits == []
        for reader in (ana, ben):
            kept = await discussions.kept_post(tx, reader, post)
            assert "zebra" in kept.html
            assert kept.hidden_why == "It names a patient."
        with pytest.raises(Forbidden):
            await discussions.kept_post(tx, carol, post)
    await do(db, discussions.unhide, ana, post)
    assert "zebra" in (await cast.read(db, carol, thread))[-1].body
    assert await notices(db, ben) == ["post.hidden", "post.restored"]
    # A removed one does not come back by being restored.
    await do(db, discussions.hide, ana, post, "It names a patient.")
    await do(db, discussions.remove, ben, post)
    await do(db, discussions.unhide, ana, post)
    assert (await cast.read(db, ben, thread))[-1].body is None


async def test_a_hidden_topic_is_there_for_hosts_and_its_author_alone(db, ana, ben, carol, open_network):
    thread = await cast.start(db, ben, open_network, "The zebra rota", "Again the zebra.")
    post = (await cast.write(db, carol, thread, "The same zebra here."))["id"]
    await do(db, discussions.hide_topic, ana, thread.id, "It names people.")
    assert await titles(db, open_network) == []
    for reader in (carol, None):
        async with db.snapshot() as tx:
            with pytest.raises(NotFound):
                await discussions.topic_of(tx, reader, thread.id)
            with pytest.raises(NotFound):
                await discussions.post_of(tx, reader, post)
            assert (await discussions.search(tx, reader, "zebra")).hits == []
    with pytest.raises(NotFound):
        await cast.write(db, carol, thread, "Hello?")
    with pytest.raises(Conflict, match="hidden"):
        await cast.write(db, ben, thread, "Hello?")
    assert (await topic(db, ben, thread)).hidden_at
    await do(db, discussions.restore_topic, ana, thread.id)
    assert await titles(db, open_network) == ["The zebra rota"]
    assert await notices(db, ben) == ["topic.hidden", "topic.restored"]
