"""Workers as processes of their own, which can be killed, and a mail server that sees what they send."""

import asyncio
import re
import sys

import pytest
from aiosmtpd.smtp import SMTP

from command.environment import child_environment


class SlowServer:
    """A mail server that takes its time, and notes each letter when it has it whole."""

    def __init__(self):
        self.letters = []
        self.whole = []
        self.workers = []

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.01)
        name = re.search(rb"Message-ID: <([^>]+)>", envelope.content)[1]
        self.letters.append((envelope.rcpt_tos[0], name))
        self.whole.append(envelope.content)
        return "250 OK"


@pytest.fixture
async def post_office():
    office = SlowServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(office, loop=loop), "127.0.0.1", 0)
    office.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield office
    for worker in office.workers:
        if worker.returncode is None:  # of a scene that failed
            worker.kill()
            await worker.wait()
    server.close()
    await server.wait_closed()


async def start_worker(database_url, redis_url, office):
    environment = child_environment(
        DATABASE_URL=database_url, REDIS_URL=redis_url, HUB_SMTP_URL=office.url, HUB_MAIL_FROM="hub@example.net",
        HUB_LOG_LEVEL="error",
    )  # fmt: skip
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "command", "worker", env=environment
    )
    office.workers.append(worker)
    return worker


async def until(question, seconds=150):
    """What a killed worker had just claimed is free for another after half a minute, when its lease ends."""
    async with asyncio.timeout(seconds):
        while not await question():
            await asyncio.sleep(0.05)


async def free_the_dead(db):
    """Instead of half a minute until the leases of a killed worker end."""
    async with db.transaction() as tx:
        await tx.run(
            "UPDATE job SET lease_until = NULL, run_at = now() WHERE done_at IS NULL AND lease_until IS NOT NULL"
        )
