"""What you missed: told once, to those who want it and may know."""

import pytest

from chat import discussions, jobs, minutes, networks
from chat.mail import mailbox
from tests import cast
from tests.chat.minutes.conftest import hold
from workers.jobs import kinds

BODY = "We talked about **zebras**.\n\n" + "A line of it.\n" * 200


@pytest.fixture
async def published(db, redis, held, ana, ben, carol):
    """Publishes, and does the jobs; the letters that came of it."""

    async def publish(*came) -> dict[str, str]:
        await held.came(*came)
        await held.over()
        await held.publish(BODY)
        await jobs.work_all(db, kinds(db, redis))
        return {
            letter.to: letter.text
            for letter in await mailbox(redis)
            if letter.subject.startswith("What you missed")
        }

    return publish


async def answer(db, held, member, answer, table="rsvp", key="drop_in_id"):
    async with db.transaction() as tx:
        await tx.run(
            f"INSERT INTO {table} ({key}, member_id, answer) VALUES (:id, :member, :answer)",
            id=held.id if table == "rsvp" else held.series,
            member=member.id,
            answer=answer,
        )


async def prefer(db, network, member, **choices):
    async with db.transaction() as tx:
        await networks.prefer(tx, member, await networks.network_of(tx, member, network.slug), choices)


async def notices(db):
    return await cast.value(db, "SELECT count(*) FROM notice WHERE kind = 'minutes.published'")


async def test_who_meant_to_come_gets_a_notice_and_a_letter_once(db, redis, held, published, ben):
    await answer(db, held, ben, "yes")
    letters = await published()
    assert list(letters) == ["ben-okafor@example.org"]
    assert "zebras" in letters["ben-okafor@example.org"]
    assert "[…]" in letters["ben-okafor@example.org"]
    assert "/preferences" in letters["ben-okafor@example.org"]
    async with db.transaction() as tx:
        await minutes.retell(tx, held.id, 0)
    await minutes.mail_minutes(db, redis, held.id, 0, 10**9)
    assert await notices(db) == 1
    assert len([x for x in await mailbox(redis) if x.subject.startswith("What you missed")]) == 1


async def test_who_was_there_or_never_meant_to_come_is_left_alone(db, held, published, ben):
    await answer(db, held, ben, "yes")
    assert await published(ben) == {}
    assert await notices(db) == 0


async def test_a_yes_to_the_series_counts_and_a_no_to_the_date_is_a_no(db, held, published, ben, carol):
    for who in (ben, carol):
        await answer(db, held, who, "yes", "series_rsvp", "series_id")
    await answer(db, held, carol, "no")
    assert list(await published()) == ["ben-okafor@example.org"]


async def test_who_often_comes_is_told(db, held, published, ben):
    async with db.transaction() as tx:
        last = await tx.value(
            "INSERT INTO drop_in (series_id, network_id, topic_id, local_date, opens_at, closes_at) SELECT series_id, network_id, topic_id, "
            "'2026-11-12', '2026-11-12 12:00Z', '2026-11-12 13:00Z' FROM drop_in WHERE id = :id RETURNING id",
            id=held.id,
        )
        await tx.run(
            "INSERT INTO attendance VALUES (:id, :member, '2026-11-12 12:00Z', '2026-11-12 12:30Z')",
            id=last,
            member=ben.id,
        )
    assert list(await published()) == ["ben-okafor@example.org"]


@pytest.mark.parametrize(("missed", "letters"), [("always", 1), ("never", 0), ("usual", 0)])
async def test_one_chooses_for_oneself(db, held, published, ben, open_network, missed, letters):
    await prefer(db, open_network, ben, missed=missed)
    assert len(await published()) == letters
    assert await notices(db) == letters


async def test_who_said_never_is_not_told_although_they_meant_to_come(db, held, published, ben, open_network):
    await answer(db, held, ben, "yes")
    await prefer(db, open_network, ben, missed="never")
    assert await published() == {}


async def test_who_takes_no_letters_has_the_notice(db, held, published, ben, open_network):
    await answer(db, held, ben, "yes")
    await prefer(db, open_network, ben, letters=False)
    assert await published() == {}
    assert await notices(db) == 1


async def test_who_left_before_the_letter_went_gets_none(db, redis, held, ana, ben, open_network):
    await answer(db, held, ben, "yes")
    await held.over()
    await held.publish(BODY)
    async with db.transaction() as tx:
        await minutes.retell(tx, held.id, 0)
    await cast.remove(db, ana, open_network, ben)
    await jobs.work_all(db, kinds(db, redis))
    assert not [x for x in await mailbox(redis) if x.subject.startswith("What you missed")]


async def test_minutes_that_were_taken_back_are_told_to_nobody(db, redis, held, ana, ben):
    await answer(db, held, ben, "yes")
    await held.over()
    found = await held.publish(BODY)
    async with db.transaction() as tx:
        await discussions.remove(tx, ana, found.post_id)
    await jobs.work_all(db, kinds(db, redis))
    assert not [x for x in await mailbox(redis) if x.subject.startswith("What you missed")]


async def test_a_hidden_networks_letter_goes_to_its_members(db, redis, ana, ben, carol, confidential_network):
    held = await hold(db, ana, confidential_network)
    await answer(db, held, ben, "yes")
    await answer(db, held, carol, "yes")  # who is no member
    await held.over()
    await held.publish(BODY)
    await jobs.work_all(db, kinds(db, redis))
    assert [x.to for x in await mailbox(redis) if x.subject.startswith("What you missed")] == [
        "ben-okafor@example.org"
    ]
