"""What is left to the workers when a drop-in is over, and when it is long over."""

from chat import attendance, dropins, jobs
from chat.db import Database
from chat.members import Viewer
from chat.networks import NetworkSeen
from tests import cast
from tests.chat.minutes.conftest import hold
from workers.jobs import kinds


async def test_attendance_is_settled_and_minutes_are_drafted_when_it_is_due(
    db: Database, redis, ana: Viewer, ben: Viewer, open_network: NetworkSeen
):
    held = await hold(db, ana, open_network)
    cast.it_is("2026-11-19 12:00")
    await held.do(dropins.open_doors, held.id)
    await held.came(ben)
    cast.it_is("2026-11-19 13:15")
    async with db.transaction() as tx:
        await tx.enqueue("close_attendance", "first", drop_in_id=held.id)
        await tx.enqueue("draft_minutes", "second", drop_in_id=held.id)
    await jobs.work_all(db, kinds(db, redis))
    assert await held.minutes() is None
    assert await cast.value(db, "SELECT count(*) FROM attended") == 0
    cast.it_is("2026-11-19 13:17:01")
    await jobs.work_all(db, kinds(db, redis))
    assert "1 person was there" in (await held.minutes()).body
    assert await cast.value(db, "SELECT minutes FROM attended") == 30


async def test_who_was_where_is_forgotten_and_ones_own_record_is_not(
    db: Database, ana: Viewer, ben: Viewer, open_network: NetworkSeen
):
    held = await hold(db, ana, open_network)
    await held.came(ben)
    cast.it_is("2026-11-19 13:20")
    await held.do(attendance.close_attendance, held.id)
    for now, left in (("2027-12-20 12:00", 1), ("2027-12-26 12:00", 0)):
        cast.it_is(now)
        await held.do(attendance.forget_old)
        assert await cast.value(db, "SELECT count(*) FROM attendance") == left
    assert len(await held.do(attendance.ledger_of, ben)) == 1
