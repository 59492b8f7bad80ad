"""All clients, in a process of their own: `python -m tests.faults.swarm SCENE JOURNAL`, and orders on standard input."""

import asyncio
import sys
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import uvloop

from chat.tasks import end
from tests.faults.clients import Follower, Reader, Scene
from tests.faults.journal import Fault, Journal, now

LATE = 0.2  # seconds that the swarm itself may have been too busy to look


async def swarm(scene: Scene, journal: Journal) -> None:
    reader, rng = Reader(), Random(scene.seed)
    followers = [Follower(plan, scene, journal, reader) for plan in scene.clients]
    running = [asyncio.create_task(follower.run()) for follower in followers]
    running.append(asyncio.create_task(watch_the_clock(journal)))
    while not all(f.told for f in followers):
        await asyncio.sleep(0.05)
    say("ready")
    orders = await standard_input()
    while line := await orders.readline():
        order: dict[str, Any] = msgspec.json.decode(line)
        match order["do"]:
            case "cut":
                for follower in some(followers, order["share"], rng):
                    follower.cut()
            case "stall":
                for follower in some(followers, order["share"], rng):
                    follower.stall(order["seconds"])
            case "calm":
                for follower in followers:
                    follower.calm = True
            case "finish":
                settled = await finish(followers, order["heads"], order["within"])
                journal.flush()
                say("settled" if settled else "unsettled")
                break
    await end(running)
    for task in running:
        if not task.cancelled():
            task.result()


def some(followers: list[Follower], share: float, rng: Random) -> list[Follower]:
    return rng.sample(followers, max(1, int(len(followers) * share)))


async def finish(followers: list[Follower], heads: dict[str, int], within: float) -> bool:
    """Wait until everybody has everything, then have each say what it has."""
    until = now() + within
    while not (settled := all(f.settled(heads) for f in followers)) and now() < until:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)  # for what should not come any more
    for follower in followers:
        follower.say_state()
    return settled


async def watch_the_clock(journal: Journal) -> None:
    """When this process itself was held up, what it saw was earlier than it says."""
    while True:
        before = now()
        await asyncio.sleep(0.05)
        journal.flush()
        if now() - before > LATE:
            journal.write(Fault(before, now(), "late", "swarm"))


async def standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


def say(word: str) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        notes = Journal(Path(sys.argv[2]))
        try:
            runner.run(swarm(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Scene), notes))
        finally:
            notes.close()
