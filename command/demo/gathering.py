"""The Friday drop-in of the demo: last week's, with its minutes, and the next one's agenda and answers."""

from datetime import datetime, timedelta
from typing import Any

from chat import agenda, attendance, clock, discussions, dropins, minutes, networks, rooms
from chat.db import Database
from chat.members import Viewer

Cast = dict[str, Viewer]


async def gather(db: Database, cast: Cast, slug: str, told: dict[str, Any]) -> None:
    """What members have done around a network's drop-ins until now, at the times when they would have."""
    now = clock.now()
    host = cast[told["by"]]
    async with db.snapshot() as tx:
        network = await networks.network_of(tx, host, slug)
        series, *_ = await dropins.series_in(tx, network)
    await _last_time(db, cast, host, series.id, told["last"], now - timedelta(days=7))
    clock.pretend(now)
    await _next_time(db, cast, host, network.id, told["next"])


async def _last_time(
    db: Database, cast: Cast, host: Viewer, series: int, told: dict[str, Any], opened: datetime
) -> None:
    """From the doors to the minutes."""
    clock.pretend(opened)
    async with db.transaction() as tx:
        drop_in = await dropins.hold(tx, host, series, opened)
        for title in told["agenda"]:
            await agenda.propose(tx, host, drop_in, {"title": title})
        await dropins.turn(tx, [drop_in])
        here = await dropins.drop_in_of(tx, host, drop_in)
        people = [host, *(cast[handle] for handle in told["people"])]
        stretches = [
            attendance.Stretch(one.id, opened + timedelta(minutes=n % 4), here.closes_at)
            for n, one in enumerate(people)
        ]
        await attendance.note(tx, drop_in, stretches)
        await agenda.start_next(tx, host, drop_in)
        for asked in told["question"]:
            clock.pretend(clock.now() + timedelta(minutes=6))
            made = await rooms.ask(tx, cast[asked["by"]], drop_in, asked["question"])
            if asked.get("answer"):
                await rooms.answer(tx, host, made["id"], asked["answer"])
        for said in told["talk"]:
            clock.pretend(clock.now() + timedelta(minutes=3))
            await discussions.reply(tx, cast[said["by"]], here.topic_id, said["body"])
    for moment in (here.closes_at, here.closes_at + timedelta(minutes=20)):
        clock.pretend(moment)
        async with db.transaction() as tx:
            await dropins.turn(tx, [drop_in])
    async with db.transaction() as tx:
        await attendance.close_attendance(tx, drop_in)
        await minutes.draft_minutes(tx, drop_in)
    async with db.transaction() as tx:
        draft = await minutes.draft_of(tx, host, await dropins.drop_in_of(tx, host, drop_in))
        assert draft is not None
        await minutes.publish(tx, host, drop_in, {"body": draft.body, "rev": draft.rev})


async def _next_time(db: Database, cast: Cast, host: Viewer, network: int, told: dict[str, Any]) -> None:
    async with db.transaction() as tx:
        drop_in, *_ = await dropins.upcoming_in(tx, network)
        for answer, handles in told["answers"].items():
            for handle in handles:
                await dropins.answer(tx, cast[handle], drop_in.id, answer)
        for proposed in told["topic"]:
            item = await agenda.propose(tx, cast[proposed["by"]], drop_in.id, {"title": proposed["title"]})
            for handle in proposed["votes"]:
                await agenda.vote(tx, cast[handle], item)
