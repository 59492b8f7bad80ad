"""Questions: asked, voted on, pinned and settled, and nobody learns who asked without a name."""

import asyncio

import pytest

from chat import rooms
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from tests import cast


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, *args, **more)


async def ask(db, viewer, room, body="What about bank holidays?", **more):
    return (await do(db, rooms.ask, viewer, room.id, body, **more))["id"]


async def seen(db, room):
    async with db.snapshot() as tx:
        return await rooms.questions_of(tx, room.id)


async def the(db, question):
    async with db.snapshot() as tx:
        return (await rooms.questions_by_id(tx, [question])).get(question)


async def own(db, viewer, room):
    async with db.snapshot() as tx:
        return await rooms.own_in(tx, viewer, room.id)


async def kinds(db, room):
    return [kind for _, kind, _ in await cast.events(db, f"d:{room.id}") if not kind.startswith("room.")]


async def test_a_question_is_asked_by_name(db, ben, room):
    question = await ask(db, ben, room, "  What about\nbank holidays? ")
    (shown,) = await seen(db, room)
    assert (shown.id, shown.body, shown.state, shown.votes) == (
        question,
        "What about bank holidays?",
        "open",
        0,
    )
    assert (shown.author.kind, shown.author.handle) == ("member", "ben-okafor")
    assert (await own(db, ben, room)).asked == [question]
    assert await kinds(db, room) == ["question.added"]


async def test_who_asks_without_a_name_has_the_pseudonym_of_the_talk(db, ana, ben, room):
    await ask(db, ben, room, anonymous=True)
    async with db.transaction() as tx:
        from chat import discussions

        await discussions.reply(tx, ben, room.topic_id, "Me again.", anonymous=True)
        said = (await discussions.latest_posts(tx, await discussions.topic_of(tx, ana, room.topic_id), 5))[-1]
    (shown,) = await seen(db, room)
    assert (shown.author.kind, shown.author.id, shown.author.handle, shown.author.organisation) == (
        "pseudonym", None, None, "",
    )  # fmt: skip
    assert shown.author.name == said.author_name
    assert (await own(db, ben, room)).asked == [shown.id]
    assert (await own(db, ana, room)).asked == []


async def test_without_the_networks_consent_nothing_is_asked_without_a_name(db, ben, room):
    await cast.rows(db, "SELECT 1")
    async with db.transaction() as tx:
        await tx.run("UPDATE network SET anonymity_since = NULL")
    with pytest.raises(Invalid, match="Nothing was asked"):
        await ask(db, ben, room, anonymous=True)
    with pytest.raises(Invalid):  # what isn't understood never asks by name
        await ask(db, ben, room, anonymous="perhaps")
    assert await seen(db, room) == []


@pytest.mark.parametrize(
    ("minutes", "taken"),
    [(-16, False), (-15, True), (0, True), (59, True), (60, True), (75, True), (60 + 7 * 1440 - 1, True), (60 + 7 * 1440, False)],
)  # fmt: skip
async def test_questions_are_asked_from_the_lobby_to_the_end_of_the_follow_up(
    db, ben, room, at, minutes, taken
):
    at(minutes)
    if taken:
        await ask(db, ben, room)
    else:
        with pytest.raises(Conflict, match=r"Questions are asked from .* This drop-in "):
            await ask(db, ben, room)


async def test_only_members_of_the_network_ask(db, dev, erin_unverified, visitor, room):
    with pytest.raises(Forbidden, match="Join the network first"):
        await ask(db, dev, room)
    with pytest.raises(Forbidden):
        await ask(db, erin_unverified, room)
    with pytest.raises(SignInFirst):
        await ask(db, visitor, room)
    with pytest.raises(NotFound):
        await do(db, rooms.ask, dev, 999_999, "Hello?")


@pytest.fixture
async def erin_unverified(db):
    return await cast.join_the_hub(db, "Erin Walsh", verified=False)


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 501, 5, None])
async def test_a_question_is_one_to_500_characters(db, ben, room, body):
    with pytest.raises(Invalid) as error:
        await ask(db, ben, room, body)
    assert error.value.field == "body"


async def test_ten_open_ones_are_enough_for_one_member(db, ana, ben, room):
    questions = [await ask(db, ben, room, f"No. {n}") for n in range(10)]
    with pytest.raises(Conflict, match="10 questions of yours are open"):
        await ask(db, ben, room)
    await do(db, rooms.answer, ana, questions[0])
    await do(db, rooms.withdraw, ben, questions[1])
    await ask(db, ben, room)
    await ask(db, ben, room)
    with pytest.raises(Conflict):
        await ask(db, ben, room)


