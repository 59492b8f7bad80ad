"""Redis or Valkey as the house asks it: what it keeps may be gone at any moment, and every call ends in time."""

import asyncio
import re
from typing import Any, cast

from redis.asyncio import Connection, ConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import parse_url
from redis.exceptions import ConnectionError, RedisClusterException, RedisError

# What a call raises while Redis is away, or a part of it.
ABSENT = (RedisError, RedisClusterException, OSError, asyncio.TimeoutError)

PATIENCE = 2.0  # seconds, so that a stalled Redis never stalls a member


def redis_client(url: str, cluster: bool = False) -> Redis:
    """A client for commands of one key each: those do in a cluster as well, and then it finds the key's server."""
    patience: dict[str, Any] = {
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "health_check_interval": 15,
    }
    if not cluster:
        client = Redis.from_url(url, **patience)
        known_errors(client.connection_pool)
        return client
    seeds = [parse_url(each) for each in each_address(url)]
    nodes = [ClusterNode(seed.get("host", "localhost"), seed.get("port", 6379)) for seed in seeds]
    # A shard that is down takes only its own keys along.
    whole = RedisCluster.from_url(
        each_address(url)[0], startup_nodes=nodes, require_full_coverage=False, **patience
    )
    return cast(Redis, whole)


def known_errors(pool: ConnectionPool) -> ConnectionPool:
    """Let the pool's connections raise a ConnectionError where uvloop has something of its own to say."""

    class Known(pool.connection_class):  # type: ignore[misc,name-defined] # TCP, TLS or a Unix socket
        async def send_packed_command(self: Connection, *args: Any, **options: Any) -> None:
            try:
                await super().send_packed_command(*args, **options)  # type: ignore[misc]
            except RuntimeError as error:
                # Writing to a transport that was closed a moment ago. redis-py has disconnected by now.
                raise ConnectionError(str(error)) from error

    pool.connection_class = Known
    return pool


def each_address(url: str) -> list[str]:
    """`redis://user:password@a:7000,b:7000/0` names two servers of one cluster; an address each."""
    before, hosts, after = re.fullmatch(r"(\w+://(?:[^@/?]*@)?)([^/?]*)(.*)", url, re.DOTALL).groups()  # type: ignore[union-attr]
    return [before + host + after for host in hosts.split(",")]
