"""Two real web processes behind one port, as `./hub web --workers 2` runs them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from chat import dropins
from chat.clock import now
from tests import cast
from tests.command.conftest import ROOT, children_of
from tests.hubs import RunningHub
from tests.screens import cursor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


class Processes(RunningHub):
    """A hub of several web processes."""

    def web(self) -> list[int]:
        return children_of(self.house.pid)

    def of(self, screen) -> int:
        """The process at the other end of a screen's socket."""
        # Other programs' connections may have the same port at one end.
        ours, theirs = f":{screen.socket.remote_address[1]:04X}", f":{screen.socket.local_address[1]:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        inode = next(row[9] for row in rows if row[1].endswith(ours) and row[2].endswith(theirs))
        return next(pid for pid in self.web() if f"socket:[{inode}]" in sockets_of(pid))

    async def on_each(self, stack: AsyncExitStack, member, *streams):
        """A screen on each of two processes."""
        screens = {}
        async with asyncio.timeout(20):
            while len(screens) < 2:
                async with AsyncExitStack() as trying:
                    screen = await trying.enter_async_context(self.listening(member, *streams))
                    if (pid := self.of(screen)) not in screens:
                        screens[pid] = screen
                        stack.push_async_exit(trying.pop_all())
        return screens


def sockets_of(pid):
    found = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(os.readlink(fd))
        except OSError:
            continue
    return found


@pytest.fixture
async def hub(db, database_url, redis_url):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HUB_LIVE_LEASE": "2", "HUB_LOG_LEVEL": "error"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "command", "web", "--workers", "2", "--port", str(port)], env=environment
    )
    hub = Processes(url, db, process)
    try:
        async with asyncio.timeout(60):
            while len(await ready(hub)) < 2:
                await asyncio.sleep(0.1)
        yield hub
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 15)


async def ready(hub) -> set[int]:
    """Those of its processes that answer."""
    found = set()
    for _ in range(4):
        try:
            reader, writer = await asyncio.open_connection(*hub.url.removeprefix("http://").split(":"))
            port = f":{writer.get_extra_info('sockname')[1]:04X}"
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            async with asyncio.timeout(1):
                answer = await reader.read(2000)
            if b"redis: up" in answer:
                rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
                inode = next(row[9] for row in rows if row[2].endswith(port))
                found |= {pid for pid in hub.web() if f"socket:[{inode}]" in sockets_of(pid)}
            writer.close()
        except (OSError, StopIteration):
            continue
    return found


async def test_what_one_process_hears_all_tell(hub, db, ana, ben, thread):
    async with AsyncExitStack() as stack, hub.client(ana) as api:
        screens = await hub.on_each(stack, ben, thread.stream)
        for n in range(2, 8):  # by whichever process, over a connection of its own
            answer = await api.post(
                f"/api/v1/topics/{thread.id}/posts",
                json={"body": f"No. {n}"},
                headers={"connection": "close"},
            )
            assert answer.status_code == 201
            for screen in screens.values():
                assert (await screen.next("post.added"))["q"] == n


async def test_one_is_killed_and_the_rest_goes_on(hub, db, ana, ben, carol, open_network, thread):
    series = await cast.schedule(db, ana, open_network)
    async with db.transaction() as tx:
        room = f"d:{await dropins.hold(tx, ana, series, now())}"
    async with AsyncExitStack() as stack:
        anas = await hub.on_each(stack, ana, thread.stream, room)
        bens = await hub.on_each(stack, ben, thread.stream)
        doomed, survivor = anas
        # Carol is in the room on the process that is going to die, and nowhere else.
        async with asyncio.timeout(20):
            while True:
                carols = await stack.enter_async_context(hub.listening(carol, room))
                if hub.of(carols) == doomed:
                    break
                await carols.socket.close()
        witness = anas[survivor]
        while "carol-nguyen" not in str(witness.heard):
            await witness.next("presence")
        epoch = bens[doomed].told["subs"][0]["e"]
        os.kill(doomed, signal.SIGKILL)
        assert await bens[doomed].closed() == 1006
        for n in range(2, 5):
            await cast.write(db, ana, thread, "Go on.")
            assert (await bens[survivor].next("post.added"))["q"] == n
        async with hub.listening(ben, cursor(thread.stream, epoch, 1)) as again:
            assert [(await again.next("post.added"))["q"] for _ in range(3)] == [2, 3, 4]
        while carol.id not in (told := await witness.next("presence", within=12))["d"].get("left", []):
            pass
        assert told["d"]["count"] == 1  # Ana, who is on the other process too, never left
        async with asyncio.timeout(30):
            while len(await ready(hub)) < 2:  # and there are two again
                await asyncio.sleep(0.1)
        assert doomed not in hub.web()