async def test_the_same_op_asks_once(db, ben, room):
    assert await ask(db, ben, room, op="q1") == await ask(db, ben, room, op="q1")
    assert len(await seen(db, room)) == 1


async def test_what_was_taken_back_is_shown_to_nobody(db, ana, ben, carol, room):
    question = await ask(db, ben, room)
    with pytest.raises(Forbidden):
        await do(db, rooms.withdraw, carol, question)
    assert await do(db, rooms.withdraw, ben, question) == room.id
    await do(db, rooms.withdraw, ben, question)
    assert await seen(db, room) == []
    assert await the(db, question) is None
    assert await kinds(db, room) == ["question.added", "question.withdrawn"]
    for verb in (rooms.vote, rooms.withdraw):
        with pytest.raises(NotFound):
            await do(db, verb, carol, question)
    with pytest.raises(NotFound):
        await do(db, rooms.pin, ana, question)


async def test_a_settled_one_stays_unless_a_host_takes_it_away(db, ana, ben, room):
    question = await ask(db, ben, room)
    await do(db, rooms.decline, ana, question, "Not for this hour.")
    with pytest.raises(Conflict, match="declined"):
        await do(db, rooms.withdraw, ben, question)
    await do(db, rooms.withdraw, ana, question)
    assert await seen(db, room) == []
    entry = (
        await cast.rows(db, "SELECT action, subject_id, details FROM audit_entry ORDER BY id DESC LIMIT 1")
    )[0]
    assert tuple(entry) == ("question.removed", None, {"question": question})


async def test_a_host_who_takes_back_their_own_leaves_no_trace_of_whose_it_was(db, ana, room):
    question = await ask(db, ana, room, anonymous=True)
    await do(db, rooms.withdraw, ana, question)
    assert await cast.rows(db, "SELECT 1 FROM audit_entry WHERE action = 'question.removed'") == []


async def test_one_vote_of_each_member(db, ana, ben, carol, room):
    question = await ask(db, ben, room)
    for _ in range(2):
        await do(db, rooms.vote, ana, question)
        await do(db, rooms.vote, carol, question)
    assert (await the(db, question)).votes == 2
    assert (await own(db, carol, room)).voted == [question]
    for _ in range(2):
        await do(db, rooms.take_vote_back, carol, question)
    assert (await the(db, question)).votes == 1
    assert (await own(db, carol, room)).voted == []
    assert await kinds(db, room) == ["question.added", *["votes.changed"] * 3]
    with pytest.raises(Forbidden, match="your own"):
        await do(db, rooms.vote, ben, question)


async def test_the_same_vote_many_times_at_once_is_one(db, ben, carol, room):
    question = await ask(db, ben, room)
    await asyncio.gather(*(do(db, rooms.vote, carol, question) for _ in range(8)))
    assert (await the(db, question)).votes == 1
    assert await cast.value(db, "SELECT count(*) FROM question_vote") == 1
    await asyncio.gather(*(do(db, rooms.take_vote_back, carol, question) for _ in range(8)))
    assert (await the(db, question)).votes == 0


async def test_votes_of_many_at_once_are_all_counted(db, ben, room, open_network):
    question = await ask(db, ben, room)
    people = await cast.crowd(db, 12)
    for person in people:
        await cast.let_in(db, open_network, person)
    await asyncio.gather(*(do(db, rooms.vote, person, question) for person in people))
    assert (await the(db, question)).votes == 12


async def test_the_pinned_one_is_first_then_votes_then_age(db, ana, ben, carol, room):
    first, second, third, fourth = [await ask(db, ben, room, f"No. {n}") for n in range(4)]
    await do(db, rooms.vote, carol, third)
    await do(db, rooms.pin, ana, fourth)
    await do(db, rooms.answer, ana, first)
    assert [q.id for q in await seen(db, room)] == [fourth, third, second, first]


