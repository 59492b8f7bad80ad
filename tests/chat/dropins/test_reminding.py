"""Reminders: who gets which, when, once, and in which words."""

import asyncio
from datetime import timedelta

import pytest

from chat import clock, dropins, jobs, mail, networks, notices
from chat.dropins.scheduling import change_time
from chat.members.reading_letters import REMINDERS, choose_letters
from tests import cast
from tests.chat.dropins.test_answering import dates_of, say, with_places
from workers.jobs import kinds

DAY_BEFORE, SOON, LIVE = "2026-11-18 12:00", "2026-11-19 11:45", "2026-11-19 12:00"


@pytest.fixture
async def date(db, ana, open_network):
    cast.it_is("2026-11-16 12:00")
    return (await dates_of(db, await cast.schedule(db, ana, open_network)))[0]


async def tick(db, redis, at=None):
    """What a worker does in a moment."""
    if at:
        cast.it_is(at)
    async with db.transaction() as tx:
        await dropins.plan_reminders(tx)
    await jobs.work_all(db, kinds(db, redis))


async def reminders_in(redis):
    return [letter for letter in await mail.mailbox(redis) if not letter.calendar]


async def letters(redis):
    """To whom, in the order in which they went out, and what about."""
    """Those that remind: what puts a date into a calendar is another matter."""
    return [(each.to.partition("-")[0], each.subject) for each in reversed(await reminders_in(redis))]


async def told(db):
    rows = await cast.rows(
        db,
        "SELECT handle, kind FROM notice JOIN member ON member.id = member_id WHERE kind LIKE 'reminder.%' ORDER BY notice.id",
    )
    return [(row.handle.partition("-")[0], row.kind.partition(".")[2]) for row in rows]


async def move(db, date, opens_at):
    """Another time, as a host gives it."""
    async with db.transaction() as tx:
        await change_time(tx, date, opens_at, opens_at + timedelta(hours=1))


async def test_who_comes_is_reminded_three_times_and_who_may_come_twice(db, redis, ana, ben, carol, date):
    dev = await cast.join_the_hub(db, "Gita Rao")
    for who, answer in ((ana, "yes"), (ben, "maybe"), (carol, "no")):
        await say(db, who, date, answer)
    await with_places(db, date, 1)
    await say(db, dev, date)  # and waits
    await tick(db, redis, "2026-11-18 11:49")
    assert await cast.value(db, "SELECT count(*) FROM job WHERE kind = 'remind'") == 0
    await tick(db, redis, "2026-11-18 11:59:59")
    assert await letters(redis) == []
    for at in (DAY_BEFORE, "2026-11-18 12:01", SOON, LIVE, "2026-11-19 12:05", "2026-11-19 13:30"):
        await tick(db, redis, at)
    assert await letters(redis) == [
        ("ana", "Reminder: Thursday drop-in"), ("ben", "Reminder: Thursday drop-in"),
        ("ana", "Thursday drop-in opens at 12:00"), ("ana", "Thursday drop-in is open now"),
    ]  # fmt: skip
    assert await told(db) == [
        ("ana", "day"),
        ("ben", "day"),
        ("ana", "soon"),
        ("ana", "live"),
        ("ben", "live"),
    ]
    async with db.snapshot() as tx:
        seen = next(n for n in await notices.notices_of(tx, ana) if n.kind.startswith("reminder."))
        assert (seen.title, seen.link, seen.pressing) == ("Thursday drop-in", f"/drop-ins/{date}", False)


async def test_after_a_pause_it_reminds_while_that_helps(db, redis, ana, date):
    await say(db, ana, date)
    await tick(db, redis, "2026-11-18 15:00")
    assert await letters(redis) == [("ana", "Reminder: Thursday drop-in")]
    await tick(db, redis, "2026-11-19 11:59")
    assert len(await letters(redis)) == 2


@pytest.mark.parametrize(("at", "subjects"), [
    ("2026-11-19 11:44", ["Reminder: Thursday drop-in"]),
    ("2026-11-19 11:50", ["Thursday drop-in opens at 12:00"]),
    ("2026-11-19 12:55", ["Thursday drop-in is open now"]),
    ("2026-11-19 13:00", []),
])  # fmt: skip
async def test_what_came_too_late_is_not_sent(db, redis, ana, date, at, subjects):
    await say(db, ana, date)
    await tick(db, redis, at)
    assert [subject for _, subject in await letters(redis)] == subjects
    assert len(await told(db)) == len(subjects)


