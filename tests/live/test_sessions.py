"""A session that ends takes its sockets with it."""

import asyncio
from datetime import timedelta

from chat import clock, members
from chat.secrets import derived
from tests import cast
from tests.live.conftest import page_of
from tests.screens import connected


async def test_signing_out_closes_the_page_s_socket_and_no_other(any_hub, db, ben, thread):
    here, phone = [await cast.session(db, ben) for _ in range(2)]
    async with (
        page_of(any_hub, here, thread.stream) as page,
        page_of(any_hub, phone, thread.stream) as other,
        any_hub.listening(ben, thread.stream) as program,
        any_hub.browser() as browser,
    ):
        for screen in (page, other):
            await screen.next(t="ok")
        browser.cookies.set("session", here)
        await browser.post("/sign-out", data={"csrf": derived(here, "csrf")})
        assert await page.closed(within=1.5) == 4001
        await other.silence(0.1)
        await program.silence(0.1)


async def test_a_reset_closes_them_all(any_hub, db, ben):
    first, second = [await cast.session(db, ben) for _ in range(2)]
    async with page_of(any_hub, first) as one, page_of(any_hub, second) as two:
        for screen in (one, two):
            await screen.next(t="ok")
        async with db.transaction() as tx:
            key = await members.joining.make_key(tx, "reset", ben.id)
        async with db.transaction() as tx:
            await members.reset(tx, key, cast.PASSWORD_HASH)
        assert [await screen.closed(within=1.5) for screen in (one, two)] == [4001, 4001]


async def test_a_new_password_closes_the_others(live_server, db, ben):
    first, second = [await cast.session(db, ben) for _ in range(2)]
    async with page_of(live_server, first) as one, page_of(live_server, second) as two:
        for screen in (one, two):
            await screen.next(t="ok")
        async with db.snapshot() as tx:
            keep = (await members.by_session(tx, first)).session_id
        async with db.transaction() as tx:
            await members.change_password(tx, ben.id, cast.PASSWORD_HASH, keep)
        assert await two.closed(within=1.5) == 4001
        await one.silence(0.1)


async def test_a_session_that_runs_out_closes_too(live_server, db, ben):
    async with page_of(live_server, await cast.session(db, ben)) as page:
        await page.next(t="ok")
        clock.pretend(clock.now() + timedelta(days=61))
        assert await page.closed(within=2.5) == 4001


async def test_signing_out_everywhere_else_leaves_this_page_alone(any_hub, db, ben):
    here, there, elsewhere = [await cast.session(db, ben) for _ in range(3)]
    async with (
        page_of(any_hub, here) as page,
        page_of(any_hub, there) as one,
        page_of(any_hub, elsewhere) as two,
        any_hub.browser() as browser,
    ):
        for screen in (page, one, two):
            await screen.next(t="ok")
        browser.cookies.set("session", here)
        await browser.post("/settings/sessions/end-others", data={"csrf": derived(here, "csrf")})
        assert [await screen.closed(within=1.5) for screen in (one, two)] == [4001, 4001]
        await page.silence(0.1)


async def test_a_token_that_is_revoked_closes_its_sockets(any_hub, db, ana, ben):
    async with (
        any_hub.listening(ben) as one,
        any_hub.listening(ben) as two,
        any_hub.listening(ana) as anas,
    ):
        async with db.transaction() as tx:
            assert await members.revoke_tokens(tx, "Ben-Okafor@example.org") == 2
            assert await members.revoke_tokens(tx, "nobody@example.org") == 0
        assert [await screen.closed(within=1.5) for screen in (one, two)] == [4001, 4001]
        await anas.silence(0.1)


async def test_a_reset_ends_programs_and_a_change_does_not(live_server, db, ben):
    async with live_server.listening(ben) as program:
        async with db.transaction() as tx:
            await members.change_password(tx, ben.id, cast.PASSWORD_HASH, None)
        await program.silence(0.3)
        async with db.transaction() as tx:
            key = await members.joining.make_key(tx, "reset", ben.id)
        async with db.transaction() as tx:
            await members.reset(tx, key, cast.PASSWORD_HASH)
        assert await program.closed(within=1.5) == 4001


async def test_what_ended_between_the_handshake_and_hello_is_found(live_server, db, ben):
    """By then the control stream has moved on."""
    session, token = await cast.session(db, ben), await cast.bearer(db, ben)
    headers = {"Cookie": f"session={session}", "Origin": live_server.origin}
    async with connected(live_server.url, **headers) as page, connected(live_server.url, token) as program:
        async with db.transaction() as tx:
            await members.sign_out_everywhere(tx, ben.id)
            await members.revoke_tokens(tx, "ben-okafor@example.org")
        hub = live_server.house.hub
        async with asyncio.timeout(3):
            while hub.control < 2:
                await asyncio.sleep(0.02)
        await page.say(t="hello", csrf=derived(session, "csrf"))
        await program.say(t="hello")
        assert [await screen.closed(within=2.5) for screen in (page, program)] == [4001, 4001]


async def test_nobody_asks_about_sessions_while_none_ends(live_server, db, ana, ben, thread, monkeypatch):
    asked, hub = [], live_server.house.hub
    ended = hub.rights.desk.ended

    async def counted(sessions, tokens):
        asked.append((len(sessions), len(tokens)))
        return await ended(sessions, tokens)

    monkeypatch.setattr(hub.rights.desk, "ended", counted)
    async with (
        page_of(live_server, await cast.session(db, ben), thread.stream) as page,
        live_server.listening(ana) as program,
    ):
        await page.next(t="ok")
        await hub.sweep()
        assert sum(sessions for sessions, _ in asked) > 0
        assert sum(tokens for _, tokens in asked) > 0
        asked.clear()
        for _ in range(3):
            await cast.write(db, ana, thread, "Nothing of the sort.")
            await page.next("post.added")
            await hub.sweep()
        await cast.remove(db, ana, thread.network, ben)  # on the control stream, and no session's end
        await hub.sweep()
        assert {of for one in asked for of in one} <= {0}
        await program.silence(0.1)


async def test_an_ended_session_opens_no_socket(live_server, db, ben, thread, secret_thread):
    session = await cast.session(db, ben)
    async with db.transaction() as tx:
        await members.sign_out(tx, (await members.by_session(tx, session)).session_id)
    async with page_of(live_server, session, thread.stream, secret_thread.stream) as page:
        told = await page.next(t="ok")  # as a visitor
        assert [sub["s"] for sub in told["subs"]] == [thread.stream]
