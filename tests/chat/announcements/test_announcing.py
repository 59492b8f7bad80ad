"""What hosts say to all members, and who hears it."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from chat import announcements, clock, jobs, mail, networks, notices
from chat.errors import Forbidden, Invalid, NotFound, SignInFirst, TooMany
from tests import cast
from workers.jobs import kinds

TEXT = {"title": "The ward round moves", "body": "From Monday on at **eight**."}


async def announce(db, host, network, op=None, **form):
    async with db.transaction() as tx:
        return await announcements.announce(tx, host, network, {**TEXT, **form}, op=op)


async def seen(db, viewer, network):
    async with db.snapshot() as tx:
        network = await networks.network_of(tx, viewer, network.slug)
        return [a.title for a in await announcements.announcements_in(tx, viewer, network)]


async def banners(db, viewer, network):
    async with db.snapshot() as tx:
        network = await networks.network_of(tx, viewer, network.slug)
        return [a.id for a in await announcements.undismissed(tx, viewer, network)]


async def dismiss(db, viewer, network, which):
    async with db.transaction() as tx:
        await announcements.dismiss(tx, viewer, await networks.network_of(tx, viewer, network.slug), which)


async def work(db, redis):
    return await jobs.work_all(db, kinds(db, redis))


async def letters(redis):
    return sorted(letter.to.partition("@")[0] for letter in await mail.mailbox(redis))


async def told(db, kind="announcement.made"):
    query = (
        "SELECT handle FROM notice JOIN member ON member.id = member_id WHERE kind = :kind ORDER BY handle"
    )
    return [row.handle for row in await cast.rows(db, query, kind=kind)]


async def test_all_members_are_told_and_mailed(db, redis, ana, ben, carol, dev, open_network):
    made = await announce(db, ana, open_network)
    await work(db, redis)
    assert await letters(redis) == ["ana-lima", "ben-okafor", "carol-nguyen"]
    assert await told(db) == ["ben-okafor", "carol-nguyen"]
    letter = (await mail.mailbox(redis))[0]
    assert letter.subject == "The ward round moves (Falls and frailty)"
    assert "From Monday on at **eight**." in letter.text
    assert f"/networks/{open_network.slug}/preferences" in letter.text
    assert letter.link.endswith(f"/networks/{open_network.slug}/announcements/{made}")
    assert (
        await cast.value(db, "SELECT html FROM announcement")
        == "<p>From Monday on at <strong>eight</strong>.</p>"
    )
    entry = await cast.rows(db, "SELECT actor_id, action, details FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert [(row.actor_id, row.action) for row in entry] == [(ana.id, "announcement.made")]


async def test_only_hosts_announce_and_only_members_read(db, ana, ben, dev, visitor, open_network):
    with pytest.raises(Forbidden):
        await announce(db, ben, open_network)
    with pytest.raises(Forbidden):
        await announce(db, dev, open_network)
    with pytest.raises(SignInFirst):
        await announce(db, visitor, open_network)
    made = await announce(db, ana, open_network)
    assert await seen(db, ben, open_network) == [TEXT["title"]]
    with pytest.raises(Forbidden):
        await seen(db, dev, open_network)
    with pytest.raises(SignInFirst):
        await seen(db, visitor, open_network)
    assert await banners(db, dev, open_network) == []
    assert await banners(db, visitor, open_network) == []
    other = await cast.found(db, ana, "Sepsis", "open", ben)
    async with db.snapshot() as tx:
        with pytest.raises(NotFound):
            await announcements.announcement_of(tx, ben, await networks.network_of(tx, ben, other.slug), made)


@pytest.mark.parametrize(
    ("form", "field"),
    [({"title": " "}, "title"), ({"title": "x" * 141}, "title"), ({"body": ""}, "body"), ({"body": "ä" * 8193}, "body"), ({"body": None}, "body"), ({"title": 7}, "title")],
)  # fmt: skip
async def test_a_wrong_text_is_refused(db, ana, open_network, form, field):
    with pytest.raises(Invalid) as refused:
        await announce(db, ana, open_network, **form)
    assert refused.value.field == field


async def test_a_double_click_sends_it_once(db, redis, ana, ben, open_network):
    tries = await asyncio.gather(*(announce(db, ana, open_network, op="click") for _ in range(4)))
    assert len(set(tries)) == 1
    await work(db, redis)
    assert await letters(redis) == ["ana-lima", "ben-okafor", "carol-nguyen"]
    assert await announce(db, ana, open_network, op="another") != tries[0]


async def test_there_are_five_a_day_whoever_hurries(db, ana, open_network):
    cast.it_is("2026-11-19 12:00")
    tries = await asyncio.gather(
        *(announce(db, ana, open_network, op=f"try-{n}") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, int) for one in tries) == 5
    refused = next(one for one in tries if isinstance(one, TooMany))
    assert 23 * 3600 < refused.retry <= 24 * 3600
    # The answer to a repeated one is the same, although there is no room for another.
    again = next(n for n, one in enumerate(tries) if isinstance(one, int))
    assert await announce(db, ana, open_network, op=f"try-{again}") == tries[again]
    cast.it_is("2026-11-20 12:01")
    await announce(db, ana, open_network)


async def test_who_went_came_later_or_wants_no_letters_gets_none(
    db, redis, ana, ben, carol, dev, open_network
):
    erin = await cast.join_the_hub(db, "Erin Walsh")
    await cast.let_in(db, open_network, erin)
    async with db.transaction() as tx:
        await networks.prefer(tx, carol, open_network, {"letters": False})
    await announce(db, ana, open_network)
    await cast.let_in(db, open_network, dev)
    assert await jobs.work(db, kinds(db, redis))  # they are told, and not mailed yet
    assert await told(db) == ["ben-okafor", "carol-nguyen", "erin-walsh"]
    await cast.remove(db, ana, open_network, ben)
    async with db.transaction() as tx:
        await networks.ban(tx, ana, open_network, erin.handle)
    await work(db, redis)
    assert await letters(redis) == ["ana-lima"]
    assert await banners(db, dev, open_network) == []
    assert len(await banners(db, carol, open_network)) == 1


async def test_what_was_taken_back_is_shown_and_sent_to_nobody(db, redis, ana, ben, open_network):
    made = await announce(db, ana, open_network)
    assert await jobs.work(db, kinds(db, redis))
    async with db.snapshot() as tx:
        assert await notices.unread(tx, ben) == 1
    async with db.transaction() as tx:
        with pytest.raises(Forbidden):
            await announcements.remove(tx, ben, open_network, made)
        await announcements.remove(tx, ana, open_network, made)
    await work(db, redis)
    assert await letters(redis) == []
    assert await seen(db, ben, open_network) == []
    assert await banners(db, ben, open_network) == []
    async with db.snapshot() as tx:
        assert await notices.unread(tx, ben) == 0
        assert await notices.notices_of(tx, ben) == []
    with pytest.raises(NotFound):
        async with db.transaction() as tx:
            await announcements.remove(tx, ana, open_network, made)


async def test_a_banner_stays_until_it_is_dismissed(db, redis, ana, ben, carol, open_network):
    first = await announce(db, ana, open_network)
    second = await announce(db, ana, open_network, title="Another")
    assert await banners(db, ben, open_network) == [second, first]
    await dismiss(db, ben, open_network, first)  # before anybody was told
    await work(db, redis)
    assert (await letters(redis)).count("ben-okafor") == 2
    await dismiss(db, ben, open_network, second)
    await dismiss(db, ben, open_network, second)
    assert await banners(db, ben, open_network) == []
    assert await banners(db, carol, open_network) == [second, first]
    async with db.snapshot() as tx:
        assert await notices.unread(tx, ben) == 1  # of the first he was told after he had put it away
    clock.pretend(clock.now() + timedelta(days=31))
    assert await banners(db, carol, open_network) == []


async def test_two_hundred_are_told_fifty_at_a_time_and_each_once(db, redis, ana, open_network):
    guests = await cast.crowd(db, 203)
    for guest in guests:
        await cast.let_in(db, open_network, guest)
    await announce(db, ana, open_network)
    chunks = []
    while await jobs.work(db, kinds(db, redis)):
        chunks.append(await cast.value(db, "SELECT count(*) FROM notice"))
    assert max(b - a for a, b in pairwise(chunks)) <= 50
    assert await cast.value(db, "SELECT count(*) FROM delivery WHERE mailed_at IS NOT NULL") == 206
    assert await cast.value(db, "SELECT count(DISTINCT member_id) FROM notice") == 205
    assert await cast.value(db, "SELECT count(*) FROM notice") == 205


async def test_a_job_that_runs_again_tells_nobody_twice(db, redis, ana, ben, carol, open_network):
    made = await announce(db, ana, open_network)
    for _ in range(3):
        async with db.transaction() as tx:
            await announcements.spread(tx, made, 0)
        await announcements.mail_to_members(db, redis, made, 0, 10**9)
    assert await told(db) == ["ben-okafor", "carol-nguyen"]
    assert await letters(redis) == ["ana-lima", "ben-okafor", "carol-nguyen"]


async def test_two_workers_at_once_send_each_letter_once(db, redis, ana, open_network):
    for guest in await cast.crowd(db, 20):
        await cast.let_in(db, open_network, guest)
    made = await announce(db, ana, open_network)
    async with db.transaction() as tx:
        await announcements.spread(tx, made, 0)
    await asyncio.gather(*(announcements.mail_to_members(db, redis, made, 0, 10**9) for _ in range(4)))
    sent = await letters(redis)
    assert len(sent) == len(set(sent)) == 23


async def test_an_address_that_is_refused_holds_nobody_up(
    db, redis, ana, ben, carol, open_network, monkeypatch
):
    made = await announce(db, ana, open_network)
    async with db.transaction() as tx:
        await announcements.spread(tx, made, 0)
    send = mail.send

    async def picky(letter, redis):
        if letter.to.startswith("ben"):
            raise mail.Refused("550")
        await send(letter, redis)

    monkeypatch.setattr(mail, "send", picky)
    with pytest.raises(mail.Refused):
        await announcements.mail_to_members(db, redis, made, 0, 10**9)
    assert await letters(redis) == ["ana-lima", "carol-nguyen"]
    monkeypatch.undo()
    await announcements.mail_to_members(db, redis, made, 0, 10**9)
    assert await letters(redis) == ["ana-lima", "ben-okafor", "carol-nguyen"]


async def test_a_letter_sent_again_has_its_old_name(db, ana, ben, setting):
    config = setting(HUB_MAIL_FROM="hub@example.net")
    letter = mail.Letter(to="ben@example.org", subject="Hi", opening="Hi", key="announcement 1 2")
    names = {mail.compose(letter, config)["Message-ID"] for _ in range(3)}
    assert len(names) == 1
    other = mail.Letter(to="ana@example.org", subject="Hi", opening="Hi", key="announcement 1 2")
    assert mail.compose(other, config)["Message-ID"] not in names