async def test_one_is_pinned_at_a_time(db, ana, ben, room):
    one, two = await ask(db, ben, room, "One?"), await ask(db, ben, room, "Two?")
    await do(db, rooms.pin, ana, one)
    await do(db, rooms.pin, ana, one)
    await do(db, rooms.pin, ana, two)
    assert [q.state for q in await seen(db, room)] == ["pinned", "open"]
    assert (await seen(db, room))[0].id == two
    assert await kinds(db, room) == ["question.added"] * 2 + [
        "question.pinned", "question.unpinned", "question.pinned",
    ]  # fmt: skip
    await do(db, rooms.unpin, ana, two)
    await do(db, rooms.unpin, ana, two)
    assert {q.state for q in await seen(db, room)} == {"open"}


async def test_hosts_who_pin_at_once_leave_one_pinned(db, ana, ben, room):
    questions = [await ask(db, ben, room, f"No. {n}") for n in range(6)]
    await asyncio.gather(*(do(db, rooms.pin, ana, question) for question in questions))
    assert [q.state for q in await seen(db, room)].count("pinned") == 1


async def test_an_answer_may_be_written_later(db, ana, ben, room, at):
    question = await ask(db, ben, room)
    await do(db, rooms.pin, ana, question)
    await do(db, rooms.answer, ana, question)
    shown = await the(db, question)
    assert (shown.state, shown.pinned_at, shown.settler.handle, shown.word) == (
        "answered",
        None,
        "ana-lima",
        "",
    )
    at(3 * 1440)
    await do(db, rooms.answer, ana, question, "**Closed**, but see https://example.org/x <b>")
    shown = await the(db, question)
    assert "<strong>Closed</strong>" in shown.word_html
    assert 'rel="nofollow ugc noopener"' in shown.word_html
    assert "<b>" not in shown.word_html
    before = await kinds(db, room)
    await do(db, rooms.answer, ana, question)  # an empty one takes nothing away
    assert (await the(db, question)).word == shown.word
    assert await kinds(db, room) == before
    at(60 + 7 * 1440)
    with pytest.raises(Conflict, match="ended more than a week ago"):
        await do(db, rooms.answer, ana, question, "Too late.")


async def test_declining_takes_a_reason_and_reopening_takes_it_back(db, ana, ben, carol, room):
    question = await ask(db, ben, room)
    with pytest.raises(Invalid) as error:
        await do(db, rooms.decline, ana, question, " ")
    assert error.value.field == "reason"
    await do(db, rooms.decline, ana, question, "It names a ward.")
    assert (await the(db, question)).word == "It names a ward."
    for verb in (rooms.answer, rooms.defer, rooms.pin):
        with pytest.raises(Conflict, match="was declined"):
            await do(db, verb, ana, question)
    with pytest.raises(Conflict, match="was declined"):
        await do(db, rooms.vote, carol, question)
    await do(db, rooms.reopen, ana, question)
    await do(db, rooms.reopen, ana, question)
    shown = await the(db, question)
    assert (shown.state, shown.word, shown.settler) == ("open", "", None)
    await do(db, rooms.defer, ana, question)
    await do(db, rooms.defer, ana, question)
    assert (await the(db, question)).state == "deferred"


async def test_only_hosts_settle(db, ben, carol, room):
    question = await ask(db, ben, room)
    for verb, more in ((rooms.pin, ()), (rooms.unpin, ()), (rooms.answer, ()), (rooms.defer, ()), (rooms.decline, ("No.",)), (rooms.reopen, ())):  # fmt: skip
        with pytest.raises(Forbidden, match="hosts"):
            await do(db, verb, carol, question, *more)


async def test_an_answer_is_4000_characters_at_most(db, ana, ben, room):
    question = await ask(db, ben, room)
    with pytest.raises(Invalid, match="4000 characters"):
        await do(db, rooms.answer, ana, question, "x" * 4001)
    await do(db, rooms.answer, ana, question, "é" * 4000)


async def test_in_a_confidential_network_outsiders_learn_nothing(db, ana, ben, dev, confidential_network):
    cast.it_is("2026-11-19 09:00")
    series = await cast.schedule(db, ana, confidential_network)
    drop_in = await cast.value(db, "SELECT min(id) FROM drop_in WHERE series_id = :id", id=series)
    cast.it_is("2026-11-19 12:10")
    question = (await do(db, rooms.ask, ben, drop_in, "Between us?"))["id"]
    for verb in (rooms.vote, rooms.take_vote_back, rooms.withdraw, rooms.pin, rooms.answer):
        with pytest.raises(NotFound) as error:
            await do(db, verb, dev, question)
        assert error.value.inside is None
