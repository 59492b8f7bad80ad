"""The worker, running."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiosmtpd.smtp import SMTP

from chat import clock, mail
from chat.config import settings
from chat.tasks import end
from tests import cast
from workers import main, timetable


@asynccontextmanager
async def working(**changes):
    """Workers run until the scene ends; `changes` are settings."""
    stop = asyncio.Event()
    task = asyncio.create_task(main.run(replace(settings(), **changes), stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 5)


async def eventually(question, seconds=8.0):
    """Ask until the answer is yes."""
    async with asyncio.timeout(seconds):
        while not (answer := await question()):
            await asyncio.sleep(0.03)
        return answer


@pytest.fixture
async def drop_in(db, ana, open_network):
    """A weekly drop-in that opens in half a second."""
    cast.it_is("2026-11-19 11:59:59.500")
    series = await cast.schedule(db, ana, open_network)
    return await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at LIMIT 1", id=series
    )


async def opened(db, drop_in):
    return await cast.value(db, "SELECT opened_at FROM drop_in WHERE id = :id", id=drop_in)


async def kinds(db, drop_in):
    return [kind for _, kind, _ in await cast.events(db, f"d:{drop_in}")]


async def test_a_drop_in_opens_by_itself_on_time(db, drop_in):
    async with working():
        at = await eventually(lambda: opened(db, drop_in))
    assert at >= clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    # A worker that is late to rise finds the doors due at once, and the lobby past.
    assert (await kinds(db, drop_in))[-1] == "room.opened"


async def test_a_drop_in_opens_with_redis_out_of_reach(db, drop_in):
    async with working(redis_url="unix:///nowhere/at.sock"):
        assert await eventually(lambda: opened(db, drop_in))
    assert (await kinds(db, drop_in))[-1] == "room.opened"


async def test_three_workers_open_and_close_it_once(db, drop_in):
    cast.it_is("2026-11-19 11:50:00")
    async with working(), working(), working():
        await eventually(lambda: cast.value(db, "SELECT lobbied_at FROM drop_in WHERE id = :id", id=drop_in))
        cast.it_is("2026-11-19 12:00:00")
        await eventually(lambda: opened(db, drop_in))
        cast.it_is("2026-11-19 13:00:00")
        await eventually(lambda: cast.value(db, "SELECT closed_at FROM drop_in WHERE id = :id", id=drop_in))
    assert await kinds(db, drop_in) == ["room.lobby", "room.opened", "room.wrap_up"]


async def test_it_opens_even_when_its_job_was_lost(db, drop_in):
    async with db.transaction() as tx:
        await tx.run("DELETE FROM job")
    async with working():
        assert await eventually(lambda: opened(db, drop_in))


async def test_a_broken_drop_in_keeps_no_other_shut(db, ana, open_network, drop_in):
    cast.it_is("2026-11-19 11:59:00")
    second = await cast.schedule(db, ana, open_network)
    second = await cast.value(
        db, "SELECT id FROM drop_in WHERE series_id = :id ORDER BY opens_at LIMIT 1", id=second
    )
    async with db.transaction() as tx:
        await tx.run("DELETE FROM job")
        await tx.run("DELETE FROM stream WHERE id = :id", id=f"d:{drop_in}")
    cast.it_is("2026-11-19 12:00:01")
    async with working():
        assert await eventually(lambda: opened(db, second))
        assert not await opened(db, drop_in)


async def test_a_line_of_the_timetable_goes_on_after_an_accident(db, redis):
    done = []

    async def stumble(db, redis):
        done.append(1)
        raise ValueError("unforeseen")

    keeping = asyncio.create_task(timetable.keep(timetable.Line("stumbling", 0.01, stumble), db, redis))
    await asyncio.sleep(0.1)
    assert not keeping.done()
    await end([keeping])
    assert len(done) > 2


async def test_a_rung_job_is_done_at_once(db, ana, redis, confidential_network):
    async with working():
        await asyncio.sleep(0.5)
        began = asyncio.get_running_loop().time()
        await cast.invite(db, ana, confidential_network, email="erin@example.org")
        await eventually(lambda: mail.mailbox(redis))
        assert asyncio.get_running_loop().time() - began < 1.5  # the sweep alone may take two seconds
        await eventually(lambda: cast.value(db, "SELECT sent_at FROM invitation"))
    (letter,) = await mail.mailbox(redis)
    assert (letter.to, letter.subject) == ("erin@example.org", "Ana Lima invites you to Speaking up circle")
    assert "/i/" in letter.link


async def test_every_letter_lands_in_the_mailbox(db, ana, redis):
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with db.transaction() as tx:
        await tx.enqueue("send_verification", "k1", member_id=erin.id)
        await tx.enqueue("send_verification", "k2", member_id=ana.id)  # nothing left to confirm
        await tx.enqueue("send_known_address", "k3", email="ana-lima@example.org")
        await tx.enqueue("send_reset", "k4", member_id=ana.id)
    async with working():
        await eventually(lambda: cast.value(db, "SELECT count(*) = 4 FROM job WHERE done_at IS NOT NULL"))
    letters = {(letter.to, letter.link.split("/")[3]) for letter in await mail.mailbox(redis)}
    assert letters == {
        ("erin-walsh@example.org", "verify"),
        ("ana-lima@example.org", "sign-in"),
        ("ana-lima@example.org", "reset"),
    }


# Real letters


class Catcher:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
async def smtp():
    """A mail server of this machine; `.url`, and the letters it was handed."""
    catcher = Catcher()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(catcher, loop=loop), "127.0.0.1", 0)
    catcher.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield catcher
    server.close()
    await server.wait_closed()


async def test_a_letter_is_handed_over_by_smtp(db, redis, smtp, setting):
    setting(HUB_SMTP_URL=smtp.url, HUB_MAIL_FROM="hub@example.net", HUB_NAME="Zentrum für Sicherheit")
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with db.transaction() as tx:
        await tx.enqueue("send_verification", "k1", member_id=erin.id)
    async with working():
        await eventually(lambda: cast.value(db, "SELECT done_at FROM job"))
    (letter,) = smtp.letters
    assert (letter.mail_from, letter.rcpt_tos) == ("hub@example.net", ["erin-walsh@example.org"])
    text = letter.content.decode()
    assert "/verify/" in text
    assert "Message-ID: <" in text
    assert await mail.mailbox(redis) == []


async def test_a_letter_waits_for_a_mail_server_that_is_away(db, redis, smtp, setting):
    setting(HUB_SMTP_URL="smtp://127.0.0.1:1")
    erin = await cast.join_the_hub(db, "Erin Walsh", verified=False)
    async with db.transaction() as tx:
        await tx.enqueue("send_verification", "k1", member_id=erin.id)
    async with working():
        await eventually(lambda: cast.value(db, "SELECT error FROM job"))
        setting(HUB_SMTP_URL=smtp.url)
        await eventually(lambda: cast.value(db, "SELECT done_at FROM job"))
    assert len(smtp.letters) == 1
