"""A session that ends takes its sockets with it."""

from datetime import timedelta

from chat import clock, members
from chat.secrets import derived
from tests import cast
from tests.live.conftest import page_of


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


async def test_a_session_that_runs_out_closes_too(live_server, db, ben, monkeypatch):
    monkeypatch.setattr("chat.realtime.hub.SESSIONS_SECONDS", 1)
    async with page_of(live_server, await cast.session(db, ben)) as page:
        await page.next(t="ok")
        clock.pretend(clock.now() + timedelta(days=61))
        assert await page.closed(within=2.5) == 4001


async def test_an_ended_session_opens_no_socket(live_server, db, ben, thread, secret_thread):
    session = await cast.session(db, ben)
    async with db.transaction() as tx:
        await members.sign_out(tx, (await members.by_session(tx, session)).session_id)
    async with page_of(live_server, session, thread.stream, secret_thread.stream) as page:
        told = await page.next(t="ok")  # as a visitor
        assert [sub["s"] for sub in told["subs"]] == [thread.stream]