async def test_a_letter_that_could_not_go_in_time_never_goes(db, redis, ana, date, monkeypatch):
    await say(db, ana, date)

    async def away(letter, redis):
        raise OSError("no mail server")

    with monkeypatch.context() as patched:
        patched.setattr(mail, "send", away)
        await tick(db, redis, SOON)
    await tick(db, redis, "2026-11-19 11:58")
    assert len(await letters(redis)) == 1
    await tick(db, redis, "2026-11-19 12:00:01")
    with monkeypatch.context() as patched:
        patched.setattr(mail, "send", away)
        await tick(db, redis)
    await tick(db, redis, "2026-11-19 13:30")
    assert await letters(redis) == [
        ("ana", "Thursday drop-in opens at 12:00"),
        ("ana", "Thursday drop-in is open now"),
    ]


async def test_a_moved_date_is_reminded_of_at_its_new_time_alone(db, redis, ana, date):
    await say(db, ana, date)
    await tick(db, redis, DAY_BEFORE)
    await tick(db, redis, "2026-11-19 11:36")  # planned, and not due yet
    await move(db, date, cast.it_is("2026-11-19 11:37") + timedelta(days=2))
    for at in (SOON, LIVE, "2026-11-19 12:30"):
        await tick(db, redis, at)
    assert len(await letters(redis)) == len(await told(db)) == 1
    for at in ("2026-11-20 11:37", "2026-11-21 11:22", "2026-11-21 11:37"):
        await tick(db, redis, at)
    assert [subject for _, subject in (await letters(redis))[1:]] == [
        "Reminder: Thursday drop-in", "Thursday drop-in opens at 11:37", "Thursday drop-in is open now",
    ]  # fmt: skip


async def test_a_cancelled_date_is_reminded_of_to_nobody(db, redis, ana, date):
    await say(db, ana, date)
    await tick(db, redis, DAY_BEFORE)
    async with db.snapshot() as tx:
        assert await notices.unread(tx, ana) == 1
    await tick(db, redis, "2026-11-19 11:36")  # planned, and not due yet
    async with db.transaction() as tx:
        await tx.run("UPDATE drop_in SET cancelled_at = now() WHERE id = :id", id=date)
    for at in (SOON, LIVE):
        await tick(db, redis, at)
    assert len(await letters(redis)) == len(await told(db)) == 1
    async with db.snapshot() as tx:
        assert await notices.unread(tx, ana) == 0


@pytest.mark.parametrize("what", ["moved", "cancelled", "late"])
async def test_what_changes_between_the_claim_and_the_letter_keeps_the_letter_here(
    db, redis, ana, date, what
):
    await say(db, ana, date)
    opens_at = cast.it_is(DAY_BEFORE) + timedelta(days=1)
    async with db.transaction() as tx:
        await dropins.remind(tx, date, "day", opens_at, 0)
    if what == "moved":
        await move(db, date, opens_at + timedelta(hours=1))
    if what == "cancelled":
        async with db.transaction() as tx:
            await tx.run("UPDATE drop_in SET cancelled_at = now() WHERE id = :id", id=date)
    if what == "late":
        cast.it_is("2026-11-19 11:46")
    await dropins.mail_reminders(db, redis, date, "day", opens_at, 0, 10**9)
    assert await letters(redis) == []


async def test_who_has_gone_or_said_no_meanwhile_gets_no_letter(
    db, redis, ana, ben, carol, open_network, date
):
    for who in (ana, ben, carol):
        await say(db, who, date)
    at = cast.it_is(DAY_BEFORE)
    async with db.transaction() as tx:
        await dropins.remind(tx, date, "day", at + timedelta(days=1), 0)
    assert len(await told(db)) == 3
    await cast.remove(db, ana, open_network, ben)
    await say(db, carol, date, "no")
    await tick(db, redis)
    assert await letters(redis) == [("ana", "Reminder: Thursday drop-in")]
    async with db.snapshot() as tx:
        assert await notices.notices_of(tx, ben) == []  # what he was told he may know no more


async def test_each_chooses_everywhere_and_in_a_network(db, redis, ana, ben, open_network, date):
    for who in (ana, ben):
        await say(db, who, date)
    async with db.transaction() as tx:
        await choose_letters(tx, ana.id, {"reminders": [each for each in REMINDERS if each != "day.mail"]})
        await networks.prefer(tx, ana, open_network, {"reminders": ["day.mail", "live.mail", "soon.page"]})
        await networks.prefer(tx, ben, open_network, {"reminders": []})
    for at in (DAY_BEFORE, SOON, LIVE):
        await tick(db, redis, at)
    assert await letters(redis) == [("ana", "Thursday drop-in is open now")]
    assert await told(db) == [("ana", "soon")]


