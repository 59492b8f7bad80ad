"""Who may open a socket: which origins, cookies and tokens, and how many."""

import pytest
import websockets

from chat.secrets import derived
from tests import cast
from tests.hubs import running
from tests.live.conftest import page_of
from tests.screens import connected


async def refused(hub, token=None, **headers) -> bool:
    """Whether the handshake itself is turned down."""
    try:
        async with connected(hub.url, token, **headers):
            return False
    except websockets.InvalidStatus as answer:
        return answer.response.status_code == 403


async def test_a_cookie_counts_with_our_own_origin_alone(live_server, db, ben):
    cookie = {"Cookie": f"session={await cast.session(db, ben)}"}
    assert await refused(live_server, **cookie)
    for origin in (
        "https://evil.example", "null", "", live_server.origin + ".evil.example", live_server.origin.replace("http", "https"),
        "http://localhost:1", live_server.origin + "/",
    ):  # fmt: skip
        assert await refused(live_server, **cookie, Origin=origin), origin
    assert not await refused(live_server, **cookie, Origin=live_server.origin)


async def test_no_foreign_page_opens_a_socket_at_all(live_server, db, ben):
    assert await refused(live_server, Origin="https://evil.example")
    assert not await refused(live_server)
    assert not await refused(live_server, Origin=live_server.origin)


async def test_with_a_public_address_only_that_one_counts(setting, db, ben):
    cookie = {"Cookie": f"__Host-session={await cast.session(db, ben)}"}
    async with running(setting(HUB_PUBLIC_URL="https://hub.example.org"), db) as hub:
        assert await refused(hub, **cookie, Origin=hub.origin)
        assert await refused(hub, **cookie, Origin="https://hub.example.org.evil.example")
        assert not await refused(hub, **cookie, Origin="https://hub.example.org")


async def test_a_wrong_token_opens_nothing(live_server, db, ben, open_network):
    assert await refused(live_server, "wrong")
    assert await refused(live_server, "wrong", Origin=live_server.origin)
    token = await cast.bearer(db, ben)
    assert not await refused(live_server, token)
    async with db.transaction() as tx:
        await tx.run("UPDATE api_token SET revoked_at = now()")
    assert await refused(live_server, token)


async def test_there_is_one_address(live_server):
    for path in ("/", "/live/", "/livex", "/api/v1/live"):
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(live_server.url.replace("http", "ws") + path, proxy=None):
                pass


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
async def test_a_page_names_its_session_s_token(live_server, db, ben, csrf):
    async with page_of(live_server, await cast.session(db, ben), csrf=csrf) as page:
        assert await page.closed() == 4003
        assert page.heard == []


async def test_the_token_of_another_session_is_no_use(live_server, db, ben):
    other = await cast.session(db, ben)
    async with page_of(live_server, await cast.session(db, ben), csrf=derived(other, "csrf")) as page:
        assert await page.closed() == 4003


async def test_a_member_has_so_many_sockets(setting, db, ben, carol):
    async with running(setting(HUB_LIVE_PER_MEMBER="2", HUB_LIVE_PER_ADDRESS="1"), db) as hub:
        for member, most in ((ben, 2), (carol, 2), (None, 1)):
            token = await cast.bearer(db, member) if member else None
            screens = [connected(hub.url, token) for _ in range(most + 1)]
            opened = [await screen.__aenter__() for screen in screens]
            assert await opened[-1].closed() == 4010
            await screens[0].__aexit__(None, None, None)
            async with hub.listening(member) as another:
                assert another.told["t"] == "ok"
            for screen in screens[1:]:
                await screen.__aexit__(None, None, None)


async def test_a_socket_follows_so_many_streams(setting, db, ana, ben, open_network):
    threads = [await cast.start(db, ana, open_network, f"Question {n}") for n in range(4)]
    async with running(setting(HUB_LIVE_SUBSCRIPTIONS="3"), db) as hub:
        async with hub.listening(ben, *(t.stream for t in threads[:2])) as screen:
            await screen.say(t="sub", i=1, s=threads[2].stream)
            await screen.next(t="ok", i=1)
            await screen.say(t="sub", i=2, s=threads[3].stream)
            assert (await screen.next(t="err"))["code"] == "subs"
            await screen.say(t="sub", i=3, s=threads[2].stream)  # one that it has
            assert (await screen.next(t="ok", i=3))["subs"]
            await screen.say(t="unsub", i=4, s=threads[0].stream)
            await screen.say(t="sub", i=5, s=threads[3].stream)
            assert (await screen.next(t="ok", i=5))["subs"]
        async with connected(hub.url, await cast.bearer(db, ben)) as screen:
            await screen.say(t="hello", subs=[{"s": t.stream} for t in threads])
            assert (await screen.next(t="err"))["code"] == "subs"
            assert len((await screen.next(t="ok"))["subs"]) == 3
