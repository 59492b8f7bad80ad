"""A worker that is killed in the middle of an announcement."""

import asyncio
import os
import re
import signal
import sys
from collections import Counter

import pytest
from aiosmtpd.smtp import SMTP

from chat import announcements
from command.environment import child_environment
from tests import cast


class SlowServer:
    """A mail server that takes its time, and notes each letter when it has it whole."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.01)
        name = re.search(rb"Message-ID: <([^>]+)>", envelope.content)[1]
        self.letters.append((envelope.rcpt_tos[0], name))
        return "250 OK"


@pytest.fixture
async def post_office():
    office = SlowServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(office, loop=loop), "127.0.0.1", 0)
    office.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield office
    server.close()
    await server.wait_closed()


async def start_worker(database_url, redis_url, office):
    environment = child_environment(
        DATABASE_URL=database_url, REDIS_URL=redis_url, HUB_SMTP_URL=office.url, HUB_MAIL_FROM="hub@example.net",
        HUB_LOG_LEVEL="error",
    )  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "command", "worker", env=environment
    )


async def until(question, seconds=60):
    async with asyncio.timeout(seconds):
        while not await question():
            await asyncio.sleep(0.05)


async def test_killed_workers_leave_nobody_out_and_name_no_letter_twice(
    db, redis, database_url, redis_url, ana, open_network, post_office
):
    guests = await cast.crowd(db, 117)
    for guest in guests:
        await cast.let_in(db, open_network, guest)
    everybody = 120
    async with db.transaction() as tx:
        await announcements.announce(tx, ana, open_network, {"title": "Rounds move", "body": "To eight."})

    async def mailed():
        return await cast.value(
            db, "SELECT count(*) = :n FROM delivery WHERE mailed_at IS NOT NULL", n=everybody
        )

    for goal in (15, 60, 95):
        worker = await start_worker(database_url, redis_url, post_office)

        async def so_many(goal=goal):
            return len(post_office.letters) >= goal

        await until(so_many)
        os.kill(worker.pid, signal.SIGKILL)
        await asyncio.wait_for(worker.wait(), 30)
        async with db.transaction() as tx:  # instead of half a minute until the dead one's leases end
            await tx.run("UPDATE job SET lease_until = NULL, run_at = now() WHERE done_at IS NULL")
    worker = await start_worker(database_url, redis_url, post_office)
    await until(mailed)
    worker.terminate()
    await asyncio.wait_for(worker.wait(), 30)

    by_name = Counter(name for _, name in post_office.letters)
    assert len(by_name) == everybody
    assert len({to for to, _ in post_office.letters}) == everybody
    # Only a letter that was on its way when a worker died can come again, under its own name.
    assert len(post_office.letters) - everybody <= 3
    assert await cast.value(db, "SELECT count(*) FROM notice") == everybody - 1
