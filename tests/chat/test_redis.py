"""Redis goes away at every moment, and it is always an error that is waited for."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat.jobs import arq_pool
from chat.redis import redis_client


@pytest.mark.parametrize("client_of", [redis_client, arq_pool])
async def test_a_connection_that_was_closed_under_a_command(redis_url, client_of):
    client: Redis = client_of(redis_url)
    connection = await client.connection_pool.get_connection()
    connection._writer.transport.abort()
    with pytest.raises(RedisError):
        await connection.send_command("PING")
    await client.connection_pool.release(connection)
    assert await client.ping()  # and it connects again
    await client.aclose()