async def test_two_hundred_are_reminded_once_whatever_runs_twice(db, redis, ana, open_network, date):
    for guest in await cast.crowd(db, 120):
        await cast.let_in(db, open_network, guest)
        await say(db, guest, date)
    at = cast.it_is(DAY_BEFORE)
    opens_at = at + timedelta(days=1)
    for _ in range(2):
        await asyncio.gather(*(tick(db, redis) for _ in range(3)))
        async with db.transaction() as tx:
            await dropins.remind(tx, date, "day", opens_at, 0)
        await asyncio.gather(
            *(dropins.mail_reminders(db, redis, date, "day", opens_at, 0, 10**9) for _ in range(3))
        )
    sent = [to for to, _ in await letters(redis)]
    assert len(sent) == 120
    assert (
        await cast.value(
            db, "SELECT count(*) FROM reminder WHERE mailed_at IS NOT NULL AND told_at IS NOT NULL"
        )
        == 120
    )
    assert await cast.value(db, "SELECT count(*) = 120 AND count(DISTINCT member_id) = 120 FROM notice")


async def test_two_workers_at_once_send_each_letter_once(db, redis, open_network, date):
    for guest in await cast.crowd(db, 20):
        await cast.let_in(db, open_network, guest)
        await say(db, guest, date)
    opens_at = cast.it_is(DAY_BEFORE) + timedelta(days=1)
    async with db.transaction() as tx:
        await dropins.remind(tx, date, "day", opens_at, 0)
    await asyncio.gather(
        *(dropins.mail_reminders(db, redis, date, "day", opens_at, 0, 10**9) for _ in range(4))
    )
    assert len(await letters(redis)) == 20


async def test_a_letter_speaks_its_readers_language_by_their_clocks(db, redis, ana, ben, carol, date):
    for who in (ana, ben, carol):
        await say(db, who, date)
    async with db.transaction() as tx:
        await choose_letters(tx, ana.id, {"zone": "Europe/Lisbon", "language": "pt"})
        await choose_letters(tx, ben.id, {"zone": "America/New_York", "language": "fr"})
    await tick(db, redis, DAY_BEFORE)
    texts = {letter.to.partition("-")[0]: letter for letter in await reminders_in(redis)}
    assert texts["ana"].subject == "Lembrete: Thursday drop-in"
    assert (
        "quinta-feira, 19 de novembro de 2026, 12:00 (Hora padrão da Europa Ocidental)" in texts["ana"].text
    )
    assert (
        "Bonjour Ben Okafor,\n\nvoici un rappel pour « Thursday drop-in » dans Falls and frailty :"
        in texts["ben"].text
    )
    assert "jeudi 19 novembre 2026, 07:00 (heure normale de l’Est nord-américain)" in texts["ben"].text
    assert "Thursday, 19 November 2026, 12:00 (Greenwich Mean Time)" in texts["carol"].text  # as the series


async def test_on_the_day_the_clocks_change_the_letter_tells_the_wall_time(db, redis, ana, open_network):
    cast.it_is("2027-03-22 12:00")
    sunday = (
        await dates_of(db, await cast.schedule(db, ana, open_network, weekday="SU", local_time="12:00"))
    )[0]
    await say(db, ana, sunday)
    # London's clocks go forward on Sunday 28 March at one: noon is at 11 UTC, and the day before has an hour more to it.
    await tick(db, redis, "2027-03-27 10:59:59")
    assert await letters(redis) == []
    await tick(db, redis, "2027-03-27 11:00")
    [letter] = await reminders_in(redis)
    assert "Sunday, 28 March 2027, 12:00 (British Summer Time)" in letter.text
    await tick(db, redis, "2027-03-28 10:45")
    assert (await letters(redis))[-1] == ("ana", "Thursday drop-in opens at 12:00")
    assert clock.now().hour == 10


async def test_a_letter_has_one_name_however_often_it_goes(db, redis, ana, date, setting, monkeypatch):
    await say(db, ana, date)
    sent = []
    send = mail.send

    async def and_die(letter, redis):
        await send(letter, redis)
        if letter.calendar:
            return
        sent.append(mail.compose(letter, setting(HUB_MAIL_FROM="hub@example.net")))
        if len(sent) == 1:
            raise OSError("the worker is gone")

    monkeypatch.setattr(mail, "send", and_die)
    await tick(db, redis, DAY_BEFORE)
    await tick(db, redis, "2026-11-18 12:10")
    assert len(sent) == 2
    assert len({message["Message-ID"] for message in sent}) == 1
    assert sent[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in sent[0]["List-Unsubscribe"]
