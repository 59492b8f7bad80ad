"""Who says yes, who has a place, and who waits for one."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, dropins, jobs, mail, networks, notices
from chat.db import Database
from chat.dropins.scheduling import materialise
from chat.errors import Conflict, Forbidden, Invalid, NotFound, SignInFirst
from tests import cast
from workers.jobs import kinds


async def dates_of(db, series):
    rows = await cast.rows(db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at", id=series)
    return [id for (id,) in rows]


async def say(db, viewer, drop_in, answer="yes"):
    async with db.transaction() as tx:
        await dropins.answer(tx, viewer, drop_in, answer)


async def say_weekly(db, viewer, series, answer="yes"):
    async with db.transaction() as tx:
        await dropins.answer_series(tx, viewer, series, answer)


async def take_series_back(db, viewer, series):
    async with db.transaction() as tx:
        await dropins.take_series_back(tx, viewer, series)


async def take_back(db, viewer, drop_in):
    async with db.transaction() as tx:
        await dropins.take_back(tx, viewer, drop_in)


async def mine(db, viewer, drop_in):
    async with db.snapshot() as tx:
        return (await dropins.answers_of(tx, viewer, [drop_in])).get(drop_in)


async def counts(db, drop_in):
    async with db.snapshot() as tx:
        return tuple((await dropins.counts_of(tx, [drop_in])).get(drop_in, dropins.Counts()))


async def with_places(db, drop_in, places):
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET capacity = :n WHERE id = :id", n=places, id=drop_in)


async def work(db, redis):
    await jobs.work_all(db, kinds(db, redis))


@pytest.fixture
async def series(db, ana, open_network):
    cast.it_is("2026-11-16 12:00")
    return await cast.schedule(db, ana, open_network)


@pytest.fixture
async def date(db, series):
    return (await dates_of(db, series))[0]


async def test_an_answer_can_be_changed_and_taken_back(db, ben, date):
    for answer in ("yes", "maybe", "no", "yes", "yes"):
        await say(db, ben, date, answer)
        assert await mine(db, ben, date) == (answer, True, None)
    assert await counts(db, date) == (1, 0, 0, 0)
    for _ in range(2):
        await take_back(db, ben, date)
        assert await mine(db, ben, date) is None
    assert await counts(db, date) == (0, 0, 0, 0)


async def test_calendars_hear_of_places_that_are_taken_and_given_back(db, ben, date):
    for answer in ("maybe", "yes", "yes", "no", "yes"):
        await say(db, ben, date, answer)
    await take_back(db, ben, date)
    args = await cast.rows(db, "SELECT args FROM job WHERE kind = 'send_calendar_mail'")
    assert [row.args for row in args] == [{"drop_in_id": date, "member_id": ben.id}] * 4


async def test_who_may_answer(db, visitor, dev, ana, ben, confidential_network, date):
    secret = (await dates_of(db, await cast.schedule(db, ana, confidential_network)))[0]
    newcomer = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    for who, which, error in (
        (visitor, date, SignInFirst), (newcomer, date, Forbidden), (dev, secret, NotFound), (ben, 999_999, NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            await say(db, who, which)
    with pytest.raises(Invalid) as refused:
        await say(db, ben, date, "perhaps")
    assert refused.value.field == "answer"
    await say(db, dev, date)  # in an open network whoever answers joins it
    assert await counts(db, date) == (1, 0, 0, 0)
    async with db.snapshot() as tx:
        assert await networks.role_in(
            tx, dev.id, await tx.value("SELECT network_id FROM drop_in WHERE id = :id", id=date)
        )


async def test_who_was_removed_does_not_come_back_by_an_answer(db, ana, ben, open_network, date):
    await cast.remove(db, ana, open_network, ben)
    with pytest.raises(Forbidden):
        await say(db, ben, date)
    assert await mine(db, ben, date) is None


@pytest.mark.parametrize(("change", "at", "sentence"), [
    ("cancelled_at = now()", "2026-11-17 12:00", "This date is cancelled."),
    ("missed_at = now()", "2026-11-19 13:30", "This one did not take place."),
    ("word = ''", "2026-11-19 13:00", "This one is over."),
])  # fmt: skip
async def test_what_does_not_take_place_takes_no_answers(db, ben, date, change, at, sentence):
    await say(db, ben, date)
    async with db.transaction() as tx:
        await tx.run(f"UPDATE drop_in SET {change} WHERE id = :id", id=date)
    cast.it_is(at)
    for act in (say, take_back):
        with pytest.raises(Conflict) as refused:
            await act(db, ben, date)
        assert refused.value.sentence == sentence
    assert await mine(db, ben, date)


async def test_a_full_date_makes_one_wait_and_the_first_is_promoted(db, redis, ana, ben, carol, date):
    await with_places(db, date, 1)
    await say(db, ana, date)
    for place, who in enumerate((ben, carol), 1):
        await say(db, who, date)
        await say(db, who, date)  # again keeps the place in the queue
        assert await mine(db, who, date) == ("yes", True, place)
    assert await counts(db, date) == (1, 0, 0, 2)
    await say(db, ana, date, "maybe")
    assert await mine(db, ben, date) == ("yes", True, None)
    assert await mine(db, carol, date) == ("yes", True, 1)
    await work(db, redis)
    [letter] = [each for each in await mail.mailbox(redis) if not each.calendar]
    assert letter.to == "ben-okafor@example.org"
    assert letter.subject == "There is a place for you: Thursday drop-in"
    assert "Thursday, 19 November 2026, 12:00 (Greenwich Mean Time)" in letter.text
    async with db.snapshot() as tx:
        [notice] = await notices.notices_of(tx, ben)
        assert (notice.kind, notice.title, notice.link) == (
            "place.given",
            "Thursday drop-in",
            f"/drop-ins/{date}",
        )
    await say(db, ana, date)  # and waits behind Carol now
    assert await mine(db, ana, date) == ("yes", True, 2)


async def test_whoever_loses_their_place_in_the_network_makes_room(
    db, redis, ana, ben, carol, open_network, series, date
):
    await with_places(db, date, 1)
    await say_weekly(db, ben, series)
    await say(db, carol, date)
    await cast.remove(db, ana, open_network, ben)
    assert await counts(db, date) == (0, 0, 0, 1)
    await work(db, redis)
    assert await counts(db, date) == (1, 0, 0, 0)
    assert await cast.value(db, "SELECT count(*) FROM rsvp WHERE member_id = :id", id=ben.id) == 0
    assert await cast.value(db, "SELECT count(*) FROM series_rsvp") == 0
    assert await mine(db, carol, date) == ("yes", True, None)


async def test_what_is_over_keeps_its_answers(db, redis, ana, ben, open_network, date):
    await say(db, ben, date)
    cast.it_is("2026-11-20 12:00")
    await cast.ban(db, ana, open_network, ben)
    await work(db, redis)
    assert await cast.value(db, "SELECT count(*) FROM rsvp") == 1


async def test_who_is_back_before_the_job_keeps_what_they_answered_since(
    db, redis, ana, ben, open_network, series
):
    first, second, *_ = await dates_of(db, series)
    await say(db, ben, first)
    async with db.transaction() as tx:
        await networks.leave(tx, ben, open_network)
    await cast.let_in(db, open_network, ben)
    await say(db, ben, second)
    await work(db, redis)
    assert await mine(db, ben, first) is None
    assert await mine(db, ben, second)


async def test_more_places_are_filled_at_once(db, ana, ben, carol, date):
    await with_places(db, date, 1)
    for who in (ana, ben, carol):
        await say(db, who, date)
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET capacity = 2 WHERE id = :id", id=date)
        await dropins.fill_places(tx, [date])
    assert await counts(db, date) == (2, 0, 0, 1)
    assert await mine(db, carol, date) == ("yes", True, 1)
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET capacity = NULL WHERE id = :id", id=date)
        await dropins.fill_places(tx, [date])
    assert await counts(db, date) == (3, 0, 0, 0)


async def test_of_fifty_at_once_exactly_as_many_come_as_there_are_places(
    db, database_url, open_network, date
):
    guests = await cast.crowd(db, 50)
    for guest in guests:
        await cast.let_in(db, open_network, guest)
    await with_places(db, date, 17)
    crowd = Database(database_url, pool=50)
    try:
        await asyncio.gather(*(say(crowd, guest, date) for guest in guests))
        assert await counts(db, date) == (17, 0, 0, 33)
        places = sorted([turn for guest in guests if (turn := (await mine(db, guest, date)).turn)])
        assert places == list(range(1, 34))
        # Ten of those with a place go, and five of those who wait, while two more come.
        inside = [guest for guest in guests if (await mine(db, guest, date)).turn is None]
        waiting = [guest for guest in guests if (await mine(db, guest, date)).turn]
        going = [say(crowd, guest, date, "no") for guest in inside[:10] + waiting[:5]]
        await asyncio.gather(*going, *(take_back(crowd, guest, date) for guest in inside[10:12]))
        assert await counts(db, date) == (17, 0, 15, 16)
    finally:
        await crowd.close()


async def test_the_queue_is_in_the_order_in_which_the_locks_were_got(db, ana, ben, carol, date):
    """Who asked first but came to the lock later stands behind."""
    await with_places(db, date, 1)
    await say(db, ana, date)
    await say(db, carol, date)
    clock.pretend(clock.now() - timedelta(seconds=5))
    await say(db, ben, date)
    assert await mine(db, carol, date) == ("yes", True, 1)
    assert await mine(db, ben, date) == ("yes", True, 2)


async def test_an_answer_to_the_series_holds_until_one_answers_to_a_date(db, ben, series):
    first, second, third, *rest = await dates_of(db, series)
    await say(db, ben, second, "no")
    await say_weekly(db, ben, series)
    assert await mine(db, ben, first) == ("yes", False, None)
    assert await mine(db, ben, second) == ("no", True, None)
    await say(db, ben, third, "maybe")
    await say_weekly(db, ben, series, "no")
    assert [(await mine(db, ben, each)).answer for each in (first, second, third, rest[0])] == [
        "no",
        "no",
        "maybe",
        "no",
    ]
    await take_back(db, ben, third)  # as the series again
    assert await mine(db, ben, third) == ("no", False, None)
    await take_series_back(db, ben, series)
    assert [await mine(db, ben, each) for each in (first, second, third)] == [None, ("no", True, None), None]
    assert (
        await cast.value(
            db, "SELECT count(*) FROM job WHERE kind = 'send_calendar_mail' AND args ? 'series_id'"
        )
        == 2
    )


async def test_new_dates_inherit_the_answers_and_the_first_get_the_places(
    db, ana, ben, carol, open_network, series
):
    async with db.transaction() as tx:
        await tx.run("UPDATE series SET capacity = 2 WHERE id = :id", id=series)
    for who, answer in ((ben, "yes"), (carol, "maybe"), (ana, "yes")):
        await say_weekly(db, who, series, answer)
    dev = await cast.join_the_hub(db, "Gita Rao")
    await say_weekly(db, dev, series)
    known = await dates_of(db, series)
    assert await mine(db, dev, known[0]) == ("yes", False, 1)
    clock.pretend(clock.now() + timedelta(days=7))
    async with db.transaction() as tx:
        await materialise(tx, series)
    [new] = set(await dates_of(db, series)) - set(known)
    assert await counts(db, new) == (2, 1, 0, 1)
    assert await mine(db, dev, new) == ("yes", False, 1)
    assert await mine(db, ben, new) == ("yes", False, None)


@pytest.mark.parametrize("back", [False, True])
async def test_a_date_that_is_made_while_one_answers_is_not_left_out(db, ben, series, back):
    if back:
        await say_weekly(db, ben, series)
    clock.pretend(clock.now() + timedelta(days=7))
    async with db.transaction() as making:
        await materialise(making, series)
        answering = asyncio.create_task((take_series_back if back else say_weekly)(db, ben, series))
        done, _ = await asyncio.wait([answering], timeout=0.3)
        assert not done  # it waits for the new date
    await answering
    answers = [await mine(db, ben, each) for each in (await dates_of(db, series))[1:]]
    assert answers == [None if back else ("yes", False, None)] * 8


async def test_who_comes_is_shown_to_members_as_they_show_themselves(
    db, ana, ben, carol, dev, open_network, date
):
    for who in (ana, ben, carol):
        await say(db, who, date)
    async with db.transaction() as tx:
        await networks.prefer(tx, carol, open_network, {"listed": False})
        await tx.run("UPDATE member SET hides = '{organisation}' WHERE id = :id", id=ben.id)

    async def seen(viewer):
        async with db.snapshot() as tx:
            network = await networks.network_of(tx, viewer, open_network.slug)
            guests = await dropins.guests_of(tx, viewer, network, await dropins.drop_in_of(tx, viewer, date))
            return [(name, [g.name for g in those]) for name, those in guests.by_organisation], guests.unnamed

    assert await seen(ben) == ([("Hospital de São João", ["Ana Lima"]), ("", ["Ben Okafor"])], 1)
    everybody = [
        ("Hospital de São João", ["Ana Lima"]),
        ("Mercy Health", ["Carol Nguyen"]),
        ("", ["Ben Okafor"]),
    ]
    assert await seen(carol) == (everybody, 0)
    assert await seen(ana) == (everybody, 0)  # a host
    with pytest.raises(Forbidden):
        await seen(dev)
    with pytest.raises(SignInFirst):
        await seen(None)


async def test_hosts_who_add_places_let_those_in_who_wait(db, ana, ben, carol, series, date):
    async with db.transaction() as tx:
        await dropins.edit_series(tx, ana, series, {"capacity": "1"})
    for who in (ana, ben, carol):
        await say_weekly(db, who, series)
    assert await counts(db, date) == (1, 0, 0, 2)
    async with db.transaction() as tx:
        await dropins.edit_date(tx, ana, date, {"capacity": "2"})
    later = (await dates_of(db, series))[1:]
    assert [await counts(db, each) for each in (date, later[0])] == [(2, 0, 0, 1), (1, 0, 0, 2)]
    async with db.transaction() as tx:
        new = await dropins.edit_following(tx, ana, later[0], {"capacity": "3"})
    assert [await counts(db, each) for each in await dates_of(db, new)] == [(3, 0, 0, 0)] * len(later)
    async with db.transaction() as tx:
        await dropins.edit_series(tx, ana, series, {"capacity": ""})
    assert await counts(db, date) == (2, 0, 0, 1)  # its own number
