"""A cluster of Valkeys on loopback, for as long as a scene takes."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from command.embedded import binaries, tied

SLOTS = 16384


class Node:
    """One server of the cluster."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.port, bus = _free_ports()
        self.command = [
            binaries.valkey().path, "--port", str(self.port), "--bind", "127.0.0.1", "--cluster-enabled", "yes",
            "--cluster-port", str(bus), "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no",
            "--dir", folder, "--save", "", "--appendonly", "no", "--loglevel", "warning",
        ]  # fmt: skip
        self.bus = bus
        self.redis = Redis(port=self.port, socket_timeout=5, socket_connect_timeout=5)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = tied.spawn(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    async def ask(self, *words: Any) -> Any:
        return await self.redis.execute_command(*words)

    async def name(self) -> str:
        return (await self.ask("CLUSTER", "MYID")).decode()


class Cluster:
    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        return "redis://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    async def meet(self) -> None:
        """Three servers, a third of the slots each."""
        first, share = self.nodes[0], SLOTS // len(self.nodes) + 1
        for n, node in enumerate(self.nodes):
            await _until(lambda node=node: node.ask("PING"))
            await node.ask("CLUSTER", "ADDSLOTSRANGE", n * share, min((n + 1) * share, SLOTS) - 1)
            await node.ask("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
        for node in self.nodes[1:]:
            await first.ask("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus)
        await self.agree()

    async def agree(self) -> None:
        """Every server knows who owns what."""

        async def agreed() -> bool:
            infos = [await node.ask("CLUSTER", "INFO") for node in self.nodes]
            return all(b"cluster_state:ok" in info and f"slots_ok:{SLOTS}".encode() in info for info in infos)

        await _until(agreed)

    def owner(self, channel: str) -> Node:
        """Of a channel, as long as no slot has moved."""
        share = SLOTS // len(self.nodes) + 1
        return self.nodes[key_slot(channel.encode()) // share]

    async def move(self, channel: str, to: Node) -> None:
        """Give the channel's slot to another server, as an operator would."""
        slot, giver = key_slot(channel.encode()), self.owner(channel)
        await to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", await giver.name())
        await giver.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", await to.name())
        for node in (to, giver, *self.nodes):
            await node.ask("CLUSTER", "SETSLOT", slot, "NODE", await to.name())

    async def heard(self) -> dict[int, set[str]]:
        """Which channels are followed at which server, by its port."""
        return {
            node.port: {channel.decode() for channel in await node.ask("PUBSUB", "SHARDCHANNELS")}
            for node in self.nodes
            if node.process and node.process.poll() is None
        }


@asynccontextmanager
async def private_cluster() -> AsyncIterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    cluster = Cluster([Node(folder / str(n)) for n in range(3)])
    try:
        for node in cluster.nodes:
            node.start()
        await cluster.meet()
        yield cluster
    finally:
        for node in cluster.nodes:
            await node.redis.aclose()
            node.kill()
        shutil.rmtree(folder, ignore_errors=True)


async def _until(happened: Any, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while True:
            try:
                if await happened():
                    return
            except (RedisError, OSError):
                pass
            await asyncio.sleep(0.05)


def _free_ports() -> tuple[int, int]:
    """A port for clients, and one by which the servers talk to each other."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]
