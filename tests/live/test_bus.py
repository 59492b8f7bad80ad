"""How processes tell each other, whatever state Redis is in."""

import asyncio
import os
import shutil
import signal
import ssl
import subprocess
from contextlib import asynccontextmanager, suppress

import pytest
from redis.asyncio import Redis

from chat.events import Event
from chat.realtime.bus import Bus
from chat.tasks import end
from tests import cast, servers


@asynccontextmanager
async def listening(url, *streams):
    """A process that listens: its bus, and what it hears."""
    bus, heard, up = Bus(url), asyncio.Queue(), asyncio.Event()
    task = asyncio.create_task(bus.listen(heard.put_nowait, lambda *said: heard.put_nowait(said), up.set))
    try:
        async with asyncio.timeout(5):
            await up.wait()
        for stream in streams:
            await bus.follow(stream)
        yield bus, heard
    finally:
        await end([task])
        await bus.close()


def event(seq=1):
    return Event("t:1", seq, "post.added", 7, 1, 1, "e0")


async def next_of(heard):
    async with asyncio.timeout(5):
        return await heard.get()


async def test_events_and_words_arrive_as_they_were_said(redis_url):
    async with listening(redis_url, "t:1") as (bus, heard), listening(redis_url) as (other, silence):
        await other.publish([event(n) for n in range(1, 4)])
        await other.say("t:1", {"k": "typing", "d": {"m": 3}})
        assert [await next_of(heard) for _ in range(3)] == [event(n) for n in range(1, 4)]
        assert await next_of(heard) == ("t:1", {"k": "typing", "d": {"m": 3}})
        assert silence.empty()
        await bus.unfollow("t:1")
        await bus.follow("t:2")
        await other.publish([event(4), event(5)._replace(stream="t:2")])
        assert (await next_of(heard)).stream == "t:2"


async def test_words_may_have_a_listener_of_their_own(redis_url):
    async with listening(redis_url) as (bus, heard):
        own = asyncio.Queue()
        await bus.follow("p:d:1", said=lambda *said: own.put_nowait(said))
        await bus.say("p:d:1", {"in": [1]})
        assert await next_of(own) == ("p:d:1", {"in": [1]})
        assert heard.empty()


async def test_a_redis_that_hangs_holds_nobody_up_and_is_noticed(monkeypatch):
    monkeypatch.setattr("chat.realtime.link.PATIENCE", 0.2)
    with servers.private_valkey() as url:
        async with listening(url, "t:1") as (bus, heard):
            redis = Redis.from_url(url)
            pid = (await redis.info())["process_id"]
            await redis.aclose()
            os.kill(pid, signal.SIGSTOP)
            try:
                async with asyncio.timeout(0.15):
                    await bus.publish([event()])
                async with asyncio.timeout(5):
                    while bus.up or not bus.lost:
                        await asyncio.sleep(0.02)
            finally:
                os.kill(pid, signal.SIGCONT)
            async with asyncio.timeout(5):
                while not bus.up:
                    await asyncio.sleep(0.02)
            while not heard.empty():  # it may have been carried out after all
                heard.get_nowait()
            await bus.publish([event(2)])
            assert await next_of(heard) == event(2)


async def test_one_that_publishes_alone_finds_redis_again():
    with servers.private_valkey() as url:
        bus = Bus(url)
        await bus.publish([event()])
        await asyncio.to_thread(_kill, url)
        await bus.publish([event(), event()])
        await bus.publish([event()])
        async with asyncio.timeout(5):
            while bus.lost != 3:  # what was on its way when the line broke is known to be lost a moment later
                await asyncio.sleep(0.01)
    await bus.close()


def _kill(url):
    from redis import Redis
    from redis.exceptions import RedisError

    with suppress(RedisError):
        Redis.from_url(url).shutdown(nosave=True)


async def test_a_name_a_password_and_a_number_of_the_database():
    with servers.private_valkey() as url:
        redis = Redis.from_url(url)
        await redis.execute_command("ACL", "SETUSER", "hub", "on", ">s3cret:", "~*", "&*", "+@all")
        await redis.execute_command("CONFIG", "SET", "requirepass", "other")
        path = url.removeprefix("unix://")
        for login in ("hub:s3cret%3A@", ":other@"):
            async with listening(f"unix://{login}{path}?db=3", "t:1") as (bus, heard):
                await bus.publish([event()])
                assert await next_of(heard) == event()
        bus = Bus(f"unix://:wrong@{path}")
        await bus.publish([event()])
        assert bus.lost == 1
        await bus.close()
        await redis.aclose()


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate")
async def test_tls(redis_url, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secure.load_cert_chain(certificate, key)
    pumps = set()

    async def pump(reader, writer):
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def carry(reader, writer):
        inner, outer = await asyncio.open_unix_connection(redis_url.removeprefix("unix://"))
        pumps.update(asyncio.create_task(pump(*ends)) for ends in ((reader, outer), (inner, writer)))

    door = await asyncio.start_server(carry, "127.0.0.1", 0, ssl=secure)
    url = f"rediss://localhost:{door.sockets[0].getsockname()[1]}/0"
    async with listening(f"{url}?ssl_ca_certs={certificate}&ssl_check_hostname=1", "t:1") as (bus, heard):
        await bus.publish([event()])
        assert await next_of(heard) == event()
    stranger = Bus(url)  # who does not know the certificate
    await stranger.publish([event()])
    assert stranger.lost == 1
    await stranger.close()
    door.close()
    await asyncio.gather(*pumps, return_exceptions=True)


async def test_a_stream_is_followed_in_redis_while_somebody_here_listens(
    live_server, redis, db, ana, ben, thread, monkeypatch
):
    monkeypatch.setattr("chat.realtime.hub.LINGER_SECONDS", 0.1)
    channel = f"live:{thread.stream}".encode()
    assert channel not in await redis.pubsub_channels()
    async with live_server.listening(ben, thread.stream), live_server.listening(ana, thread.stream):
        assert channel in await redis.pubsub_channels()
        assert dict(await redis.pubsub_numsub(channel))[channel] == 1  # once for both
    async with asyncio.timeout(5):
        while channel in await redis.pubsub_channels():
            await asyncio.sleep(0.05)
    async with live_server.listening(ben, thread.stream) as screen:
        await cast.write(db, ana, thread, "Back again.")
        assert (await screen.next("post.added"))["q"] == 2


async def test_a_subscription_that_ends_in_the_same_breath_is_not_taken_for_heard():
    """As where the slot of a cluster moves on just then."""
    bus, said = Bus("redis://nowhere"), []
    bus._trouble.clear()

    class Breath:
        """A connection whose server answers, and goes on, before anybody else has a turn."""

        is_open = True

        def send(self, words, settle, channel=None):
            said.append(words[0])

        async def ask(self, *words, channel=None, seen=None):
            seen([b"ssubscribe", channel, 1])
            bus._pushed([b"sunsubscribe", channel, 0])

    bus._wanted[b"live:t:1"] = ("t:1", None)
    await bus._subscribe_at(Breath(), b"live:t:1")
    assert not bus._is_heard(b"live:t:1")
    assert bus._trouble.is_set()
    await bus._subscribe_at(Breath(), b"live:t:2")
    assert said == ["UNSUBSCRIBE"]
    await bus.close()
