"""Answers and tags: what stands around a topic."""

import pytest

from chat import discussions
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from tests import cast


async def act(db, verb, *args):
    async with db.transaction() as tx:
        return await verb(tx, *args)


async def topic_of(db, viewer, thread):
    async with db.snapshot() as tx:
        return await discussions.topic_of(tx, viewer, thread.id)


async def answers(db, viewer, thread):
    return [p.number for p in await cast.read(db, viewer, thread) if p.answer]


async def test_the_author_or_a_host_marks_the_answer_and_takes_it_back(
    db, ana, ben, carol, dev, open_network
):
    thread = await cast.start(db, ben, open_network, "Which wedge holds?")
    first, second = [(await cast.write(db, carol, thread, body))["id"] for body in ("This.", "No, that.")]
    with pytest.raises(Forbidden):
        await act(db, discussions.solve, carol, first)
    with pytest.raises(Conflict):
        await act(db, discussions.solve, ben, thread.post)
    await act(db, discussions.solve, ben, first)
    await act(db, discussions.solve, ben, first)
    assert ((await topic_of(db, dev, thread)).solved_number, await answers(db, dev, thread)) == (2, [2])
    await act(db, discussions.solve, ana, second)
    assert ((await topic_of(db, dev, thread)).solved_number, await answers(db, dev, thread)) == (3, [3])
    told = [(kind, ref) for _, kind, ref in await cast.events(db, thread.stream)][3:]
    marked, head = "post.marked", ("head.changed", thread.id)
    assert told == [(marked, first), head, (marked, first), (marked, second), head]
    await act(db, discussions.unsolve, ben, thread.id)
    assert ((await topic_of(db, dev, thread)).solved_number, await answers(db, dev, thread)) == (None, [])


async def test_an_answer_that_is_removed_answers_no_more(db, ana, ben, thread):
    post = (await cast.write(db, ben, thread, "This."))["id"]
    await act(db, discussions.solve, ana, post)
    await act(db, discussions.remove, ben, post)
    assert (await topic_of(db, ben, thread)).solved_number is None
    with pytest.raises(Conflict):
        await act(db, discussions.solve, ana, post)


async def test_tags_are_brought_into_one_form(db, ana, ben, carol, open_network):
    thread = await cast.start(
        db, ben, open_network, "Which wedge?", tags=" Bed rails, #Falls,falls , São João!,"
    )
    assert (await topic_of(db, carol, thread)).tags == ["bed-rails", "falls", "são-joão"]
    with pytest.raises(Invalid, match="5 tags at most"):
        await act(db, discussions.change_tags, ben, thread.id, "a, b, c, d, e, f")
    for wrong in ("x" * 31, 7, ["ok", 3]):
        with pytest.raises(Invalid):
            await act(db, discussions.change_tags, ben, thread.id, wrong)
    with pytest.raises(Forbidden):
        await act(db, discussions.change_tags, carol, thread.id, "mine")
    assert await act(db, discussions.change_tags, ana, thread.id, ["Falls"]) == ["falls"]
    assert await act(db, discussions.change_tags, ben, thread.id, "") == []


async def test_an_anonymous_author_tends_their_topic_too(db, ana, ben, carol, open_network):
    await cast.allow_anonymity(db, open_network)
    thread = await cast.start(db, ben, open_network, "I erred.", anonymous=True)
    await act(db, discussions.change_tags, ben, thread.id, "errors")
    with pytest.raises(Forbidden):
        await act(db, discussions.change_tags, carol, thread.id, "errors")


async def test_tags_are_counted_for_who_may_read_them(db, ana, ben, dev, open_network, confidential_network):
    for n, tags in enumerate(["falls, night", "falls", ""]):
        await cast.start(db, ana, open_network, f"Topic {n}", tags=tags)
    secret = await cast.start(db, ana, confidential_network, "Secret", tags="falls, secret")
    async with db.transaction() as tx:  # not in lists yet, as the talk of a drop-in that is to come
        hidden = await discussions.add_topic(tx, open_network.id, ana.id, "Hidden")
        await tx.run("UPDATE topic SET tags = '{falls,later}', listed_at = NULL WHERE id = :id", id=hidden)
    async with db.snapshot() as tx:
        assert await discussions.tags_in(tx, open_network) == [("falls", 2), ("night", 1)]
        found = await discussions.topics_in(tx, dev, open_network.id, tag="falls")
        assert [t.title for t in found] == ["Topic 1", "Topic 0"]
        assert await discussions.topics_in(tx, dev, confidential_network.id, tag="falls") == []
        assert [
            t.id for t in await discussions.topics_in(tx, ben, confidential_network.id, tag="secret")
        ] == [secret.id]
    with pytest.raises(NotFound):
        await act(db, discussions.change_tags, dev, secret.id, "mine")
