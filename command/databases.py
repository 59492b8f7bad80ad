"""Reaching the two servers, or saying in a sentence why not; passwords stay out of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from command.trouble import Trouble

if TYPE_CHECKING:
    import asyncpg
    from redis.asyncio import Redis


@asynccontextmanager
async def database(url: str) -> AsyncIterator[asyncpg.Connection]:
    import asyncpg

    try:
        connection = await asyncpg.connect(re.sub(r"\+asyncpg", "", url), timeout=10)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        raise Trouble(
            f"PostgreSQL at {place(url)} refuses the user name or password in DATABASE_URL."
        ) from None
    except asyncpg.InvalidCatalogNameError:
        raise Trouble(
            f"PostgreSQL has no database as named in DATABASE_URL ({place(url)}). Create it, or mend the name."
        ) from None
    except TimeoutError:
        raise Trouble(
            f"PostgreSQL at {place(url)} does not answer. Is DATABASE_URL right, and may this machine reach it?"
        ) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise Trouble(
            f"PostgreSQL at {place(url)} cannot be reached ({without_password(error, url)}). Is DATABASE_URL right?"
        ) from None
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def valkey(url: str, cluster: bool = False, variable: str = "REDIS_URL") -> AsyncIterator[Redis]:
    """The server, or whichever of a cluster's servers answers first."""
    from chat.redis import each_address

    client = await _first_to_answer(each_address(url) if cluster else [url], variable)
    try:
        if bool((await client.info("cluster")).get("cluster_enabled")) != cluster:
            raise Trouble(
                f"Redis at {place(url)} is no cluster. Set HUB_REDIS_CLUSTER=0."
                if cluster
                else f"Redis at {place(url)} is a cluster. Set HUB_REDIS_CLUSTER=1, and HUB_QUEUE_URL to one that is none."
            )
        yield client
    finally:
        await client.aclose()


async def _first_to_answer(urls: list[str], variable: str) -> Redis:
    import redis
    from redis.asyncio import Redis

    trouble = Trouble(f"{variable} names no server.")
    for url in urls:
        try:
            client = Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
            await client.ping()
            return client
        except redis.AuthenticationError:
            trouble = Trouble(f"Redis at {place(url)} refuses the user name or password in {variable}.")
        except (redis.RedisError, OSError, ValueError) as error:
            trouble = Trouble(
                f"Redis at {place(url)} cannot be reached ({without_password(error, url)}). Is {variable} right?"
            )
    raise trouble


def place(url: str) -> str:
    """Host, port and name of an address, without user and password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", ["this machine"])[0]
        return host + (f":{parts.port}" if parts.port else "") + (parts.path if parts.path != "/" else "")
    except ValueError:
        return "an address that cannot be read"


def without_password(error: Exception, url: str) -> str:
    """An error's words; some drivers quote the address that they could not read."""
    words = str(error).strip().rstrip(".") or type(error).__name__
    credentials = url.partition("://")[2].rpartition("@")[0]
    secret = credentials.partition(":")[2]
    return (
        "the address cannot be read"
        if any(part and part in words for part in (secret, credentials))
        else words
    )
