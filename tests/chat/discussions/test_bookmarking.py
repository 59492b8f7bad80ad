"""Keeping posts for later, and being reminded of them."""

from datetime import timedelta

import pytest

from chat import clock, discussions, jobs, notices
from chat.errors import Conflict, Invalid, NotFound, SignInFirst
from tests import cast
from workers.jobs import kinds


async def keep(db, viewer, post, **form):
    async with db.transaction() as tx:
        return await discussions.keep(tx, viewer, post, form)


async def kept(db, viewer):
    async with db.snapshot() as tx:
        return [(found.post.id, found.kept.note) for found in await discussions.bookmarks_of(tx, viewer)]


async def test_keeping_changing_and_letting_go(db, ana, ben, dev, visitor, thread, secret_thread):
    await keep(db, ben, thread.post, note="  For the   audit ")
    await keep(db, ben, secret_thread.post)
    await keep(db, ben, thread.post)  # again: nothing is lost
    assert await kept(db, ben) == [(secret_thread.post, ""), (thread.post, "For the audit")]
    assert await kept(db, ana) == []
    with pytest.raises(NotFound):
        await keep(db, dev, secret_thread.post)
    with pytest.raises(SignInFirst):
        await keep(db, visitor, thread.post)
    with pytest.raises(Invalid):
        await keep(db, ben, thread.post, note="x" * 301)
    await cast.remove(db, ana, secret_thread.network, ben)
    assert await kept(db, ben) == [(thread.post, "For the audit")]
    for _ in range(2):
        async with db.transaction() as tx:
            await discussions.let_go(tx, ben, thread.post)
    assert await kept(db, ben) == []
    mine = [kind for _, kind, _ in await cast.events(db, f"m:{ben.id}") if kind.startswith("mine.")]
    assert mine == ["mine.bookmark"] * 3


async def test_a_removed_post_is_in_no_list_and_cannot_be_kept(db, ana, ben, thread):
    said = await cast.write(db, ana, thread, "Soon gone.")
    await keep(db, ben, said["id"])
    async with db.transaction() as tx:
        await discussions.remove(tx, ana, said["id"])
    assert await kept(db, ben) == []
    with pytest.raises(Conflict):
        await keep(db, ana, said["id"])


async def test_when_it_is_is_told_by_the_members_clock(db, ben, thread):
    now = cast.it_is(
        "2026-11-19 22:30"
    )  # a Thursday; in Auckland it is Friday, half past eleven in the morning
    async with db.transaction() as tx:
        await tx.run("UPDATE member SET zone = 'Pacific/Auckland' WHERE id = :id", id=ben.id)
    moments = {}
    for remind, on in (("later", None), ("tomorrow", None), ("next_week", None), ("date", "2027-01-02")):
        moments[remind] = (await keep(db, ben, thread.post, remind=remind, on=on)).remind_at
    assert moments["later"] - now - timedelta(hours=3) < timedelta(seconds=5)
    assert moments["tomorrow"].isoformat() == "2026-11-20T20:00:00+00:00"
    assert moments["next_week"].isoformat() == "2026-11-22T20:00:00+00:00"
    assert moments["date"].isoformat() == "2027-01-01T20:00:00+00:00"
    assert (await keep(db, ben, thread.post, remind="keep")).remind_at == moments["date"]
    assert (await keep(db, ben, thread.post, remind="never")).remind_at is None
    for remind, on in (
        ("date", "2026-11-19"),
        ("date", "2030-01-01"),
        ("date", "soon"),
        ("date", None),
        ("noon", None),
    ):
        with pytest.raises(Invalid):
            await keep(db, ben, thread.post, remind=remind, on=on)


async def test_a_reminder_comes_once_and_only_for_its_last_moment(db, redis, ana, ben, thread):
    work = kinds(db, redis)
    await keep(db, ben, thread.post, remind="later")
    await keep(db, ben, thread.post, remind="tomorrow", note="Ask Jo")
    await jobs.work_all(db, work)
    for hours, told in ((4, 0), (48, 1)):
        clock.pretend(clock.now() + timedelta(hours=hours))
        await jobs.work_all(db, work)
        async with db.transaction() as tx:  # workers that died before they could say so
            await tx.run("UPDATE job SET done_at = NULL, lease_until = NULL WHERE kind = 'remind_of_post'")
        await jobs.work_all(db, work)
        async with db.snapshot() as tx:
            found = [n for n in await notices.notices_of(tx, ben) if n.kind == "bookmark.due"]
        assert len(found) == told
    (notice,) = found
    assert (notice.note, notice.actor_name, notice.title, notice.number) == (
        "Ask Jo",
        "Ana Lima",
        "Who checks the checklist?",
        1,
    )
    await keep(db, ben, thread.post, remind="tomorrow")
    clock.pretend(clock.now() + timedelta(hours=48))
    async with db.transaction() as tx:
        await discussions.let_go(tx, ben, thread.post)
    await jobs.work_all(db, work)
    assert await cast.value(db, "SELECT count(*) FROM notice WHERE kind = 'bookmark.due'") == 1
