"""A drop-in with everything in it."""

from datetime import timedelta
from typing import Any

import pytest

from chat import agenda, attendance, dropins, minutes, rooms
from chat.attendance import Stretch
from chat.minutes import MinutesSeen
from tests import cast


class Held:
    """Ana's drop-in of last Thursday, from twelve to one."""

    def __init__(self, db, ana, network, id: int, series: int) -> None:
        self.db, self.ana, self.network, self.id, self.series = db, ana, network, id, series

    async def do(self, verb, *args: Any, **more: Any) -> Any:
        async with self.db.transaction() as tx:
            return await verb(tx, *args, **more)

    async def seen(self, viewer=None) -> dropins.DropInSeen:
        async with self.db.snapshot() as tx:
            return await dropins.drop_in_of(tx, viewer or self.ana, self.id)

    async def minutes(self) -> MinutesSeen | None:
        drop_in = await self.seen()
        async with self.db.snapshot() as tx:
            return await minutes.minutes_of(tx, drop_in)

    async def came(self, *people) -> None:
        opens = (await self.seen()).opens_at
        await self.do(
            attendance.note, self.id, [Stretch(p.id, opens, opens + timedelta(minutes=30)) for p in people]
        )

    async def rule(self) -> None:
        """From now on it is under the Chatham House rule."""
        async with self.db.transaction() as tx:
            await tx.run(
                "UPDATE series SET chatham_house_since = :at WHERE id = :id",
                at=cast.it_is("2026-11-19 11:00"),
                id=self.series,
            )

    async def over(self) -> None:
        cast.it_is("2026-11-19 13:20")
        await self.do(minutes.draft_minutes, self.id)

    async def publish(self, body: str, rev: int | None = None, by=None) -> MinutesSeen:
        found = await self.minutes()
        assert found is not None
        return await self.do(
            minutes.publish, by or self.ana, self.id, {"body": body, "rev": rev or found.rev}
        )


async def hold(db, ana, network, **form) -> Held:
    cast.it_is("2026-11-19 09:00")
    async with db.transaction() as tx:
        await tx.run("UPDATE membership SET joined_at = '2026-01-05'")
    series = await cast.schedule(db, ana, network, **form)
    return Held(
        db,
        ana,
        network,
        await cast.value(db, "SELECT min(id) FROM drop_in WHERE series_id = :id", id=series),
        series,
    )


async def fill(held: Held, ben, carol) -> None:
    """An agenda of three of which two were reached, questions of every kind, a poll and a link; and who was there."""
    ana = held.ana
    for title in ("Falls at *night*", "# The new form", "Handover"):
        await held.do(agenda.propose, ana, held.id, {"title": title})
    cast.it_is("2026-11-19 12:00")
    await held.do(dropins.open_doors, held.id)
    cast.it_is("2026-11-19 12:05")
    await held.do(agenda.start_next, ana, held.id)
    asked = [
        (await held.do(rooms.ask, who, held.id, body, **more))["id"]
        for who, body, more in (
            (ben, "Who pays for [bed] alarms?", {}),
            (carol, "Can we say no?", {"anonymous": True}),
            (ben, "What about Leeds?", {}),
            (carol, "Left open?", {}),
        )
    ]
    await held.do(rooms.answer, ana, asked[0], "The ward does.")
    await held.do(rooms.decline, ana, asked[1], "That is for the union.")
    await held.do(rooms.defer, ana, asked[2])
    poll = (
        await held.do(
            rooms.start_poll,
            ana,
            held.id,
            {"question": "Do you count?", "options": ["Yes", "No"], "shown": "closed"},
        )
    )["id"]
    await held.do(rooms.choose, ben, poll, [1])
    await held.do(rooms.share, ben, held.id, "https://example.org/alarms", "Alarms compared")
    await held.came(ana, ben, carol)
    cast.it_is("2026-11-19 12:30")
    await held.do(
        agenda.start_next,
        ana,
        held.id,
        await cast.value(
            held.db, "SELECT id FROM agenda_item WHERE started_at IS NOT NULL AND ended_at IS NULL"
        ),
    )


@pytest.fixture
async def held(db, ana, open_network) -> Held:
    await cast.allow_anonymity(db, open_network)
    return await hold(db, ana, open_network, description="Bring a story.")
